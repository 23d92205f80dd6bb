//! One cycle: anneal from `p / div` up to `p` during the first part of the episode, then down to `p / (div final_div)`; momentum, if cycled, goes the
//! other way.
//!
//! Phase ends are at `pct T - 1` and `T - 1`; with three phases at `pct T - 1`, `2 pct T - 2` and `T - 1`, the second one back to `p / div`.

use crate::open_loop::{OpenLoop, Ramp, Schedule, peak_parameter};
use controller_common::{Target, shape, target};
use oha_plugin_api::{Config, ControllerError, EpisodeSpec, Parameter};

/// The controller `one-cycle`.
///
/// Needs the horizon. `peak` is meant to be larger than a good constant; the default, the episode's initial value, is safe rather than fast.
pub type OneCycle = OpenLoop<OneCycleSchedule>;

/// The cycle of [`OneCycle`].
#[derive(Clone, Debug)]
pub struct OneCycleSchedule {
    phases: Vec<Phase>,
    cosine: bool,
    momentum: Option<usize>,
}

/// A stretch of annealing that ends at step `end`.
#[derive(Clone, Copy, Debug)]
struct Phase {
    end: f64,
    rate: (f64, f64),
    momentum: (f64, f64),
}

impl OneCycleSchedule {
    fn anneal(&self, t: u64, ends: impl Fn(&Phase) -> (f64, f64)) -> f64 {
        let t = t as f64;
        let mut start = 0.0;
        for (i, phase) in self.phases.iter().enumerate() {
            if t <= phase.end || i + 1 == self.phases.len() {
                let u = ((t - start) / (phase.end - start).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
                let (from, to) = ends(phase);
                return if self.cosine { shape::between(to, from, shape::cosine(u)) } else { shape::between(from, to, u) };
            }
            start = phase.end;
        }
        f64::NAN
    }
}

impl Schedule for OneCycleSchedule {
    const ID: &'static str = "one-cycle";

    fn about() -> (&'static str, &'static str) {
        ("Anneals up to the peak and down again, momentum against it", "Smith & Topin 2017, arXiv:1708.07120; PyTorch OneCycleLR")
    }

    fn parameters() -> Vec<Parameter> {
        vec![
            peak_parameter(),
            Parameter::real("rise", 0.3, 0.0, 1.0, "Fraction of the episode in which the value rises"),
            Parameter::real("div", 25.0, f64::MIN_POSITIVE, f64::INFINITY, "Peak divided by the first value"),
            Parameter::real("final_div", 1e4, f64::MIN_POSITIVE, f64::INFINITY, "First value divided by the last one"),
            Parameter::choice("anneal", "cosine", &["cosine", "linear"], "Shape of each phase"),
            Parameter::flag("three_phase", false, "Come back to the first value symmetrically before the final decay"),
            Parameter::flag("cycle_momentum", false, "Also cycle the hyperparameter momentum"),
            Parameter::real("momentum_base", 0.85, 0.0, 1.0, "Momentum at the peak of the cycle"),
            Parameter::real("momentum_max", 0.95, 0.0, 1.0, "Momentum at both ends of the cycle"),
        ]
    }

    fn new(config: &Config, target: &Target, spec: &EpisodeSpec) -> Result<Self, ControllerError> {
        let real = |name: &str, default: f64| config.real(name).unwrap_or(default);
        let ramp = Ramp::new(config, target, spec);
        let (steps, rise) = (spec.n_steps as f64, real("rise", 0.3));
        let first = ramp.peak / real("div", 25.0);
        let last = first / real("final_div", 1e4);
        let momentum = if config.flag("cycle_momentum") { Some(target::position(spec, "momentum")?) } else { None };
        let limit = |m: f64| momentum.map_or(m, |i| target::clamp(&spec.hyperparameters[i], m));
        let (base, max) = (limit(real("momentum_base", 0.85)), limit(real("momentum_max", 0.95)));
        let mut phases = vec![Phase { end: rise * steps - 1.0, rate: (first, ramp.peak), momentum: (max, base) }];
        if config.flag("three_phase") {
            phases.push(Phase { end: 2.0 * rise * steps - 2.0, rate: (ramp.peak, first), momentum: (base, max) });
            phases.push(Phase { end: steps - 1.0, rate: (first, last), momentum: (max, max) });
        } else {
            phases.push(Phase { end: steps - 1.0, rate: (ramp.peak, last), momentum: (base, max) });
        }
        Ok(Self { phases, cosine: config.choice("anneal") != "linear", momentum })
    }

    fn value(&self, t: u64) -> f64 {
        self.anneal(t, |phase| phase.rate)
    }

    fn others(&self, t: u64, values: &mut [f64]) {
        if let Some(index) = self.momentum {
            values[index] = self.anneal(t, |phase| phase.momentum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open_loop::{assert_close, values};
    use crate::reference;
    use controller_common::trial::{self, Trial};
    use serde_json::json;

    #[test]
    fn agrees_with_torch() {
        assert_close(&values::<OneCycleSchedule>(&json!({}), 20), &reference::series("OneCycleLR"));
        let three = json!({"three_phase": true, "anneal": "linear", "rise": 0.4});
        assert_close(&values::<OneCycleSchedule>(&three, 20), &reference::series("OneCycleLR_three_phase"));
    }

    #[test]
    fn momentum_agrees_with_torch() {
        let mut spec = trial::spec(20, 1e-300, 1.0, 0.5);
        spec.hyperparameters.push(trial::momentum());
        let parameters = json!({"cycle_momentum": true});
        let mut run = Trial::<OneCycle>::new(&parameters, &spec, 0);
        let found: Vec<f64> = (0..20).map(|_| (run.step(f64::NAN, &[]), run.applied()[1]).1).collect();
        assert_close(&found, &reference::series("OneCycleLR_momentum"));
        trial::promises::<OneCycle>(&parameters, &spec);
    }

    #[test]
    fn extreme_rises_stay_finite() {
        for rise in [0.0, 1e-3, 1.0] {
            let found = values::<OneCycleSchedule>(&json!({"rise": rise, "three_phase": rise < 0.5}), 20);
            assert!(found.iter().all(|x| *x > 0.0 && *x <= 0.5), "{found:?}");
        }
    }
}
