//! What the kernels' tests share: inputs, and the tour of the widths.

use super::{Width, available, current, force, normal};
use crate::sim::rng::SeedKey;
use std::sync::{Mutex, PoisonError};

/// The width is one for the process: one tour at a time.
static TOUR: Mutex<()> = Mutex::new(());

/// Runs `f` on every width of this processor; the widest at the end.
pub(crate) fn on_each_width(mut f: impl FnMut(Width)) {
    let guard = TOUR.lock().unwrap_or_else(PoisonError::into_inner);
    for width in available() {
        force(width).unwrap();
        assert_eq!(current(), width);
        f(width);
    }
    drop(guard);
}

/// Standard normal numbers, a function of `seed`.
pub(crate) fn noise(seed: u64, n: usize) -> Vec<f32> {
    let mut draws = SeedKey::study(seed).at(0);
    (0..n).map(|_| normal::one(&mut draws) as f32).collect()
}

/// Fails unless `f` writes the same bits on every width.
pub(crate) fn same_bits(what: &str, mut f: impl FnMut() -> Vec<f32>) {
    let mut first: Option<Vec<u32>> = None;
    on_each_width(|width| {
        let bits: Vec<u32> = f().iter().map(|x| x.to_bits()).collect();
        let expected = first.get_or_insert_with(|| bits.clone());
        assert!(*expected == bits, "{what}: {} differs from the baseline", width.name());
    });
}
