//! The moving peaks benchmark with cones: `f_k(x) = h_k - w_k |x - p_k|` (Branke 1999, doi:10.1109/CEC.1999.785502; the published `movpeaks.c`).
//!
//! Every `period` decisions a peak moves by `shift` in a direction that remembers the last one with weight `correlation`: with `r` uniform in `[-1/2, 1/2)^n`,
//! `s <- shift (1 - l) r / |r| + l s`, scaled to length `shift`. Positions, heights and widths are reflected into their ranges; a coordinate that is reflected turns
//! round in the remembered move. Defaults are those of the benchmark's second scenario, in fewer peaks and steps.

use super::{Peak, World, between, reflected};
use crate::sim::kernel::normal;
use crate::sim::kernel::vector::distance_squared_f64;
use crate::sim::objective::{Defaults, Family, FamilySpec, Setting};
use crate::sim::regime::Touches;
use crate::sim::rng::{Generator, uniform};
use crate::sim::spec::{SpecError, within};
use crate::sim::trainer::Training;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Settings of the benchmark.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MovingPeaks {
    /// Number of coordinates.
    pub dimension: usize,
    /// Number of peaks.
    pub n_components: usize,
    /// Decisions between two changes of the environment.
    pub period: u64,
    /// Length of a peak's move.
    pub shift: f64,
    /// Share of the last move in the next one, in [0, 1).
    pub correlation: f64,
    /// Standard deviations of the changes of height and width.
    pub severity: [f64; 2],
    /// Variance of the gradient noise, a coordinate.
    pub noise_variance: f64,
}

impl Default for MovingPeaks {
    fn default() -> Self {
        Self { dimension: 5, n_components: 5, period: 100, shift: 1.0, correlation: 0.5, severity: [7.0, 1.0], noise_variance: 0.01 }
    }
}

const HEIGHT: (f64, f64) = (30.0, 70.0);
const WIDTH: (f64, f64) = (1.0, 12.0);
const COORDINATE: (f64, f64) = (0.0, 100.0);

impl FamilySpec for MovingPeaks {
    const NAME: &'static str = "moving-peaks";
    const SUMMARY: &'static str =
        "the moving peaks benchmark: cones that move every `period` decisions, whose slope does not fade near the top";

    fn build(self) -> Result<Arc<dyn Family>, SpecError> {
        within("task.dimension", self.dimension as f64, 1.0, 1000.0)?;
        within("task.n_components", self.n_components as f64, 1.0, 1000.0)?;
        within("task.period", self.period as f64, 1.0, 1e9)?;
        within("task.shift", self.shift, 0.0, 100.0)?;
        within("task.correlation", self.correlation, 0.0, 0.999)?;
        self.severity.iter().try_for_each(|&s| within("task.severity", s, 0.0, 100.0))?;
        within("task.noise_variance", self.noise_variance, 0.0, 1e12)?;
        Ok(Arc::new(self))
    }
}

impl Family for MovingPeaks {
    fn defaults(&self) -> Defaults {
        Defaults { n_steps: 1000, ceiling: 1e5, learning_rate: (1e-3, 20.0, 0.3), steps_per_epoch: 0 }
    }

    fn accepts(&self) -> Touches {
        Touches::GRADIENT | Touches::FEEDBACK | Touches::STATE
    }

    fn loss_floor(&self) -> Option<f64> {
        Some(0.0)
    }

    fn flops_per_step(&self) -> f64 {
        (self.n_components * self.dimension * 6) as f64
    }

    fn start(&self, setting: Setting<'_>) -> Box<dyn Training> {
        let mut draws = setting.streams.drift.named("environment").at(0);
        setting.train(World {
            peaks: (0..self.n_components).map(|_| Cone::draw(self.dimension, &mut draws)).collect(),
            change: Change { shift: self.shift, correlation: self.correlation, severity: self.severity },
            period: self.period,
            start: COORDINATE,
            noise_deviation: self.noise_variance.sqrt(),
            noise: vec![0.0; self.dimension],
        })
    }
}

/// How cones change.
#[derive(Clone, Copy, Debug)]
struct Change {
    shift: f64,
    correlation: f64,
    severity: [f64; 2],
}

/// One peak.
#[derive(Clone, Debug)]
struct Cone {
    height: f64,
    width: f64,
    position: Vec<f64>,
    /// The last move.
    moved: Vec<f64>,
}

impl Cone {
    fn draw(n: usize, draws: &mut Generator) -> Self {
        Self {
            height: between(HEIGHT, draws),
            width: between(WIDTH, draws),
            position: (0..n).map(|_| between(COORDINATE, draws)).collect(),
            moved: (0..n).map(|_| uniform(draws) - 0.5).collect(),
        }
    }

    /// The next environment, for a direction `r` and normal numbers of height and width.
    fn step(&mut self, how: &Change, r: &[f64], z: [f64; 2]) {
        let norm = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
        let fresh = how.shift * (1.0 - how.correlation) / norm(r);
        self.moved.iter_mut().zip(r).for_each(|(s, r)| *s = fresh * r + how.correlation * *s);
        let scale = how.shift / norm(&self.moved);
        for (p, s) in self.position.iter_mut().zip(&mut self.moved) {
            *s *= scale;
            let to = *p + *s;
            if to < COORDINATE.0 || to > COORDINATE.1 {
                *s = -*s;
            }
            *p = reflected(to, COORDINATE);
        }
        self.height = reflected(self.height + how.severity[0] * z[0], HEIGHT);
        self.width = reflected(self.width + how.severity[1] * z[1], WIDTH);
    }
}

impl Peak for Cone {
    type Change = Change;

    fn height(&self) -> f64 {
        self.height
    }

    fn value(&self, x: &[f64]) -> f64 {
        self.height - self.width * distance_squared_f64(x, &self.position).sqrt()
    }

    fn gradient(&self, x: &[f64], gradient: &mut [f64]) {
        let distance = distance_squared_f64(x, &self.position).sqrt();
        for ((g, x), p) in gradient.iter_mut().zip(x).zip(&self.position) {
            *g = if distance > 0.0 { self.width * (p - x) / distance } else { 0.0 };
        }
    }

    fn change(&mut self, how: &Change, draws: &mut Generator) {
        let r: Vec<f64> = self.position.iter().map(|_| uniform(draws) - 0.5).collect();
        let mut z = [0.0; 2];
        normal::fill(draws, &mut z);
        self.step(how, &r, z);
    }
}

#[cfg(test)]
pub(in crate::sim::objective) mod reference {
    //! The reference case of `tests/data/tasks.json`.
    use super::*;
    use serde_json::Value;

    /// Checks one case; false where it is none of this file's.
    pub(in crate::sim::objective) fn check(case: &Value) -> bool {
        let id = case["id"].as_str().expect("a name");
        if id != "mpb.step.1" {
            return false;
        }
        let (inputs, expected) = (&case["inputs"], &case["expected"]);
        let number = |v: &Value| v.as_f64().expect("a number");
        let numbers = |v: &Value| v.as_array().expect("a list").iter().map(number).collect::<Vec<f64>>();
        let mut cone = Cone {
            height: number(&inputs["height"]),
            width: number(&inputs["width"]),
            position: numbers(&inputs["pos"]),
            moved: numbers(&inputs["prev_shift"]),
        };
        let severity = [number(&inputs["height_sev"]), number(&inputs["width_sev"])];
        let how = Change { shift: number(&inputs["move"]), correlation: number(&inputs["lambda"]), severity };
        cone.step(&how, &numbers(&inputs["r_in_half_open_pm_half"]), [number(&inputs["z_height"]), number(&inputs["z_width"])]);
        let found: Vec<f64> = [cone.height, cone.width].into_iter().chain(cone.position).chain(cone.moved).collect();
        let wanted: Vec<f64> = [number(&expected["height"]), number(&expected["width"])]
            .into_iter()
            .chain(numbers(&expected["pos"]))
            .chain(numbers(&expected["shift"]))
            .collect();
        assert!(found.iter().zip(&wanted).all(|(a, b)| (a - b).abs() <= 1e-12 * b.abs().max(1.0)), "{id}: {found:?} for {wanted:?}");
        true
    }
}
