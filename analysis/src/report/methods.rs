//! The methods paragraph of a paper, from the options and the numbers that the verdict really holds.

use super::bibliography::{Work, cited};
use crate::figure::escape_tex;
use crate::input::{Claim, Direction, MissingPolicy};
use crate::order::distinct;
use crate::verdict::Verdict;

/// How works are cited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Markup {
    /// Author and year in the text.
    Plain,
    /// `\citep` with the keys of [`super::bibtex`]; text escaped for LaTeX.
    Latex,
}

/// The paragraph.
pub fn methods(verdict: &Verdict, markup: Markup) -> String {
    let mut sentences = vec![design(verdict), intervals(verdict)];
    sentences.extend(tests(verdict));
    sentences.extend(sequential(verdict));
    sentences.extend(over_scenarios(verdict));
    sentences.extend(incidents(verdict));
    let text = sentences.join(" ");
    let works = cited(verdict);
    match markup {
        Markup::Plain => cite(&text, &works, |work| format!(" ({})", work.short)),
        Markup::Latex => cite(&escape_tex(&text), &works, |work| format!("~\\citep{{{}}}", work.key)),
    }
}

/// Replaces each `@key@` by a citation, and drops those of works that are not cited.
fn cite(text: &str, works: &[&Work], written: impl Fn(&Work) -> String) -> String {
    let mut out = String::new();
    for (index, piece) in text.split('@').enumerate() {
        if index % 2 == 0 {
            out.push_str(piece);
        } else if let Some(work) = works.iter().find(|work| work.key == piece) {
            out.push_str(&written(work));
        }
    }
    out
}

/// A name of the user's; the sign of citations is taken out of it.
fn name(text: &str) -> String {
    text.replace('@', "(at)").replace('_', " ")
}

fn percent(level: f64) -> String {
    let text = format!("{:.1}", level * 100.0);
    format!("{} %", text.strip_suffix(".0").unwrap_or(&text))
}

fn design(verdict: &Verdict) -> String {
    let seeds = verdict.cells.iter().map(|cell| cell.n);
    let (low, high) = (seeds.clone().min().unwrap_or(0), seeds.max().unwrap_or(0));
    let seeds = if low == high { format!("{low}") } else { format!("{low} to {high}") };
    // Of a table of somebody's own it is not known what a seed stands for.
    let paired = if verdict.scenarios.iter().all(|scenario| scenario.n_steps == 0) {
        "Runs with the same seed are taken as pairs"
    } else {
        "Seeds are paired: under the same seed, every controller meets the same initial weights, batches, noise and changes"
    };
    let counted = |n: usize, what: &str| if n == 1 { format!("one {what}") } else { format!("{n} {what}s") };
    let direction = match verdict.options.direction {
        Direction::LowerIsBetter => "lower is better",
        Direction::HigherIsBetter => "higher is better",
    };
    format!(
        "We compare {} on {} with {seeds} seeds each, {} in all. {paired}. The primary metric is {} ({direction}).",
        counted(verdict.controllers.len(), "controller"),
        counted(verdict.scenarios.len(), "scenario"),
        counted(verdict.n_episodes, "episode"),
        name(&verdict.options.primary_metric)
    )
}

fn intervals(verdict: &Verdict) -> String {
    let methods = distinct(verdict.cells.iter().map(|cell| cell.mean.method.as_str())).join("; where a few seeds outweigh the others ");
    format!(
        "Intervals have level {} ({}; {} resamples, seed {}).",
        percent(verdict.options.level),
        name(&methods),
        verdict.options.n_resamples,
        verdict.options.seed
    )
}

fn tests(verdict: &Verdict) -> Vec<String> {
    let Some(first) = verdict.comparisons.first() else { return Vec::new() };
    let mut sentences = vec![format!(
        "Within scenarios, pairs of controllers are compared by Wilcoxon's signed-rank test@wilcoxon1945@ ({}, two-sided), with Holm's \
         correction@holm1979@ over the pairs of each scenario; effect sizes are Cliff's delta@cliff1993@, A12@vargha2000@ and the Hodges-Lehmann \
         shift@hodges1963@.",
        name(&first.wilcoxon.method)
    )];
    if let Some(pooled) = verdict.pooled.first() {
        sentences
            .push(format!("Over all scenarios they are compared by {}, with Holm's correction over the pairs.", name(&pooled.test.method)));
    }
    if verdict.comparisons.iter().any(|pair| pair.rope.is_some()) {
        sentences.push("Equivalence is claimed only where the interval lies inside the stated region of practical equivalence.".to_owned());
    }
    if verdict.comparisons.iter().any(|pair| pair.bayes.is_some()) {
        sentences.push("Posterior probabilities come from the Bayesian signed-rank test@benavoli2014@.".to_owned());
    }
    sentences
}

fn sequential(verdict: &Verdict) -> Option<String> {
    let found = verdict.sequential.as_ref()?;
    Some(format!(
        "Seeds were added in blocks of {} from {} until every comparison of the main family was decided, at most {} ({} looks, {} seeds in the end). Decisions \
         rely on an e-process that bets on the signs of the paired differences@waudbysmith2024@@ramdas2023@, valid at any time, with Holm's correction, and \
         advantages carry t confidence sequences@perezortiz2024@@wang2025@.",
        found.design.block, found.design.first, found.design.max, found.n_looks, found.n_seeds
    ))
}

fn over_scenarios(verdict: &Verdict) -> Vec<String> {
    let mut sentences = Vec::new();
    if !verdict.aggregates.is_empty() {
        let claim = match verdict.options.claim {
            Claim::TheseScenarios => "these scenarios (seeds are resampled within each scenario)",
            Claim::ScenariosLikeThese => "scenarios like these (scenarios and seeds are resampled)",
        };
        sentences.push(format!(
            "{}Aggregates follow Agarwal et al.@agarwal2021@; the claim is about {claim}.",
            super::prose::scale(verdict).map_or_else(String::new, |text| name(&text) + " ")
        ));
    }
    if let Some(ranking) = &verdict.ranking {
        sentences.push(format!(
            "Mean ranks over {} blocks are tested by Friedman's test@friedman1937@ with Iman and Davenport's correction@iman1980@, followed by Nemenyi's \
             test@nemenyi1963@ as in Dem\u{161}ar@demsar2006@.",
            ranking.n_blocks
        ));
    }
    if !verdict.profiles.is_empty() {
        sentences.push("Performance profiles@dolan2002@ carry simultaneous bands.".to_owned());
    }
    if !verdict.recovery.is_empty() {
        sentences.push(
            "Recovery times are summarised by Kaplan-Meier curves@kaplan1958@: runs that do not recover while watched are censored."
                .to_owned(),
        );
    }
    sentences
}

fn incidents(verdict: &Verdict) -> Vec<String> {
    let (mut diverged, mut failed) = (0, 0);
    for cell in &verdict.cells {
        diverged += cell.n_diverged;
        failed += cell.n_faulted + cell.n_missing;
    }
    let policy = match verdict.options.missing_policy {
        MissingPolicy::Error => "would have stopped the analysis",
        MissingPolicy::WorstRank => "take the worst value of their scenario",
        MissingPolicy::CeilingScore => "are scored at the scenario's ceiling",
    };
    let mut sentences =
        vec![format!("{diverged} episodes diverged and {failed} faulted or are missing; such episodes {policy}, and none is dropped.")];
    if !verdict.divergence.is_empty() {
        sentences.push("Their rates have Clopper-Pearson intervals@clopper1934@.".to_owned());
    }
    sentences
}
