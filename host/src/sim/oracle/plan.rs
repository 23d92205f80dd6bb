//! What an open-loop comparator applies, before it is laid over the changes of a seed.

use super::moments::Moments;
use super::optimum::{self, Effort};
use crate::sim::regime::Regime;
use crate::sim::scenario::Scenario;
use serde::{Deserialize, Serialize};

/// Most segments of a piecewise-constant plan; of more change points every second, third, ... is taken.
const SEGMENTS_MAX: usize = 32;

/// An open-loop plan. Rows hold one value for each controlled hyperparameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// One row for all steps.
    Constant(Vec<f64>),
    /// One row for each segment between [`boundaries`], row-major.
    Segments(Vec<f64>),
    /// One row for each start, row-major; the same starts on every seed, the first one 0.
    Switches {
        /// First step of each row, ascending.
        starts: Vec<u64>,
        /// The rows.
        rows: Vec<f64>,
    },
    /// One row for each step, row-major.
    Steps(Vec<f64>),
    /// The greedy learning rates of the expected loss, computed anew for the change times of each seed.
    Greedy,
    /// The best learning rates found for the expected loss, computed anew for the change times of each seed.
    Optimal,
}

impl Plan {
    /// The rows of every step under a seed's changes (a constant needs one only), as [`crate::sim::policy::Schedule`] takes them.
    #[must_use]
    pub fn rows(&self, scenario: &Scenario, regime: &Regime) -> Vec<f64> {
        match self {
            Self::Constant(row) => row.clone(),
            Self::Steps(rows) => rows.clone(),
            Self::Segments(rows) => piecewise(&boundaries(regime, scenario.n_steps), rows, scenario),
            Self::Switches { starts, rows } => piecewise(starts, rows, scenario),
            Self::Greedy => expected(scenario, regime).greedy(),
            Self::Optimal => {
                let m = expected(scenario, regime);
                optimum::search(&m, optimum::usual_rate(&m), Effort { n_random: 0, n_evaluations: 2000 }).rates
            }
        }
    }
}

/// The rows in force at every step; where there are more starts than rows, the last row stays.
fn piecewise(starts: &[u64], rows: &[f64], scenario: &Scenario) -> Vec<f64> {
    let n = scenario.space.controlled().len();
    let mut segment = 0;
    let mut all = Vec::with_capacity(scenario.n_steps as usize * n);
    for t in 0..scenario.n_steps {
        while starts.get(segment + 1).is_some_and(|&start| t >= start) {
            segment += 1;
        }
        let row = segment.min(rows.len() / n - 1);
        all.extend_from_slice(&rows[row * n..(row + 1) * n]);
    }
    all
}

fn expected(scenario: &Scenario, regime: &Regime) -> Moments {
    Moments::of(scenario, regime).expect("such a plan is made where the expected loss is known")
}

/// First step of each segment: 0, and the beginning and completion of every change.
#[must_use]
pub fn boundaries(regime: &Regime, n_steps: u64) -> Vec<u64> {
    let mut starts: Vec<u64> = regime.points().iter().flat_map(|p| [p.step, p.end]).filter(|&t| t > 0 && t < n_steps).collect();
    starts.push(0);
    starts.sort_unstable();
    starts.dedup();
    let stride = starts.len().div_ceil(SEGMENTS_MAX);
    starts.into_iter().step_by(stride).collect()
}
