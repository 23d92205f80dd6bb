//! STAGGER: objects of three sizes, colours and shapes, every combination as likely; what is wanted changes from concept to concept (Schlimmer, Granger 1986,
//! doi:10.1007/BF00116895): small and red; green or circular; medium or large. Inputs are the nine indicators, so each concept is linear in them.

use super::{Concept, Stream, StreamSpec};
use crate::sim::rng::{Generator, Streams, below};
use crate::sim::spec::{SpecError, within};
use serde::{Deserialize, Serialize};

/// Settings of the stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Stagger {
    /// Optimizer steps between two concepts; 0 for the first one for ever.
    pub period: u64,
    /// The concepts in turn, each 0, 1 or 2.
    pub concepts: Vec<u8>,
}

impl Default for Stagger {
    fn default() -> Self {
        Self { period: 100, concepts: vec![0, 1, 2] }
    }
}

/// Whether an object is wanted. Size 0 small, 1 medium, 2 large; colour 0 red, 1 blue, 2 green; shape 0 circle, 1 square, 2 triangle.
#[must_use]
pub const fn is_wanted(concept: u8, size: u8, colour: u8, shape: u8) -> bool {
    match concept {
        0 => size == 0 && colour == 0,
        1 => colour == 2 || shape == 0,
        _ => size > 0,
    }
}

impl StreamSpec for Stagger {
    const NAME: &'static str = "stagger";
    const SUMMARY: &'static str = "objects of three sizes, colours and shapes; what is wanted changes abruptly";

    fn check(&self) -> Result<(), SpecError> {
        within("stream.concepts.len()", self.concepts.len() as f64, 1.0, 1000.0)?;
        self.concepts.iter().try_for_each(|&c| within("stream.concepts", f64::from(c), 0.0, 2.0))
    }
}

impl Stream for Stagger {
    fn n_features(&self) -> usize {
        9
    }

    fn n_classes(&self) -> usize {
        2
    }

    fn best_accuracy(&self) -> Option<f64> {
        Some(1.0)
    }

    fn period(&self) -> u64 {
        self.period
    }

    fn start(&self, _streams: &Streams) -> Box<dyn Concept> {
        Box::new(Current { concept: self.concepts[0], spec: self.clone() })
    }
}

#[derive(Clone)]
struct Current {
    spec: Stagger,
    concept: u8,
}

impl Concept for Current {
    fn advance(&mut self, step: u64, _n_examples: u64, _streams: &Streams) {
        let turn = step.checked_div(self.spec.period).unwrap_or(0);
        self.concept = self.spec.concepts[(turn % self.spec.concepts.len() as u64) as usize];
    }

    fn draw(&self, draws: &mut Generator, inputs: &mut [f32]) -> u32 {
        let object = below(draws, 27) as u8;
        let [size, colour, shape] = [object / 9, object / 3 % 3, object % 3];
        inputs.fill(0.0);
        for (attribute, value) in [size, colour, shape].into_iter().enumerate() {
            inputs[3 * attribute + value as usize] = 1.0;
        }
        u32::from(is_wanted(self.concept, size, colour, shape))
    }

    fn boxed_clone(&self) -> Box<dyn Concept> {
        Box::new(self.clone())
    }
}
