//! How far the answers of a classifier agree with the labels, beyond what chance, the majority class or persistence give.
//!
//! With `p` the accuracy: `kappa = (p - p_e) / (1 - p_e)`, `p_e = sum_c share_c(labels) share_c(answers)` (Cohen 1960, doi:10.1177/001316446002000104);
//! `kappa_m` has the share of the most frequent label in place of `p_e` (Bifet et al. 2015, doi:10.1145/2783258.2783372); `kappa_t` the accuracy of answering
//! with the label before (Zliobaite et al. 2015, doi:10.1007/s10994-014-5441-4), over all examples but the first of each evaluation.

use serde::{Deserialize, Serialize};

/// Counts over all evaluations so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// Number of examples of each class.
    labels: Vec<u64>,
    /// Number of answers of each class.
    answers: Vec<u64>,
    n_correct: u64,
    n: u64,
    n_persistent: u64,
    n_followed: u64,
    /// Label of the example before, within an evaluation.
    before: Option<u32>,
}

impl Agreement {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(n_classes: usize) -> Self {
        Self { labels: vec![0; n_classes], answers: vec![0; n_classes], n_correct: 0, n: 0, n_persistent: 0, n_followed: 0, before: None }
    }

    /// Begins an evaluation: its first example follows none.
    pub const fn begin(&mut self) {
        self.before = None;
    }

    /// Counts an example; an answer that is no number is none.
    #[inline]
    pub fn record(&mut self, answer: Option<usize>, label: u32) {
        self.n += 1;
        self.labels[label as usize] += 1;
        if let Some(answer) = answer {
            self.answers[answer] += 1;
            self.n_correct += u64::from(answer == label as usize);
        }
        if let Some(before) = self.before {
            self.n_followed += 1;
            self.n_persistent += u64::from(before == label);
        }
        self.before = Some(label);
    }

    fn share(count: u64, of: u64) -> f64 {
        count as f64 / of as f64
    }

    /// Share of answers that are right.
    #[must_use]
    pub fn accuracy(&self) -> Option<f64> {
        (self.n > 0).then(|| Self::share(self.n_correct, self.n))
    }

    /// Accuracy of answering with the label before.
    #[must_use]
    pub fn persistence(&self) -> Option<f64> {
        (self.n_followed > 0).then(|| Self::share(self.n_persistent, self.n_followed))
    }

    /// Accuracy beyond `chance`; `None` where chance is always right.
    fn beyond(&self, chance: f64) -> Option<f64> {
        self.accuracy().filter(|_| chance < 1.0).map(|p| (p - chance) / (1.0 - chance))
    }

    /// Cohen's kappa.
    #[must_use]
    pub fn kappa(&self) -> Option<f64> {
        let pairs = self.labels.iter().zip(&self.answers);
        self.beyond(pairs.map(|(&l, &a)| Self::share(l, self.n) * Self::share(a, self.n)).sum())
    }

    /// Kappa against the majority class.
    #[must_use]
    pub fn kappa_majority(&self) -> Option<f64> {
        self.beyond(Self::share(self.labels.iter().copied().max()?, self.n))
    }

    /// Kappa against persistence.
    #[must_use]
    pub fn kappa_temporal(&self) -> Option<f64> {
        self.beyond(self.persistence()?)
    }
}
