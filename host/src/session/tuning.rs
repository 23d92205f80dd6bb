//! Tuning: each controller's own parameters are chosen on the tuning instances of a suite, every controller with the same budget of episodes, then frozen for the
//! scenarios that results are reported on.
//!
//! The search is random (Bergstra, Bengio 2012, jmlr.org/papers/v13/bergstra12a) over the ranges that the descriptor declares: the first configuration is the
//! default one, the others are drawn from a generator of (study seed, label, number). A configuration's score is the sum over the instances of the logarithm of its
//! mean loss over the seeds, so that no instance's scale decides; a fault scores infinity. What the user configured stays.
//!
//! Without a `constant` in the field one is added as `offline-search`: random search of constants with restarts, at the budget of all others.

use super::block::Runner;
use crate::executor::Executor;
use crate::sim::episode::End;
use crate::sim::rng::{Generator, SeedKey, below, uniform};
use crate::sim::scenario::Scenario;
use crate::study::{ControllerEntry, Study, Tuned, TuningRecord};
use oha_analysis::verdict::{Note, NoteKind};
use oha_plugin_api::{Config, HyperparameterSpec, Parameter, ParameterKind, Scale};
use serde_json::{Map, Value};

/// Seeds of each instance on which a configuration is tried.
pub const N_SEEDS: u64 = 2;
/// The range around a default whose bounds are open, as a factor up and down.
const REACH: f64 = 32.0;
/// Parameters that are a value of the hyperparameter acted on.
const STARTING: [&str; 4] = ["initial", "peak", "value", "max"];

/// The configurations to try of one controller, on the instances.
pub struct Trials {
    /// The instances, with one controller a configuration.
    pub study: Study,
    /// What each configuration sets beyond the default.
    settings: Vec<Map<String, Value>>,
}

impl Trials {
    /// `budget / (instances x seeds)` configurations of the controller at `index`, at least the default one; `given` names the parameters that the user set.
    #[must_use]
    pub fn new(study: &Study, index: usize, given: &[String], instances: &[Scenario], budget: u64) -> Self {
        let entry = &study.controllers[index];
        let n = (budget / (instances.len() as u64 * N_SEEDS)).max(1);
        let key = SeedKey::study(study.file.seed).named("tuning").named(&entry.label);
        let specs: Vec<HyperparameterSpec> = instances.iter().flat_map(|s| s.space.controlled_specs().cloned()).collect();
        let mut settings = vec![Map::new()];
        let mut controllers = vec![entry.clone()];
        for k in 1..n {
            let mut draws = key.at(k);
            let mut drawn = Map::new();
            for parameter in entry.descriptor.parameters.iter().filter(|p| !given.contains(&p.name)) {
                drawn.extend(draw(parameter, &specs, &mut draws).map(|value| (parameter.name.clone(), value)));
            }
            let mut all = entry.config.to_json();
            if let Value::Object(table) = &mut all {
                table.extend(drawn.clone());
            }
            if let Ok(config) = Config::check(&entry.descriptor, &all) {
                controllers.push(ControllerEntry { config, ..entry.clone() });
                settings.push(drawn);
            }
        }
        let seeds = (0..N_SEEDS).collect();
        Self { study: Study { scenarios: instances.to_vec(), seeds, controllers, ..study.clone() }, settings }
    }

    /// Tries every configuration; the best one, its settings and the record.
    #[must_use]
    pub fn run(&self, executor: &Executor, runner: &dyn Runner) -> (ControllerEntry, Tuned) {
        let (n_instances, n_seeds) = (self.study.scenarios.len(), N_SEEDS as usize);
        let losses = executor.map(self.settings.len() * n_instances * n_seeds, |i| {
            let episode = runner.run(i / n_seeds % n_instances, i / (n_instances * n_seeds), (i % n_seeds) as u64);
            let loss = &episode.trajectory.loss;
            if matches!(episode.end, End::Faulted { .. }) { f64::INFINITY } else { loss.iter().sum::<f64>() / loss.len() as f64 }
        });
        let score = |part: &[f64]| {
            let of = |seeds: &[f64]| libm::log((seeds.iter().sum::<f64>() / n_seeds as f64).max(f64::MIN_POSITIVE));
            part.chunks_exact(n_seeds).map(of).sum::<f64>() / n_instances as f64
        };
        let scores: Vec<f64> = losses.chunks_exact(n_instances * n_seeds).map(score).collect();
        // The first of equal ones: the default where nothing is better.
        let best = (1..scores.len()).fold(0, |b, i| if scores[i] < scores[b] { i } else { b });
        let entry = self.study.controllers[best].clone();
        let record = Tuned {
            label: entry.label.clone(),
            n_configurations: self.settings.len() as u64,
            score_default: finite(scores[0]),
            score_tuned: finite(scores[best]),
            settings: self.settings[best].clone(),
        };
        (entry, record)
    }
}

fn finite(x: f64) -> Option<f64> {
    x.is_finite().then_some(x)
}

/// A value of a parameter; `None` leaves the default.
fn draw(parameter: &Parameter, specs: &[HyperparameterSpec], draws: &mut Generator) -> Option<Value> {
    let u = uniform(draws);
    match &parameter.kind {
        ParameterKind::Flag { .. } => Some((u < 0.5).into()),
        // Which hyperparameter is acted on is no matter of tuning.
        ParameterKind::Choice { .. } if parameter.name == "hyperparameter" => None,
        ParameterKind::Choice { values, .. } => Some(values[below(draws, values.len() as u64) as usize].clone().into()),
        ParameterKind::Real { min, max, default } => {
            if let Some((low, high)) = starting_range(&parameter.name, specs) {
                return Some(between(low.max(min.unwrap_or(low)), high.min(max.unwrap_or(high)), u).into());
            }
            let (low, high) = range(*min, *max, *default)?;
            Some(between(low, high, u).into())
        }
        ParameterKind::Integer { min, max, default } => {
            let real = |x: &Option<i64>| x.filter(|x| x.unsigned_abs() < 1 << 40).map(|x| x as f64);
            let (low, high) = range(real(min), real(max), real(default))?;
            Some((between(low, high, u).round().clamp(low, high) as i64).into())
        }
    }
}

/// The range of a parameter that is a value of a hyperparameter: what all instances allow.
fn starting_range(name: &str, specs: &[HyperparameterSpec]) -> Option<(f64, f64)> {
    let named: Vec<&HyperparameterSpec> = specs.iter().filter(|h| h.name == name).collect();
    let own = if named.is_empty() && STARTING.contains(&name) { specs.iter().filter(|h| h.name == specs[0].name).collect() } else { named };
    let first = own.first()?;
    let (low, high) = own.iter().fold((first.min, first.max), |(low, high), h| (low.max(h.min), high.min(h.max)));
    (low < high && (first.scale == Scale::Linear || low > 0.0)).then_some((low, high))
}

/// The range to draw from: the declared one where both bounds bind, otherwise [`REACH`] about a positive default; `None` keeps the default.
fn range(min: Option<f64>, max: Option<f64>, default: Option<f64>) -> Option<(f64, f64)> {
    // A declared range of many decades says what is possible, not what is sensible.
    if let (Some(min), Some(max)) = (min, max)
        && (max - min <= 100.0 || (min > 0.0 && max / min <= 1e6))
    {
        return (min < max).then_some((min, max));
    }
    let d = default.filter(|d| *d > 0.0)?;
    let (low, high) = ((d / REACH).max(min.unwrap_or(0.0)), (d * REACH).min(max.unwrap_or(f64::INFINITY)));
    (low < high).then_some((low, high))
}

/// Even on a logarithmic scale where the range is positive and spans more than a decade, otherwise even.
fn between(low: f64, high: f64, u: f64) -> f64 {
    let value = if low > 0.0 && high / low > 10.0 { low * libm::pow(high / low, u) } else { u.mul_add(high - low, low) };
    value.clamp(low, high)
}

/// What the report says of a tuning.
#[must_use]
pub fn notes(record: &TuningRecord) -> Vec<Note> {
    let TuningRecord { budget, instances, controllers } = record;
    let text = |t: &Tuned| {
        let settings: Vec<String> = t.settings.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        let found = if settings.is_empty() { "the default configuration is the best of them".to_owned() } else { settings.join(", ") };
        let score = |x: Option<f64>| x.map_or_else(|| "a fault".to_owned(), |x| format!("{x:.4}"));
        format!(
            "{}: tuned on {} ({} configurations, at most {budget} episodes, the same for every controller), then frozen: {found}; mean log loss there {} -> {}",
            t.label,
            instances.join(", "),
            t.n_configurations,
            score(t.score_default),
            score(t.score_tuned)
        )
    };
    controllers.iter().map(|t| Note { kind: NoteKind::Information, text: text(t) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::scenario::from_json;
    use serde_json::json;

    fn specs() -> Vec<HyperparameterSpec> {
        let of = |task: Value| {
            from_json(&json!({ "name": "t", "task": task })).expect("valid").space.controlled_specs().cloned().collect::<Vec<_>>()
        };
        [of(json!("tracking")), of(json!({ "kind": "tracking", "curvature": 4.0 }))].concat()
    }

    #[test]
    fn draws_stay_in_the_declared_ranges_and_reach_both_halves() {
        let specs = specs();
        let parameters = [
            (Parameter::real("gamma", 0.5, 0.0, 1.0, ""), (0.0, 1.0)),
            (Parameter::real("beta", 1e-3, 0.0, f64::INFINITY, ""), (1e-3 / 32.0, 32e-3)),
            // The range that both instances allow: 1e-4 ... 1.99 and 2.5e-5 ... 0.4975.
            (Parameter::real_derived("peak", 0.0, f64::INFINITY, ""), (1e-4, 0.4975)),
            (Parameter::integer("patience", 10, 1, i64::MAX, ""), (1.0, 320.0)),
        ];
        for (parameter, (low, high)) in parameters {
            let found: Vec<f64> = (0..200)
                .map(|k| draw(&parameter, &specs, &mut SeedKey::study(1).at(k)).and_then(|v| v.as_f64()).expect("a number"))
                .collect();
            assert!(found.iter().all(|x| (low..=high).contains(x)), "{}: {found:?}", parameter.name);
            let middle = between(low, high, 0.5);
            assert!((60..140).contains(&found.iter().filter(|x| **x < middle).count()), "{}: {found:?}", parameter.name);
        }
        let derived = Parameter::real_derived("threshold", 0.0, f64::INFINITY, "");
        assert_eq!(draw(&derived, &specs, &mut SeedKey::study(1).at(0)), None);
        let target = Parameter::choice("hyperparameter", "auto", &["auto", "momentum"], "");
        assert_eq!(draw(&target, &specs, &mut SeedKey::study(1).at(0)), None);
    }
}
