//! Remarks and warnings that a reader must not miss.

use super::context::Context;
use crate::input::Status;
use crate::resample::LARGE;
use crate::verdict::{Decision, Note, NoteKind, PowerLine, Verdict};

/// A coverage whose interval lies wholly below the level by more than this is a warning.
const SHORTFALL: f64 = 0.01;

pub(super) fn all(context: &Context, verdict: &Verdict) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut push = |kind, text: String| notes.push(Note { kind, text });
    let normalisation = &verdict.normalisation;
    push(
        NoteKind::Information,
        format!("scenarios are pooled on the scale {} = {} ({})", normalisation.method, normalisation.formula, normalisation.reason),
    );
    if let Some(found) = &verdict.sequential {
        let text = format!(
            "seeds were added in blocks of {} from {} until decided, at most {}: {} looks, {} seeds, {} of {} comparisons decided; decisions rely on tests that \
             hold at any time, and the other p-values of this report do not account for the looks",
            found.design.block, found.design.first, found.design.max, found.n_looks, found.n_seeds, found.n_decided, found.n_comparisons
        );
        push(NoteKind::Information, text);
    }
    missing(context, &mut push);
    large(context, &mut push);
    // One warning for all families of a size.
    let mut alike: Vec<(&PowerLine, usize)> = Vec::new();
    for line in verdict.power.iter().filter(|line| !line.can_decide) {
        match alike.iter_mut().find(|(first, _)| (first.n, first.n_comparisons) == (line.n, line.n_comparisons)) {
            Some((_, n_others)) => *n_others += 1,
            None => alike.push((line, 0)),
        }
    }
    for (line, n_others) in alike {
        let others = match n_others {
            0 => String::new(),
            1 => " and one other family".to_owned(),
            n => format!(" and {n} other families"),
        };
        let comparisons = if line.n_comparisons == 1 { "one comparison".to_owned() } else { format!("{} comparisons", line.n_comparisons) };
        push(
            NoteKind::Warning,
            format!(
                "{}{others}: with {} pairs and {comparisons} no adjusted p can fall below {:.3}; {} pairs are needed before anything can be decided",
                line.family, line.n, line.smallest_p_adjusted, line.n_needed_to_decide
            ),
        );
    }
    for audit in verdict.audit.iter().filter(|audit| audit.in_use && audit.coverage_upper < audit.level - SHORTFALL) {
        push(
            NoteKind::Warning,
            format!(
                "{}: in simulated studies of {} scenarios and {} seeds it covers {:.1} % where {:.1} % is claimed",
                audit.interval,
                audit.n_scenarios,
                audit.n_seeds,
                100.0 * audit.coverage,
                100.0 * audit.level
            ),
        );
    }
    if verdict.pooled.iter().any(|pooled| pooled.decision == Decision::Undecided) && context.options.rope.is_none() {
        let text =
            "some comparisons are undecided; equivalence can only be shown with a region of practical equivalence, and none was given";
        push(NoteKind::Information, text.to_owned());
    }
    if context.options.rope.is_some() && !verdict.pooled.is_empty() && verdict.pooled.iter().all(|pair| pair.rope.is_none()) {
        let text = format!(
            "the region of practical equivalence has no width on the pooled scale ({}), so no pooled comparison can show equivalence",
            verdict.normalisation.method
        );
        push(NoteKind::Information, text);
    }
    notes
}

/// What is done otherwise with very many seeds.
fn large(context: &Context, push: &mut impl FnMut(NoteKind, String)) {
    let sizes = || (0..context.values.n_scenarios()).map(|scenario| context.values.n_seeds(scenario));
    let what = if sizes().any(|n| n > LARGE) {
        "seeds in a scenario, its intervals and tests follow from normal theory in place of resampling (each names its method), their coverage is not \
         simulated, and single values are left to the table of episodes"
    } else if sizes().sum::<usize>() > LARGE {
        "pairs of seeds in all, pooled intervals and tests follow from normal theory in place of resampling (each names its method)"
    } else {
        return;
    };
    push(NoteKind::Information, format!("with more than {LARGE} {what}"));
}

fn missing(context: &Context, push: &mut impl FnMut(NoteKind, String)) {
    let count = |status: Status| context.table.statuses().iter().filter(|found| **found == status).count();
    let (diverged, faulted, absent) = (count(Status::Diverged), count(Status::Faulted), count(Status::Missing));
    if diverged + faulted + absent > 0 {
        push(
            NoteKind::Warning,
            format!(
                "{diverged} episodes diverged, {faulted} faulted and {absent} are missing; their values follow the policy `{}`, \
                 and what the other policies would have said is listed",
                context.options.missing_policy.name()
            ),
        );
    }
}
