//! Published claims of the field, as inequalities that this toolkit checks: together they show that simulator, oracles and controllers agree with the literature.
//! A new claim is one file and one line in [`registry`]. A threshold is the literature's or the design's, and the instance is the source's: neither is moved to
//! let a claim pass. A claim that does not come out keeps its threshold and says why in [`Claim::deviation`].

mod adgd_beats_one_over_l;
mod bandits_are_short_horizon;
mod bench;
mod decay_beats_constant;
mod dog_matches_tuned_sgd;
mod hypergradient;
mod hypergradient_finds_the_gain;
mod idbd_beats_lms;
mod look_ahead_helps;
mod loss_of_plasticity;
mod noisy_quadratic;
mod reset_on_jump;
mod short_horizon_bias;
mod sliding_window;

pub use bench::Bench;

use crate::study::StudyError;
use serde::Serialize;

/// Which way the inequality goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The measured value is at most the threshold.
    AtMost,
    /// The measured value is at least the threshold.
    AtLeast,
}

/// One measured inequality of a claim.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Check {
    /// What is measured.
    pub what: String,
    /// Which way the inequality goes.
    pub relation: Relation,
    /// The threshold.
    pub threshold: f64,
    /// The measured value.
    pub measured: f64,
    /// Interval of the measured value: between proven bounds, or of confidence; absent where the value is exact.
    pub interval: Option<(f64, f64)>,
}

impl Check {
    fn new(what: &str, relation: Relation, threshold: f64, measured: f64) -> Self {
        Self { what: what.to_owned(), relation, threshold, measured, interval: None }
    }

    /// The ratio of the means of two paired samples, with its interval of confidence.
    fn of_ratio(what: &str, relation: Relation, threshold: f64, above: &[f64], below: &[f64]) -> Self {
        let (ratio, half) = bench::ratio_of_means(above, below);
        Self::new(what, relation, threshold, ratio).within(ratio - half, ratio + half)
    }

    fn within(mut self, low: f64, high: f64) -> Self {
        self.interval = Some((low, high));
        self
    }

    /// Whether the inequality holds (NaN does not).
    #[must_use]
    pub fn holds(&self) -> bool {
        match self.relation {
            Relation::AtMost => self.measured <= self.threshold,
            Relation::AtLeast => self.measured >= self.threshold,
        }
    }
}

/// A published claim.
pub struct Claim {
    /// Name on the command line.
    pub name: &'static str,
    /// The claim in a sentence.
    pub statement: &'static str,
    /// Who claims it.
    pub source: &'static str,
    /// On what it is measured here, and where that instance comes from.
    pub instance: &'static str,
    /// Where an inequality does not come out: which one, and the evidence for why.
    pub deviation: Option<&'static str>,
    /// Whether it takes a few seconds at most.
    pub quick: bool,
    /// Whether it plays controllers, whose libraries must be found.
    pub plays: bool,
    /// Measures its inequalities. A pure function of the libraries.
    pub check: fn(&Bench<'_>) -> Result<Vec<Check>, StudyError>,
}

/// Every claim, in the order of the report.
#[must_use]
pub const fn registry() -> &'static [Claim] {
    &[
        short_horizon_bias::CLAIM,
        decay_beats_constant::CLAIM,
        look_ahead_helps::CLAIM,
        hypergradient::CLAIM,
        hypergradient_finds_the_gain::CLAIM,
        dog_matches_tuned_sgd::CLAIM,
        sliding_window::CLAIM,
        idbd_beats_lms::CLAIM,
        loss_of_plasticity::CLAIM,
        bandits_are_short_horizon::CLAIM,
        reset_on_jump::CLAIM,
        adgd_beats_one_over_l::CLAIM,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::SearchPath;
    use crate::sim::oracle::serial;

    /// Those that play controllers are tested where the libraries are built.
    #[test]
    fn every_quick_claim_without_controllers_holds() {
        let search = SearchPath::default();
        let bench = Bench::new(&search, &serial);
        for claim in registry().iter().filter(|c| c.quick && !c.plays) {
            for check in (claim.check)(&bench).expect("no controller is needed") {
                eprintln!("{}: {check:?}", claim.name);
                assert!(check.holds(), "{}: {check:?}", claim.name);
            }
        }
    }

    #[test]
    fn a_claim_can_fail_and_names_the_controller_it_lacks() {
        assert!(!Check::new("x", Relation::AtMost, 1.0, 1.1).holds());
        assert!(!Check::new("x", Relation::AtLeast, 1.0, f64::NAN).holds());
        assert!(Check::new("x", Relation::AtLeast, 1.0, 1.0).holds());
        let search = SearchPath::default();
        let claim = registry().iter().find(|c| c.plays && c.quick).expect("one that plays");
        let error = (claim.check)(&Bench::new(&search, &serial)).expect_err("no library is on the path");
        assert!(matches!(error, StudyError::Controller { .. }), "{error}");
    }
}
