//! One instance behind the C table.

use crate::abi::{ControllerTable, Instance, Observation, Proposal, Sink, Status, Text};
use crate::bridge::{lift, slice};
use crate::{Config, Controller, ControllerError, EpisodeSpec};
use core::ffi::c_void;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A controller with all that `reset` needs to make it anew.
pub(super) struct Slot<C> {
    controller: C,
    config: Config,
    spec: EpisodeSpec,
    /// Reason of the last failure.
    message: String,
    /// Reused by `save_state`.
    scratch: Vec<u8>,
    /// A panic left the controller in an unknown state.
    poisoned: bool,
}

/// The text of a caught panic.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> &str {
    panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}

impl<C: Controller> Slot<C> {
    const TABLE: ControllerTable = ControllerTable {
        struct_size: size_of::<ControllerTable>() as u32,
        reserved: 0,
        destroy: Some(Self::destroy),
        propose: Some(Self::propose),
        propose_batch: Some(Self::propose_batch),
        reset: Some(Self::reset),
        save_state: Some(Self::save_state),
        load_state: Some(Self::load_state),
        last_error: Some(Self::last_error),
        get_extension: None,
    };

    pub(super) fn create(config_json: &str, spec_json: &str, seed: u64) -> Result<Instance, ControllerError> {
        let values = serde_json::from_str(config_json).map_err(|e| ControllerError::new(format!("configuration is not JSON: {e}")))?;
        let config = Config::check(&C::descriptor(), &values)?;
        let spec: EpisodeSpec =
            serde_json::from_str(spec_json).map_err(|e| ControllerError::new(format!("episode specification is not understood: {e}")))?;
        let controller = C::new(&config, &spec, seed)?;
        let slot = Box::new(Self { controller, config, spec, message: String::new(), scratch: Vec::new(), poisoned: false });
        Ok(Instance { data: Box::into_raw(slot).cast(), table: &Self::TABLE })
    }

    /// # Safety
    /// `data` is a slot of this type that nobody else uses now.
    unsafe fn of<'a>(data: *mut c_void) -> &'a mut Self {
        // SAFETY: by this function's contract.
        unsafe { &mut *data.cast::<Self>() }
    }

    /// Runs `call` unless the instance is poisoned; a panic poisons it.
    #[inline(always)]
    fn guarded(&mut self, call: impl FnOnce(&mut Self) -> Result<Status, ControllerError>) -> Status {
        if self.poisoned {
            return Status::FATAL;
        }
        match catch_unwind(AssertUnwindSafe(|| call(self))) {
            Ok(Ok(status)) => status,
            Ok(Err(error)) => self.failed(&error),
            Err(panic) => self.panicked(&*panic),
        }
    }

    #[cold]
    fn failed(&mut self, error: &ControllerError) -> Status {
        self.message = error.to_string();
        Status::ERROR
    }

    #[cold]
    fn panicked(&mut self, panic: &(dyn Any + Send)) -> Status {
        self.poisoned = true;
        self.message = format!("panic: {}", panic_message(panic));
        Status::FATAL
    }

    /// One decision, for a caller that catches panics.
    ///
    /// # Safety
    /// Both structures are valid during the call.
    #[inline(always)]
    unsafe fn decide(&mut self, observation: *const Observation, proposal: *mut Proposal) -> Status {
        if self.poisoned {
            return Status::FATAL;
        }
        // SAFETY: by this function's contract.
        match unsafe { lift(observation, proposal, |observation, proposal| self.controller.propose(observation, proposal)) } {
            Ok(()) => Status::OK,
            Err(error) => self.failed(&error),
        }
    }

    unsafe extern "C" fn propose(data: *mut c_void, observation: *const Observation, proposal: *mut Proposal) -> Status {
        // SAFETY: the host keeps the boundary's contract: an own instance, and structures that are valid during the call.
        let decided = catch_unwind(|| unsafe { Self::of(data).decide(observation, proposal) });
        // SAFETY: as above; the call is over.
        decided.unwrap_or_else(|panic| unsafe { Self::of(data) }.panicked(&*panic))
    }

    unsafe extern "C" fn propose_batch(
        data: *const *mut c_void,
        observations: *const *const Observation,
        proposals: *const *mut Proposal,
        n: usize,
        n_done: *mut usize,
    ) -> Status {
        // SAFETY: the host keeps the boundary's contract: `n` entries each, valid as in `propose`.
        let (data, observations, proposals) = unsafe { (slice(data, n), slice(observations, n), slice(proposals, n)) };
        let mut done = 0;
        let decided = catch_unwind(AssertUnwindSafe(|| {
            for ((&data, &observation), &proposal) in data.iter().zip(observations).zip(proposals) {
                // SAFETY: as above; the same instance may stand at several places, so it is borrowed for one decision only.
                let status = unsafe { Self::of(data).decide(observation, proposal) };
                if !status.is_done() {
                    return status;
                }
                done += 1;
            }
            Status::OK
        }));
        // SAFETY: the decision that panicked is the first that is not done, and `n_done` may be written.
        unsafe {
            n_done.write(done);
            decided.unwrap_or_else(|panic| Self::of(data[done]).panicked(&*panic))
        }
    }

    unsafe extern "C" fn reset(data: *mut c_void, seed: u64) -> Status {
        // SAFETY: the host keeps the boundary's contract.
        let slot = unsafe { Self::of(data) };
        slot.poisoned = false;
        slot.guarded(|slot| {
            slot.controller = C::new(&slot.config, &slot.spec, seed)?;
            Ok(Status::OK)
        })
    }

    unsafe extern "C" fn save_state(data: *mut c_void, out: *const Sink) -> Status {
        // SAFETY: the host keeps the boundary's contract.
        let (slot, sink) = unsafe { (Self::of(data), &*out) };
        slot.guarded(|slot| {
            slot.scratch.clear();
            if !slot.controller.save_state(&mut slot.scratch) {
                return Ok(Status::DISCARD);
            }
            let write = sink.write.ok_or_else(|| ControllerError::new("the sink has no function"))?;
            // SAFETY: the parts of the sink belong together.
            Ok(unsafe { write(sink.context, slot.scratch.as_ptr(), slot.scratch.len()) })
        })
    }

    unsafe extern "C" fn load_state(data: *mut c_void, state: *const u8, size: usize) -> Status {
        // SAFETY: the host keeps the boundary's contract.
        let (slot, state) = unsafe { (Self::of(data), slice(state, size)) };
        slot.guarded(|slot| slot.controller.load_state(state).map(|()| Status::OK))
    }

    unsafe extern "C" fn last_error(data: *mut c_void, out: *mut Text) -> Status {
        // SAFETY: the host keeps the boundary's contract.
        unsafe { out.write(Text::of(&Self::of(data).message)) };
        Status::OK
    }

    unsafe extern "C" fn destroy(data: *mut c_void) {
        // SAFETY: the host calls this once, with the pointer that `create` made.
        let slot = unsafe { Box::from_raw(data.cast::<Self>()) };
        // A destructor that panics has nobody left to tell.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(slot)));
    }
}
