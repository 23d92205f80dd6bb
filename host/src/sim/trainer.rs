//! One training run: an objective, an optimizer and the regime's alterations, behind the object that episodes and oracles drive.

use crate::sim::agreement::Agreement;
use crate::sim::objective::{Evaluation, Objective, Setting, Step};
use crate::sim::optimizer::{Optimizer, Startable};
use crate::sim::real::Real;
use crate::sim::regime::{Regime, Touches};
use crate::sim::rng::Streams;
use oha_plugin_api::Signal;
use std::sync::Arc;

/// A set of signals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignalSet(u32);

impl SignalSet {
    /// The set of these signals.
    #[must_use]
    pub fn new(signals: &[Signal]) -> Self {
        Self(signals.iter().fold(0, |set, &s| set | 1 << s as u32))
    }

    /// Whether `signal` is in the set.
    #[inline]
    #[must_use]
    pub const fn contains(self, signal: Signal) -> bool {
        self.0 & (1 << signal as u32) != 0
    }

    const fn needs_previous(self) -> bool {
        self.contains(Signal::GradientDotPrevious) || self.contains(Signal::GradientDifferenceNorm)
    }

    const fn needs_update(self) -> bool {
        self.contains(Signal::ParameterDifferenceNorm) || self.contains(Signal::GradientDotUpdate) || self.contains(Signal::UpdateNorm)
    }
}

/// The values of all signals by code; those not asked for are NaN.
pub type Signals = [f64; Signal::COUNT];

/// A training run in progress. `lambda` holds every hyperparameter of the task, in the order of its space.
pub trait Training: Send {
    /// States which signals will be read.
    fn watch(&mut self, signals: SignalSet);
    /// Computes the gradient of this decision's first minibatch before the hyperparameters are chosen (information class `current`). `lambda` is the
    /// last one in force, which decides the batch size.
    fn look(&mut self, decision: u64, lambda: &[f64]);
    /// Loss of the current minibatch after a hypothetical optimizer step with `lambda`, or at the point itself where `lambda` is `None`.
    /// Only after [`Training::look`].
    fn probe(&mut self, decision: u64, lambda: Option<&[f64]>) -> f64;
    /// Runs the optimizer steps of one decision and evaluates.
    fn step(&mut self, decision: u64, lambda: &[f64]) -> Evaluation;
    /// Accuracy at the parameters as they are in the world of any decision, without a trace; `None` where there is none or the world cannot go back.
    fn recall(&mut self, decision: u64) -> Option<f64>;
    /// The answers of all evaluations beside the labels; `None` where there are no classes.
    fn agreement(&self) -> Option<&Agreement>;
    /// The signals watched, as of the last `look` or `step`.
    fn signals(&self) -> &Signals;
    /// A copy that goes on as this one would.
    fn boxed_clone(&self) -> Box<dyn Training>;
    /// The parameters, widened.
    fn parameters(&self) -> Vec<f64>;
    /// The last gradient that was computed, with its alterations, widened.
    fn gradient(&self) -> Vec<f64>;
    /// Loss of the current minibatch at other parameters, to check gradients by. Only after [`Training::look`].
    fn batch_loss_at(&mut self, decision: u64, theta: &[f64], lambda: &[f64]) -> f64;
}

/// [`Training`] of an [`Objective`].
pub struct Trainer<O: Objective> {
    objective: O,
    optimizer: Box<dyn Optimizer<O::Real>>,
    n_optimizer: usize,
    steps_per_decision: u64,
    regime: Arc<Regime>,
    streams: Streams,
    theta: Vec<O::Real>,
    gradient: Vec<O::Real>,
    /// Diagonal of the Hessian, where the optimizer wants it.
    curvature: Vec<O::Real>,
    /// Gradient of the optimizer step before, where a signal needs it.
    gradient_previous: Vec<O::Real>,
    /// Parameters before the last update, where a signal needs them.
    theta_previous: Vec<O::Real>,
    /// Parameters at the start, where a signal needs them.
    theta_start: Vec<O::Real>,
    learning_rate_previous: f64,
    watched: SignalSet,
    signals: Signals,
    /// Decision whose first gradient has been computed by `look`.
    looked: Option<u64>,
    n_updates: u64,
}

impl<O: Objective> Trainer<O>
where
    O::Real: Startable,
{
    /// A training run at its start.
    #[must_use]
    pub fn new(objective: O, setting: Setting<'_>) -> Self {
        let n = objective.n_parameters();
        let mut theta = vec![O::Real::ZERO; n];
        objective.initial(&setting.streams, &mut theta);
        if setting.initial_scale != 1.0 {
            O::Real::view(&mut theta).map(|_, x| setting.initial_scale * x);
        }
        Self {
            optimizer: O::Real::start(setting.optimizer, n),
            n_optimizer: setting.n_optimizer_hyperparameters,
            steps_per_decision: setting.optimizer_steps_per_decision,
            regime: setting.regime,
            streams: setting.streams,
            gradient: vec![O::Real::ZERO; n],
            curvature: Vec::new(),
            gradient_previous: Vec::new(),
            theta_previous: Vec::new(),
            theta_start: Vec::new(),
            learning_rate_previous: f64::NAN,
            watched: SignalSet::default(),
            signals: [f64::NAN; Signal::COUNT],
            looked: None,
            n_updates: 0,
            objective,
            theta,
        }
    }

    #[inline]
    fn compute_gradient(&mut self, decision: u64, first: bool, index: u64, lambda: &[f64]) {
        let regime = &*self.regime;
        let step = Step { decision, index, regime, streams: &self.streams, first, wants_loss: self.watched.contains(Signal::TrainLoss) };
        if first && regime.touches(decision, Touches::STATE) && regime.alter_state(decision, &mut O::Real::view(&mut self.theta)) {
            self.optimizer.reset();
        }
        let extras = &lambda[self.n_optimizer..];
        self.objective.begin(&step, extras);
        if self.watched.needs_previous() {
            std::mem::swap(&mut self.gradient, &mut self.gradient_previous);
        }
        let loss = self.objective.gradient(&step, extras, &self.theta, &mut self.gradient);
        if self.optimizer.wants_curvature() {
            self.curvature.resize(self.theta.len(), O::Real::ZERO);
            self.objective.curvature(&step, &self.theta, &mut self.curvature);
            self.optimizer.see_curvature(&self.curvature);
        }
        if regime.touches(decision, Touches::GRADIENT) {
            regime.alter_gradient(decision, index, &mut O::Real::view(&mut self.gradient));
            let penalty = regime.penalty(decision);
            if penalty > 0.0 {
                O::Real::axpy(penalty, &self.theta, &mut self.gradient);
            }
        }
        if self.watched != SignalSet::default() {
            self.measure(loss);
        }
    }

    /// Fills the watched signals that belong to the gradient just computed.
    #[inline(never)]
    fn measure(&mut self, loss: f64) {
        let watched = self.watched;
        let is_first = self.n_updates == 0;
        let mut put = |signal: Signal, value: &dyn Fn() -> f64| {
            if watched.contains(signal) {
                self.signals[signal as usize] = value();
            }
        };
        put(Signal::TrainLoss, &|| loss);
        put(Signal::GradientNorm, &|| O::Real::dot(&self.gradient, &self.gradient).sqrt());
        put(Signal::ParameterNorm, &|| O::Real::dot(&self.theta, &self.theta).sqrt());
        put(Signal::DistanceFromStart, &|| O::Real::distance_squared(&self.theta, &self.theta_start).sqrt());
        put(Signal::GradientDotPrevious, &|| if is_first { 0.0 } else { O::Real::dot(&self.gradient, &self.gradient_previous) });
        put(Signal::GradientDifferenceNorm, &|| {
            if is_first { 0.0 } else { O::Real::distance_squared(&self.gradient, &self.gradient_previous).sqrt() }
        });
        put(Signal::ParameterDifferenceNorm, &|| {
            if is_first { 0.0 } else { O::Real::distance_squared(&self.theta, &self.theta_previous).sqrt() }
        });
        let rate = self.learning_rate_previous;
        put(Signal::UpdateNorm, &|| {
            if is_first { 0.0 } else { O::Real::distance_squared(&self.theta, &self.theta_previous).sqrt() / rate }
        });
        put(Signal::GradientDotUpdate, &|| {
            let along = O::Real::dot(&self.gradient, &self.theta_previous) - O::Real::dot(&self.gradient, &self.theta);
            if is_first { 0.0 } else { along / rate }
        });
    }

    /// The whole decision in one pass over the parameters, where nothing needs to come between its parts.
    #[inline]
    fn descend(&mut self, decision: u64, lambda: &[f64]) -> Option<Evaluation> {
        let regime = &*self.regime;
        let is_plain = self.steps_per_decision == 1 && self.watched == SignalSet::default() && self.looked != Some(decision);
        if !is_plain || regime.touches(decision, Touches::GRADIENT) || regime.touches(decision, Touches::STATE) {
            return None;
        }
        let descent = self.optimizer.descent()?;
        let lambda = lambda.first_chunk()?;
        let step = Step { decision, index: decision, regime, streams: &self.streams, first: true, wants_loss: false };
        let (theta, gradient) = (&mut self.theta, &mut self.gradient);
        let evaluation = self.objective.descend(&step, lambda, theta, gradient, descent)?;
        self.learning_rate_previous = lambda[0];
        self.n_updates += 1;
        Some(evaluation)
    }

    #[inline]
    fn update(&mut self, lambda: &[f64]) {
        if self.watched.needs_update() {
            self.theta_previous.copy_from_slice(&self.theta);
        }
        self.optimizer.update(&mut self.theta, &self.gradient, &lambda[..self.n_optimizer]);
        self.learning_rate_previous = lambda.first().copied().unwrap_or(f64::NAN);
        self.n_updates += 1;
    }
}

impl<O: Objective> Training for Trainer<O>
where
    O::Real: Startable,
{
    fn watch(&mut self, signals: SignalSet) {
        self.watched = signals;
        let copy_if = |needed: bool, theta: &[O::Real]| if needed { theta.to_vec() } else { Vec::new() };
        self.gradient_previous = copy_if(signals.needs_previous(), &self.theta);
        self.theta_previous = copy_if(signals.needs_update(), &self.theta);
        self.theta_start = copy_if(signals.contains(Signal::DistanceFromStart), &self.theta);
    }

    fn look(&mut self, decision: u64, lambda: &[f64]) {
        self.compute_gradient(decision, true, decision * self.steps_per_decision, lambda);
        self.looked = Some(decision);
    }

    fn probe(&mut self, decision: u64, lambda: Option<&[f64]>) -> f64 {
        let step = Step {
            decision,
            index: decision * self.steps_per_decision,
            regime: &self.regime,
            streams: &self.streams,
            first: true,
            wants_loss: true,
        };
        let Some(lambda) = lambda else {
            return self.objective.batch_loss(&step, &[], &self.theta);
        };
        let mut theta = self.theta.clone();
        let mut optimizer = self.optimizer.boxed_clone();
        optimizer.update(&mut theta, &self.gradient, &lambda[..self.n_optimizer]);
        self.objective.batch_loss(&step, &lambda[self.n_optimizer..], &theta)
    }

    fn step(&mut self, decision: u64, lambda: &[f64]) -> Evaluation {
        if O::IN_ONE_PASS
            && let Some(evaluation) = self.descend(decision, lambda)
        {
            self.signals[Signal::Accuracy as usize] = evaluation.accuracy;
            return evaluation;
        }
        for j in 0..self.steps_per_decision {
            let index = decision * self.steps_per_decision + j;
            if j > 0 || self.looked != Some(decision) {
                self.compute_gradient(decision, j == 0, index, lambda);
            }
            self.update(lambda);
            let step = Step { decision, index, regime: &self.regime, streams: &self.streams, first: j == 0, wants_loss: false };
            self.objective.end(&step);
        }
        let index = (decision + 1) * self.steps_per_decision - 1;
        let step = Step { decision, index, regime: &self.regime, streams: &self.streams, first: false, wants_loss: false };
        let evaluation = self.objective.evaluate(&step, self.optimizer.evaluation_point(&self.theta));
        self.signals[Signal::Accuracy as usize] = evaluation.accuracy;
        evaluation
    }

    fn recall(&mut self, decision: u64) -> Option<f64> {
        let index = (decision + 1) * self.steps_per_decision - 1;
        let step = Step { decision, index, regime: &self.regime, streams: &self.streams, first: false, wants_loss: false };
        let evaluation = self.objective.recall(&step, self.optimizer.evaluation_point(&self.theta))?;
        Some(evaluation.accuracy).filter(|a| !a.is_nan())
    }

    fn agreement(&self) -> Option<&Agreement> {
        self.objective.agreement()
    }

    fn signals(&self) -> &Signals {
        &self.signals
    }

    fn boxed_clone(&self) -> Box<dyn Training> {
        Box::new(Self {
            objective: self.objective.clone(),
            optimizer: self.optimizer.boxed_clone(),
            n_optimizer: self.n_optimizer,
            steps_per_decision: self.steps_per_decision,
            regime: Arc::clone(&self.regime),
            streams: self.streams,
            theta: self.theta.clone(),
            gradient: self.gradient.clone(),
            curvature: self.curvature.clone(),
            gradient_previous: self.gradient_previous.clone(),
            theta_previous: self.theta_previous.clone(),
            theta_start: self.theta_start.clone(),
            learning_rate_previous: self.learning_rate_previous,
            watched: self.watched,
            signals: self.signals,
            looked: self.looked,
            n_updates: self.n_updates,
        })
    }

    fn parameters(&self) -> Vec<f64> {
        self.theta.iter().map(|x| x.to_f64()).collect()
    }

    fn gradient(&self) -> Vec<f64> {
        self.gradient.iter().map(|x| x.to_f64()).collect()
    }

    fn batch_loss_at(&mut self, decision: u64, theta: &[f64], lambda: &[f64]) -> f64 {
        let index = decision * self.steps_per_decision;
        let step = Step { decision, index, regime: &self.regime, streams: &self.streams, first: true, wants_loss: true };
        let theta: Vec<O::Real> = theta.iter().map(|&x| O::Real::from_f64(x)).collect();
        self.objective.batch_loss(&step, &lambda[self.n_optimizer..], &theta)
    }
}
