//! Both directions between the safe [`Observation`] / [`Proposal`] and their C forms: [`lower`] for a caller (the host), [`lift`] for a callee.
//!
//! Used by the export macro and by hosts; a controller author needs none of it.

use crate::abi::{self, Status};
use crate::{Evaluator, Observation, Proposal, Report};
use core::ffi::c_void;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// The host's evaluator while it crosses the boundary, with the panic that it may have raised.
struct EvaluatorSlot<'a, 'b> {
    evaluate: &'a mut Evaluator<'b>,
    panic: Option<Box<dyn Any + Send>>,
}

/// Called by the controller; a panic of the host's evaluator must not unwind through the controller's frames, so it is parked.
unsafe extern "C" fn evaluate(context: *mut c_void, values: *const f64, n_values: usize, loss: *mut f64) -> Status {
    // SAFETY: `context` is the slot that `lower` passed, alive and unaliased for the duration of the controller's call.
    let slot = unsafe { &mut *context.cast::<EvaluatorSlot<'_, '_>>() };
    if slot.panic.is_some() || (values.is_null() && n_values != 0) || loss.is_null() {
        return Status::ERROR;
    }
    // SAFETY: by the contract of `Evaluate`, `values` holds `n_values` numbers.
    let values = unsafe { slice(values, n_values) };
    match catch_unwind(AssertUnwindSafe(|| (slot.evaluate)(values))) {
        Ok(value) => {
            // SAFETY: by the contract of `Evaluate`, `loss` may be written.
            unsafe { loss.write(value) };
            Status::OK
        }
        Err(panic) => {
            slot.panic = Some(panic);
            Status::FATAL
        }
    }
}

/// A slice from the parts of a foreign structure; empty where the pointer is null.
///
/// # Safety
/// `data` is null, or aligned for `T` and points to `n` readable values that nobody writes during `'a`.
#[must_use]
#[inline(always)]
pub unsafe fn slice<'a, T>(data: *const T, n: usize) -> &'a [T] {
    // SAFETY: by this function's contract.
    if data.is_null() { &[] } else { unsafe { core::slice::from_raw_parts(data, n) } }
}

/// As [`slice()`], writable.
///
/// # Safety
/// `data` is null, or aligned for `T` and points to `n` values that nobody else uses during `'a`.
#[must_use]
#[inline(always)]
pub unsafe fn slice_mut<'a, T>(data: *mut T, n: usize) -> &'a mut [T] {
    // SAFETY: by this function's contract.
    if data.is_null() { &mut [] } else { unsafe { core::slice::from_raw_parts_mut(data, n) } }
}

/// Runs `call` with the C form of `observation`. A panic raised by the observation's evaluator resumes here, on the caller's own stack.
#[inline(always)]
pub fn lower<R>(observation: &mut Observation<'_>, call: impl FnOnce(&abi::Observation) -> R) -> R {
    // Pointer and length one by one: as a pair they would wait for the two stores that made them.
    let signals = if observation.signals.is_empty() { &[] } else { observation.signals };
    let raw = abi::Observation {
        struct_size: size_of::<abi::Observation>() as u32,
        reserved: 0,
        step: observation.step,
        loss: observation.loss,
        hyperparameters: observation.hyperparameters.as_ptr(),
        n_hyperparameters: observation.hyperparameters.len(),
        signals: signals.as_ptr(),
        n_signals: signals.len(),
        evaluate: None,
        context: core::ptr::null_mut(),
    };
    match observation.evaluate.as_mut() {
        None => call(&raw),
        Some(evaluator) => lower_with(raw, &mut **evaluator, call),
    }
}

#[inline(never)]
fn lower_with<R>(mut raw: abi::Observation, evaluator: &mut Evaluator<'_>, call: impl FnOnce(&abi::Observation) -> R) -> R {
    let mut slot = EvaluatorSlot { evaluate: evaluator, panic: None };
    raw.evaluate = Some(evaluate);
    raw.context = (&raw mut slot).cast();
    let result = call(&raw);
    if let Some(panic) = slot.panic {
        resume_unwind(panic);
    }
    result
}

/// Runs `call` with the safe form of a C observation and proposal, and hands the report flags back.
///
/// # Safety
/// Both pointers are valid as the boundary's contract says, for the duration of the call.
#[inline(always)]
pub unsafe fn lift<R>(
    observation: *const abi::Observation,
    proposal: *mut abi::Proposal,
    call: impl FnOnce(&mut Observation<'_>, &mut Proposal<'_>) -> R,
) -> R {
    // SAFETY: version 1.0 of both structures is the smallest that exists, so every field read here is inside them.
    let (raw, out) = unsafe { (&*observation, &mut *proposal) };
    // SAFETY: by the contract of `abi::Observation` and `abi::Proposal`.
    let (hyperparameters, signals, values) = unsafe {
        (slice(raw.hyperparameters, raw.n_hyperparameters), slice(raw.signals, raw.n_signals), slice_mut(out.values, out.n_values))
    };
    let mut proposal = Proposal { values, report: Report::NONE };
    let mut observation = Observation::new(raw.step, raw.loss, hyperparameters, signals);
    let result = match raw.evaluate {
        None => call(&mut observation, &mut proposal),
        // SAFETY: `evaluate` and `context` belong together and are valid during this call.
        Some(evaluate) => unsafe { lift_with(&observation, evaluate, raw.context, &mut proposal, call) },
    };
    out.report = proposal.report.0;
    result
}

/// # Safety
/// `evaluate` and `context` belong together and are valid during this call.
#[inline(never)]
unsafe fn lift_with<R>(
    plain: &Observation<'_>,
    evaluate: abi::Evaluate,
    context: *mut c_void,
    proposal: &mut Proposal<'_>,
    call: impl FnOnce(&mut Observation<'_>, &mut Proposal<'_>) -> R,
) -> R {
    let mut evaluator = |values: &[f64]| {
        let mut loss = f64::NAN;
        // SAFETY: by this function's contract.
        let status = unsafe { evaluate(context, values.as_ptr(), values.len(), &raw mut loss) };
        if status.is_done() { loss } else { f64::NAN }
    };
    let observation = Observation::new(plain.step, plain.loss, plain.hyperparameters, plain.signals);
    call(&mut observation.with_evaluator(&mut evaluator), proposal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw_proposal(values: &mut [f64]) -> abi::Proposal {
        abi::Proposal { struct_size: size_of::<abi::Proposal>() as u32, report: 0, values: values.as_mut_ptr(), n_values: values.len() }
    }

    #[test]
    fn lowering_and_lifting_is_the_identity() {
        let mut count = 0;
        let mut evaluator = |values: &[f64]| {
            count += 1;
            values[0] * 2.0
        };
        let mut observation = Observation::new(7, 0.5, &[1.0, 2.0], &[3.0]).with_evaluator(&mut evaluator);
        let mut values = [f64::NAN; 2];
        let mut out = raw_proposal(&mut values);
        lower(&mut observation, |raw| {
            // SAFETY: both structures were made above from live slices.
            unsafe {
                lift(raw, &raw mut out, |observation, proposal| {
                    assert_eq!((observation.step, observation.loss), (7, 0.5));
                    assert_eq!((observation.hyperparameters, observation.signals), (&[1.0, 2.0][..], &[3.0][..]));
                    proposal.values[1] = observation.evaluate(&[21.0, 0.0]).expect("an evaluator was passed");
                    proposal.report(Report::RESTART);
                });
            }
        });
        assert_eq!((out.report, values[1], count), (Report::RESTART.0, 42.0, 1));
        assert!(values[0].is_nan());
    }

    #[test]
    fn panic_of_the_evaluator_passes_around_the_controller() {
        let mut evaluator = |_: &[f64]| -> f64 { panic!("host side") };
        let mut observation = Observation::new(0, 0.0, &[], &[]).with_evaluator(&mut evaluator);
        let mut seen = None;
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            lower(&mut observation, |raw| {
                let mut out = raw_proposal(&mut []);
                // SAFETY: both structures were made above from live slices.
                unsafe { lift(raw, &raw mut out, |observation, _| seen = observation.evaluate(&[])) }
            })
        }));
        assert!(seen.is_some_and(f64::is_nan), "the controller saw a failed evaluation");
        assert_eq!(outcome.expect_err("the panic resumes").downcast_ref::<&str>(), Some(&"host side"));
    }
}
