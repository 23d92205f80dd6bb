//! What [`crate::export_controller`] expands to: the C table over safe controllers.
//!
//! Every function catches panics. A caught panic poisons the instance: each further call but `reset` and `destroy` returns
//! [`crate::abi::Status::FATAL`].

mod library;
mod slot;

pub use library::{Library, Registration};
pub(crate) use slot::panic_message;

/// A controller behind a pointer, for hosts that link controllers directly; every [`crate::Controller`] is one.
pub trait DynController: Send {
    /// See [`crate::Controller::propose`].
    ///
    /// # Errors
    /// When the controller cannot go on.
    fn propose(
        &mut self,
        observation: &mut crate::Observation<'_>,
        proposal: &mut crate::Proposal<'_>,
    ) -> Result<(), crate::ControllerError>;

    /// See [`crate::Controller::save_state`].
    fn save_state(&self, state: &mut Vec<u8>) -> bool;

    /// See [`crate::Controller::load_state`].
    ///
    /// # Errors
    /// When the bytes are not a state of this controller.
    fn load_state(&mut self, state: &[u8]) -> Result<(), crate::ControllerError>;
}

impl<C: crate::Controller> DynController for C {
    fn propose(
        &mut self,
        observation: &mut crate::Observation<'_>,
        proposal: &mut crate::Proposal<'_>,
    ) -> Result<(), crate::ControllerError> {
        crate::Controller::propose(self, observation, proposal)
    }

    fn save_state(&self, state: &mut Vec<u8>) -> bool {
        crate::Controller::save_state(self, state)
    }

    fn load_state(&mut self, state: &[u8]) -> Result<(), crate::ControllerError> {
        crate::Controller::load_state(self, state)
    }
}

/// Exports controllers from a `cdylib`: `export_controller!(Cosine, StepDecay);`, once in the crate's root.
///
/// Defines the symbol `oha_controller_entry`, and a function `controllers()` for programs that link the crate directly. With the
/// feature `abi_stable` it also exports the layout-checked root module.
///
/// Crates that export may be linked together into one program only where the linker is told to accept the repeated symbol
/// (`-Wl,-z,muldefs` with GNU and LLVM linkers).
#[macro_export]
macro_rules! export_controller {
    ($($controller:ty),+ $(,)?) => {
        static OHA_LIBRARY: $crate::export::Library =
            $crate::export::Library::new(&[$($crate::export::Registration::of::<$controller>()),+]);

        /// The controllers of this library, for programs that link it directly.
        #[must_use]
        pub fn controllers() -> &'static [$crate::export::Registration] {
            OHA_LIBRARY.registrations()
        }

        #[doc(hidden)]
        #[allow(non_upper_case_globals, missing_docs)]
        #[unsafe(no_mangle)]
        pub static oha_controller_entry: $crate::abi::Entry = {
            unsafe extern "C" fn describe(out: *mut $crate::abi::Text) -> $crate::abi::Status {
                // SAFETY: the caller keeps the boundary's contract.
                unsafe { OHA_LIBRARY.describe(out) }
            }
            unsafe extern "C" fn create(
                id: *const ::core::ffi::c_char,
                config_json: *const ::core::ffi::c_char,
                episode_json: *const ::core::ffi::c_char,
                seed: u64,
                out: *mut $crate::abi::Instance,
                error: *const $crate::abi::Sink,
            ) -> $crate::abi::Status {
                // SAFETY: the caller keeps the boundary's contract.
                unsafe { OHA_LIBRARY.create(id, config_json, episode_json, seed, out, error) }
            }
            $crate::export::Library::entry(describe, create)
        };

        $crate::__export_stable!(OHA_LIBRARY);
    };
}
