//! Online permuted images: a perceptron on images whose pixels are permuted anew after every `permute_every` optimizer steps, without notice and
//! without a reset, so that each period is a new task of the same difficulty (Goodfellow et al. 2013, arXiv:1312.6211; loss of plasticity: Dohare et
//! al. 2024, doi:10.1038/s41586-024-07711-7). Training and held-out images go through the same permutation.
//!
//! Dohare et al. take one pass over 60 000 images a task, three hidden layers of 2000 and single examples; the defaults here are a small instance of
//! the same protocol.

use super::supervised::{Common, Supervised, classes, hidden};
use super::{Family, FamilySpec};
use crate::sim::data;
use crate::sim::kernel::activation::Activation;
use crate::sim::model::{Initialization, mlp::Mlp};
use crate::sim::spec::{SpecError, within};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Settings of the stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PermutedImages {
    /// Name of a data set of images.
    pub data: String,
    /// Optimizer steps between two permutations.
    pub permute_every: u64,
    /// Sizes of the hidden layers.
    pub hidden: Vec<usize>,
    /// Function after each hidden layer.
    pub activation: Activation,
    /// Nominal batch size, the initial value of the hyperparameter.
    pub batch_size: usize,
    /// Held-out rows of an evaluation; 0 for all.
    pub evaluation_size: usize,
    /// How initial weights are drawn.
    pub initialization: Initialization,
    /// Factor of initial weights.
    pub initial_scale: f64,
}

impl Default for PermutedImages {
    fn default() -> Self {
        Self {
            data: "digits".into(),
            permute_every: 250,
            hidden: vec![64, 64],
            activation: Activation::Relu,
            batch_size: 16,
            evaluation_size: 128,
            initialization: Initialization::He,
            initial_scale: 1.0,
        }
    }
}

impl FamilySpec for PermutedImages {
    const NAME: &'static str = "permuted-images";
    const SUMMARY: &'static str = "a perceptron on images whose pixels are permuted anew at intervals: loss of plasticity";

    fn build(self) -> Result<Arc<dyn Family>, SpecError> {
        let split = data::load(&self.data).map_err(|e| e.within("task"))?;
        if split.train.image.is_none() {
            return Err(SpecError::new("task.data", format!("`{}`, which has no images", self.data), "a data set of images"));
        }
        within("task.permute_every", self.permute_every as f64, 1.0, 1e9)?;
        let n_classes = classes(&self.data, &split)?;
        let model = Mlp::new(hidden(split.train.n_features, &self.hidden, n_classes)?, self.activation);
        let common = Common {
            batch_size: self.batch_size,
            evaluation_size: self.evaluation_size,
            initialization: self.initialization,
            initial_scale: self.initial_scale,
            permute_every: self.permute_every,
        };
        Ok(Arc::new(Supervised::new(model, split, common, (1e-4, 3.0, 0.05))?))
    }
}
