//! Reference cases of `tests/data/stats.json`: exact rational arithmetic or mpmath, agreeing with SciPy, statsmodels, scikit-posthocs,
//! rliable, baycomp and arch where those have the function. Every case is dispatched by its function; an unknown one fails the test.

mod distributions;
mod further;
mod matching;
mod outside;
mod resampling;
mod summaries;
mod tests;

use std::collections::BTreeMap;

use oha_analysis::StatError;
use oha_analysis::resample::{Resampler, Statistic};
use oha_analysis::sample::{Pairs, Sample, Strata};
use serde_json::{Value, json};

pub(super) const RESAMPLES: usize = 100_000;

pub(super) type Entries = BTreeMap<&'static str, Value>;

type Found = Result<BTreeMap<&'static str, Value>, String>;

pub(super) struct Case<'a>(pub(super) &'a Value);

pub(super) fn number(value: &Value) -> f64 {
    match value {
        Value::String(word) => match word.as_str() {
            "nan" => f64::NAN,
            "inf" => f64::INFINITY,
            "-inf" => f64::NEG_INFINITY,
            _ => panic!("`{word}` is no number"),
        },
        _ => value.as_f64().unwrap(),
    }
}

pub(super) fn plain(value: f64) -> Value {
    if value.is_finite() { json!(value) } else { json!(value.to_string()) }
}

impl Case<'_> {
    pub(super) fn list(&self, key: &str) -> Vec<f64> {
        self.0["inputs"][key].as_array().unwrap().iter().map(number).collect()
    }
    pub(super) fn matrix(&self, key: &str) -> Vec<Vec<f64>> {
        self.0["inputs"][key].as_array().unwrap().iter().map(|row| row.as_array().unwrap().iter().map(number).collect()).collect()
    }
    pub(super) fn sample(&self, key: &str) -> Result<Sample, StatError> {
        Sample::new(key, self.list(key))
    }
    pub(super) fn pairs(&self) -> Result<Pairs, StatError> {
        Pairs::new(&self.sample("x")?, &self.sample("y")?)
    }
    pub(super) fn strata(&self, key: &str) -> Result<Strata, StatError> {
        Strata::new(key, &self.matrix(key))
    }
    pub(super) fn param(&self, key: &str) -> &Value {
        &self.0["params"][key]
    }
    pub(super) fn statistic(&self) -> Statistic {
        match self.param("statistic").as_str().unwrap() {
            "mean" => Statistic::Mean,
            "median" | "median of x - y" => Statistic::Median,
            "iqm" => Statistic::InterquartileMean,
            "sd_ddof1" => Statistic::StandardDeviation,
            other => panic!("unknown statistic `{other}`"),
        }
    }
}

pub(super) fn resampler() -> Resampler {
    Resampler::new(RESAMPLES, 20_240_501).unwrap()
}

pub(super) fn map(entries: &[(&'static str, Value)]) -> BTreeMap<&'static str, Value> {
    entries.iter().cloned().collect()
}

/// The first group of functions that knows the case computes it.
fn compute(case: &Case) -> Result<Entries, StatError> {
    let function = case.0["function"].as_str().unwrap();
    let groups = [tests::compute, summaries::compute, resampling::compute, distributions::compute, further::compute];
    let found = groups.iter().find_map(|group| group(function, case));
    found.unwrap_or_else(|| panic!("function `{function}` of the reference cases has no counterpart here"))
}

fn check(document: &str, least: usize) {
    let document: Value = serde_json::from_str(document).unwrap();
    let mut failures = Vec::new();
    let cases = document["cases"].as_array().unwrap();
    assert!(cases.len() >= least);
    for case in cases {
        let found: Found = compute(&Case(case)).map_err(|error| error.to_string());
        let alternatives: Vec<&Value> = match case.get("expected") {
            Some(expected) => vec![expected],
            None => case["accept"].as_array().unwrap().iter().collect(),
        };
        let verdicts: Vec<String> = alternatives.iter().filter_map(|want| matching::matches(case, want, &found).err()).collect();
        if verdicts.len() == alternatives.len() {
            failures.push(format!("{}: {}", case["id"], verdicts.join(" | ")));
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

#[test]
fn every_case_agrees() {
    check(include_str!("../../data/stats.json"), 57);
}

#[test]
fn every_further_case_agrees() {
    check(include_str!("../../data/stats_more.json"), 150);
}
