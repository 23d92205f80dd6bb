//! Linear regression of real data under half the mean squared error. Convex; inputs and targets are standardised by the data set.

use super::supervised::{Common, Supervised};
use super::{Family, FamilySpec};
use crate::sim::data;
use crate::sim::kernel::activation::Activation;
use crate::sim::model::{Initialization, mlp::Mlp};
use crate::sim::spec::SpecError;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Settings of linear regression.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LinearRegression {
    /// Name of a data set with real targets.
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

impl Default for LinearRegression {
    fn default() -> Self {
        Self {
            data: "wine-quality-red".into(),
            batch_size: 32,
            evaluation_size: 0,
            initialization: Initialization::Zero,
            initial_scale: 1.0,
        }
    }
}

impl FamilySpec for LinearRegression {
    const NAME: &'static str = "linear-regression";
    const SUMMARY: &'static str = "a linear model of real data under the squared error";

    fn build(self) -> Result<Arc<dyn Family>, SpecError> {
        let split = data::load(&self.data).map_err(|e| e.within("task"))?;
        if split.train.n_classes > 0 {
            return Err(SpecError::new("task.data", format!("`{}`, which has classes", self.data), "a data set for regression"));
        }
        let common = Common {
            batch_size: self.batch_size,
            evaluation_size: self.evaluation_size,
            initialization: self.initialization,
            initial_scale: self.initial_scale,
            permute_every: 0,
        };
        let model = Mlp::new(vec![split.train.n_features, 1], Activation::Relu);
        Ok(Arc::new(Supervised::new(model, split, common, (1e-4, 1.0, 0.05))?))
    }
}
