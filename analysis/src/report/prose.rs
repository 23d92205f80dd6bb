//! The outcome in sentences. No difference is called absent: what is not decided is called undecided.

use crate::input::Claim;
use crate::table::number;
use crate::verdict::{Decision, Estimate, Verdict};

/// The main statements, most important first: who leads, what is decided, what is not.
pub fn headlines(verdict: &Verdict) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(leader(verdict));
    if verdict.scenarios.len() > 1 && !verdict.pooled.is_empty() {
        let decisions: Vec<Decision> = verdict.pooled.iter().map(|pair| pair.decision).collect();
        lines.push(count(&decisions, "over all scenarios", verdict));
    }
    if !verdict.comparisons.is_empty() {
        let decisions: Vec<Decision> = verdict.comparisons.iter().map(|pair| pair.decision).collect();
        lines.push(count(&decisions, "within scenarios", verdict));
    }
    let mut undecidable = verdict.power.iter().filter(|line| !line.can_decide);
    if let Some(line) = undecidable.next() {
        let others = match undecidable.count() {
            0 => String::new(),
            1 => " and one other".to_owned(),
            n => format!(" and {n} others"),
        };
        lines.push(format!(
            "With {} pairs, no comparison of the family \u{201C}{}\u{201D}{others} can be decided at this level, whatever the data: at least {} are needed.",
            line.n, line.family, line.n_needed_to_decide
        ));
    }
    lines
}

/// How values of different scenarios came on one scale, and why so; nothing where there is one scenario.
pub(super) fn scale(verdict: &Verdict) -> Option<String> {
    let found = &verdict.normalisation;
    if verdict.scenarios.len() < 2 || verdict.aggregates.is_empty() {
        return None;
    }
    let reference = found.reference.as_ref().map_or_else(String::new, |label| format!(" with {label} as the reference"));
    let reason = found.reason.replace('`', "");
    Some(format!("Values of all scenarios are pooled as {}, {}{reference} ({reason}).", found.method, found.formula))
}

/// `0.12 [0.10, 0.15]`.
fn written(estimate: &Estimate) -> String {
    let [value, lower, upper] = number::estimate(estimate).map(|number| number.text());
    if estimate.lower.is_finite() || estimate.upper.is_finite() { format!("{value} [{lower}, {upper}]") } else { value }
}

fn leader(verdict: &Verdict) -> Option<String> {
    if verdict.controllers.len() < 2 {
        return None;
    }
    if verdict.scenarios.len() == 1 {
        let best = verdict.cells.iter().find(|cell| cell.is_best)?;
        let metric = crate::table::mean_of(&verdict.options.primary_metric);
        return Some(format!("{} has the best {metric}: {}.", best.controller, written(&best.mean)));
    }
    let of = |index: usize| {
        let both = &verdict.aggregates[index].mean;
        if verdict.options.claim == Claim::TheseScenarios { &both.these_scenarios } else { &both.scenarios_like_these }
    };
    let best = (0..verdict.aggregates.len()).min_by(|&a, &b| of(a).value.total_cmp(&of(b).value))?;
    Some(format!(
        "{} has the lowest mean normalised cost ({}): {}.",
        verdict.aggregates[best].controller,
        verdict.normalisation.method,
        written(of(best))
    ))
}

fn count(decisions: &[Decision], place: &str, verdict: &Verdict) -> String {
    let n = |kind: fn(&Decision) -> bool| decisions.iter().filter(|decision| kind(decision)).count();
    let decided = n(|decision| matches!(decision, Decision::FirstBetter | Decision::SecondBetter));
    let equivalent = n(|decision| *decision == Decision::Equivalent);
    let undecided = n(|decision| *decision == Decision::Undecided);
    let alpha = number::significant(1.0 - verdict.options.level, 2).text();
    let mut text = format!(
        "{place}, {decided} of {} a difference (adjusted p below {}), ",
        if decisions.len() == 1 { "1 comparison shows".to_owned() } else { format!("{} comparisons show", decisions.len()) },
        alpha.strip_suffix('0').unwrap_or(&alpha)
    );
    if equivalent > 0 {
        text.push_str(&format!("{equivalent} show practical equivalence, "));
    }
    text.push_str(&match undecided {
        0 => "none is undecided.".to_owned(),
        1 => "one is undecided, which is no evidence of equality.".to_owned(),
        _ => format!("{undecided} are undecided, which is no evidence of equality."),
    });
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
