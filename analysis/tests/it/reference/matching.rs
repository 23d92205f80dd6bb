//! Whether what was found is what was wanted.

use serde_json::Value;

use super::{Entries, RESAMPLES, number};

/// Compares numbers, lists and matrices.
fn close(want: &Value, got: &Value, abs: f64, rel: f64) -> bool {
    match (want, got) {
        (Value::Array(want), Value::Array(got)) => want.len() == got.len() && want.iter().zip(got).all(|(w, g)| close(w, g, abs, rel)),
        (Value::Bool(_) | Value::Null, _) | (_, Value::Bool(_) | Value::Null) => want == got,
        _ => {
            let (want, got) = (number(want), number(got));
            want == got || (got - want).abs() <= abs + rel * want.abs()
        }
    }
}

/// Sets of sets, in any order.
fn same_groups(want: &Value, got: &Value) -> bool {
    let sets = |value: &Value| {
        let set = |group: &Value| group.as_array().unwrap().iter().map(|v| v.as_u64().unwrap()).collect::<std::collections::BTreeSet<_>>();
        value.as_array().unwrap().iter().map(set).collect::<std::collections::BTreeSet<_>>()
    };
    sets(want) == sets(got)
}

/// Keys of simulated cases that are checked otherwise or are informative.
const INFORMATIVE: [&str; 6] = ["bca_levels_midp", "bca_levels_strict", "bca_midp", "bca_strict", "z0_midp", "z0_strict"];

pub(super) fn matches(case: &Value, want: &Value, found: &Result<Entries, String>) -> Result<(), String> {
    if want.get("error").is_some() {
        return if found.is_err() { Ok(()) } else { Err(String::from("an error was wanted")) };
    }
    let found = found.as_ref().map_err(|error| format!("refused: {error}"))?;
    let tolerance = &case["tolerance"];
    let simulated = tolerance["kind"] == "monte_carlo" && case["function"] != "bootstrap_ci_exact";
    for (key, want) in want.as_object().unwrap() {
        if simulated && INFORMATIVE.contains(&key.as_str()) {
            continue;
        }
        let Some(got) = found.get(key.as_str()) else { return Err(format!("`{key}` is not computed")) };
        let fine = match key.as_str() {
            "groups" => same_groups(want, got),
            "percentile" | "basic" if simulated => bracketed(tolerance, key, got),
            "standard_error" if simulated => close(want, got, 0.0, 10.0 / (2.0 * RESAMPLES as f64).sqrt()),
            _ if tolerance["kind"] == "monte_carlo" => close(want, got, 1e-12, 1e-9),
            // The document lets a p of 0 stand for the smallest positive number.
            "p_f" | "p_f_uncorrected" if number(want) == 0.0 => number(got) == 0.0,
            _ => close(want, got, number(&tolerance["abs"]), number(&tolerance["rel"])),
        };
        if !fine {
            return Err(format!("`{key}`: want {want}, got {got}"));
        }
    }
    if simulated && tolerance["accept_at_B"][RESAMPLES.to_string()].get("bca").is_some() && !bracketed(tolerance, "bca", &found["bca"]) {
        return Err(format!("`bca`: got {}", found["bca"]));
    }
    Ok(())
}

/// Whether both ends lie in their brackets, to rounding.
fn bracketed(tolerance: &Value, key: &str, got: &Value) -> bool {
    let brackets = tolerance["accept_at_B"][RESAMPLES.to_string()][key].as_array().unwrap();
    brackets.iter().zip(got.as_array().unwrap()).all(|(bracket, end)| {
        let slack = 1e-12 * number(end).abs();
        number(&bracket[0]) - slack <= number(end) && number(end) <= number(&bracket[1]) + slack
    })
}
