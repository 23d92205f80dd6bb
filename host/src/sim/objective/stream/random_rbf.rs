//! Random radial basis functions that drift: an example lies about one of many centroids, drawn by weight, in a random direction at a normal distance, and has the
//! centroid's class (Bifet et al. 2009, doi:10.1145/1557019.1557041; as in MOA and River). With every example each drifting centroid moves by `speed` along a direction
//! of its own and turns back where it meets the unit cube: `c <- c + speed v`; beyond 1 (below 0) it is set to 1 (to 0) and that entry of `v` changes its sign.

use super::{Concept, Stream, StreamSpec};
use crate::sim::kernel::normal;
use crate::sim::rng::{Generator, Streams, below, uniform};
use crate::sim::spec::{SpecError, within};
use serde::{Deserialize, Serialize};

/// Settings of the stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RandomRbf {
    /// Number of inputs.
    pub n_features: usize,
    /// Number of classes.
    pub n_classes: usize,
    /// Number of centroids.
    pub n_centroids: usize,
    /// How many of them, the first ones, move.
    pub n_drifting: usize,
    /// Length of a move, an example.
    pub speed: f64,
}

impl Default for RandomRbf {
    fn default() -> Self {
        Self { n_features: 10, n_classes: 4, n_centroids: 20, n_drifting: 20, speed: 1e-4 }
    }
}

impl StreamSpec for RandomRbf {
    const NAME: &'static str = "random-rbf";
    const SUMMARY: &'static str = "clouds about centroids that move and carry their class with them: a gradual drift";

    fn check(&self) -> Result<(), SpecError> {
        within("stream.n_features", self.n_features as f64, 1.0, 1e4)?;
        within("stream.n_classes", self.n_classes as f64, 2.0, 1e3)?;
        within("stream.n_centroids", self.n_centroids as f64, self.n_classes as f64, 1e4)?;
        within("stream.n_drifting", self.n_drifting as f64, 0.0, self.n_centroids as f64)?;
        within("stream.speed", self.speed, 0.0, 1.0)
    }
}

/// A centre that moves inside the unit cube.
#[derive(Clone, Debug, PartialEq)]
pub struct Centroid {
    /// Where it is.
    pub centre: Vec<f64>,
    /// Its direction, of length 1.
    pub velocity: Vec<f64>,
    class: u32,
    deviation: f64,
    /// Sum of the weights up to and with its own.
    weight: f64,
}

impl Centroid {
    /// One move: clamp, then bounce.
    pub fn advance(&mut self, speed: f64) {
        for (c, v) in self.centre.iter_mut().zip(&mut self.velocity) {
            *c += *v * speed;
            if *c > 1.0 || *c < 0.0 {
                *c = c.clamp(0.0, 1.0);
                *v = -*v;
            }
        }
    }

    /// A centroid of nothing but place and direction.
    #[cfg(test)]
    pub(super) fn moving(centre: Vec<f64>, velocity: Vec<f64>) -> Self {
        Self { centre, velocity, class: 0, deviation: 0.0, weight: 1.0 }
    }
}

impl Stream for RandomRbf {
    fn n_features(&self) -> usize {
        self.n_features
    }

    fn n_classes(&self) -> usize {
        self.n_classes
    }

    fn start(&self, streams: &Streams) -> Box<dyn Concept> {
        let mut draws = streams.drift.at(0);
        let mut weight = 0.0;
        let mut centroid = |i: usize| {
            let centre = (0..self.n_features).map(|_| uniform(&mut draws)).collect();
            let mut velocity = vec![0.0; self.n_features];
            normal::fill(&mut draws, &mut velocity);
            let norm = velocity.iter().map(|v| v * v).sum::<f64>().sqrt();
            velocity.iter_mut().for_each(|v| *v /= norm);
            weight += uniform(&mut draws);
            // Each class has a centroid.
            let class = if i < self.n_classes { i as u64 } else { below(&mut draws, self.n_classes as u64) } as u32;
            Centroid { centre, velocity, class, deviation: uniform(&mut draws), weight }
        };
        let centroids = (0..self.n_centroids).map(&mut centroid).collect();
        Box::new(Current { centroids, spec: self.clone(), n_seen: 0 })
    }
}

#[derive(Clone)]
struct Current {
    spec: RandomRbf,
    centroids: Vec<Centroid>,
    /// Nominal examples seen so far.
    n_seen: u64,
}

impl Concept for Current {
    fn advance(&mut self, _step: u64, n_examples: u64, _streams: &Streams) {
        for _ in self.n_seen..n_examples {
            self.centroids[..self.spec.n_drifting].iter_mut().for_each(|c| c.advance(self.spec.speed));
        }
        self.n_seen = self.n_seen.max(n_examples);
    }

    fn draw(&self, draws: &mut Generator, inputs: &mut [f32]) -> u32 {
        let total = self.centroids.last().map_or(0.0, |c| c.weight);
        let place = uniform(draws) * total;
        let centroid = &self.centroids[self.centroids.partition_point(|c| c.weight <= place).min(self.centroids.len() - 1)];
        inputs.iter_mut().for_each(|x| *x = 2.0f64.mul_add(uniform(draws), -1.0) as f32);
        let norm = inputs.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt();
        let scale = normal::one(draws) * centroid.deviation / norm.max(1e-12);
        for (x, &c) in inputs.iter_mut().zip(&centroid.centre) {
            *x = scale.mul_add(f64::from(*x), c) as f32;
        }
        centroid.class
    }

    fn boxed_clone(&self) -> Box<dyn Concept> {
        Box::new(self.clone())
    }
}
