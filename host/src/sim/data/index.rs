//! Examples by class and by difficulty: what changes of the sampling distribution choose from.
//!
//! Difficulty is a fixed score of the data, not of a model: the squared distance to the mean of the example's own class minus that to the nearest
//! mean of another class (the nearest-mean margin); for regression the squared distance to the mean input. Sorting examples by a fixed score is
//! the curriculum of Bengio et al. 2009 (doi:10.1145/1553374.1553380).

use super::Dataset;
use crate::sim::real::Real as _;

/// Rows of a data set in two orders.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Index {
    /// Rows of each class; empty for regression.
    pub by_class: Vec<Vec<u32>>,
    /// All rows, the easiest first.
    pub by_difficulty: Vec<u32>,
}

/// Mean input of each class, or of all examples for regression.
pub(super) struct Centers(Vec<Vec<f32>>);

impl Centers {
    pub(super) fn of(data: &Dataset) -> Self {
        let n = data.n_classes.max(1) as usize;
        let mut sums = vec![vec![0.0f64; data.n_features]; n];
        let mut counts = vec![0.0f64; n];
        for i in 0..data.len() {
            let class = data.labels.get(i).map_or(0, |&c| c as usize);
            counts[class] += 1.0;
            for (s, &x) in sums[class].iter_mut().zip(data.row(i)) {
                *s += f64::from(x);
            }
        }
        let mean = |(sum, count): (&Vec<f64>, &f64)| sum.iter().map(|s| (s / count.max(1.0)) as f32).collect();
        Self(sums.iter().zip(&counts).map(mean).collect())
    }

    fn difficulty(&self, row: &[f32], class: usize) -> f64 {
        let own = f32::distance_squared(row, &self.0[class]);
        let others = self.0.iter().enumerate().filter(|(c, _)| *c != class).map(|(_, m)| f32::distance_squared(row, m));
        own - others.min_by(f64::total_cmp).unwrap_or(0.0)
    }
}

impl Index {
    pub(super) fn new(data: &Dataset, centers: &Centers) -> Self {
        let mut by_class = vec![Vec::new(); data.n_classes as usize];
        let mut scored = Vec::with_capacity(data.len());
        for i in 0..data.len() {
            let class = data.labels.get(i).map_or(0, |&c| c as usize);
            if data.n_classes > 0 {
                by_class[class].push(i as u32);
            }
            scored.push((centers.difficulty(data.row(i), class), i as u32));
        }
        scored.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        Self { by_class, by_difficulty: scored.into_iter().map(|(_, i)| i).collect() }
    }
}
