//! Update operators `theta_{t+1} = U(theta_t, lambda_t, D_t)`. A new optimizer is one file and one line in [`registry`].

pub mod adam;
pub mod autostep;
pub mod clip;
pub mod cocob;
pub mod d_adaptation;
mod double;
pub mod idbd;
pub mod mechanic;
pub mod prodigy;
pub mod rmsprop;
pub mod schedule_free;
pub mod sgd;
#[cfg(test)]
mod tests;

use crate::sim::real::Real;
use crate::sim::spec::SpecError;
use oha_plugin_api::HyperparameterSpec;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt::Debug;
use std::sync::Arc;

/// The state of an update operator in one episode.
pub trait Optimizer<R: Real>: Send {
    /// Moves `theta` by one step. `lambda` holds the values of [`OptimizerEntry::hyperparameters`], in that order.
    fn update(&mut self, theta: &mut [R], gradient: &[R], lambda: &[f64]);

    /// Whether [`Optimizer::see_curvature`] is to be called before each update; see [`OptimizerEntry::wants_curvature`].
    fn wants_curvature(&self) -> bool {
        false
    }

    /// Takes the diagonal of the Hessian of the minibatch loss for the next update.
    fn see_curvature(&mut self, curvature: &[R]) {
        let _ = curvature;
    }

    /// Where the model is evaluated, for methods that take gradients at one point and answer for another (Schedule-Free).
    fn evaluation_point<'a>(&'a self, theta: &'a [R]) -> &'a [R] {
        theta
    }

    /// The state, where the update is nothing but [`Descent`]'s: objectives may then take gradient, update and loss in one pass.
    fn descent(&mut self) -> Option<Descent<'_, R>> {
        None
    }

    /// Forgets the state (momentum, second moments), as a fresh optimizer at the current parameters.
    fn reset(&mut self);

    /// A copy, for probes and look-ahead.
    fn boxed_clone(&self) -> Box<dyn Optimizer<R>>;
}

/// Gradient descent with momentum and weight decay, whose `lambda` is learning rate, momentum and weight decay; see [`sgd`].
pub struct Descent<'a, R> {
    /// `v`, one entry a parameter.
    pub velocity: &'a mut [R],
    /// Whether the momentum is Nesterov's.
    pub nesterov: bool,
}

/// A checked description of an optimizer.
pub trait OptimizerEntry: Debug + Send + Sync {
    /// Its hyperparameters with ranges; the learning rate, where it has one, first and with the given range and initial value (min, max, initial).
    fn hyperparameters(&self, learning_rate: (f64, f64, f64)) -> Vec<HyperparameterSpec>;
    /// Whether it needs the diagonal of the Hessian, which only some objectives give.
    fn wants_curvature(&self) -> bool {
        false
    }
    /// A fresh state in single precision.
    fn start_f32(&self, n_parameters: usize) -> Box<dyn Optimizer<f32>>;
    /// A fresh state in double precision.
    fn start_f64(&self, n_parameters: usize) -> Box<dyn Optimizer<f64>>;
}

/// A number type in which optimizers can be started.
pub trait Startable: Real {
    /// A fresh state in this precision.
    fn start(entry: &dyn OptimizerEntry, n_parameters: usize) -> Box<dyn Optimizer<Self>>;
}

impl Startable for f32 {
    fn start(entry: &dyn OptimizerEntry, n_parameters: usize) -> Box<dyn Optimizer<Self>> {
        entry.start_f32(n_parameters)
    }
}

impl Startable for f64 {
    fn start(entry: &dyn OptimizerEntry, n_parameters: usize) -> Box<dyn Optimizer<Self>> {
        entry.start_f64(n_parameters)
    }
}

/// What a settings type needs to be a registry line.
pub trait OptimizerSpec: OptimizerEntry + Serialize + DeserializeOwned + Default + 'static {
    /// The `kind` in the study file.
    const NAME: &'static str;
    /// One sentence.
    const SUMMARY: &'static str;
    /// Checks the settings.
    ///
    /// # Errors
    /// A setting outside its range.
    fn check(&self) -> Result<(), SpecError> {
        Ok(())
    }
}

/// An optimizer as the study file and `oha-host list optimizers` know it.
pub struct Registered {
    /// The `kind` in the study file.
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Reads and checks the settings beside `kind`.
    pub build: fn(&Value) -> Result<Arc<dyn OptimizerEntry>, SpecError>,
    /// Every setting with its default.
    pub defaults: fn() -> Value,
}

const fn entry<S: OptimizerSpec>() -> Registered {
    Registered {
        name: S::NAME,
        summary: S::SUMMARY,
        build: |value| {
            let spec = crate::sim::spec::parse::<S>("optimizer", value)?;
            spec.check()?;
            Ok(Arc::new(spec))
        },
        defaults: || serde_json::to_value(S::default()).expect("settings are plain data"),
    }
}

/// Every optimizer, in the order of the docs.
#[must_use]
pub const fn registry() -> &'static [Registered] {
    const {
        &[
            entry::<sgd::Sgd>(),
            entry::<rmsprop::RmsProp>(),
            entry::<adam::Adam>(),
            entry::<adam::AdamW>(),
            entry::<schedule_free::ScheduleFree>(),
            entry::<d_adaptation::DAdaptation>(),
            entry::<prodigy::Prodigy>(),
            entry::<mechanic::Mechanic>(),
            entry::<cocob::Cocob>(),
            entry::<idbd::Idbd>(),
            entry::<autostep::Autostep>(),
        ]
    }
}

/// Reads an optimizer of the registry; `gradient_clip` beside its own settings clips the gradient's norm before it.
///
/// # Errors
/// Unknown kinds and settings, values outside their range.
pub fn build(kind: &str, settings: &Value) -> Result<Arc<dyn OptimizerEntry>, SpecError> {
    let mut settings = settings.clone();
    let clip = settings.as_object_mut().and_then(|table| table.remove("gradient_clip"));
    let found = crate::sim::spec::lookup("optimizer.kind", kind, registry().iter().map(|e| (e.name, e)))?;
    let optimizer = (found.build)(&settings)?;
    let Some(clip) = clip else { return Ok(optimizer) };
    let initial = clip.as_f64().ok_or_else(|| SpecError::new("optimizer.gradient_clip", clip.to_string(), "a positive number"))?;
    Ok(Arc::new(clip::Clipped::new(optimizer, initial)?))
}
