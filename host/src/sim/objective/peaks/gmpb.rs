//! The generalized moving peaks benchmark: `f_k(x) = h_k - sqrt(sum_i w_ki T_k((R_k (x - c_k))_i)^2)`.
//!
//! `T(y) = sign(y) exp(L + tau (sin(eta_1 L) + sin(eta_2 L)))`, `L = ln |y|`, with `eta_3, eta_4` for negative `y` (Yazdani et al. 2022, doi:10.1109/TCYB.2020.3031620).
//! Widths are plain. Every `period` decisions each centre moves by `shift` in a random direction, heights, widths and angle by normal amounts, reflected into their
//! ranges; then every component is turned in all coordinate planes by its angle. Implementations differ in what is turned, so [`Turning`] names it: the initial matrix,
//! `R_t = R_0 prod G(theta_t)` (EDOLAB 2.00, the default), or the current one, `R_t = prod G(theta_t)^T R_{t-1}`, the planes in random order (PyPI gmpb 0.1).

use super::{Peak, World, between, reflected};
use crate::sim::data::sampler::permutation;
use crate::sim::kernel::normal;
use crate::sim::objective::{Defaults, Family, FamilySpec, Setting};
use crate::sim::regime::Touches;
use crate::sim::rng::Generator;
use crate::sim::spec::{SpecError, within};
use crate::sim::trainer::Training;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Which matrix a change of the environment turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Turning {
    /// The initial one, from the right, by the current angle.
    Initial,
    /// The current one, from the left: rotations accumulate.
    Cumulative,
}

/// Settings of the benchmark.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Gmpb {
    /// Number of coordinates.
    pub dimension: usize,
    /// Number of components.
    pub n_components: usize,
    /// Decisions between two changes of the environment.
    pub period: u64,
    /// Length of a centre's move.
    pub shift: f64,
    /// Standard deviations of the changes of height, width and angle.
    pub severity: [f64; 3],
    /// Which matrix a change turns.
    pub turning: Turning,
    /// Variance of the gradient noise, a coordinate.
    pub noise_variance: f64,
}

impl Default for Gmpb {
    fn default() -> Self {
        Self {
            dimension: 5,
            n_components: 5,
            period: 100,
            shift: 1.0,
            severity: [7.0, 1.0, std::f64::consts::PI / 9.0],
            turning: Turning::Initial,
            noise_variance: 0.01,
        }
    }
}

const HEIGHT: (f64, f64) = (30.0, 70.0);
const WIDTH: (f64, f64) = (1.0, 12.0);
const CENTRE: (f64, f64) = (-50.0, 50.0);
const ETA: (f64, f64) = (10.0, 25.0);
const TAU: (f64, f64) = (-0.5, 0.5);

impl FamilySpec for Gmpb {
    const NAME: &'static str = "gmpb";
    const SUMMARY: &'static str =
        "the generalized moving peaks benchmark: irregular, ill-conditioned peaks that move every `period` decisions";

    fn build(self) -> Result<Arc<dyn Family>, SpecError> {
        within("task.dimension", self.dimension as f64, 1.0, 1000.0)?;
        within("task.n_components", self.n_components as f64, 1.0, 1000.0)?;
        within("task.period", self.period as f64, 1.0, 1e9)?;
        within("task.shift", self.shift, 0.0, 100.0)?;
        self.severity.iter().try_for_each(|&s| within("task.severity", s, 0.0, 100.0))?;
        within("task.noise_variance", self.noise_variance, 0.0, 1e12)?;
        Ok(Arc::new(self))
    }
}

impl Family for Gmpb {
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
        (self.n_components * self.dimension * (2 * self.dimension + 60)) as f64
    }

    fn start(&self, setting: Setting<'_>) -> Box<dyn Training> {
        let mut draws = setting.streams.drift.named("environment").at(0);
        setting.train(World {
            peaks: (0..self.n_components).map(|_| Component::draw(self.dimension, &mut draws)).collect(),
            change: self.clone(),
            period: self.period,
            start: CENTRE,
            noise_deviation: self.noise_variance.sqrt(),
            noise: vec![0.0; self.dimension],
        })
    }
}

/// One peak.
#[derive(Clone, Debug)]
struct Component {
    height: f64,
    centre: Vec<f64>,
    widths: Vec<f64>,
    tau: f64,
    eta: [f64; 4],
    angle: f64,
    /// `R_0` and `R_t`, row-major.
    rotation_first: Vec<f64>,
    rotation: Vec<f64>,
}

/// `start prod G`, where each `G` turns the plane (i, j), `i < j`, by `angle`: `G_ii = G_jj = cos`, `G_ij = sin`, `G_ji = -sin`.
fn turned(start: &[f64], n: usize, planes: impl Iterator<Item = (usize, usize)>, angle: f64) -> Vec<f64> {
    let (sine, cosine) = libm::sincos(angle);
    let mut r = start.to_vec();
    for (i, j) in planes {
        for row in r.chunks_exact_mut(n) {
            let (a, b) = (row[i], row[j]);
            row[i] = cosine * a - sine * b;
            row[j] = sine * a + cosine * b;
        }
    }
    r
}

/// `prod G^T start`, the first plane applied first: rows i and j of the current matrix are turned by `angle`.
fn turned_on(start: &[f64], n: usize, planes: impl Iterator<Item = (usize, usize)>, angle: f64) -> Vec<f64> {
    let (sine, cosine) = libm::sincos(angle);
    let mut r = start.to_vec();
    for (i, j) in planes {
        for k in 0..n {
            let (a, b) = (r[i * n + k], r[j * n + k]);
            r[i * n + k] = cosine * a - sine * b;
            r[j * n + k] = sine * a + cosine * b;
        }
    }
    r
}

fn planes(n: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n).flat_map(move |i| (i + 1..n).map(move |j| (i, j)))
}

impl Component {
    fn draw(n: usize, draws: &mut Generator) -> Self {
        let identity: Vec<f64> = (0..n * n).map(|k| if k / n == k % n { 1.0 } else { 0.0 }).collect();
        let rotation_first = turned(&identity, n, planes(n), between((-std::f64::consts::PI, std::f64::consts::PI), draws));
        Self {
            height: between(HEIGHT, draws),
            centre: (0..n).map(|_| between(CENTRE, draws)).collect(),
            widths: (0..n).map(|_| between(WIDTH, draws)).collect(),
            tau: between(TAU, draws),
            eta: std::array::from_fn(|_| between(ETA, draws)),
            angle: 0.0,
            rotation: rotation_first.clone(),
            rotation_first,
        }
    }

    /// `T(y)` and its derivative.
    fn transform(&self, y: f64) -> (f64, f64) {
        if y == 0.0 {
            return (0.0, 0.0);
        }
        let log = libm::log(y.abs());
        let (a, b) = if y > 0.0 { (self.eta[0], self.eta[1]) } else { (self.eta[2], self.eta[3]) };
        let (sine_a, cosine_a) = libm::sincos(a * log);
        let (sine_b, cosine_b) = libm::sincos(b * log);
        let value = libm::exp(log + self.tau * (sine_a + sine_b)).copysign(y);
        (value, value / y * (1.0 + self.tau * (a * cosine_a + b * cosine_b)))
    }

    /// `sqrt(sum w T^2)`, and for each coordinate of the turned error `w T T'`, written to `slopes`.
    fn root(&self, x: &[f64], mut slopes: impl FnMut(usize, f64)) -> f64 {
        let n = x.len();
        let mut sum = 0.0;
        for (i, (row, w)) in self.rotation.chunks_exact(n).zip(&self.widths).enumerate() {
            let y: f64 = row.iter().zip(x).zip(&self.centre).map(|((r, x), c)| r * (x - c)).sum();
            let (t, slope) = self.transform(y);
            sum += w * t * t;
            slopes(i, w * t * slope);
        }
        sum.sqrt()
    }
}

impl Peak for Component {
    type Change = Gmpb;

    fn height(&self) -> f64 {
        self.height
    }

    fn value(&self, x: &[f64]) -> f64 {
        self.height - self.root(x, |_, _| ())
    }

    fn gradient(&self, x: &[f64], gradient: &mut [f64]) {
        let mut slopes = vec![0.0; x.len()];
        let root = self.root(x, |i, slope| slopes[i] = slope);
        gradient.fill(0.0);
        for (row, s) in self.rotation.chunks_exact(x.len()).zip(slopes) {
            gradient.iter_mut().zip(row).for_each(|(g, r)| *g -= if root > 0.0 { r * s / root } else { 0.0 });
        }
    }

    fn change(&mut self, spec: &Gmpb, draws: &mut Generator) {
        let n = spec.dimension;
        let mut direction = vec![0.0; n];
        normal::fill(draws, &mut direction);
        let norm = direction.iter().map(|d| d * d).sum::<f64>().sqrt();
        for (c, d) in self.centre.iter_mut().zip(&direction) {
            *c = reflected(*c + spec.shift * d / norm, CENTRE);
        }
        self.height = reflected(self.height + spec.severity[0] * normal::one(draws), HEIGHT);
        self.widths.iter_mut().for_each(|w| *w = reflected(*w + spec.severity[1] * normal::one(draws), WIDTH));
        let full = (-std::f64::consts::PI, std::f64::consts::PI);
        self.angle = reflected(self.angle + spec.severity[2] * normal::one(draws), full);
        self.rotation = match spec.turning {
            Turning::Initial => turned(&self.rotation_first, n, planes(n), self.angle),
            Turning::Cumulative => {
                let all: Vec<(usize, usize)> = planes(n).collect();
                let order = permutation(all.len(), draws);
                turned_on(&self.rotation, n, order.into_iter().map(|k| all[k as usize]), self.angle)
            }
        };
    }
}

#[cfg(test)]
pub(in crate::sim::objective) mod reference {
    //! The reference cases of `tests/data/tasks.json`.
    use super::super::winner;
    use super::*;
    use serde_json::Value;

    fn numbers(v: &Value) -> Vec<f64> {
        v.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
    }

    fn matrix(v: &Value) -> Vec<f64> {
        v.as_array().expect("rows").iter().flat_map(numbers).collect()
    }

    /// Widths enter plainly; the 2020 code's squared ones are plain ones squared.
    fn components(inputs: &Value) -> Vec<Component> {
        let power = inputs["width_power"].as_f64().unwrap_or(1.0);
        let read = |c: &Value| {
            let rotation = matrix(&c["rotation"]);
            Component {
                height: c["height"].as_f64().expect("a number"),
                centre: numbers(&c["centre"]),
                widths: numbers(&c["widths"]).iter().map(|w| w.powf(power)).collect(),
                tau: c["tau"].as_f64().expect("a number"),
                eta: numbers(&c["eta"]).try_into().expect("four"),
                angle: 0.0,
                rotation_first: rotation.clone(),
                rotation,
            }
        };
        inputs["components"].as_array().expect("components").iter().map(read).collect()
    }

    fn close(a: &[f64], b: &[f64], tolerance: f64, what: &str) {
        assert_eq!(a.len(), b.len(), "{what}");
        assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() <= tolerance * b.abs().max(1.0)), "{what}: {a:?} against {b:?}");
    }

    /// Checks one case; false where it is none of this file's.
    pub(in crate::sim::objective) fn check(case: &Value) -> bool {
        let id = case["id"].as_str().expect("a name");
        let (inputs, expected) = (&case["inputs"], &case["expected"]);
        if id.starts_with("gmpb.value") {
            let components = components(inputs);
            for (i, x) in inputs["x"].as_array().expect("points").iter().map(numbers).enumerate() {
                let (k, value) = winner(&components, &x);
                let mut gradient = vec![0.0; x.len()];
                components[k].gradient(&x, &mut gradient);
                assert_eq!(k as u64, expected["winner"][i].as_u64().expect("an index"), "{id}");
                close(&[value], &[expected["f"][i].as_f64().expect("a number")], 1e-10, id);
                close(&gradient, &numbers(&expected["grad"][i]), 1e-8, id);
            }
        } else if id.starts_with("gmpb.optimum") {
            let x = numbers(&expected["x_star"]);
            close(&[winner(&components(inputs), &x).1], &[expected["f_star"].as_f64().expect("a number")], 1e-12, id);
        } else if id.starts_with("gmpb.rotation.edolab") {
            let start = matrix(&inputs["R0"]);
            let order: Vec<(usize, usize)> = serde_json::from_value(inputs["order"].clone()).expect("planes");
            let n = numbers(&inputs["R0"][0]).len();
            let r = turned(&start, n, order.into_iter(), inputs["theta"].as_f64().expect("an angle"));
            close(&r, &matrix(&expected["R"]), 1e-12, id);
        } else if id.starts_with("gmpb.rotation.cumulative") {
            let start = matrix(&inputs["R"]);
            let order: Vec<(usize, usize)> = serde_json::from_value(inputs["order"].clone()).expect("planes");
            let n = numbers(&inputs["R"][0]).len();
            let r = turned_on(&start, n, order.into_iter(), inputs["theta"].as_f64().expect("an angle"));
            close(&r, &matrix(&expected["R_next"]), 1e-12, id);
        } else {
            return false;
        }
        true
    }
}
