//! Layout of version 1.0, as a number that a compiler with other packing rules would not reproduce.

use super::{ControllerTable, Entry, Instance, Observation, Proposal, Sink, Text};
use core::mem::offset_of;

/// FNV-1a over 64-bit words: `h <- (h xor word) * 0x100000001b3`, from `0xcbf29ce484222325`.
const fn fnv(words: &[usize]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut index = 0;
    while index < words.len() {
        hash = (hash ^ words[index] as u64).wrapping_mul(0x0100_0000_01b3);
        index += 1;
    }
    hash
}

/// Hash of pointer width and of the offset of every field of version 1.0. Fields appended by later minor versions are left out, so the number
/// stays the same throughout a major version.
pub const LAYOUT_HASH: u64 = fnv(&[
    size_of::<*const u8>(),
    offset_of!(Text, size),
    offset_of!(Sink, write),
    offset_of!(Observation, step),
    offset_of!(Observation, loss),
    offset_of!(Observation, hyperparameters),
    offset_of!(Observation, n_hyperparameters),
    offset_of!(Observation, signals),
    offset_of!(Observation, n_signals),
    offset_of!(Observation, evaluate),
    offset_of!(Observation, context),
    offset_of!(Proposal, report),
    offset_of!(Proposal, values),
    offset_of!(Proposal, n_values),
    offset_of!(Instance, table),
    offset_of!(Entry, struct_size),
    offset_of!(Entry, abi_major),
    offset_of!(Entry, abi_minor),
    offset_of!(Entry, layout_hash),
    offset_of!(Entry, describe),
    offset_of!(Entry, create),
    offset_of!(Entry, get_extension),
    offset_of!(ControllerTable, destroy),
    offset_of!(ControllerTable, propose),
    offset_of!(ControllerTable, propose_batch),
    offset_of!(ControllerTable, reset),
    offset_of!(ControllerTable, save_state),
    offset_of!(ControllerTable, load_state),
    offset_of!(ControllerTable, last_error),
    offset_of!(ControllerTable, get_extension),
]);

/// Whether a field of `size` bytes at `offset` lies inside a table of `struct_size` bytes.
#[must_use]
pub const fn present(struct_size: u32, offset: usize, size: usize) -> bool {
    offset + size <= struct_size as usize
}
