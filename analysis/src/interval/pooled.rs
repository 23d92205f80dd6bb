//! Interval of a mean over scenarios, for either claim.

use super::mean::STUDENTIZED_MIN;
use super::{Bootstrap, student_t_interval, studentized_stratified_interval};
use crate::distribution::student_t_quantile;
use crate::error::StatError;
use crate::estimate::{mean_of, variance_of};
use crate::input::Claim;
use crate::resample::{LARGE, Plan, Resampler, Statistic};
use crate::sample::{Sample, Strata, check_level};
use crate::verdict::Estimate;

/// Student's t of the mean of the strata's means, degrees of freedom by Welch and Satterthwaite: the claim is about these strata.
///
/// # Errors
/// A stratum with fewer than two values; a level outside `(0, 1)`.
pub fn stratified_t_interval(strata: &Strata, level: f64) -> Result<Estimate, StatError> {
    check_level(level)?;
    if let Some(group) = (0..strata.n_groups()).find(|&group| strata.group(group).len() < 2) {
        let sample = format!("group {group}");
        return Err(StatError::TooFew { sample, found: 1, allowed: 2, method: "a t interval within scenarios" });
    }
    let k = strata.n_groups() as f64;
    let value = mean_of(&strata.means());
    let (mut total, mut freedom) = (0.0, 0.0);
    for group in strata.groups() {
        let n = group.len() as f64;
        let part = variance_of(group) / n;
        total += part;
        freedom += part * part / (n - 1.0);
    }
    let half = if total > 0.0 { student_t_quantile(0.5 * (1.0 + level), total * total / freedom) * total.sqrt() / k } else { 0.0 };
    let method = String::from("mean of scenario means, Student t over seeds within scenarios (Welch)");
    Ok(Estimate { value, lower: value - half, upper: value + half, level, method, n: strata.values().len() })
}

/// Furthest end of a studentized bootstrap that is believed, in widths of Welch's interval.
const STUDENTIZED_WIDEST: f64 = 5.0;

/// Interval of the mean of the scenarios' means for one claim.
///
/// *These scenarios*: studentized bootstrap of seeds within scenarios, or Welch's t below 8 seeds and beyond [`LARGE`] values. *Scenarios like these*: Student's t of
/// the scenarios' means. Unbounded where the data allow none (one seed; one scenario).
///
/// # Errors
/// A level outside `(0, 1)`.
pub fn pooled_mean_interval(strata: &Strata, claim: Claim, level: f64, resampler: Resampler) -> Result<Estimate, StatError> {
    check_level(level)?;
    let means = strata.means();
    let value = mean_of(&means);
    let n = strata.values().len();
    let fewest = strata.sizes().into_iter().min().unwrap_or(0);
    match claim {
        Claim::TheseScenarios if fewest < 2 => {
            Ok(Estimate::without_interval(value, level, n, "mean of scenario means, no interval from one seed"))
        }
        Claim::TheseScenarios if fewest < STUDENTIZED_MIN || n > LARGE => stratified_t_interval(strata, level),
        Claim::TheseScenarios => {
            let (found, plain) = (studentized_stratified_interval(strata, level, resampler)?, stratified_t_interval(strata, level)?);
            // Where a few values outweigh the others, resamples without them leave the ends undetermined, as for one sample.
            let furthest = (found.upper - found.value).max(found.value - found.lower);
            Ok(if furthest <= STUDENTIZED_WIDEST * plain.width() { found } else { plain })
        }
        Claim::ScenariosLikeThese if means.len() < 2 => {
            Ok(Estimate::without_interval(value, level, n, "mean of scenario means, no interval over scenarios from one"))
        }
        Claim::ScenariosLikeThese => {
            let interval = student_t_interval(&Sample::new("scenario means", means)?, level)?;
            Ok(Estimate { n, method: String::from("mean of scenario means, Student t over scenarios"), ..interval })
        }
    }
}

/// Percentile bootstrap of any statistic of all values for one claim: seeds within scenarios, or scenarios and seeds within each.
///
/// Beyond [`LARGE`] values the interval is normal with the standard error of few resamples. Unbounded where the claim's source of variation has one member.
///
/// # Errors
/// A level outside `(0, 1)`; a bad parameter of the statistic.
pub fn pooled_interval(
    strata: &Strata,
    statistic: Statistic,
    claim: Claim,
    level: f64,
    resampler: Resampler,
) -> Result<Estimate, StatError> {
    check_level(level)?;
    statistic.check()?;
    let value = if statistic == Statistic::MeanOfStrata { mean_of(&strata.means()) } else { statistic.of(strata.values()) };
    let n = strata.values().len();
    let (plan, source, members) = match claim {
        Claim::TheseScenarios => (Plan::stratified(strata), "seeds within scenarios", strata.sizes().into_iter().min().unwrap_or(0)),
        Claim::ScenariosLikeThese => (Plan::hierarchical(strata), "scenarios, then seeds", strata.n_groups()),
    };
    if members < 2 {
        return Ok(Estimate::without_interval(value, level, n, format!("{}, no interval from one member", statistic.name())));
    }
    let replicates = resampler.for_size(n).replicates(&plan, strata.values(), statistic);
    let found = Bootstrap::from_replicates(value, replicates, statistic.name(), n);
    let mut interval = if n > LARGE { found.normal(level)? } else { found.percentile(level)? };
    interval.method.push_str(" over ");
    interval.method.push_str(source);
    Ok(interval)
}
