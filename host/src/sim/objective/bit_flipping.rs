//! Slowly-changing regression: a small network follows a fixed random network of threshold units whose input bits flip now and then
//! (Dohare et al. 2024, doi:10.1038/s41586-024-07711-7, "slowly-changing regression"; arXiv:2306.13812).
//!
//! Of `n_inputs` bits the first `n_flipping` stay, but for one of them, drawn at random, that flips every `flip_every` examples; the others are drawn anew at each
//! example; a constant 1 is the bias. The target has `target_units` units `1 [sum_j w_ij x_j > theta_i]`, weights 1 or -1 and
//! `theta_i = (n + 1) beta - S_i`, `S_i` the number of negative weights of the unit, and output weights (and bias) 1 or -1. The learner is a perceptron with one
//! hidden layer, or linear; each step sees one example under half the squared error. The metric is the squared error on the next example: test, then train.

use super::{Defaults, Evaluation, Family, FamilySpec, Objective, Setting, Step};
use crate::sim::kernel::activation::Activation;
use crate::sim::model::{Initialization, Model as _, mlp::Mlp};
use crate::sim::regime::Touches;
use crate::sim::rng::{Generator, Streams, below};
use crate::sim::spec::{SpecError, within};
use crate::sim::trainer::Training;
use rand::Rng as _;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Settings of a slowly-changing regression.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BitFlipping {
    /// Number of input bits.
    pub n_inputs: usize,
    /// How many of them stay but for flips.
    pub n_flipping: usize,
    /// Examples between two flips.
    pub flip_every: u64,
    /// Threshold units of the target.
    pub target_units: usize,
    /// Share of the bits that must agree with a unit's weights.
    pub beta: f64,
    /// Hidden units of the learner; 0 for a linear one.
    pub hidden: usize,
    /// Function after the hidden layer.
    pub activation: Activation,
}

impl Default for BitFlipping {
    fn default() -> Self {
        let (n_inputs, n_flipping, flip_every) = (20, 15, 10_000);
        Self { n_inputs, n_flipping, flip_every, target_units: 100, beta: 0.7, hidden: 5, activation: Activation::Relu }
    }
}

impl FamilySpec for BitFlipping {
    const NAME: &'static str = "bit-flipping";
    const SUMMARY: &'static str = "a small network follows a random network of threshold units whose input bits flip: loss of plasticity";

    fn build(self) -> Result<Arc<dyn Family>, SpecError> {
        within("task.n_inputs", self.n_inputs as f64, 1.0, 63.0)?;
        within("task.n_flipping", self.n_flipping as f64, 1.0, self.n_inputs as f64)?;
        within("task.flip_every", self.flip_every as f64, 1.0, 1e12)?;
        within("task.target_units", self.target_units as f64, 1.0, 1e5)?;
        within("task.beta", self.beta, 0.0, 1.0)?;
        within("task.hidden", self.hidden as f64, 0.0, 1e5)?;
        Ok(Arc::new(self))
    }
}

impl Family for BitFlipping {
    fn defaults(&self) -> Defaults {
        Defaults { n_steps: 100_000, ceiling: 1e3 * (self.target_units + 1) as f64, learning_rate: (1e-5, 0.1, 0.01), steps_per_epoch: 0 }
    }

    fn accepts(&self) -> Touches {
        Touches::GRADIENT | Touches::FEEDBACK | Touches::STATE
    }

    fn flops_per_step(&self) -> f64 {
        (2 * self.target_units * self.n_inputs) as f64 + self.model().flops()
    }

    fn start(&self, setting: Setting<'_>) -> Box<dyn Training> {
        let mut draws = setting.streams.drift.named("target").at(0);
        let target = Target::new(self, &mut draws);
        let kept = draws.next_u64() & mask(self.n_flipping);
        let world = World {
            model: self.model(),
            learner: self.clone(),
            target: Arc::new(target),
            kept,
            ahead: None,
            inputs: vec![0.0; self.n_inputs],
            wanted: 0.0,
        };
        setting.train(world)
    }
}

impl BitFlipping {
    fn model(&self) -> Mlp {
        let sizes = if self.hidden == 0 { vec![self.n_inputs, 1] } else { vec![self.n_inputs, self.hidden, 1] };
        Mlp::new(sizes, self.activation)
    }
}

/// The lowest `n` bits.
const fn mask(n: usize) -> u64 {
    (1 << n) - 1
}

/// The network that is followed. With weights 1 or -1 a sum of weighted bits is a count: `sum_j w_j x_j = |x and plus| - |x and minus|`.
#[derive(Debug)]
struct Target {
    /// Bits with a positive and with a negative weight, and the threshold less the bias's weight, of each unit.
    units: Vec<(u64, u64, f64)>,
    /// Output weights, and the bias last.
    outputs: Vec<f32>,
}

impl Target {
    fn new(spec: &BitFlipping, draws: &mut Generator) -> Self {
        let n = spec.n_inputs;
        let sign = |draws: &mut Generator| if draws.next_u64() >> 63 == 0 { 1.0 } else { -1.0 };
        let units = (0..spec.target_units)
            .map(|_| {
                let plus = draws.next_u64() & mask(n);
                let minus = !plus & mask(n);
                let bias: f64 = sign(draws);
                let n_negative = f64::from(minus.count_ones()) + if bias < 0.0 { 1.0 } else { 0.0 };
                (plus, minus, (n + 1) as f64 * spec.beta - n_negative - bias)
            })
            .collect();
        let outputs = (0..=spec.target_units).map(|_| sign(draws) as f32).collect();
        Self { units, outputs }
    }

    fn of(&self, bits: u64) -> f32 {
        let fires = |&(plus, minus, threshold): &(u64, u64, f64)| {
            f64::from((bits & plus).count_ones()) - f64::from((bits & minus).count_ones()) > threshold
        };
        let last = self.outputs[self.units.len()];
        // A sum of whole numbers: exact in any order.
        self.units.iter().zip(&self.outputs).filter(|(u, _)| fires(u)).map(|(_, w)| w).sum::<f32>() + last
    }
}

/// The running world: the bits that stay, and the example of this step.
#[derive(Clone)]
struct World {
    learner: BitFlipping,
    target: Arc<Target>,
    model: Mlp,
    kept: u64,
    /// Index of the example in `inputs`.
    ahead: Option<u64>,
    inputs: Vec<f32>,
    wanted: f32,
}

impl World {
    /// Makes the example of optimizer step `index` the current one.
    fn draw(&mut self, streams: &Streams, index: u64) {
        if self.ahead == Some(index) {
            return;
        }
        let fresh = streams.batch.at(index).next_u64() & mask(self.learner.n_inputs) & !mask(self.learner.n_flipping);
        let bits = self.kept | fresh;
        for (j, x) in self.inputs.iter_mut().enumerate() {
            *x = if bits >> j & 1 == 1 { 1.0 } else { 0.0 };
        }
        self.wanted = self.target.of(bits);
        self.ahead = Some(index);
    }

    /// Error of the learner on the current example; it becomes the derivative of the loss.
    fn error(&mut self, theta: &[f32]) -> f64 {
        let wanted = self.wanted;
        let output = &mut self.model.forward(&self.inputs, 1, theta)[0];
        *output -= wanted;
        f64::from(*output)
    }
}

impl Objective for World {
    type Real = f32;

    fn n_parameters(&self) -> usize {
        self.model.n_parameters()
    }

    fn initial(&self, streams: &Streams, theta: &mut [f32]) {
        let how = if self.learner.hidden == 0 { Initialization::Zero } else { Initialization::He };
        self.model.initial(how, 1.0, &mut streams.initial.at(0), theta);
    }

    fn begin(&mut self, step: &Step<'_>, _extras: &[f64]) {
        self.draw(step.streams, step.index);
    }

    fn gradient(&mut self, _step: &Step<'_>, _extras: &[f64], theta: &[f32], gradient: &mut [f32]) -> f64 {
        let error = self.error(theta);
        self.model.backward(&self.inputs, 1, theta, gradient);
        0.5 * error * error
    }

    fn batch_loss(&mut self, _step: &Step<'_>, _extras: &[f64], theta: &[f32]) -> f64 {
        let error = self.error(theta);
        0.5 * error * error
    }

    fn end(&mut self, step: &Step<'_>) {
        let next = step.index + 1;
        if next.is_multiple_of(self.learner.flip_every) {
            self.kept ^= 1 << below(&mut step.streams.drift.at(next), self.learner.n_flipping as u64);
        }
    }

    fn evaluate(&mut self, step: &Step<'_>, theta: &[f32]) -> Evaluation {
        self.draw(step.streams, step.index + 1);
        let error = self.error(theta);
        Evaluation { loss: error * error, accuracy: f64::NAN }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::SeedKey;

    /// Against the definition with real weights and inputs.
    #[test]
    fn counting_bits_is_the_network() {
        let spec = BitFlipping::default();
        let target = Target::new(&spec, &mut SeedKey::study(1).at(0));
        let mut n_firing = 0;
        for k in 0..200 {
            let bits = SeedKey::study(2).at(k).next_u64() & mask(20);
            let mut sum = 0.0;
            for (i, &(plus, _, threshold)) in target.units.iter().enumerate() {
                let weight = |j: usize| if plus >> j & 1 == 1 { 1.0 } else { -1.0 };
                let weighted: f64 = (0..20).map(|j| weight(j) * f64::from((bits >> j & 1) as u32)).sum();
                if weighted > threshold {
                    sum += target.outputs[i];
                    n_firing += 1;
                }
            }
            assert_eq!(target.of(bits), sum + target.outputs[100]);
        }
        // A unit needs 15 of 21 agreements: probability .039 for fair bits.
        let share = f64::from(n_firing) / 20_000.0;
        assert!((0.02..0.08).contains(&share), "{share}");
    }
}
