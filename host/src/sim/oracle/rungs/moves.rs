//! The moves of the searches over running states: stay, or shift one hyperparameter on its own scale.

use crate::sim::oracle::problem::{from_unit, to_unit};
use oha_plugin_api::HyperparameterSpec;

/// Shifts on the unit scale.
const SHIFTS: [f64; 4] = [-0.15, -0.03, 0.03, 0.15];

/// The row itself first, then every shift of every hyperparameter.
pub(super) fn around(specs: &[&HyperparameterSpec], row: &[f64]) -> Vec<Vec<f64>> {
    let mut rows = vec![row.to_vec()];
    for (slot, spec) in specs.iter().enumerate() {
        for shift in SHIFTS {
            let mut moved = row.to_vec();
            moved[slot] = from_unit(spec, to_unit(spec, row[slot]) + shift);
            if moved[slot] != row[slot] {
                rows.push(moved);
            }
        }
    }
    rows
}

/// Number of moves of `n` hyperparameters, at most.
pub(super) const fn count(n: usize) -> usize {
    1 + SHIFTS.len() * n
}
