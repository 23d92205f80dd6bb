//! The self-audit of a scenario: each change proves that it alters what it declares, the gradient proves that it is one, the loss that it is bounded.
//!
//! A change is audited by two training runs under the same random numbers and the same hyperparameters, one with it and one without: the first decision at which
//! they differ is its first effect. Changes of the feedback must leave training alone and alter what the controller is told; a placebo must alter neither. (Published
//! benchmarks have shipped noise that was cleared before the update, and objectives without a minimum.) The gradient is checked along its own direction `u = g / |g|`:
//! `(f(x + e u) - f(x - e u)) / 2 e = |g|`.

use crate::sim::objective::Evaluation;
use crate::sim::regime::{Regime, Touches};
use crate::sim::rng::Streams;
use crate::sim::scenario::Scenario;
use crate::sim::trainer::Training;
use serde::Serialize;
use std::sync::Arc;

/// What the audit found of one change.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChangeAudit {
    /// Position in the regime.
    pub position: usize,
    /// The `kind`.
    pub kind: String,
    /// What it declares to alter, in words.
    pub declared: String,
    /// First decision at which it is in force.
    pub onset: Option<u64>,
    /// First decision whose loss or parameters, or feedback for a change of the feedback, differ from those without it.
    pub first_effect: Option<u64>,
    /// Severity in the scenario's own terms: mean recorded loss over the decisions from the onset on, with the change and without it.
    pub loss: Option<(f64, f64)>,
    /// Number of decisions in these means.
    pub n_compared: u64,
    /// What is wrong, if anything.
    pub fault: Option<String>,
}

/// What the audit found of a scenario.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Audit {
    /// One entry a change.
    pub changes: Vec<ChangeAudit>,
    /// Relative difference between the gradient's norm and the slope along it, at the start.
    pub gradient_error: f64,
    /// Smallest loss seen, beside the floor that the task states.
    pub smallest_loss: f64,
    /// The floor that the task states.
    pub loss_floor: Option<f64>,
    /// What is wrong with the task, if anything.
    pub fault: Option<String>,
}

impl Audit {
    /// Everything that is wrong, one line each.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let of_change = |c: &ChangeAudit| c.fault.as_ref().map(|f| format!("regime[{}], `{}`: {f}", c.position, c.kind));
        self.fault.iter().cloned().chain(self.changes.iter().filter_map(of_change)).collect()
    }
}

/// Largest relative difference of slope and gradient that is taken for rounding (single precision included).
const GRADIENT_TOLERANCE: f64 = 0.02;

/// Audits a scenario on one seed. Each change is followed for `n_compared` decisions after its onset, and on to the end of the horizon if it has had no effect by then.
#[must_use]
pub fn audit(scenario: &Scenario, streams: &Streams, n_compared: u64) -> Audit {
    let changes: Vec<ChangeAudit> = (0..scenario.changes.len()).map(|i| audit_change(scenario, streams, i, n_compared)).collect();
    let gradient_error = gradient_error(scenario, streams);
    let smallest_loss = smallest_loss(scenario, streams, n_compared);
    let loss_floor = scenario.loss_floor();
    let below = |floor: f64| smallest_loss < floor - 1e-9 * floor.abs().max(1.0);
    let fault = if !(gradient_error <= GRADIENT_TOLERANCE) {
        Some(format!("the gradient disagrees with finite differences by {:.1} %", 100.0 * gradient_error))
    } else if !smallest_loss.is_finite() {
        Some("no loss at the initial hyperparameters is finite".to_owned())
    } else if loss_floor.is_some_and(below) {
        Some(format!("a loss of {smallest_loss} lies below the stated floor {}", loss_floor.unwrap_or(f64::NAN)))
    } else {
        None
    };
    Audit { changes, gradient_error, smallest_loss, loss_floor, fault }
}

/// Two runs side by side, with a change and without it.
struct Pair {
    with: Box<dyn Training>,
    without: Box<dyn Training>,
    regimes: [Arc<Regime>; 2],
    lambda: Vec<f64>,
    history: Vec<f64>,
}

impl Pair {
    fn new(scenario: &Scenario, streams: &Streams, position: usize) -> Self {
        let with = scenario.regime(streams);
        let without = Arc::new(Regime::resolve_without(&scenario.changes, scenario.n_steps, streams, Some(position)));
        Self {
            with: scenario.start_under(streams, Arc::clone(&with)),
            without: scenario.start_under(streams, Arc::clone(&without)),
            regimes: [with, without],
            lambda: scenario.space.initial(),
            history: Vec::new(),
        }
    }

    /// Takes one decision in both; whether training differs, whether the feedback differs, and both losses.
    fn step(&mut self, t: u64) -> (bool, bool, [f64; 2]) {
        let Evaluation { loss: a, .. } = self.with.step(t, &self.lambda);
        let Evaluation { loss: b, .. } = self.without.step(t, &self.lambda);
        self.history.push(a);
        let told = |regime: &Regime| regime.alter_feedback(t, &self.history, a).to_bits();
        let training = a.to_bits() != b.to_bits() || differ(&self.with.parameters(), &self.without.parameters());
        (training, told(&self.regimes[0]) != told(&self.regimes[1]), [a, b])
    }
}

fn differ(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).any(|(a, b)| a.to_bits() != b.to_bits())
}

fn audit_change(scenario: &Scenario, streams: &Streams, position: usize, n_compared: u64) -> ChangeAudit {
    let change = &scenario.changes[position];
    let touches = change.alteration.touches();
    let mut pair = Pair::new(scenario, streams, position);
    let onset = pair.regimes[0].strengths()[position].iter().position(|&s| s > 0.0).map(|t| t as u64);
    let (mut training_effect, mut feedback_effect) = (None, None);
    let (mut sums, mut n) = ([0.0; 2], 0);
    let is_placebo = touches == Touches::NONE;
    for t in 0..onset.map_or(0, |_| scenario.n_steps) {
        let (training, feedback, losses) = pair.step(t);
        training_effect = training_effect.or(training.then_some(t));
        feedback_effect = feedback_effect.or(feedback.then_some(t));
        if onset.is_some_and(|o| t >= o) && n < n_compared {
            n += 1;
            sums = [sums[0] + losses[0], sums[1] + losses[1]];
        }
        if n >= n_compared && (is_placebo || training_effect.is_some() || feedback_effect.is_some()) {
            break;
        }
    }
    let expects_feedback = touches.contains(Touches::FEEDBACK) && !is_placebo;
    let first_effect = if expects_feedback { feedback_effect } else { training_effect };
    let fault = match (onset, first_effect) {
        (None, _) => Some("it is never in force within the horizon".to_owned()),
        (Some(_), Some(t)) if is_placebo => Some(format!("a placebo altered step {t}")),
        (Some(o), Some(t)) if t < o => Some(format!("it has an effect at step {t}, before its onset at {o}")),
        (Some(_), None) if !is_placebo => Some(format!("it is declared to alter {} and alters nothing", touches.names())),
        _ if expects_feedback && training_effect.is_some() => {
            Some("it alters training, though it is declared to alter feedback".to_owned())
        }
        _ => None,
    };
    let loss = (n > 0).then(|| (sums[0] / n as f64, sums[1] / n as f64));
    ChangeAudit { position, kind: change.kind.clone(), declared: touches.names(), onset, first_effect, loss, n_compared: n, fault }
}

/// The relative difference of slope and gradient, at the start and without changes.
fn gradient_error(scenario: &Scenario, streams: &Streams) -> f64 {
    let mut training = scenario.start_under(streams, Arc::new(Regime::stationary()));
    let lambda = scenario.space.initial();
    training.look(0, &lambda);
    let (x, g) = (training.parameters(), training.gradient());
    let norm = g.iter().map(|g| g * g).sum::<f64>().sqrt();
    if norm == 0.0 {
        return 0.0;
    }
    let size = x.iter().map(|x| x * x).sum::<f64>().sqrt() / (x.len() as f64).sqrt();
    let width = 1e-3 * size.clamp(1e-2, 1e3);
    let mut at = |sign: f64| {
        let moved: Vec<f64> = x.iter().zip(&g).map(|(x, g)| x + sign * width * g / norm).collect();
        training.batch_loss_at(0, &moved, &lambda)
    };
    let slope = (at(1.0) - at(-1.0)) / (2.0 * width);
    (slope / norm - 1.0).abs()
}

/// The smallest loss of a run at the initial hyperparameters.
fn smallest_loss(scenario: &Scenario, streams: &Streams, n_steps: u64) -> f64 {
    let mut training = scenario.start(streams);
    let lambda = scenario.space.initial();
    (0..n_steps.min(scenario.n_steps)).map(|t| training.step(t, &lambda).loss).fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::regime::{Alteration, Change};
    use crate::sim::scenario::from_json;
    use serde_json::json;

    fn with(regime: &serde_json::Value) -> Scenario {
        from_json(&json!({ "name": "a", "n_steps": 60, "task": { "kind": "rotating-quadratic", "noise": 0.1, "drift": 0.01 },
            "optimizer": { "kind": "sgd", "momentum": 0.5 }, "regime": regime }))
        .expect("valid")
    }

    /// Every alteration that a synthetic task accepts, with its default settings: has its effect, from its onset on.
    #[test]
    fn every_alteration_of_synthetic_tasks_proves_itself() {
        let mut n = 0;
        for entry in crate::sim::regime::registry() {
            let alteration = (entry.build)(&(entry.defaults)()).expect("defaults are valid");
            if alteration.touches().intersects(Touches::DATA | Touches::CORPUS | Touches::LOSS | Touches::BATCH) {
                continue;
            }
            n += 1;
            let scenario = with(&json!([{ "kind": entry.name, "start": 30 }]));
            let audit = audit(&scenario, &Streams::new(1, "a", 0), 20);
            assert_eq!(audit.faults(), Vec::<String>::new(), "{}", entry.name);
            let change = &audit.changes[0];
            assert_eq!(change.onset, Some(30), "{}", entry.name);
            if entry.name == "placebo" {
                assert_eq!(change.first_effect, None);
            } else {
                assert!(change.first_effect.is_some_and(|t| (30..36).contains(&t)), "{}: {:?}", entry.name, change.first_effect);
            }
        }
        assert!(n > 15, "{n}");
    }

    /// Likewise the alterations of data, on images of digits.
    #[test]
    fn every_alteration_of_data_proves_itself() {
        let mut n = 0;
        for entry in crate::sim::regime::registry() {
            let alteration = (entry.build)(&(entry.defaults)()).expect("defaults are valid");
            if !alteration.touches().intersects(Touches::DATA | Touches::LOSS | Touches::BATCH) {
                continue;
            }
            n += 1;
            let scenario =
                from_json(&json!({ "name": "a", "n_steps": 20, "task": { "kind": "softmax-regression", "evaluation_size": 100 },
                "regime": [{ "kind": entry.name, "start": 10 }] }))
                .expect("valid");
            let audit = audit(&scenario, &Streams::new(1, "a", 0), 10);
            assert_eq!(audit.faults(), Vec::<String>::new(), "{}", entry.name);
            assert_eq!(audit.changes[0].onset, Some(10), "{}", entry.name);
            assert_eq!(audit.changes[0].first_effect, Some(10), "{}", entry.name);
        }
        assert!(n > 12, "{n}");
    }

    /// An alteration that declares an effect and has none, as a noise that is cleared before the update.
    #[derive(Debug)]
    struct NoOp;
    impl Alteration for NoOp {
        fn touches(&self) -> Touches {
            Touches::GRADIENT
        }
    }

    fn replaced(alteration: Arc<dyn Alteration>) -> Audit {
        let mut scenario = with(&json!([{ "kind": "gradient-noise", "start": 30 }]));
        let change: &mut Change = &mut scenario.changes[0];
        change.alteration = alteration;
        audit(&scenario, &Streams::new(1, "a", 0), 20)
    }

    #[test]
    fn a_change_without_effect_is_caught() {
        assert_eq!(replaced(Arc::new(NoOp)).faults(), ["regime[0], `gradient-noise`: it is declared to alter gradient and alters nothing"]);
    }

    #[test]
    fn a_reset_of_an_optimizer_without_memory_is_caught() {
        let scenario = from_json(&json!({ "name": "a", "n_steps": 40, "task": { "kind": "tracking" },
            "regime": [{ "kind": "optimizer-reset", "start": 20 }, { "kind": "curvature", "start": 40 }] }))
        .expect("valid");
        let faults = audit(&scenario, &Streams::new(1, "a", 0), 10).faults();
        assert!(faults[0].contains("alters nothing"), "{faults:?}");
        assert!(faults[1].contains("never in force"), "{faults:?}");
    }

    #[test]
    fn severity_is_the_loss_with_and_without() {
        let scenario = with(&json!([{ "kind": "target-jump", "start": 30, "variance": 100.0 }]));
        let (changed, unchanged) = audit(&scenario, &Streams::new(1, "a", 0), 20).changes[0].loss.expect("in force");
        assert!(changed > 5.0 * unchanged, "{changed} against {unchanged}");
    }
}
