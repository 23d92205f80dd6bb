//! What is passed at each call: text, byte sinks, observations and proposals.

use super::Status;
use core::ffi::c_void;

/// Borrowed UTF-8 text. The function that fills it says how long it lives.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Text {
    /// First byte; may be null when `size` is 0. No terminator is needed.
    pub data: *const u8,
    /// Number of bytes.
    pub size: usize,
}

impl Text {
    /// No text.
    pub const EMPTY: Self = Self { data: core::ptr::null(), size: 0 };

    /// Borrows `text`.
    #[must_use]
    pub const fn of(text: &str) -> Self {
        Self { data: text.as_ptr(), size: text.len() }
    }
}

/// Takes bytes; may be called several times, the pieces are joined.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Sink {
    /// First argument of `write`.
    pub context: *mut c_void,
    /// Copies `size` bytes at `data`.
    pub write: Option<unsafe extern "C" fn(context: *mut c_void, data: *const u8, size: usize) -> Status>,
}

/// Computes the loss after a hypothetical update with the `n_values` hyperparameters at `values`.
pub type Evaluate = unsafe extern "C" fn(context: *mut c_void, values: *const f64, n_values: usize, loss: *mut f64) -> Status;

/// The observation of the past; valid during the call. See [`crate::Observation`] for the meaning of each value.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Observation {
    /// Size of this structure in bytes, as the host knows it.
    pub struct_size: u32,
    /// Zero.
    pub reserved: u32,
    /// Index of the decision.
    pub step: u64,
    /// Evaluation metric after the last update; NaN where there is none.
    pub loss: f64,
    /// The hyperparameters that were applied last.
    pub hyperparameters: *const f64,
    /// Their number.
    pub n_hyperparameters: usize,
    /// The declared signals.
    pub signals: *const f64,
    /// Their number.
    pub n_signals: usize,
    /// Null unless the controller declared information class `evaluations`.
    pub evaluate: Option<Evaluate>,
    /// First argument of `evaluate`.
    pub context: *mut c_void,
}

/// Where a controller writes its proposal; valid during the call.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Proposal {
    /// Size of this structure in bytes, as the host knows it.
    pub struct_size: u32,
    /// Flags of [`crate::Report`]; 0 on entry.
    pub report: u32,
    /// One place for each hyperparameter of the episode; NaN on entry.
    pub values: *mut f64,
    /// Number of places; set by the host, not to be changed.
    pub n_values: usize,
}
