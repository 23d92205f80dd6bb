//! Published claims of the field, as inequalities that this toolkit checks: together they show that simulator, oracles and controllers agree with the literature.
//! A new claim is one file and one line in [`registry`]. A threshold is the literature's or the design's; it is never moved to let a claim pass.

mod decay_beats_constant;
mod noisy_quadratic;
mod short_horizon_bias;

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
    /// Whether it takes a second or less.
    pub quick: bool,
    /// Measures its inequalities. A pure function.
    pub check: fn() -> Vec<Check>,
}

/// Every claim, in the order of the report.
#[must_use]
pub const fn registry() -> &'static [Claim] {
    &[short_horizon_bias::CLAIM, decay_beats_constant::CLAIM]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_quick_claim_holds() {
        for claim in registry().iter().filter(|c| c.quick) {
            for check in (claim.check)() {
                eprintln!("{}: {check:?}", claim.name);
                assert!(check.holds(), "{}: {check:?}", claim.name);
            }
        }
    }

    #[test]
    fn a_claim_can_fail() {
        assert!(!Check::new("x", Relation::AtMost, 1.0, 1.1).holds());
        assert!(!Check::new("x", Relation::AtLeast, 1.0, f64::NAN).holds());
        assert!(Check::new("x", Relation::AtLeast, 1.0, 1.0).holds());
    }
}
