//! The LED display: which digit is shown by seven segments, each of which is wrong with probability `noise`, beside inputs without meaning (Breiman et al. 1984,
//! Classification and Regression Trees, section 2.6). At each change of the concept `n_drifting` segments change places with inputs without meaning.
//!
//! Given the digit the segments are independent, so the posterior is a softmax of a linear function: softmax regression can reach [`bayes_accuracy`].

use super::{Concept, Stream, StreamSpec};
use crate::sim::data::sampler::permutation;
use crate::sim::rng::{Generator, Streams, below, uniform};
use crate::sim::spec::{SpecError, within};
use serde::{Deserialize, Serialize};

/// Settings of the stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Led {
    /// Probability that a segment is wrong.
    pub noise: f64,
    /// Inputs without meaning.
    pub n_irrelevant: usize,
    /// Optimizer steps between two concepts; 0 for one concept for ever.
    pub period: u64,
    /// Segments that change places with inputs without meaning.
    pub n_drifting: usize,
}

impl Default for Led {
    fn default() -> Self {
        Self { noise: 0.1, n_irrelevant: 17, period: 100, n_drifting: 3 }
    }
}

/// The segments that are lit for each digit: top, upper left, upper right, middle, lower left, lower right, bottom.
pub const SEGMENTS: [[u8; 7]; 10] = [
    [1, 1, 1, 0, 1, 1, 1],
    [0, 0, 1, 0, 0, 1, 0],
    [1, 0, 1, 1, 1, 0, 1],
    [1, 0, 1, 1, 0, 1, 1],
    [0, 1, 1, 1, 0, 1, 0],
    [1, 1, 0, 1, 0, 1, 1],
    [1, 1, 0, 1, 1, 1, 1],
    [1, 0, 1, 0, 0, 1, 0],
    [1, 1, 1, 1, 1, 1, 1],
    [1, 1, 1, 1, 0, 1, 1],
];

/// Accuracy of the best classifier: `sum over the 128 displays o of max_digit prod_i p^[o_i != s_i] (1 - p)^[o_i = s_i] / 10`.
#[must_use]
pub fn bayes_accuracy(noise: f64) -> f64 {
    let likelihood = |display: u8, lit: &[u8; 7]| {
        lit.iter().enumerate().map(|(i, &s)| if (display >> i) & 1 == s { 1.0 - noise } else { noise }).product::<f64>()
    };
    let best = |display| SEGMENTS.iter().map(|lit| likelihood(display, lit)).fold(0.0, f64::max);
    (0..128).map(best).sum::<f64>() / 10.0
}

impl StreamSpec for Led {
    const NAME: &'static str = "led";
    const SUMMARY: &'static str = "the digit on a display with faulty segments among inputs without meaning; segments change places";

    fn check(&self) -> Result<(), SpecError> {
        within("stream.noise", self.noise, 0.0, 0.5)?;
        within("stream.n_irrelevant", self.n_irrelevant as f64, 0.0, 1e4)?;
        within("stream.n_drifting", self.n_drifting as f64, 0.0, 7.0_f64.min(self.n_irrelevant as f64))
    }
}

impl Stream for Led {
    fn n_features(&self) -> usize {
        7 + self.n_irrelevant
    }

    fn n_classes(&self) -> usize {
        10
    }

    fn best_accuracy(&self) -> Option<f64> {
        Some(bayes_accuracy(self.noise))
    }

    fn period(&self) -> u64 {
        self.period
    }

    fn start(&self, _streams: &Streams) -> Box<dyn Concept> {
        Box::new(Current { turn: 0, places: std::array::from_fn(|i| i), spec: self.clone() })
    }
}

#[derive(Clone)]
struct Current {
    spec: Led,
    turn: u64,
    /// Which input each segment is.
    places: [usize; 7],
}

impl Concept for Current {
    fn advance(&mut self, step: u64, _n_examples: u64, streams: &Streams) {
        let turn = step.checked_div(self.spec.period).unwrap_or(0);
        if turn == self.turn {
            return;
        }
        self.turn = turn;
        self.places = std::array::from_fn(|i| i);
        if turn > 0 {
            let mut draws = streams.drift.at(turn);
            let (segments, others) = (permutation(7, &mut draws), permutation(self.spec.n_irrelevant, &mut draws));
            for (segment, other) in segments.into_iter().zip(others).take(self.spec.n_drifting) {
                self.places[segment as usize] = 7 + other as usize;
            }
        }
    }

    fn draw(&self, draws: &mut Generator, inputs: &mut [f32]) -> u32 {
        let digit = below(draws, 10) as usize;
        inputs.iter_mut().for_each(|x| *x = if uniform(draws) < 0.5 { 1.0 } else { 0.0 });
        for (&place, &lit) in self.places.iter().zip(&SEGMENTS[digit]) {
            let is_wrong = uniform(draws) < self.spec.noise;
            inputs[place] = f32::from(if is_wrong { 1 - lit } else { lit });
        }
        digit as u32
    }

    fn boxed_clone(&self) -> Box<dyn Concept> {
        Box::new(self.clone())
    }
}
