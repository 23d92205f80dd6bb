//! Decisions in words. "No difference" is never said: what is not decided is undecided, and only a region of practical
//! equivalence can make two controllers equivalent.

use crate::verdict::{Decision, Estimate, TestResult};

pub(super) struct Case<'a> {
    pub(super) a: &'a str,
    pub(super) b: &'a str,
    pub(super) place: String,
    pub(super) advantage: &'a Estimate,
    pub(super) test: &'a TestResult,
    pub(super) p_adjusted: f64,
    pub(super) rope: Option<f64>,
    pub(super) alpha: f64,
}

impl Case<'_> {
    pub(super) fn decide(&self) -> (Decision, String) {
        let significant = self.p_adjusted < self.alpha;
        let first = self.test.p_first_better < self.test.p_second_better;
        let agrees = if first { self.advantage.value > 0.0 } else { self.advantage.value < 0.0 };
        let place = &self.place;
        let numbers = format!("adjusted p = {}", p_value(self.p_adjusted));
        let percent = 100.0 * self.advantage.level;
        if let Some(rope) = self.rope
            && self.advantage.is_bounded()
            && self.advantage.lower >= -rope
            && self.advantage.upper <= rope
        {
            let direction = if significant { ", though a difference inside it was detected" } else { "" };
            let words = format!(
                "{} and {} are practically equivalent {place}: the {percent} % interval of the advantage lies within ±{rope}{direction}",
                self.a, self.b
            );
            return (Decision::Equivalent, words);
        }
        if significant && agrees {
            let (decision, winner, loser) =
                if first { (Decision::FirstBetter, self.a, self.b) } else { (Decision::SecondBetter, self.b, self.a) };
            return (decision, format!("{winner} is better than {loser} {place} ({numbers})"));
        }
        let reason = if significant {
            "the ranks and the mean point in opposite directions, so the distributions differ in shape"
        } else {
            "the data are compatible with an advantage of either or none; this is not evidence of equality"
        };
        (Decision::Undecided, format!("{} against {} is undecided {place} ({numbers}): {reason}", self.a, self.b))
    }
}

/// A p-value for prose: never 0.
pub(super) fn p_value(p: f64) -> String {
    if p < 0.001 { format!("{p:.1e}") } else { format!("{p:.3}") }
}
