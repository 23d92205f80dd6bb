//! A C instance as a `StableController`, and an [`Observation`] as its stable form.

use super::{StableController, StableController_TO, StableInstance, StableObservation, StableProposal};
use crate::abi::{Instance, Sink, Status, Text};
use crate::bridge::{lower, slice};
use crate::export::{Library, panic_message};
use crate::{Observation, abi};
use abi_stable::sabi_trait::TD_Opaque;
use abi_stable::std_types::{RResult, RSlice, RStr, RString, RVec};
use core::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The library's own C instance: one implementation of poisoning, resetting and messages serves both front ends.
struct Adapter {
    instance: Instance,
}

// SAFETY: the instance holds a `Slot` of a `Controller`, which is `Send`, and nothing else points to it.
unsafe impl Send for Adapter {}

impl Drop for Adapter {
    fn drop(&mut self) {
        let destroy = self.table().destroy.expect("the export macro fills every function");
        // SAFETY: made by `create`, destroyed once.
        unsafe { destroy(self.instance.data) };
    }
}

impl Adapter {
    fn table(&self) -> &'static abi::ControllerTable {
        // SAFETY: the table was made by this crate's macro in this very library, so it is whole and lives as long as the library.
        unsafe { &*self.instance.table }
    }
}

/// Appends to the `RVec` behind `context`.
unsafe extern "C" fn append(context: *mut c_void, data: *const u8, size: usize) -> Status {
    // SAFETY: `save_state` below passes a live vector, and the writer passes `size` readable bytes.
    unsafe { (*context.cast::<RVec<u8>>()).extend_from_slice(slice(data, size).into()) };
    Status::OK
}

impl StableController for Adapter {
    fn propose(&mut self, observation: &StableObservation<'_>, proposal: &mut StableProposal<'_>) -> i32 {
        let mut evaluate = |values: &[f64]| (observation.evaluate)(observation.context, values.into());
        let (step, loss) = (observation.step, observation.loss);
        let mut safe = Observation::new(step, loss, observation.hyperparameters.as_slice(), observation.signals.as_slice());
        if observation.context != 0 {
            safe = safe.with_evaluator(&mut evaluate);
        }
        let mut out = abi::Proposal {
            struct_size: size_of::<abi::Proposal>() as u32,
            report: 0,
            values: proposal.values.as_mut_ptr(),
            n_values: proposal.values.len(),
        };
        let propose = self.table().propose.expect("the export macro fills every function");
        // SAFETY: an own instance, and structures that live through the call.
        let status = lower(&mut safe, |raw| unsafe { propose(self.instance.data, raw, &raw mut out) });
        proposal.report = out.report;
        status.0
    }

    fn reset(&mut self, seed: u64) -> i32 {
        let reset = self.table().reset.expect("the export macro fills every function");
        // SAFETY: an own instance.
        unsafe { reset(self.instance.data, seed) }.0
    }

    fn save_state(&mut self, state: &mut RVec<u8>) -> i32 {
        let save = self.table().save_state.expect("the export macro fills every function");
        let sink = Sink { context: std::ptr::from_mut(state).cast(), write: Some(append) };
        // SAFETY: an own instance, and a sink that lives through the call.
        unsafe { save(self.instance.data, &raw const sink) }.0
    }

    fn load_state(&mut self, state: RSlice<'_, u8>) -> i32 {
        let load = self.table().load_state.expect("the export macro fills every function");
        // SAFETY: an own instance, and bytes that live through the call.
        unsafe { load(self.instance.data, state.as_ptr(), state.len()) }.0
    }

    fn last_error(&self) -> RString {
        let last_error = self.table().last_error.expect("the export macro fills every function");
        let mut text = Text::EMPTY;
        // SAFETY: an own instance; the text is copied before the next call.
        let bytes = unsafe {
            last_error(self.instance.data, &raw mut text);
            slice(text.data, text.size)
        };
        RString::from(String::from_utf8_lossy(bytes).into_owned())
    }
}

/// Makes an instance of the library's controller `id`.
pub fn create(library: &'static Library, id: RStr<'_>, config: RStr<'_>, episode: RStr<'_>, seed: u64) -> RResult<StableInstance, RString> {
    let made = catch_unwind(AssertUnwindSafe(|| library.find(id.as_str())?.create(config.as_str(), episode.as_str(), seed)));
    match made {
        Ok(Ok(instance)) => RResult::ROk(StableController_TO::from_value(Adapter { instance }, TD_Opaque)),
        Ok(Err(error)) => RResult::RErr(RString::from(error.to_string())),
        Err(panic) => RResult::RErr(RString::from(format!("panic: {}", panic_message(&*panic)))),
    }
}

extern "C" fn call(context: usize, values: RSlice<'_, f64>) -> f64 {
    // SAFETY: `raise` passes the address of an observation that lives through the call and has an evaluator.
    let raw = unsafe { &*(context as *const abi::Observation) };
    let mut loss = f64::NAN;
    let Some(evaluate) = raw.evaluate else {
        return loss;
    };
    // SAFETY: the parts of the observation belong together.
    let status = unsafe { evaluate(raw.context, values.as_ptr(), values.len(), &raw mut loss) };
    if status.is_done() { loss } else { f64::NAN }
}

/// The stable form of a C observation.
///
/// # Safety
/// The pointers of `raw` are valid during `'a`.
pub unsafe fn raise<'a>(raw: &'a abi::Observation) -> StableObservation<'a> {
    // SAFETY: by this function's contract.
    let (hyperparameters, signals) = unsafe { (slice(raw.hyperparameters, raw.n_hyperparameters), slice(raw.signals, raw.n_signals)) };
    let context = if raw.evaluate.is_some() { std::ptr::from_ref(raw) as usize } else { 0 };
    StableObservation {
        step: raw.step,
        loss: raw.loss,
        hyperparameters: hyperparameters.into(),
        signals: signals.into(),
        context,
        evaluate: call,
    }
}
