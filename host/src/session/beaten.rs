//! Notes on scenarios in which a controller did better than the best schedule known.

use oha_analysis::Verdict;
use oha_analysis::input::Direction;
use oha_analysis::verdict::{Note, NoteKind};

/// One note for each scenario whose best known schedule has a worse mean than some controller: what is best known now, and why regret can be negative.
#[must_use]
pub fn notes(verdict: &Verdict) -> Vec<Note> {
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
            "no open-loop schedule has a lower expected loss, but on these seeds, or by what it sees of the gradients, a controller can: \
             its regret is negative and is reported as it is"
        } else {
            "what these controllers applied is the best known there; their regret is negative and is reported as it is"
        };
        let text = format!("{}: better than the {status} schedule ({known:.4}): {}; {why}", scenario.name, names.join(", "));
        notes.push(Note { kind: NoteKind::Information, text });
    }
    notes
}
