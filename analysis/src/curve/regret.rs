//! Regret of a sequence of choices against a table of the losses of all choices (no state: the losses do not depend on the past).

use crate::error::StatError;
use crate::sum::exact_sum;

/// Regret against the best choice of each step and against the best fixed choice.
#[derive(Clone, Debug, PartialEq)]
pub struct Regret {
    /// Loss of the choice minus the least loss, at each step.
    pub instant: Vec<f64>,
    /// Running sum of `instant`.
    pub cumulative: Vec<f64>,
    /// Sum of `instant`.
    pub dynamic_regret: f64,
    /// Total loss minus the total loss of the best fixed choice; may be negative.
    pub static_regret: f64,
}

/// Computes both kinds: `losses[step][choice]`, `chosen[step]`.
///
/// # Errors
/// No step, different numbers of steps or choices, a loss that is NaN or infinite, a choice that does not exist.
pub fn regret(losses: &[Vec<f64>], chosen: &[usize]) -> Result<Regret, StatError> {
    let Some(first) = losses.first() else {
        return Err(StatError::Empty { sample: String::from("losses"), allowed: 1 });
    };
    if losses.len() != chosen.len() {
        return Err(StatError::Unpaired { first: losses.len(), second: chosen.len() });
    }
    let mut instant = Vec::with_capacity(losses.len());
    for (step, (row, &choice)) in losses.iter().zip(chosen).enumerate() {
        crate::sample::check(&format!("losses of step {step}"), row)?;
        if row.len() != first.len() {
            return Err(StatError::Unpaired { first: first.len(), second: row.len() });
        }
        let Some(loss) = row.get(choice) else {
            return Err(StatError::Parameter { parameter: "chosen", found: choice as f64, allowed: "an index of a loss of the step" });
        };
        instant.push(loss - row.iter().copied().fold(f64::INFINITY, f64::min));
    }
    let cumulative: Vec<f64> = (1..=instant.len()).map(|upto| exact_sum(instant[..upto].iter().copied())).collect();
    let total = exact_sum(losses.iter().zip(chosen).map(|(row, &choice)| row[choice]));
    let fixed = (0..first.len()).map(|arm| exact_sum(losses.iter().map(|row| row[arm]))).fold(f64::INFINITY, f64::min);
    Ok(Regret { dynamic_regret: cumulative[cumulative.len() - 1], static_regret: total - fixed, instant, cumulative })
}
