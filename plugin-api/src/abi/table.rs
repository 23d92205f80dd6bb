//! The two tables of functions: of the library, and of an instance.

use super::{Observation, Proposal, Sink, Status, Text};
use core::ffi::{c_char, c_void};

/// Fills `out` with a JSON array of [`crate::Descriptor`]s that lives as long as the library.
pub type Describe = unsafe extern "C" fn(out: *mut Text) -> Status;
/// Makes an instance; see [`Entry::create`].
pub type Create = unsafe extern "C" fn(
    id: *const c_char,
    config_json: *const c_char,
    episode_json: *const c_char,
    seed: u64,
    out: *mut Instance,
    error: *const Sink,
) -> Status;
/// Finds an optional table by its name; null where it is not known.
pub type LibraryExtension = unsafe extern "C" fn(id: *const c_char) -> *const c_void;

/// What a library exports as [`super::ENTRY_SYMBOL`].
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Entry {
    /// [`super::MAGIC`].
    pub magic: u64,
    /// Size of this structure in bytes, as the library knows it.
    pub struct_size: u32,
    /// [`super::MAJOR`].
    pub abi_major: u32,
    /// [`super::MINOR`].
    pub abi_minor: u32,
    /// Zero.
    pub reserved: u32,
    /// [`super::LAYOUT_HASH`], computed by the compiler that built the library.
    pub layout_hash: u64,
    /// Tells what the library holds; callable before any instance exists.
    pub describe: Option<Describe>,
    /// Makes an instance of controller `id` for one episode. `config_json` is an object that holds every parameter without a derived default;
    /// `episode_json` is a [`crate::EpisodeSpec`]. On failure a reason is written to `error` and `out` stays untouched.
    pub create: Option<Create>,
    /// Optional tables of the library; may be null.
    pub get_extension: Option<LibraryExtension>,
}

/// An instance: its data and its functions. The table lives as long as the library.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Instance {
    /// First argument of every function.
    pub data: *mut c_void,
    /// The functions.
    pub table: *const ControllerTable,
}

/// Releases the instance.
pub type Destroy = unsafe extern "C" fn(data: *mut c_void);
/// Reads the observation, writes the proposal.
pub type Propose = unsafe extern "C" fn(data: *mut c_void, observation: *const Observation, proposal: *mut Proposal) -> Status;
/// See [`ControllerTable::propose_batch`].
pub type ProposeBatch = unsafe extern "C" fn(
    data: *const *mut c_void,
    observations: *const *const Observation,
    proposals: *const *mut Proposal,
    n: usize,
    n_done: *mut usize,
) -> Status;
/// Starts again with `seed`.
pub type Reset = unsafe extern "C" fn(data: *mut c_void, seed: u64) -> Status;
/// Writes the whole changing state to `out`.
pub type SaveState = unsafe extern "C" fn(data: *mut c_void, out: *const Sink) -> Status;
/// Reads what `save_state` wrote.
pub type LoadState = unsafe extern "C" fn(data: *mut c_void, state: *const u8, size: usize) -> Status;
/// The reason of the last status of this instance that was not ok; borrowed until its next call.
pub type LastError = unsafe extern "C" fn(data: *mut c_void, out: *mut Text) -> Status;
/// Finds an optional table by its name; null where it is not known.
pub type Extension = unsafe extern "C" fn(data: *mut c_void, id: *const c_char) -> *const c_void;

/// The functions of an instance. `destroy`, `propose` and `reset` are required, the others may be null.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct ControllerTable {
    /// Size of this structure in bytes, as the library knows it.
    pub struct_size: u32,
    /// Zero.
    pub reserved: u32,
    /// Releases the instance; called once, also after a failed call.
    pub destroy: Option<Destroy>,
    /// Proposes the hyperparameters of one step.
    pub propose: Option<Propose>,
    /// As `propose` for `i = 0 .. n - 1` with `data[i]`, `observations[i]`, `proposals[i]`, in this order, where the same instance may
    /// occur several times. Stops at the first status that is neither ok nor warning, and writes the number of finished ones to `n_done`.
    pub propose_batch: Option<ProposeBatch>,
    /// Makes the instance equal to a fresh one with `seed`.
    pub reset: Option<Reset>,
    /// Writes the state; [`Status::DISCARD`] where saving is not supported.
    pub save_state: Option<SaveState>,
    /// Restores a state into an instance of the same configuration and episode; refused bytes leave it unchanged.
    pub load_state: Option<LoadState>,
    /// Explains the last failure.
    pub last_error: Option<LastError>,
    /// Optional tables of the instance.
    pub get_extension: Option<Extension>,
}
