//! Linear regression of real data under half the mean squared error. Convex; inputs and targets are standardised by the data set.
//!
//! The floor of the loss is the least-squares minimum of the held-out rows that are evaluated. The greedy rates follow the mean and the covariance of the
//! parameters, `w <- w - a g`, `P <- (I - a H) P (I - a H) + a^2 k S`, from 0, as if the batches of different steps were independent (those of an epoch are not).

use super::least_squares::{LeastSquares, share_without_replacement};
use super::supervised::{Common, Supervised};
use super::{Defaults, Family, FamilySpec, Gains, Setting};
use crate::sim::data::{self, Split};
use crate::sim::kernel::activation::Activation;
use crate::sim::model::{Initialization, mlp::Mlp};
use crate::sim::regime::{Regime, Touches};
use crate::sim::spec::SpecError;
use crate::sim::trainer::Training;
use oha_plugin_api::HyperparameterSpec;
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
        let (batch_size, n_evaluated) =
            (self.batch_size, if self.evaluation_size == 0 { split.held_out.len() } else { self.evaluation_size });
        let inner = Supervised::new(model, Arc::clone(&split), common, (1e-4, 1.0, 0.05))?;
        let held_out = LeastSquares::with_bias(&split.held_out, 0..n_evaluated);
        // The evaluation adds in single precision.
        let floor = held_out.loss(&held_out.minimiser()) * (1.0 - 1e-5);
        Ok(Arc::new(Checked { inner, split, batch_size, floor }))
    }
}

/// A task with what least squares knows of it.
#[derive(Debug)]
struct Checked {
    inner: Supervised<Mlp>,
    split: Arc<Split>,
    batch_size: usize,
    floor: f64,
}

/// Training rows that the greedy rates are computed from, at most.
const N_ROWS: usize = 512;

impl Family for Checked {
    fn loss_floor(&self) -> Option<f64> {
        Some(self.floor)
    }

    fn gains(&self, n_steps: u64, range: (f64, f64), _regime: &Regime) -> Option<Gains> {
        let n = self.split.train.len();
        let problem = LeastSquares::with_bias(&self.split.train, (0..n).step_by(n.div_ceil(N_ROWS)));
        let k = share_without_replacement(self.batch_size as f64, n as f64);
        let rates = problem.greedy_rates(k, n_steps, range);
        Some(Gains {
            rates,
            lower: None,
            how: "the rate with the smallest expected training loss after each step, by mean and covariance of the parameters",
        })
    }

    fn defaults(&self) -> Defaults {
        self.inner.defaults()
    }

    fn hyperparameters(&self) -> Vec<HyperparameterSpec> {
        self.inner.hyperparameters()
    }

    fn accepts(&self) -> Touches {
        self.inner.accepts()
    }

    fn data(&self) -> Vec<(String, String)> {
        self.inner.data()
    }

    fn flops_per_step(&self) -> f64 {
        self.inner.flops_per_step()
    }

    fn start(&self, setting: Setting<'_>) -> Box<dyn Training> {
        self.inner.start(setting)
    }
}
