//! What a controller says about itself must be complete and true.

use super::Clause;
use crate::conformance::bench::{Bench, Finding, Observed, SEED};
use oha_plugin_api::InformationClass;

pub(super) const CLAUSE: Clause = Clause {
    id: "descriptor",
    summary: "the descriptor is complete, does not contradict itself, and an instance can be made of it",
    n_processes: 1,
    run,
};

fn run(bench: &Bench<'_>) -> Result<Observed, Finding> {
    let d = bench.descriptor;
    let fail = |text: String| Err(Finding::Fail(text));
    for (field, text) in [("version", &d.version), ("description", &d.description)] {
        if text.trim().is_empty() {
            return fail(format!("`{field}` is empty"));
        }
    }
    if let Some(p) = d.parameters.iter().find(|p| p.doc.trim().is_empty()) {
        return fail(format!("parameter `{}` has no `doc`", p.name));
    }
    for (i, p) in d.parameters.iter().enumerate() {
        if d.parameters[..i].iter().any(|q| q.name == p.name) {
            return fail(format!("parameter `{}` occurs twice", p.name));
        }
    }
    let is_blind = matches!(d.information, InformationClass::OpenLoop | InformationClass::Scalar);
    if is_blind && !d.signals.is_empty() {
        return fail(format!("it asks for {} signals, which its information class does not allow", d.signals.len()));
    }
    let mut instance = bench.create(&bench.spec(100), SEED)?;
    let saves = instance.save_state()?.is_some();
    if saves != d.saves_state {
        return fail(format!(
            "`saves_state` is {}, and `save_state` {} a state",
            d.saves_state,
            if saves { "gives" } else { "does not give" }
        ));
    }
    Ok(format!("version {}, {} parameters, {} signals", d.version, d.parameters.len(), d.signals.len()).into())
}
