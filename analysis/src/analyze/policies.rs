//! The bracket: what the other missing policies would have said.

use super::context::Context;
use super::normalise::normalise;
use super::values::primary;
use crate::error::AnalysisError;
use crate::estimate::mean_of;
use crate::input::{MissingPolicy, Status};
use crate::verdict::PolicyOutcome;

/// Outcomes under each policy; empty where every episode completed.
pub(super) fn outcomes(context: &Context) -> Vec<PolicyOutcome> {
    let n_affected = context.table.statuses().iter().filter(|status| **status != Status::Completed).count();
    if n_affected == 0 {
        return Vec::new();
    }
    let mut outcomes: Vec<PolicyOutcome> = [MissingPolicy::CeilingScore, MissingPolicy::WorstRank]
        .into_iter()
        .map(|policy| {
            let means = means(context, policy);
            PolicyOutcome {
                policy: policy.name().to_owned(),
                in_force: policy == context.options.missing_policy,
                obstacle: means.as_ref().err().map(ToString::to_string),
                means: means.unwrap_or_else(|_| vec![None; context.values.n_controllers()]),
                n_affected,
            }
        })
        .collect();
    outcomes.push(PolicyOutcome {
        policy: String::from("completed-only"),
        in_force: false,
        obstacle: None,
        means: completed_only(context),
        n_affected,
    });
    outcomes
}

/// Mean normalised cost of each controller under a policy, with the normalisation in force.
fn means(context: &Context, policy: MissingPolicy) -> Result<Vec<Option<f64>>, AnalysisError> {
    let values = primary(context.table, context.options, policy)?;
    let mut options = context.options.clone();
    options.normalisation = context.normalised.method;
    let normalised = normalise(context.table, &options, &values)?;
    Ok((0..values.n_controllers()).map(|controller| Some(mean_of(&normalised.strata(&values, controller).means()))).collect())
}

/// Means over the scenarios of the costs of completed episodes alone, those of the reference included where costs are ratios to it; a scenario in which none
/// completed is left out.
fn completed_only(context: &Context) -> Vec<Option<f64>> {
    let mean = |controller: usize| {
        let costs = context.normalised.strata(&context.values, controller);
        let mut means = Vec::new();
        for scenario in 0..context.values.n_scenarios() {
            let statuses = |controller| &context.table.statuses()[context.table.cell(scenario, controller)];
            let reference = context.normalised.reference(scenario).unwrap_or(controller);
            let both = statuses(controller).iter().zip(statuses(reference)).zip(costs.group(scenario));
            let completed = both.filter(|((own, other), _)| [**own, **other] == [Status::Completed; 2]);
            let completed: Vec<f64> = completed.map(|(_, cost)| *cost).collect();
            if !completed.is_empty() {
                means.push(mean_of(&completed));
            }
        }
        if means.is_empty() { None } else { Some(mean_of(&means)) }
    };
    (0..context.values.n_controllers()).map(mean).collect()
}
