//! What is trained: the evaluator that gives gradients and losses, synthetic or a real model with its data.
//!
//! A new objective is one file that implements [`Objective`] and [`Family`], and one line in [`registry`].

pub mod bit_flipping;
pub mod cnn;
pub mod gru;
pub mod language;
mod least_squares;
pub mod linear_regression;
pub mod mlp;
pub mod moving_regression;
pub mod peaks;
pub mod permuted_images;
pub mod quadratic;
pub mod regression_tracking;
pub mod schedule_tracking;
pub mod softmax_regression;
pub mod stream;
pub mod supervised;
pub mod surface;
pub mod tracking;
pub mod transformer;

use crate::sim::agreement::Agreement;
use crate::sim::optimizer::{Descent, OptimizerEntry};
use crate::sim::real::Real;
use crate::sim::regime::{Landscape, Regime, Touches};
use crate::sim::rng::Streams;
use crate::sim::spec::SpecError;
use crate::sim::trainer::{Trainer, Training};
use oha_plugin_api::HyperparameterSpec;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt::Debug;
use std::sync::Arc;

/// The evaluation metric after an update.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evaluation {
    /// The loss `y_t`, finite unless training diverged.
    pub loss: f64,
    /// Fraction classified correctly, in [0, 1]; NaN where the objective has no classes.
    pub accuracy: f64,
}

/// Where in an episode the objective is asked.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// Index of the decision, the time of the regime and of the trajectory.
    pub decision: u64,
    /// Index of the optimizer step, which keys every draw; equal to `decision` when one optimizer step follows each decision.
    pub index: u64,
    /// The changes.
    pub regime: &'a Regime,
    /// The episode's random streams.
    pub streams: &'a Streams,
    /// Whether this is the first optimizer step of the decision.
    pub first: bool,
    /// Whether the minibatch loss that [`Objective::gradient`] returns will be read; NaN may be returned where it costs extra and is not.
    pub wants_loss: bool,
}

impl Step<'_> {
    /// The alterations of synthetic landscapes in force at this decision.
    #[inline]
    #[must_use]
    pub fn landscape(&self) -> &Landscape {
        self.regime.landscape(self.decision)
    }
}

/// A first-order evaluator: one episode's running world. The order of calls within an optimizer step is `begin`, `gradient` (then the
/// update by the optimizer), `end`; `evaluate` follows the last optimizer step of a decision.
pub trait Objective: Clone + Send + 'static {
    /// Number type of the parameters.
    type Real: Real;

    /// Whether [`Objective::descend`] is worth asking.
    const IN_ONE_PASS: bool = false;

    /// Number of parameters.
    fn n_parameters(&self) -> usize;

    /// Writes the initial parameters, a function of the streams only.
    fn initial(&self, streams: &Streams, theta: &mut [Self::Real]);

    /// Moves the world to this step, before the gradient: jumps of the target, choice of the minibatch and of its noise.
    /// `extras` are the values of [`Family::hyperparameters`] in force (for example the batch size).
    fn begin(&mut self, step: &Step<'_>, extras: &[f64]);

    /// Gradient of the minibatch loss at `theta` into `gradient` (overwritten); returns that loss.
    fn gradient(&mut self, step: &Step<'_>, extras: &[f64], theta: &[Self::Real], gradient: &mut [Self::Real]) -> f64;

    /// Diagonal of the Hessian of the minibatch loss at `theta`, where [`Family::gives_curvature`]; after [`Objective::gradient`] on the same point.
    fn curvature(&mut self, step: &Step<'_>, theta: &[Self::Real], curvature: &mut [Self::Real]) {
        let _ = (step, theta);
        curvature.fill(Self::Real::ZERO);
    }

    /// Loss of the same minibatch at another point.
    fn batch_loss(&mut self, step: &Step<'_>, extras: &[f64], theta: &[Self::Real]) -> f64;

    /// Moves the world after the update: drift of the target.
    fn end(&mut self, step: &Step<'_>) {
        let _ = step;
    }

    /// The evaluation metric at `theta`.
    fn evaluate(&mut self, step: &Step<'_>, theta: &[Self::Real]) -> Evaluation;

    /// The evaluation metric at `theta` as the world is at any step, past or to come, without a trace; `None` where the world cannot go back.
    fn recall(&mut self, step: &Step<'_>, theta: &[Self::Real]) -> Option<Evaluation> {
        let _ = (step, theta);
        None
    }

    /// The answers of all evaluations beside the labels; `None` where there are no classes.
    fn agreement(&self) -> Option<&Agreement> {
        None
    }

    /// A whole optimizer step in one pass over the parameters: `begin`, `gradient`, the update of plain gradient descent with `lambda` (learning
    /// rate, momentum, weight decay), `end` and `evaluate`, with the bits that these give one after the other. `None`, and nothing has changed, where
    /// there is no such pass at this step.
    fn descend(
        &mut self,
        step: &Step<'_>,
        lambda: &[f64; 3],
        theta: &mut [Self::Real],
        gradient: &mut [Self::Real],
        descent: Descent<'_, Self::Real>,
    ) -> Option<Evaluation> {
        let _ = (step, lambda, theta, gradient, descent);
        None
    }
}

/// What a family suggests where the study file is silent.
#[derive(Clone, Debug)]
pub struct Defaults {
    /// Number of decisions.
    pub n_steps: u64,
    /// Loss above which an episode has diverged.
    pub ceiling: f64,
    /// Range and initial value of the learning rate.
    pub learning_rate: (f64, f64, f64),
    /// Decisions in one pass over the training data; 0 where there is no finite set.
    pub steps_per_epoch: u64,
}

/// A checked description of an objective, shared by all its episodes.
pub trait Family: Debug + Send + Sync {
    /// What is suggested where the study file is silent.
    fn defaults(&self) -> Defaults;

    /// Hyperparameters of the objective itself (batch size, label smoothing ...), after those of the optimizer.
    fn hyperparameters(&self) -> Vec<HyperparameterSpec> {
        Vec::new()
    }

    /// The kinds of alteration that have an effect here.
    fn accepts(&self) -> Touches;

    /// The inputs of an exact oracle, where one exists; see [`crate::sim::objective::ClosedForm`].
    fn closed_form(&self) -> Option<ClosedForm> {
        None
    }

    /// Greedy learning rates, where they have a closed form but [`Family::closed_form`] does not hold: of plain stochastic gradient descent inside `range`.
    fn gains(&self, n_steps: u64, range: (f64, f64), regime: &Regime) -> Option<Gains> {
        let _ = (n_steps, range, regime);
        None
    }

    /// The law of the losses, where they depend on the step and one hyperparameter alone.
    fn exogenous(&self) -> Option<&dyn Exogenous> {
        None
    }

    /// The smallest loss that any parameters can reach at each step, where it is known.
    fn loss_floor(&self) -> Option<f64> {
        None
    }

    /// The accuracy that no classifier beats on average, where it is known.
    fn best_accuracy(&self) -> Option<f64> {
        None
    }

    /// Optimizer steps between two tasks of a sequence that the objective itself is; 0 where it is one task.
    fn period(&self) -> u64 {
        0
    }

    /// Whether [`Objective::curvature`] is known here.
    fn gives_curvature(&self) -> bool {
        false
    }

    /// Names and SHA-256 of the data sets in use.
    fn data(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    /// Floating-point operations of one optimizer step, by count.
    fn flops_per_step(&self) -> f64;

    /// A training run at its start.
    fn start(&self, setting: Setting<'_>) -> Box<dyn Training>;
}

/// Losses that no choice alters but the one of their own step: what exact schedules and dynamic programmes are made from.
pub trait Exogenous {
    /// The hyperparameter that they depend on.
    fn hyperparameter(&self) -> &'static str;
    /// Expected loss of a decision under a value.
    fn expected_loss(&self, decision: u64, value: f64) -> f64;
    /// The value with the smallest one.
    fn best_value(&self, decision: u64) -> f64;
}

/// What a training run is made from, besides the family.
pub struct Setting<'a> {
    /// The optimizer.
    pub optimizer: &'a dyn OptimizerEntry,
    /// Number of hyperparameters that belong to the optimizer: the first ones of each vector.
    pub n_optimizer_hyperparameters: usize,
    /// Optimizer steps between two decisions.
    pub optimizer_steps_per_decision: u64,
    /// Factor on the initial parameters.
    pub initial_scale: f64,
    /// The changes, resolved for this seed.
    pub regime: Arc<Regime>,
    /// The random streams of this seed.
    pub streams: Streams,
}

impl Setting<'_> {
    /// The training run of an objective with the setting's optimizer.
    #[must_use]
    pub fn train<O: Objective>(self, objective: O) -> Box<dyn Training>
    where
        O::Real: crate::sim::optimizer::Startable,
    {
        Box::new(Trainer::new(objective, self))
    }
}

/// Second-moment description of a linear-Gaussian objective: all that an exact oracle needs. At each step, in this order: the target jumps, the
/// gradient `h (theta - target) + noise` is taken and applied, the target drifts, the loss `sum_i h_i e_i^2 / 2` is measured.
/// The regime's [`Landscape`] scales these values over time.
#[derive(Clone, Debug, PartialEq)]
pub struct ClosedForm {
    /// Curvature of each coordinate.
    pub curvature: Vec<f64>,
    /// Variance of the gradient noise of each coordinate.
    pub noise_variance: Vec<f64>,
    /// Variance of the target's random walk of each coordinate, a step.
    pub drift_variance: Vec<f64>,
    /// Expected squared initial error of each coordinate.
    pub initial_variance: Vec<f64>,
    /// Variance of the gradient that the error itself makes: `c` in `c h^2 P`, with `P` the squared error a coordinate (random features); 0 where there is none.
    /// Another value needs curvatures that are all alike.
    pub multiplicative: f64,
}

/// Learning rates in closed form that are good, not proven best: what minimises the expected loss of each step alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Gains {
    /// Learning rate of each decision.
    pub rates: Vec<f64>,
    /// No plan has a lower expected cumulative loss; `None` where nothing is known.
    pub lower: Option<f64>,
    /// How, in words.
    pub how: &'static str,
}

/// A family as the study file and `oha-host list tasks` know it.
pub struct FamilyEntry {
    /// The `kind` in the study file.
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Reads and checks the settings beside `kind`.
    pub build: fn(&Value) -> Result<Arc<dyn Family>, SpecError>,
    /// Every setting with its default.
    pub defaults: fn() -> Value,
}

/// What a settings type needs to be a registry line.
pub trait FamilySpec: Serialize + DeserializeOwned + Default {
    /// The `kind` in the study file.
    const NAME: &'static str;
    /// One sentence.
    const SUMMARY: &'static str;
    /// Checks the settings.
    ///
    /// # Errors
    /// A setting outside its range.
    fn build(self) -> Result<Arc<dyn Family>, SpecError>;
}

const fn entry<S: FamilySpec>() -> FamilyEntry {
    FamilyEntry {
        name: S::NAME,
        summary: S::SUMMARY,
        build: |value| crate::sim::spec::parse::<S>("task", value)?.build(),
        defaults: || serde_json::to_value(S::default()).expect("settings are plain data"),
    }
}

/// Every objective, in the order of the docs.
#[must_use]
pub const fn registry() -> &'static [FamilyEntry] {
    const {
        &[
            entry::<tracking::Tracking>(),
            entry::<quadratic::noisy::NoisyQuadratic>(),
            entry::<quadratic::rotating::RotatingQuadratic>(),
            entry::<surface::Surface<surface::functions::Rosenbrock>>(),
            entry::<surface::Surface<surface::functions::Cliff>>(),
            entry::<surface::Surface<surface::functions::Plateau>>(),
            entry::<surface::Surface<surface::functions::Saddle>>(),
            entry::<surface::Surface<surface::functions::AbsoluteValue>>(),
            entry::<surface::Surface<surface::functions::GaussianBowl>>(),
            entry::<peaks::gmpb::Gmpb>(),
            entry::<peaks::cones::MovingPeaks>(),
            entry::<softmax_regression::SoftmaxRegression>(),
            entry::<mlp::MlpClassifier>(),
            entry::<gru::GruLanguage>(),
            entry::<transformer::TransformerLanguage>(),
            entry::<cnn::CnnClassifier>(),
            entry::<linear_regression::LinearRegression>(),
            entry::<permuted_images::PermutedImages>(),
            entry::<stream::StreamClassification>(),
            entry::<moving_regression::MovingRegression>(),
            entry::<regression_tracking::RegressionTracking>(),
            entry::<bit_flipping::BitFlipping>(),
            entry::<schedule_tracking::ScheduleTracking>(),
        ]
    }
}

#[cfg(test)]
pub(in crate::sim) mod reference;
#[cfg(test)]
mod tests;
