//! The per-step record of an episode, and its digest.

use twox_hash::XxHash3_128;

/// What is recorded of each decision, in columns of equal length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trajectory {
    /// The evaluation metric `y_t`; the ceiling after divergence.
    pub loss: Vec<f64>,
    /// Accuracy in [0, 1]; NaN where the task has none. Empty where the task never has one.
    pub accuracy: Vec<f64>,
    /// Values applied, `n_steps x n_controlled`, row-major.
    pub hyperparameters: Vec<f64>,
    /// Guard flags; see [`crate::sim::guard::flag`].
    pub guard: Vec<u8>,
    /// What the controller reported; see `oha_plugin_api::Report`.
    pub report: Vec<u32>,
    /// Number of controlled hyperparameters.
    pub n_controlled: usize,
}

impl Trajectory {
    /// An empty record with room for `n_steps`.
    #[must_use]
    pub fn with_capacity(n_steps: usize, n_controlled: usize) -> Self {
        Self {
            loss: Vec::with_capacity(n_steps),
            accuracy: Vec::with_capacity(n_steps),
            hyperparameters: Vec::with_capacity(n_steps * n_controlled),
            guard: Vec::with_capacity(n_steps),
            report: Vec::with_capacity(n_steps),
            n_controlled,
        }
    }

    /// Number of recorded decisions.
    #[must_use]
    pub fn len(&self) -> usize {
        self.loss.len()
    }

    /// Whether nothing was recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.loss.is_empty()
    }

    /// XXH3 (128 bits) over the bits of every column, in little-endian order; hexadecimal.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hash = XxHash3_128::new();
        hash.write(&(self.len() as u64).to_le_bytes());
        hash.write(&(self.n_controlled as u64).to_le_bytes());
        let mut bytes = Vec::with_capacity(8 * self.hyperparameters.len().max(self.len()));
        for column in [&self.loss, &self.accuracy, &self.hyperparameters] {
            bytes.clear();
            bytes.extend(column.iter().flat_map(|x| x.to_bits().to_le_bytes()));
            hash.write(&bytes);
        }
        hash.write(&self.guard);
        bytes.clear();
        bytes.extend(self.report.iter().flat_map(|x| x.to_le_bytes()));
        hash.write(&bytes);
        format!("{:032x}", hash.finish_128())
    }
}
