//! What is measured of each episode. A new metric is one function and one line in [`registry`].
//!
//! A metric is `None` where it does not apply: the accuracy of a regression, the recovery of a regime without changes, the loss of an episode whose
//! controller faulted before the end. A diverged episode has every loss: the rest of it is scored at the ceiling.

mod adaptation;
mod answers;
mod cost;
mod metric;
mod performance;
mod recovery;
mod regret;
mod retention;
mod stability;

pub use metric::{Comparator, Compute, Direction, Measured, Metric};
pub use recovery::{AfterChange, RecoveryRule, after_changes};

use crate::sim::scenario::Scenario;
use metric::{metric, of_each};

/// The names of a scenario's metrics, in the order of [`measure`].
#[must_use]
pub fn names(scenario: &Scenario) -> Vec<String> {
    let mut names = Vec::new();
    for metric in registry() {
        match metric.compute {
            Compute::Episode(_) => names.push(metric.name.to_owned()),
            Compute::Hyperparameter(_) => {
                names.extend(scenario.space.controlled_specs().map(|h| format!("{}.{}", metric.name, h.name)));
            }
        }
    }
    names
}

/// Every metric of an episode with its name.
#[must_use]
pub fn measure(measured: &Measured<'_>) -> Vec<(String, Option<f64>)> {
    let mut values = Vec::new();
    for metric in registry() {
        match metric.compute {
            Compute::Episode(compute) => values.push(compute(measured)),
            Compute::Hyperparameter(compute) => {
                values.extend((0..measured.scenario.space.controlled().len()).map(|slot| compute(measured, slot)));
            }
        }
    }
    names(measured.scenario).into_iter().zip(values).collect()
}

/// The metric that a column belongs to: its name, or the part before the hyperparameter's.
#[must_use]
pub fn find(column: &str) -> Option<&'static Metric> {
    let name = column.split_once('.').map_or(column, |(name, _)| name);
    registry().iter().find(|m| m.name == name)
}

/// Every metric, in the order of the tables.
#[must_use]
pub const fn registry() -> &'static [Metric] {
    use Direction::{Higher, Lower, Neutral};
    const {
        &[
            metric("cumulative_loss", Lower, "loss x step", performance::cumulative_loss, "sum of the losses of all decisions"),
            metric("mean_loss", Lower, "loss", performance::mean_loss, "mean of the losses of all decisions"),
            metric("final_loss", Lower, "loss", performance::final_loss, "mean loss of the last tenth of the decisions (at least one)"),
            metric(
                "loss_area",
                Lower,
                "loss x step",
                performance::loss_area,
                "area under the loss curve by the trapezoidal rule, over steps",
            ),
            metric("final_accuracy", Higher, "1", performance::final_accuracy, "mean accuracy of the last tenth of the decisions"),
            metric("mean_accuracy", Higher, "1", performance::mean_accuracy, "mean accuracy of all decisions before divergence"),
            metric("kappa", Higher, "1", answers::kappa, "agreement of answers and labels beyond chance (Cohen), over all evaluations"),
            metric("kappa_majority", Higher, "1", answers::kappa_majority, "accuracy beyond that of the most frequent label (kappa M)"),
            metric(
                "kappa_temporal",
                Higher,
                "1",
                answers::kappa_temporal,
                "accuracy beyond that of answering with the label before (kappa T), for examples in order of time",
            ),
            metric(
                "average_accuracy",
                Higher,
                "1",
                retention::average_accuracy,
                "accuracy at the end on every task of the sequence that the changes of the data make, mean over tasks",
            ),
            metric(
                "backward_transfer",
                Higher,
                "1",
                retention::backward_transfer,
                "accuracy on a task at the end less that when its training ended, mean over tasks but the last",
            ),
            metric(
                "forward_transfer",
                Higher,
                "1",
                retention::forward_transfer,
                "accuracy on a task just before its training less that before any, mean over tasks but the first",
            ),
            metric(
                "forgetting",
                Lower,
                "1",
                retention::forgetting,
                "best accuracy on a task less that at the end, mean over tasks but the last",
            ),
            metric(
                "static_regret",
                Lower,
                "loss x step",
                regret::tuned_constant,
                "cumulative loss less that of the best constant, tuned on other seeds",
            ),
            metric(
                "hindsight_static_regret",
                Lower,
                "loss x step",
                regret::hindsight_constant,
                "cumulative loss less that of the constant that is best on this very seed",
            ),
            metric(
                "switching_regret",
                Lower,
                "loss x step",
                regret::segments,
                "cumulative loss less that of the best constants between the change points",
            ),
            metric(
                "k_switch_regret",
                Lower,
                "loss x step",
                regret::switches,
                "cumulative loss less that of the best schedule with at most K switches, wherever they are",
            ),
            metric("dynamic_regret", Lower, "loss x step", regret::dynamic, "cumulative loss less that of the best schedule known"),
            metric(
                "normalized_regret",
                Lower,
                "1",
                regret::normalized,
                "dynamic regret as a share of the best constant's: 0 is the best schedule, 1 the best constant",
            ),
            metric("diverged", Lower, "1", stability::diverged, "1 when training diverged, else 0"),
            metric("divergence_step", Higher, "step", stability::divergence_step, "first decision scored at the ceiling"),
            metric("n_violations", Lower, "1", stability::n_violations, "decisions at which the guard had to correct a proposal"),
            metric("n_loss_spikes", Lower, "1", stability::n_loss_spikes, stability::SPIKE_SUMMARY),
            metric("n_rollbacks", Neutral, "1", stability::n_rollbacks, "rollbacks that the controller reported"),
            metric("n_restarts", Neutral, "1", stability::n_restarts, "restarts of its schedule or search that the controller reported"),
            metric("n_drift_detections", Neutral, "1", stability::n_drift_detections, "drifts that the controller reported"),
            of_each("update_frequency", "1", adaptation::update_frequency, "share of the decisions after the first that changed the value"),
            of_each(
                "update_magnitude",
                "1",
                adaptation::update_magnitude,
                "mean absolute change a decision; of the natural logarithm where the scale is logarithmic",
            ),
            metric(
                "degradation_depth",
                Lower,
                "loss",
                recovery::mean_depth,
                "largest loss after a change less the level before it, mean over changes",
            ),
            metric(
                "degradation_area",
                Lower,
                "loss x step",
                recovery::mean_area,
                "sum of the losses above the mean before a change until recovery, mean over changes",
            ),
            metric(
                "recovery_time",
                Lower,
                "step",
                recovery::restricted_mean_time,
                "decisions until recovery, mean over changes; a change without recovery counts the whole time observed",
            ),
            metric(
                "n_unrecovered",
                Lower,
                "1",
                recovery::n_unrecovered,
                "changes after which the loss did not recover in the time observed",
            ),
            metric(
                "relative_recovery_time",
                Lower,
                "1",
                recovery::relative_time,
                "(recovery time + 1) over that of the best schedule known, geometric mean over changes",
            ),
            metric(
                "absolute_recovery_rate",
                Higher,
                "1",
                recovery::absolute_rate,
                "how far the best loss since a change has come from the first one to the floor, mean over its steps and over changes; 1 is at once",
            ),
            metric("n_optimizer_steps", Neutral, "step", cost::n_optimizer_steps, "optimizer steps taken"),
            metric("n_evaluations", Lower, "1", cost::n_evaluations, "extra loss evaluations that the controller asked for"),
            metric(
                "flops",
                Lower,
                "1",
                cost::flops,
                "floating-point operations by count: a step's for each step, a third of it for each evaluation",
            ),
        ]
    }
}

#[cfg(test)]
pub(in crate::sim) mod reference;
#[cfg(test)]
mod tests;
