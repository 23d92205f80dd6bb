//! The controller around a detector.

use crate::clock::Clock;
use crate::detector::{Detector, Direction};
use crate::feed::Feed;
use controller_common::{Port, State, Target, about, state};
use oha_plugin_api::{
    Config, Controller, ControllerError, Descriptor, EpisodeSpec, InformationClass, Observation, Parameter, Proposal, Report,
};

/// Follows a schedule and starts it again when `D` finds that the loss rose.
#[derive(Clone, Debug)]
pub struct Reset<D> {
    target: Target,
    clock: Clock,
    feed: Feed,
    detector: D,
    both: bool,
    start: u64,
    /// Decisions for which the last alarm still waits for a rise of the loss.
    waiting: u64,
}

impl<D: Detector> Controller for Reset<D> {
    fn descriptor() -> Descriptor {
        let mut parameters = vec![Target::parameter(), about::initial_parameter()];
        parameters.extend(Clock::parameters());
        parameters.push(Parameter::choice(
            "feed",
            "residual",
            &["residual", "raw"],
            "What the detector sees: standardised residuals, or the loss",
        ));
        let doc = "Time constant of the residuals in decisions; default: a twentieth of the episode, at least 20";
        parameters.push(Parameter::integer_derived("residual_window", 2, i64::MAX, doc));
        parameters.push(Parameter::choice("alarm", "rise", &["rise", "both"], "Changes of the loss that count"));
        parameters.extend(D::parameters());
        about::descriptor(D::ID, D::about(), InformationClass::Scalar, &[], parameters)
    }

    fn new(config: &Config, spec: &EpisodeSpec, seed: u64) -> Result<Self, ControllerError> {
        let target = Target::find(config, spec)?;
        let peak = config.real("initial").unwrap_or_else(|| target.initial());
        let residual = config.choice("feed") != "raw";
        let window = config.integer("residual_window").map_or((spec.n_steps / 20).max(20), i64::unsigned_abs);
        Ok(Self {
            clock: Clock::new(config, spec, peak),
            feed: Feed::new(residual.then_some(window as f64)),
            detector: D::new(config, spec, residual, seed),
            both: config.choice("alarm") == "both",
            start: 0,
            waiting: 0,
            target,
        })
    }

    fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), ControllerError> {
        let seen = if observation.step > 0 { self.feed.pass(observation.loss) } else { None };
        let alarm = seen.and_then(|x| self.detector.update(x));
        if alarm.is_some() {
            self.detector.reset();
        }
        if alarm == Some(Direction::Rise) {
            self.waiting = self.feed.patience();
        }
        let risen = self.waiting > 0 && self.feed.has_risen();
        self.waiting = self.waiting.saturating_sub(1);
        if risen || (self.both && alarm.is_some()) {
            self.waiting = 0;
            self.feed.reset();
            self.detector.reset();
            self.start = observation.step;
            proposal.report(Report::DRIFT_DETECTED);
            proposal.report(Report::RESTART);
        }
        self.target.propose(observation, proposal, self.clock.value(observation.step, self.start));
        Ok(())
    }

    fn save_state(&self, out: &mut Vec<u8>) -> bool {
        state::save(self, out)
    }

    fn load_state(&mut self, bytes: &[u8]) -> Result<(), ControllerError> {
        state::load(self, bytes)
    }
}

impl<D: Detector> State for Reset<D> {
    const TAG: &'static str = D::ID;

    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.whole(&mut self.start)?;
        port.whole(&mut self.waiting)?;
        self.feed.fields(port)?;
        self.detector.fields(port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Adwin, Cusum, Kswin, PageHinkley};
    use controller_common::{Draws, trial};
    use serde_json::json;

    /// A loss that decays to a noise floor, and is three times as large at once at step 600.
    fn losses(seed: u64, jump: f64) -> Vec<f64> {
        let mut draws = Draws::new(seed);
        let level = |t: u64| {
            let (since, height) = if t < 600 { (t, 1.0) } else { (t - 600, jump) };
            0.1 + height * libm::exp(-(since as f64) / 50.0)
        };
        (0..1000).map(|t| level(t) + 0.02 * draws.normal()).collect()
    }

    fn restarts<D: Detector>(losses: &[f64]) -> Vec<usize> {
        let mut run = trial::Trial::<Reset<D>>::new(&json!({"schedule": "exponential"}), &trial::spec(1000, 1e-6, 1.0, 0.5), 1);
        let mut found = vec![];
        for (t, loss) in losses.iter().enumerate() {
            let value = run.step(*loss, &[]);
            if run.report() != Report::NONE {
                assert_eq!(value, 0.5, "the first value comes back");
                found.push(t);
            }
        }
        found
    }

    fn check<D: Detector>(within: usize, most_false: usize) {
        let mut n_false = 0;
        for seed in 0..20 {
            let found = restarts::<D>(&losses(seed, 0.5));
            assert!(found.iter().any(|t| (600..600 + within).contains(t)), "{}, seed {seed}: {found:?}", D::ID);
            n_false += found.iter().filter(|t| !(600..600 + within).contains(*t)).count() + restarts::<D>(&losses(seed, 0.0)).len();
        }
        assert!(n_false <= most_false, "{}: {n_false} false alarms in 40 runs", D::ID);
    }

    #[test]
    fn a_shift_is_found_and_descent_is_not_an_alarm() {
        check::<PageHinkley>(20, 4);
        check::<Cusum>(20, 6);
        check::<Adwin>(64, 2);
        check::<Kswin>(40, 2);
    }

    #[test]
    fn keeps_its_promises() {
        let spec = trial::spec(400, 1e-3, 1.0, 0.4);
        for schedule in ["constant", "cosine", "inverse-sqrt", "exponential"] {
            for feed in ["raw", "residual"] {
                let parameters = json!({"schedule": schedule, "feed": feed, "alarm": "both"});
                trial::promises::<Reset<PageHinkley>>(&parameters, &spec);
                trial::promises::<Reset<Cusum>>(&parameters, &spec);
                trial::promises::<Reset<Adwin>>(&parameters, &spec);
                trial::promises::<Reset<Kswin>>(&parameters, &spec);
            }
        }
    }
}
