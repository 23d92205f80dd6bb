//! The outcome for a terminal: a table of controllers, the verdict of every pair, the sentences and warnings that go with them.

use super::prose::{headlines, scale};
use crate::input::{Claim, Direction};
use crate::table::{Column, Field, Row, Table, fold, grid};
use crate::verdict::{Decision, Estimate, NoteKind, TwoClaims, Verdict};

/// Scenarios up to which each has a column of its own.
const MAX_SCENARIOS: usize = 4;
/// Pairs shown at most; the files have all.
const MAX_PAIRS: usize = 28;
/// Columns of running text.
const WIDTH: usize = 100;

/// Everything that `compare` and `analyze` print: aligned text without control characters, ending in a line end.
pub fn terminal(verdict: &Verdict) -> String {
    let mut out = format!("{}\n\n{}", fold(&heading(verdict), WIDTH), grid(&controllers(verdict)));
    let pairs = pairs(verdict);
    if !pairs.rows.is_empty() {
        let hidden = pairs.rows.len().saturating_sub(MAX_PAIRS);
        let shown = Table { rows: pairs.rows.iter().take(MAX_PAIRS).cloned().collect(), ..pairs };
        out.push_str(&format!("\n{}\n\n{}", fold(&shown.title, WIDTH), grid(&shown)));
        if hidden > 0 {
            out.push_str(&format!("... and {hidden} more pairs in analysis/tables\n"));
        }
    }
    out.push('\n');
    for line in headlines(verdict).into_iter().chain(scale(verdict)) {
        out.push_str(&format!("{}\n", fold(&line, WIDTH)));
    }
    for line in needed(verdict) {
        out.push_str(&format!("{}\n", fold(&line, WIDTH)));
    }
    for note in verdict.notes.iter().filter(|note| note.kind == NoteKind::Warning) {
        out.push_str(&format!("{}\n", fold(&format!("Warning: {}.", note.text.trim_end_matches('.')), WIDTH)));
    }
    out
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

fn heading(verdict: &Verdict) -> String {
    let options = &verdict.options;
    let seeds = verdict.cells.iter().map(|cell| cell.n);
    let (low, high) = (seeds.clone().min().unwrap_or(0), seeds.max().unwrap_or(0));
    let seeds = if low == high { format!("{low}") } else { format!("{low} to {high}") };
    format!(
        "{}: {}, mean over {seeds} seeds ({}) with {} intervals; {}. > best, \u{2020} significantly worse than the best of its column.",
        verdict.study,
        words(&options.primary_metric),
        crate::table::better(verdict),
        crate::table::percent(options.level),
        match verdict.scenarios.len() {
            1 => format!("scenario {}", verdict.scenarios[0].name),
            n if options.direction == Direction::HigherIsBetter => format!("{n} scenarios, pooled as costs, of which lower is better"),
            n => format!("{n} scenarios"),
        },
    )
}

fn claimed<'a>(verdict: &Verdict, both: &'a TwoClaims) -> &'a Estimate {
    if verdict.options.claim == Claim::TheseScenarios { &both.these_scenarios } else { &both.scenarios_like_these }
}

/// One row a controller: what it sees, its means, the pooled cost, its rank, what went wrong.
fn controllers(verdict: &Verdict) -> Table {
    let n_scenarios = verdict.scenarios.len();
    let each = n_scenarios <= MAX_SCENARIOS;
    let pooled = n_scenarios > 1;
    let with_class = verdict.controllers.iter().any(|info| !info.information_class.is_empty());
    let mut columns = vec![Column::left("controller")];
    if with_class {
        columns.push(Column::left("sees"));
    }
    if each {
        columns.extend(verdict.scenarios.iter().map(|info| Column::left(&info.name)));
    }
    if pooled {
        columns.push(Column::left(&format!("all ({})", verdict.normalisation.method)));
    }
    if verdict.ranking.is_some() {
        columns.push(Column::right("mean rank"));
    }
    columns.extend([Column::right("diverged"), Column::right("failed")]);
    let best = verdict.aggregates.iter().map(|one| claimed(verdict, &one.mean).value).fold(f64::INFINITY, f64::min);
    let row = |(index, info): (usize, &crate::input::ControllerInfo)| {
        let own = || verdict.cells.iter().filter(|cell| cell.controller == info.label);
        let mut fields = vec![Field::text(&info.label)];
        if with_class {
            fields.push(Field::text(&info.information_class));
        }
        if each {
            fields.extend(own().map(|cell| Field::marked(&cell.mean, cell.is_best, crate::table::mark(verdict, cell))));
        }
        if let Some(aggregate) = verdict.aggregates.get(index).filter(|_| pooled) {
            let mean = claimed(verdict, &aggregate.mean);
            fields.push(Field::marked(mean, mean.value == best, if beaten(verdict, &info.label, best) { "\u{2020}" } else { "" }));
        }
        if let Some(ranking) = &verdict.ranking {
            fields.push(Field::fixed(ranking.mean_ranks[index].value, 2));
        }
        let count = |of: fn(&crate::verdict::Cell) -> usize| own().map(of).sum::<usize>();
        fields.push(Field::count(count(|cell| cell.n_diverged)));
        fields.push(Field::count(count(|cell| cell.n_faulted + cell.n_missing)));
        Row { fields, rule: false }
    };
    let rows = verdict.controllers.iter().enumerate().map(row).collect();
    Table { name: String::new(), title: String::new(), caption: String::new(), columns, rows }
}

/// Whether a pooled comparison tells a controller apart from the best one.
fn beaten(verdict: &Verdict, label: &str, best: f64) -> bool {
    let is_best = |name: &str| verdict.aggregates.iter().any(|one| one.controller == name && claimed(verdict, &one.mean).value == best);
    verdict.pooled.iter().any(|pair| match pair.decision {
        Decision::FirstBetter => pair.b == label && is_best(&pair.a),
        Decision::SecondBetter => pair.a == label && is_best(&pair.b),
        Decision::Equivalent | Decision::Undecided => false,
    })
}

fn outcome(a: &str, b: &str, decision: Decision) -> Field {
    Field::Text(match decision {
        Decision::FirstBetter => format!("{a} is better"),
        Decision::SecondBetter => format!("{b} is better"),
        Decision::Equivalent => "practically equivalent".to_owned(),
        Decision::Undecided => "undecided".to_owned(),
    })
}

/// The pairs over all scenarios, or of the one scenario there is.
fn pairs(verdict: &Verdict) -> Table {
    let pooled = verdict.scenarios.len() > 1;
    let line = |a: &str, b: &str, advantage: &Estimate, p: f64, improvement: &Estimate, decision| Row {
        fields: vec![
            Field::text(a),
            Field::text(b),
            Field::estimate(advantage),
            Field::p_starred(p),
            Field::estimate(improvement),
            outcome(a, b, decision),
        ],
        rule: false,
    };
    let rows = if pooled {
        let row = |pair: &crate::verdict::PooledComparison| {
            line(&pair.a, &pair.b, &pair.advantage, pair.p_adjusted, &pair.probability_of_improvement, pair.decision)
        };
        verdict.pooled.iter().map(row).collect()
    } else {
        let row = |pair: &crate::verdict::PairedComparison| {
            line(&pair.a, &pair.b, &pair.advantage, pair.p_adjusted, &pair.effect.probability_of_improvement, pair.decision)
        };
        verdict.comparisons.iter().map(row).collect()
    };
    let scale = match (pooled, verdict.options.claim) {
        (false, _) => words(&verdict.options.primary_metric),
        (true, Claim::TheseScenarios) => format!("{} over these scenarios", verdict.normalisation.method),
        (true, Claim::ScenariosLikeThese) => format!("{} over scenarios like these", verdict.normalisation.method),
    };
    Table {
        name: String::new(),
        title: format!(
            "Pair by pair: advantage of the first in {scale}, positive where it is better; p adjusted by Holm (* below 0.05, ** 0.01, *** 0.001); \
             P(better) under the same seed."
        ),
        caption: String::new(),
        columns: vec![
            Column::left("first"),
            Column::left("second"),
            Column::left("advantage"),
            Column::right("p"),
            Column::left("P(better)"),
            Column::left("verdict"),
        ],
        rows,
    }
}

/// What the undecided comparisons of the main family would need, and what could have been found.
fn needed(verdict: &Verdict) -> Vec<String> {
    let Some(line) = verdict.power.last() else { return Vec::new() };
    let mut lines = Vec::new();
    if line.can_decide {
        lines.push(format!(
            "With these {} pairs a mean advantage of {} standard deviations is found with probability {}.",
            line.n,
            crate::table::number::significant(line.detectable_d_z, 2).text(),
            crate::table::percent(line.power)
        ));
    }
    let more = |need: &crate::verdict::SeedsNeeded| {
        let n = need.n_more.map_or_else(|| "over a million".to_owned(), |n| n.to_string());
        format!("{} against {} {n}", need.a, need.b)
    };
    // A comparison that has the pairs it would need and is undecided all the same needs no number.
    let needed: Vec<_> = line.needed.iter().filter(|need| need.n_more != Some(0)).collect();
    if !needed.is_empty() {
        let list: Vec<String> = needed.iter().take(4).map(|need| more(need)).collect();
        lines.push(format!(
            "More pairs that undecided comparisons would need, if the advantage seen is the true one: {}{}.",
            list.join(", "),
            if needed.len() > 4 { " ..." } else { "" }
        ));
    }
    lines
}
