//! Values of `tests/data/outside.json`, which `outside.py` beside it computes with SciPy and NumPy by other routes.

use oha_analysis::curve::{cost_profile, mean_bands, target_ecdf};
use oha_analysis::effect::{cliffs_delta_interval, hodges_lehmann, rank_biserial};
use oha_analysis::resample::Resampler;
use oha_analysis::sample::{Pairs, Sample, Strata};
use serde_json::Value;

fn data() -> Value {
    serde_json::from_str(include_str!("../../data/outside.json")).unwrap()
}

fn list(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn matrix(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap().iter().map(list).collect()
}

#[track_caller]
fn close(found: &[f64], wanted: &[f64]) {
    assert_eq!(found.len(), wanted.len());
    assert!(found.iter().zip(wanted).all(|(a, b)| (a - b).abs() <= 1e-9 * b.abs().max(1e-3)), "{found:?}, wanted {wanted:?}");
}

#[test]
fn shift_and_rank_biserial_are_those_of_scipy() {
    let case = &data()["shift"];
    let sample = |key: &str| Sample::new(key, list(&case[key])).unwrap();
    let pairs = Pairs::new(&sample("x"), &sample("y")).unwrap();
    let shift = hodges_lehmann(&pairs, 0.95).unwrap();
    let wanted = ["shift", "lower", "upper", "rank_biserial"].map(|key| case["expected"][key].as_f64().unwrap());
    close(&[shift.value, shift.lower, shift.upper, rank_biserial(&pairs)], &wanted);
}

#[test]
fn cliffs_interval_is_that_of_the_whole_matrix() {
    let case = &data()["dominance"];
    let sample = |key: &str| Sample::new(key, list(&case[key])).unwrap();
    let found = cliffs_delta_interval(&sample("x"), &sample("y"), 0.95).unwrap();
    close(&[found.value, found.lower, found.upper], &["delta", "lower", "upper"].map(|key| case["expected"][key].as_f64().unwrap()));
}

#[test]
fn profiles_are_empirical_distribution_functions() {
    let case = &data()["profile"];
    let costs = Strata::new("costs", &matrix(&case["costs"])).unwrap();
    close(&cost_profile(&costs, &list(&case["taus"])).unwrap(), &list(&case["expected"]));
    let case = &data()["targets"];
    close(&target_ecdf(&matrix(&case["curves"]), &list(&case["targets"])), &list(&case["expected"]));
}

#[test]
fn a_pointwise_band_is_students_interval_at_each_step() {
    let case = &data()["bands"];
    let found = mean_bands(&matrix(&case["rows"]), case["level"].as_f64().unwrap(), Resampler::new(200, 1).unwrap()).unwrap();
    for (found, key) in [(&found.centre, "centre"), (&found.pointwise.0, "lower"), (&found.pointwise.1, "upper")] {
        close(found, &list(&case["expected"][key]));
    }
}
