//! Normalised costs: values of different scenarios on one scale, lower is better.

use std::borrow::Cow;

use super::values::Values;
use crate::error::AnalysisError;
use crate::estimate::mean_of;
use crate::input::{AnalysisOptions, Direction, Normalisation, ResultTable};
use crate::sample::Strata;
use crate::test::midranks;
use crate::verdict::NormalisationInfo;

/// How the costs of every scenario follow from its values.
pub(super) struct Normalised {
    scales: Vec<Scale>,
    /// Costs by controller and scenario, where the values are held too.
    held: Option<Vec<Vec<Vec<f64>>>>,
    pub(super) info: NormalisationInfo,
    /// The method that `auto` came to.
    pub(super) method: Normalisation,
}

/// How a scenario's costs follow from its values.
#[derive(Clone, Copy, Debug)]
enum Scale {
    /// `sign value`.
    Signed(f64),
    /// `(value - zero) / (one - zero)`.
    Between(f64, f64),
    /// `sign (ln value - ln value of this controller under the same seed)`.
    LogRatio(f64, usize),
    /// Rank of `sign value` among the controllers under the same seed.
    Rank(f64),
}

impl Scale {
    fn costs(self, values: &Values, scenario: usize, controller: usize) -> Vec<f64> {
        let cell = values.of(scenario, controller);
        match self {
            Self::Signed(sign) => cell.iter().map(|value| sign * value).collect(),
            Self::Between(zero, one) => cell.iter().map(|value| (value - zero) / (one - zero)).collect(),
            Self::LogRatio(sign, reference) => {
                let log = |value: f64, base: f64| sign * (libm::log(value) - libm::log(base));
                cell.iter().zip(values.of(scenario, reference).iter()).map(|(&value, &base)| log(value, base)).collect()
            }
            Self::Rank(sign) => {
                let cells: Vec<_> = (0..values.n_controllers()).map(|c| values.of(scenario, c)).collect();
                let last = (cells.len() as f64 - 1.0).max(1.0);
                let rank = |seed| {
                    let row: Vec<f64> = cells.iter().map(|cell| sign * cell[seed]).collect();
                    (midranks(&row, |_| 0.0).0[controller] - 1.0) / last
                };
                (0..cell.len()).map(rank).collect()
            }
        }
    }
}

impl Normalised {
    /// The controller to which the costs of a scenario are ratios, if they are.
    pub(super) fn reference(&self, scenario: usize) -> Option<usize> {
        match self.scales[scenario] {
            Scale::LogRatio(_, reference) => Some(reference),
            Scale::Signed(_) | Scale::Between(..) | Scale::Rank(_) => None,
        }
    }

    fn costs(&self, values: &Values, scenario: usize, controller: usize) -> Cow<'_, [f64]> {
        match &self.held {
            Some(held) => held[controller][scenario].as_slice().into(),
            None => self.scales[scenario].costs(values, scenario, controller).into(),
        }
    }

    /// Costs of one controller by scenario.
    pub(super) fn strata(&self, values: &Values, controller: usize) -> Strata {
        let groups = (0..self.scales.len()).map(|scenario| self.costs(values, scenario, controller));
        Strata::of("normalised costs", groups).expect("normalised costs are finite")
    }

    /// Advantages of the first controller over the second, by scenario.
    pub(super) fn advantages(&self, values: &Values, a: usize, b: usize) -> Strata {
        let advantages = |scenario| {
            let (first, second) = (self.costs(values, scenario, a), self.costs(values, scenario, b));
            first.iter().zip(second.iter()).map(|(x, y)| y - x).collect::<Vec<f64>>()
        };
        Strata::of("normalised advantages", (0..self.scales.len()).map(advantages)).expect("normalised costs are finite")
    }

    /// All costs, in no particular grouping.
    pub(super) fn each(&self, values: &Values, mut visit: impl FnMut(f64)) {
        for controller in 0..values.n_controllers() {
            for scenario in 0..self.scales.len() {
                self.costs(values, scenario, controller).iter().for_each(|&cost| visit(cost));
            }
        }
    }
}

pub(super) fn normalise(table: &ResultTable, options: &AnalysisOptions, values: &Values) -> Result<Normalised, AnalysisError> {
    if options.normalisation != Normalisation::Auto {
        return apply(table, options, values, options.normalisation, String::from("asked for"));
    }
    let mut refused = Vec::new();
    for candidate in [Normalisation::OracleGap, Normalisation::LogRatio, Normalisation::MinMax] {
        if candidate == Normalisation::OracleGap
            && let Some((scenario, gap)) = narrow_gap(table)
        {
            refused
                .push(format!("oracle-gap would blow up in `{scenario}`, where the gap between best constant and oracle is {:.1} % of the constant, below 5 %", 100.0 * gap));
            continue;
        }
        let mut reason = String::from("chosen by `auto`");
        if !refused.is_empty() {
            reason.push_str(": ");
            reason.push_str(&refused.join("; "));
        }
        match apply(table, options, values, candidate, reason) {
            Ok(found) => return Ok(found),
            Err(AnalysisError::Normalisation { normalisation, scenario, reason }) => {
                refused.push(format!("{normalisation} is not possible in `{scenario}` ({reason})"));
            }
            Err(other) => return Err(other),
        }
    }
    apply(table, options, values, Normalisation::Rank, format!("chosen by `auto`: {}", refused.join("; ")))
}

/// Gap between best constant and oracle, as a share of the constant, below which `auto` does not divide by it: there a difference of a few per cent
/// of the loss would count as many gaps, and outweigh every other scenario.
const NARROW: f64 = 0.05;

/// The scenario with the narrowest gap, where that is too narrow to divide by.
fn narrow_gap(table: &ResultTable) -> Option<(&str, f64)> {
    let gap = |s: &'_ crate::input::ScenarioInfo| {
        let (oracle, constant) = (s.references.oracle_upper.or(s.references.oracle_lower)?, s.references.best_constant?);
        Some((constant - oracle).abs() / constant.abs())
    };
    let gaps = table.scenarios().iter().filter_map(|s| Some((s.name.as_str(), gap(s)?)));
    gaps.min_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, gap)| *gap < NARROW)
}

fn apply(
    table: &ResultTable,
    options: &AnalysisOptions,
    values: &Values,
    method: Normalisation,
    reason: String,
) -> Result<Normalised, AnalysisError> {
    let reference = options.reference.as_ref().and_then(|label| table.controllers().iter().position(|info| info.label == *label));
    let reference = reference.unwrap_or(0);
    let name = name(method);
    let (mut scales, mut held) = (Vec::new(), values.are_held().then(|| vec![Vec::new(); values.n_controllers()]));
    for scenario in 0..values.n_scenarios() {
        let refuse = |reason: String| AnalysisError::Normalisation {
            normalisation: name,
            scenario: table.scenarios()[scenario].name.clone(),
            reason,
        };
        let scale = scale(table, options.direction, values, scenario, method, reference).map_err(refuse)?;
        for controller in 0..values.n_controllers() {
            let costs = scale.costs(values, scenario, controller);
            if costs.iter().any(|cost| !cost.is_finite()) {
                return Err(refuse(String::from("a normalised cost overflows")));
            }
            if let Some(held) = &mut held {
                held[controller].push(costs);
            }
        }
        scales.push(scale);
    }
    let (formula, target) = formula(method, options.direction);
    let reference = (method == Normalisation::LogRatio).then(|| table.controllers()[reference].label.clone());
    let info = NormalisationInfo { method: name.to_owned(), formula: formula.to_owned(), reason, reference, target };
    Ok(Normalised { scales, held, info, method })
}

fn scale(
    table: &ResultTable,
    direction: Direction,
    values: &Values,
    scenario: usize,
    method: Normalisation,
    reference: usize,
) -> Result<Scale, String> {
    let sign = if direction == Direction::LowerIsBetter { 1.0 } else { -1.0 };
    let cells = || (0..values.n_controllers()).map(|controller| values.of(scenario, controller));
    match method {
        Normalisation::Raw | Normalisation::Auto => Ok(Scale::Signed(sign)),
        Normalisation::OracleGap => {
            let references = &table.scenarios()[scenario].references;
            let (Some(oracle), Some(constant)) = (references.oracle_upper.or(references.oracle_lower), references.best_constant) else {
                return Err(String::from("it has no oracle value or no best constant"));
            };
            if !(sign * (constant - oracle)).is_normal() || sign * (constant - oracle) <= 0.0 {
                return Err(format!("its best constant ({constant}) is no worse than its oracle ({oracle})"));
            }
            Ok(Scale::Between(oracle, constant))
        }
        Normalisation::LogRatio => {
            for cell in cells() {
                if let Some(value) = cell.iter().find(|value| **value <= 0.0) {
                    return Err(format!("it has a value of {value}, which is not positive"));
                }
            }
            Ok(Scale::LogRatio(sign, reference))
        }
        Normalisation::MinMax => {
            let means = cells().map(|cell| sign * mean_of(&cell));
            let (best, worst) = means.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), m| (low.min(m), high.max(m)));
            if !(worst - best).is_normal() {
                return Err(String::from("all controllers have the same mean"));
            }
            Ok(Scale::Between(sign * best, sign * worst))
        }
        Normalisation::Rank => Ok(Scale::Rank(sign)),
    }
}

fn name(method: Normalisation) -> &'static str {
    match method {
        Normalisation::Auto => "auto",
        Normalisation::Raw => "raw",
        Normalisation::OracleGap => "oracle-gap",
        Normalisation::LogRatio => "log-ratio",
        Normalisation::MinMax => "min-max",
        Normalisation::Rank => "rank",
    }
}

/// The formula in words, and the cost from which the optimality gap is measured.
fn formula(method: Normalisation, direction: Direction) -> (&'static str, f64) {
    match (method, direction) {
        (Normalisation::Raw | Normalisation::Auto, Direction::LowerIsBetter) => ("value", 0.0),
        (Normalisation::Raw | Normalisation::Auto, Direction::HigherIsBetter) => ("-value", 0.0),
        (Normalisation::OracleGap, _) => ("(value - oracle) / (best constant - oracle)", 0.0),
        (Normalisation::LogRatio, Direction::LowerIsBetter) => ("ln(value / value of the reference under the same seed)", 0.0),
        (Normalisation::LogRatio, Direction::HigherIsBetter) => ("ln(value of the reference under the same seed / value)", 0.0),
        (Normalisation::MinMax, _) => ("(value - best mean) / (worst mean - best mean)", 0.0),
        (Normalisation::Rank, _) => ("(rank - 1) / (controllers - 1) under the same seed", 0.0),
    }
}
