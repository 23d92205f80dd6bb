//! What a clause works with.

use super::world::{Feed, World};
use crate::plugin::isolation::Progress;
use crate::plugin::{Instance, Plugin, PluginFault};
use oha_plugin_api::{Descriptor, EpisodeSpec, HyperparameterSpec, InformationClass, Observation, Proposal, Report, Scale};
use serde_json::Value;

/// What a clause saw when it was kept.
#[derive(Debug, Default)]
pub struct Observed {
    /// For the user.
    pub text: String,
    /// What must be the same in every process.
    pub trace: Trace,
}

impl From<String> for Observed {
    fn from(text: String) -> Self {
        Self { text, trace: Trace::default() }
    }
}

/// Why a clause was not kept, or could not be tried.
#[derive(Debug)]
pub enum Finding {
    /// The clause is broken.
    Fail(String),
    /// The clause does not concern this controller, or cannot be tried here.
    NotApplicable(String),
}

impl From<PluginFault> for Finding {
    fn from(fault: PluginFault) -> Self {
        Self::Fail(fault.to_string())
    }
}

/// The proposals of an episode.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// Bits of the proposed values and the report, a row a step.
    pub bits: Vec<u64>,
    /// Length of a row.
    pub width: usize,
}

impl Trace {
    fn row(&self, step: usize) -> String {
        let row = self.bits.chunks(self.width.max(1)).nth(step).unwrap_or_default();
        let values: Vec<String> = row.iter().take(self.width.saturating_sub(1)).map(|b| f64::from_bits(*b).to_string()).collect();
        format!("[{}]", values.join(", "))
    }

    /// A sentence about the first step at which two traces differ.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Option<String> {
        let place = self.bits.iter().zip(&other.bits).position(|(a, b)| a != b);
        let place = place.or_else(|| (self.bits.len() != other.bits.len()).then(|| self.bits.len().min(other.bits.len())))?;
        let step = place / self.width.max(1);
        Some(format!("step {step}: {} and {}", self.row(step), other.row(step)))
    }

    /// The rows from `step` on.
    #[must_use]
    pub fn since(&self, step: usize) -> Self {
        Self { bits: self.bits.get(step * self.width..).unwrap_or_default().to_vec(), width: self.width }
    }
}

/// A controller to be examined, and the means to do it.
pub struct Bench<'a> {
    /// Its library.
    pub plugin: &'a Plugin,
    /// What it says about itself.
    pub descriptor: &'a Descriptor,
    /// Its configuration.
    pub config: &'a Value,
    /// Announces that the worker is alive.
    pub progress: &'a Progress,
}

/// A clause's usual seed.
pub(super) const SEED: u64 = 7;

impl Bench<'_> {
    /// An episode of `n_steps` with the hyperparameters that the controller names, or else the learning rate.
    #[must_use]
    pub fn spec(&self, n_steps: u64) -> EpisodeSpec {
        let named = &self.descriptor.controls;
        let names = if named.is_empty() { vec!["learning_rate"] } else { named.iter().map(String::as_str).collect() };
        let hyperparameters = names.into_iter().map(range).collect();
        EpisodeSpec { n_steps, optimizer_steps_per_decision: 1, steps_per_epoch: 10, hyperparameters }
    }

    /// A fresh instance.
    ///
    /// # Errors
    /// The fault of the controller.
    pub fn create(&self, spec: &EpisodeSpec, seed: u64) -> Result<Instance, PluginFault> {
        self.progress.beat();
        self.plugin.create(&self.descriptor.id, self.config, spec, seed)
    }

    /// A training of this episode.
    #[must_use]
    pub fn world(&self, spec: &EpisodeSpec, feed: Feed) -> World {
        World::new(self.descriptor, spec.clone(), feed)
    }

    /// One decision, and its effect; returns what was proposed.
    ///
    /// # Errors
    /// The fault of the controller.
    pub fn step(&self, instance: &mut Instance, world: &mut World) -> Result<(Vec<f64>, Report), PluginFault> {
        self.progress.step(world.step);
        let seen = world.clone();
        let mut values = vec![f64::NAN; seen.applied.len()];
        let mut proposal = Proposal { values: &mut values, report: Report::NONE };
        let observation = Observation::new(seen.step, seen.loss, &seen.applied, &seen.signals);
        let mut evaluate = |values: &[f64]| seen.evaluate(values);
        if self.descriptor.information == InformationClass::Evaluations {
            instance.propose(&mut observation.with_evaluator(&mut evaluate), &mut proposal)?;
        } else {
            let mut observation = observation;
            instance.propose(&mut observation, &mut proposal)?;
        }
        let report = proposal.report;
        world.advance(&values);
        Ok((values, report))
    }

    /// `n` decisions.
    ///
    /// # Errors
    /// The fault of the controller.
    pub fn drive(&self, instance: &mut Instance, world: &mut World, n: u64) -> Result<Trace, PluginFault> {
        let mut trace = Trace { bits: Vec::new(), width: world.applied.len() + 1 };
        for _ in 0..n {
            let (values, report) = self.step(instance, world)?;
            trace.bits.extend(values.iter().map(|v| v.to_bits()));
            trace.bits.push(u64::from(report.0));
        }
        Ok(trace)
    }

    /// The trace of a fresh instance.
    ///
    /// # Errors
    /// The fault of the controller.
    pub fn episode(&self, seed: u64, n: u64) -> Result<Trace, PluginFault> {
        let spec = self.spec(n);
        self.drive(&mut self.create(&spec, seed)?, &mut self.world(&spec, Feed::Ordinary), n)
    }

    /// `n` decisions whose values must all be finite and inside their ranges.
    ///
    /// # Errors
    /// The first value that is not, or the fault of the controller.
    pub fn drive_inside(&self, instance: &mut Instance, world: &mut World, n: u64) -> Result<(), Finding> {
        for _ in 0..n {
            let (step, loss) = (world.step, world.loss);
            let (values, _) = self.step(instance, world)?;
            let outside = values.iter().zip(world.space()).find(|(value, range)| guard_flags(range, **value));
            if let Some((value, range)) = outside {
                let allowed = format!("allowed: {} to {}", range.min, range.max);
                return Err(Finding::Fail(format!("step {step}, after the loss {loss}: {} = {value}; {allowed}", range.name)));
            }
        }
        Ok(())
    }
}

/// Whether the guard would have to correct the value. Rounding of whole numbers is no violation.
fn guard_flags(range: &HyperparameterSpec, value: f64) -> bool {
    crate::sim::guard::check(range, value, range.initial).1 != 0
}

/// A usual range of the hyperparameter.
fn range(name: &str) -> HyperparameterSpec {
    let (min, max, scale, integer, initial) = match name {
        "learning_rate" => (1e-5, 1.0, Scale::Log, false, 0.01),
        "weight_decay" => (1e-8, 0.1, Scale::Log, false, 1e-4),
        "batch_size" => (1.0, 1024.0, Scale::Log, true, 32.0),
        "momentum" | "beta1" => (0.0, 0.99, Scale::Linear, false, 0.9),
        _ => (0.0, 1.0, Scale::Linear, false, 0.5),
    };
    HyperparameterSpec { name: name.to_owned(), min, max, scale, integer, initial }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_difference_names_its_step() {
        let trace = |values: &[f64]| Trace { bits: values.iter().flat_map(|v| [v.to_bits(), 0]).collect(), width: 2 };
        assert_eq!(trace(&[1.0, 2.0]).difference(&trace(&[1.0, 2.0])), None);
        assert_eq!(trace(&[1.0, 2.0]).difference(&trace(&[1.0, 2.5])).as_deref(), Some("step 1: [2] and [2.5]"));
        assert_eq!(trace(&[1.0]).difference(&trace(&[1.0, 2.5])).as_deref(), Some("step 1: [] and [2.5]"));
        assert_eq!(trace(&[1.0, 2.0, 3.0]).since(2), trace(&[3.0]));
    }
}
