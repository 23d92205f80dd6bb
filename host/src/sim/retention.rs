//! What training on later tasks does to earlier ones. The tasks are the stretches between changes of the data: `R[k][i]` is the accuracy on task `i`, as its last
//! decision sees it, after training through task `k`; `b_i` that before any training.
//!
//! Average accuracy `mean_i R[T-1][i]`, backward transfer `mean_{i<T-1} (R[T-1][i] - R[i][i])`, forward transfer `mean_{i>0} (R[i-1][i] - b_i)` (Lopez-Paz, Ranzato 2017,
//! arXiv:1706.08840); forgetting `mean_{i<T-1} (max_{k<T-1} R[k][i] - R[T-1][i])` (Chaudhry et al. 2018, arXiv:1801.10112).

use crate::sim::regime::{Regime, Touches};
use crate::sim::scenario::Scenario;
use crate::sim::trainer::Training;
use serde::{Deserialize, Serialize};

/// Most tasks for which the table, quadratic in their number, is made.
const N_TASKS_MAX: usize = 16;

/// Accuracies on every task after every task.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Retention {
    /// Last decision of each task.
    ends: Vec<u64>,
    /// Accuracy on each task before training.
    untrained: Vec<f64>,
    /// `R`, a row a task that is over.
    rows: Vec<Vec<f64>>,
}

impl Retention {
    /// The tasks of an episode, seen before training; `None` where there is one task alone, or more than the table is made for, or an objective that cannot go back.
    pub(super) fn begin(scenario: &Scenario, regime: &Regime, training: &mut dyn Training) -> Option<Self> {
        let ends = ends(scenario, regime);
        if !(2..=N_TASKS_MAX).contains(&ends.len()) {
            return None;
        }
        let untrained = ends.iter().map(|&t| training.recall(t)).collect::<Option<Vec<f64>>>()?;
        Some(Self { ends, untrained, rows: Vec::new() })
    }

    /// Takes note of a decision that is over.
    pub(super) fn observe(&mut self, decision: u64, training: &mut dyn Training) {
        if self.ends.get(self.rows.len()) == Some(&decision) {
            self.rows.push(self.ends.iter().map(|&t| training.recall(t).unwrap_or(f64::NAN)).collect());
        }
    }

    /// A table as others have measured it.
    #[cfg(test)]
    pub(in crate::sim) fn of(rows: Vec<Vec<f64>>, untrained: Vec<f64>) -> Self {
        Self { ends: (0..rows.len() as u64).collect(), untrained, rows }
    }

    /// The table, once every task is over.
    fn table(&self) -> Option<&[Vec<f64>]> {
        (self.rows.len() == self.ends.len()).then_some(self.rows.as_slice())
    }

    /// Mean accuracy on all tasks at the end.
    #[must_use]
    pub fn average_accuracy(&self) -> Option<f64> {
        self.table().and_then(|r| mean(r[r.len() - 1].iter().copied()))
    }

    /// What later tasks add to earlier ones.
    #[must_use]
    pub fn backward_transfer(&self) -> Option<f64> {
        let r = self.table()?;
        let last = r.len() - 1;
        mean((0..last).map(|i| r[last][i] - r[i][i]))
    }

    /// What earlier tasks add to later ones before these begin.
    #[must_use]
    pub fn forward_transfer(&self) -> Option<f64> {
        let r = self.table()?;
        mean((1..r.len()).map(|i| r[i - 1][i] - self.untrained[i]))
    }

    /// How much of the best accuracy on each task is lost at the end.
    #[must_use]
    pub fn forgetting(&self) -> Option<f64> {
        let r = self.table()?;
        let last = r.len() - 1;
        mean((0..last).map(|i| r[..last].iter().map(|row| row[i]).fold(f64::NEG_INFINITY, f64::max) - r[last][i]))
    }
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> Option<f64> {
    let n = values.len();
    (n > 0).then(|| values.sum::<f64>() / n as f64)
}

/// Last decision of each stretch between changes of the data, those of the task itself and those of the regime.
fn ends(scenario: &Scenario, regime: &Regime) -> Vec<u64> {
    let alters = |label: &str| {
        let kinds = scenario.changes.iter().filter(|c| c.alteration.touches().intersects(Touches::DATA));
        kinds.map(|c| c.kind.as_str()).any(|kind| label == kind || label.strip_prefix("end of ") == Some(kind))
    };
    let mut starts: Vec<u64> = regime.points().iter().filter(|p| alters(&p.label)).map(|p| p.step).collect();
    let period = scenario.family.period();
    if let Some(n) = (scenario.n_steps * scenario.spec.optimizer_steps_per_decision).checked_div(period) {
        starts.extend((1..=n).map(|k| (k * period).div_ceil(scenario.spec.optimizer_steps_per_decision)));
    }
    starts.push(scenario.n_steps);
    starts.retain(|&t| t > 0 && t <= scenario.n_steps);
    starts.sort_unstable();
    starts.dedup();
    starts.into_iter().map(|t| t - 1).collect()
}
