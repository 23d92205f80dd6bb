//! Kolmogorov-Smirnov windowing.
//!
//! The last `recent` values of a window of `window` are tested against `recent` others drawn from the rest without replacement: alarm when the two-sample
//! test has `p <= alpha` and its statistic exceeds 0.1. The p-value is exact: for two samples of `n` without ties,
//! `P(D >= h / n) = 1 - (lattice paths from (0, 0) to (n, n) with |i - j| < h everywhere) / binomial(2n, n)`. The direction is that of the means.
//!
//! Source: Raab, Heusinger & Schleif 2020, doi:10.1016/j.neucom.2019.11.111; River `KSWIN` (`alpha` 0.005, `window` 100, `recent` 30), which on an alarm keeps
//! the recent values; here all is forgotten with the reset. It tests at each value, so that `alpha` 0.005 gives an alarm every few hundred values without any
//! change; for standardised residuals the default is 1e-4.

use crate::detector::{Detector, Direction};
use controller_common::{Draws, Port};
use oha_plugin_api::{Config, ControllerError, EpisodeSpec, Parameter};

/// The test.
#[derive(Clone, Debug)]
pub struct Kswin {
    window: usize,
    recent: usize,
    critical: usize,
    values: Vec<f64>,
    draws: Draws,
}

/// `P(D >= h / n)` for two samples of `n` from one continuous distribution.
#[must_use]
pub fn p_value(n: usize, h: usize) -> f64 {
    // Probability that a random path stays inside, as a product of conditional steps: row by row, each cell divided so that the total is a probability.
    let mut row = vec![0.0; n + 1];
    for i in 0..=n {
        for j in 0..=n {
            let inside = i.abs_diff(j) < h;
            let from_above = if i > 0 { row[j] * step(i, j, n) } else { 0.0 };
            let from_left = if j > 0 { row[j - 1] * step(j, i, n) } else { 0.0 };
            row[j] = match (inside, i + j) {
                (false, _) => 0.0,
                (true, 0) => 1.0,
                (true, _) => from_above + from_left,
            };
        }
    }
    (1.0 - row[n]).clamp(0.0, 1.0)
}

/// Probability that the path, at `moved - 1` of one sample and `other` of the other, draws from the first next.
fn step(moved: usize, other: usize, n: usize) -> f64 {
    let left = (n - (moved - 1)) as f64;
    left / (left + (n - other) as f64)
}

/// Two-sample statistic times the sample size, for samples of equal size.
#[must_use]
pub fn statistic(a: &[f64], b: &[f64]) -> usize {
    let sorted = |x: &[f64]| {
        let mut x = x.to_vec();
        x.sort_by(f64::total_cmp);
        x
    };
    let (a, b) = (sorted(a), sorted(b));
    let (mut i, mut j, mut largest) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        let x = a[i].min(b[j]);
        i += a[i..].iter().take_while(|y| **y <= x).count();
        j += b[j..].iter().take_while(|y| **y <= x).count();
        largest = largest.max(i.abs_diff(j));
    }
    largest
}

impl Kswin {
    /// Draws `recent` of the older values without replacement.
    fn sample(&mut self) -> Vec<f64> {
        let mut older: Vec<f64> = self.values[..self.window - self.recent].to_vec();
        for i in 0..self.recent {
            let j = i + self.draws.below(older.len() - i);
            older.swap(i, j);
        }
        older.truncate(self.recent);
        older
    }
}

impl Detector for Kswin {
    const ID: &'static str = "reset-kswin";

    fn about() -> (&'static str, &'static str) {
        let source = "Raab, Heusinger & Schleif 2020, doi:10.1016/j.neucom.2019.11.111; River KSWIN";
        ("Resets the learning rate and its schedule when recent losses differ in distribution from older ones", source)
    }

    fn parameters() -> Vec<Parameter> {
        vec![
            Parameter::real_derived("alpha", 0.0, 1.0, "Level of each test; default: 0.0001 for residuals, 0.005 for raw losses"),
            Parameter::integer("window", 100, 2, 100_000, "Values in the window; at least twice `recent`"),
            Parameter::integer("recent", 30, 1, 10_000, "Recent values tested"),
        ]
    }

    fn new(config: &Config, _spec: &EpisodeSpec, residual: bool, seed: u64) -> Self {
        let whole = |name: &str, default: usize| config.integer(name).and_then(|n| usize::try_from(n).ok()).unwrap_or(default);
        let recent = whole("recent", 30);
        let alpha = config.real("alpha").unwrap_or(if residual { 1e-4 } else { 0.005 });
        let significant = |h: &usize| *h * 10 > recent && p_value(recent, *h) <= alpha;
        let critical = (1..=recent).find(significant).unwrap_or(recent + 1);
        Self { window: whole("window", 100).max(2 * recent), recent, critical, values: vec![], draws: Draws::new(seed) }
    }

    fn update(&mut self, x: f64) -> Option<Direction> {
        if self.values.len() == self.window {
            self.values.remove(0);
        }
        self.values.push(x);
        if self.values.len() < self.window {
            return None;
        }
        let older = self.sample();
        let recent = &self.values[self.window - self.recent..];
        if statistic(&older, recent) < self.critical {
            return None;
        }
        let total = |x: &[f64]| x.iter().sum::<f64>();
        Some(if total(recent) > total(&older) { Direction::Rise } else { Direction::Fall })
    }

    fn reset(&mut self) {
        self.values.clear();
    }

    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.list(&mut self.values)?;
        if self.values.len() > self.window {
            return Err(ControllerError::new("the state holds more values than the window"));
        }
        self.draws.fields(port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference;
    use controller_common::trial;

    #[test]
    fn p_values_agree_with_scipy() {
        let table = reference::table();
        for case in table["ks"].as_array().expect("array") {
            let number = |i: usize| case[i].as_f64().expect("number");
            let (n, h) = (number(0) as usize, number(1) as usize);
            assert!((p_value(n, h) - number(2)).abs() <= 1e-10 * number(2) + 1e-14, "n {n}, h {h}: {} {}", p_value(n, h), number(2));
        }
    }

    #[test]
    fn the_statistic_agrees_with_scipy() {
        let (a, b) = (reference::series("ks_a"), reference::series("ks_b"));
        assert_eq!(statistic(&a, &b) as f64, reference::series("ks_statistic")[0]);
        assert_eq!(statistic(&[1.0, 1.0, 2.0], &[1.0, 2.0, 2.0]), 1);
    }

    /// The draws differ from River's, so that alarms agree in place only within the time that the window needs.
    #[test]
    fn finds_the_changes_that_river_finds() {
        let mut detector = Kswin::new(&Config::default(), &trial::spec(10, 1e-3, 1.0, 0.1), true, 0);
        let found = reference::alarms(&mut detector, &reference::series("stream"));
        for change in reference::series("changes") {
            let near = |x: &f64| (change..change + 60.0).contains(x);
            assert!(found.iter().any(near) && reference::series("kswin").iter().any(near), "{change}: {found:?}");
        }
        assert!(found.len() <= reference::series("changes").len() + 1, "{found:?}");
    }
}
