//! Multi-layer perceptron classifier under cross-entropy; see [`crate::sim::model::mlp`].

use super::supervised::{Common, Supervised, classes, hidden};
use super::{Family, FamilySpec};
use crate::sim::data;
use crate::sim::kernel::activation::Activation;
use crate::sim::model::{Initialization, mlp::Mlp};
use crate::sim::spec::SpecError;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Settings of a perceptron.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MlpClassifier {
    /// Name of a data set with classes.
    pub data: String,
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

impl Default for MlpClassifier {
    fn default() -> Self {
        Self {
            data: "digits".into(),
            hidden: vec![128],
            activation: Activation::Relu,
            batch_size: 32,
            evaluation_size: 128,
            initialization: Initialization::He,
            initial_scale: 1.0,
        }
    }
}

impl FamilySpec for MlpClassifier {
    const NAME: &'static str = "mlp";
    const SUMMARY: &'static str = "a multi-layer perceptron that classifies real data";

    fn build(self) -> Result<Arc<dyn Family>, SpecError> {
        let split = data::load(&self.data).map_err(|e| e.within("task"))?;
        let n_classes = classes(&self.data, &split)?;
        let model = Mlp::new(hidden(split.train.n_features, &self.hidden, n_classes)?, self.activation);
        let common = Common {
            batch_size: self.batch_size,
            evaluation_size: self.evaluation_size,
            initialization: self.initialization,
            initial_scale: self.initial_scale,
            permute_every: 0,
        };
        Ok(Arc::new(Supervised::new(model, split, common, (1e-4, 3.0, 0.1))?))
    }
}
