//! Softmax regression: a linear model of the logits under cross-entropy (multinomial logistic regression; Bishop 2006, section 4.3.4). Convex.

use super::supervised::{Common, Supervised};
use super::{Family, FamilySpec};
use crate::sim::data;
use crate::sim::kernel::activation::Activation;
use crate::sim::model::{Initialization, mlp::Mlp};
use crate::sim::spec::SpecError;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Settings of softmax regression.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SoftmaxRegression {
    /// Name of a data set with classes.
    pub data: String,
    /// Nominal batch size, the initial value of the hyperparameter.
    pub batch_size: usize,
    /// Held-out rows of an evaluation; 0 for all.
    pub evaluation_size: usize,
    /// How initial weights are drawn.
    pub initialization: Initialization,
    /// Factor of initial weights.
    pub initial_scale: f64,
}

impl Default for SoftmaxRegression {
    fn default() -> Self {
        Self { data: "digits".into(), batch_size: 32, evaluation_size: 128, initialization: Initialization::Zero, initial_scale: 1.0 }
    }
}

impl FamilySpec for SoftmaxRegression {
    const NAME: &'static str = "softmax-regression";
    const SUMMARY: &'static str = "a linear classifier of real data under cross-entropy";

    fn build(self) -> Result<Arc<dyn Family>, SpecError> {
        let split = data::load(&self.data).map_err(|e| e.within("task"))?;
        let n_classes = super::supervised::classes(&self.data, &split)?;
        let model = Mlp::new(vec![split.train.n_features, n_classes], Activation::Relu);
        let common = Common {
            batch_size: self.batch_size,
            evaluation_size: self.evaluation_size,
            initialization: self.initialization,
            initial_scale: self.initial_scale,
            permute_every: 0,
        };
        Ok(Arc::new(Supervised::new(model, split, common, (1e-4, 10.0, 0.1))?))
    }
}
