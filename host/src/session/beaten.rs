//! Notes on scenarios in which a controller did better than the best schedule known.

use super::resimulated::Resimulated;
use oha_analysis::Verdict;
use oha_analysis::input::Direction;
use oha_analysis::verdict::{Note, NoteKind};

/// One note for each scenario whose best known schedule has a worse mean than some controller: what is best known now, and why regret can be negative.
#[must_use]
pub fn notes(verdict: &Verdict, resimulated: &[Resimulated]) -> Vec<Note> {
    let lower = verdict.options.direction == Direction::LowerIsBetter;
    let mut notes = Vec::new();
    for scenario in &verdict.scenarios {
        let Some(known) = scenario.references.oracle_upper else { continue };
        let cells = verdict.cells.iter().filter(|c| c.scenario == scenario.name && c.n_faulted == 0 && c.n_missing == 0);
        let better = cells.filter(|c| if lower { c.mean.value < known } else { c.mean.value > known });
        let names: Vec<String> = better.map(|c| format!("{} ({:.4})", c.controller, c.mean.value)).collect();
        if names.is_empty() {
            continue;
        }
        let status = scenario.references.oracle_status.as_deref().unwrap_or("best known");
        let why = if status == "exact" {
            "no open-loop schedule has a lower expected loss, but on these seeds, or by what it sees of the gradients, a controller can"
                .to_owned()
        } else {
            let of_scenario: Vec<&Resimulated> = resimulated.iter().filter(|r| r.scenario == scenario.name).collect();
            outcome(&of_scenario)
        };
        let text = format!(
            "{}: better than the {status} schedule ({known:.4}): {}; {why}; negative regret is reported as it is",
            scenario.name,
            names.join(", ")
        );
        notes.push(Note { kind: NoteKind::Information, text });
    }
    notes
}

/// What the controllers' own schedules are worth, re-simulated.
fn outcome(resimulated: &[&Resimulated]) -> String {
    let Some(best) = resimulated.iter().min_by(|a, b| a.own.total_cmp(&b.own)) else {
        return "their own schedules were not re-simulated".to_owned();
    };
    let (own, known, name) = (best.own, best.known, &best.controller);
    if best.is_better() {
        format!(
            "the schedule of {name}, re-simulated without what it saw, has cumulative loss {own:.4} against {known:.4} where comparators are tuned: it is the best \
             known schedule now (oracle.parquet, oracles.json), regret here is still against the earlier one"
        )
    } else {
        format!(
            "re-simulated without what they saw, the best of their schedules, that of {name}, has cumulative loss {own:.4} against {known:.4} where comparators \
             are tuned: the schedule known before stays the best known, what helped was what they saw"
        )
    }
}
