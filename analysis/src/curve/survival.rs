//! Kaplan and Meier's curve (1958) of censored times, with Greenwood's variance on the log-log scale.
//!
//! `S(t) = prod over event times t_i <= t of (1 - d_i / n_i)`; the interval is `S^exp(± z sd)` with
//! `sd^2 = sum d_i / (n_i (n_i - d_i)) / ln(S)^2` (Kalbfleisch and Prentice 2002). The interval of the median inverts it (Brookmeyer and
//! Crowley 1982).

use crate::distribution::normal_quantile;
use crate::error::StatError;
use crate::input::Censored;
use crate::sample::check_level;
use crate::verdict::{Estimate, SurvivalCurve};

/// Curve and median.
#[derive(Clone, Debug, PartialEq)]
pub struct KaplanMeier {
    /// The curve; its first point is time 0.
    pub curve: SurvivalCurve,
    /// First time at which the curve is at one half or below; infinite where it never is.
    pub median: Estimate,
    /// Number of events.
    pub n_events: usize,
}

fn check(times: &[Censored]) -> Result<(), StatError> {
    let plain: Vec<f64> = times.iter().map(|value| value.time).collect();
    crate::sample::check("times", &plain)?;
    match plain.iter().find(|time| **time < 0.0) {
        Some(&found) => Err(StatError::Parameter { parameter: "time", found, allowed: "at least 0" }),
        None => Ok(()),
    }
}

/// Estimates the curve. A censoring at the time of an event counts as later than it.
///
/// # Errors
/// No time; a time that is NaN, infinite or negative; a level outside `(0, 1)`.
pub fn kaplan_meier(times: &[Censored], level: f64) -> Result<KaplanMeier, StatError> {
    check_level(level)?;
    check(times)?;
    let mut sorted = times.to_vec();
    sorted.sort_by(|a, b| a.time.total_cmp(&b.time));
    let z = normal_quantile(0.5 * (1.0 + level));
    let mut curve = SurvivalCurve {
        times: vec![0.0],
        survival: vec![1.0],
        lower: vec![1.0],
        upper: vec![1.0],
        n_at_risk: vec![sorted.len()],
        censored_times: sorted.iter().filter(|value| !value.observed).map(|value| value.time).collect(),
    };
    let (mut survival, mut greenwood, mut n_events) = (1.0, 0.0, 0);
    let mut start = 0;
    while start < sorted.len() {
        let time = sorted[start].time;
        let end = start + sorted[start..].iter().take_while(|value| value.time == time).count();
        let events = sorted[start..end].iter().filter(|value| value.observed).count();
        if events > 0 {
            let at_risk = sorted.len() - start;
            n_events += events;
            survival *= (at_risk - events) as f64 / at_risk as f64;
            greenwood += events as f64 / (at_risk as f64 * (at_risk - events) as f64);
            let (lower, upper) = log_log(survival, greenwood, z);
            if time == 0.0 {
                (curve.survival[0], curve.lower[0], curve.upper[0]) = (survival, lower, upper);
            } else {
                curve.times.push(time);
                curve.survival.push(survival);
                curve.lower.push(lower);
                curve.upper.push(upper);
                curve.n_at_risk.push(at_risk);
            }
        }
        start = end;
    }
    let first = |edge: &[f64]| edge.iter().position(|&s| s <= 0.5 + 1e-12).map_or(f64::INFINITY, |index| curve.times[index]);
    let median = Estimate {
        value: first(&curve.survival),
        lower: first(&curve.lower),
        upper: first(&curve.upper),
        level,
        method: String::from("median time, Kaplan-Meier, log-log"),
        n: times.len(),
    };
    Ok(KaplanMeier { curve, median, n_events })
}

fn log_log(survival: f64, greenwood: f64, z: f64) -> (f64, f64) {
    if survival <= 0.0 {
        return (0.0, 0.0);
    }
    let log = libm::log(survival);
    let half = z * greenwood.sqrt() / log.abs();
    (libm::pow(survival, libm::exp(half)), libm::pow(survival, libm::exp(-half)))
}

/// Mean time up to `horizon`: the area under the curve, with Greenwood's variance and a normal interval.
///
/// # Errors
/// As [`kaplan_meier`]; a horizon that is not positive.
pub fn restricted_mean(times: &[Censored], horizon: f64, level: f64) -> Result<Estimate, StatError> {
    if !(horizon > 0.0 && horizon.is_finite()) {
        return Err(StatError::Parameter { parameter: "horizon", found: horizon, allowed: "a finite number above 0" });
    }
    let km = kaplan_meier(times, level)?;
    let curve = &km.curve;
    let mut areas = vec![0.0; curve.times.len()];
    let mut area = 0.0;
    for index in (0..curve.times.len()).rev() {
        let end = curve.times.get(index + 1).copied().unwrap_or(horizon).min(horizon);
        area += curve.survival[index] * (end - curve.times[index]).max(0.0);
        areas[index] = area;
    }
    let mut variance = 0.0;
    for (index, area) in areas.iter().enumerate() {
        let before = if index == 0 { 1.0 } else { curve.survival[index - 1] };
        let at_risk = curve.n_at_risk[index] as f64;
        let events = (at_risk * (1.0 - curve.survival[index] / before)).round();
        if curve.times[index] <= horizon && at_risk > events {
            variance += area * area * events / (at_risk * (at_risk - events));
        }
    }
    let half = normal_quantile(0.5 * (1.0 + level)) * variance.sqrt();
    let (lower, upper) = ((area - half).max(0.0), (area + half).min(horizon));
    let method = format!("restricted mean up to {horizon}, Kaplan-Meier, Greenwood");
    Ok(Estimate { value: area, lower, upper, level, method, n: times.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without censoring Greenwood's variance of the mean is the population variance of the times over their number.
    #[test]
    fn recoveries_at_once_widen_the_interval_of_the_mean() {
        let seen = [0.0, 0.0, 0.0, 4.0, 10.0, 10.0, 25.0];
        let times: Vec<Censored> = seen.iter().map(|time| Censored { time: *time, observed: true }).collect();
        let found = restricted_mean(&times, 30.0, 0.95).expect("good");
        let mean = seen.iter().sum::<f64>() / 7.0;
        let half = 1.959_963_984_540_054 * (seen.iter().map(|t| (t - mean) * (t - mean)).sum::<f64>() / 7.0 / 7.0).sqrt();
        assert!((found.value - mean).abs() < 1e-12 && (found.upper - mean - half).abs() < 1e-9, "{found:?}, {mean} ± {half}");
    }
}
