//! The reference cases of `tests/data/tasks.json` about measures.

use super::recovery::absolute_recovery;
use crate::sim::agreement::Agreement;
use crate::sim::objective::reference::{close, number, numbers};
use crate::sim::retention::Retention;
use serde_json::Value;

/// Checks one case; false where it is none of a measure.
pub(in crate::sim) fn check(case: &Value) -> bool {
    let id = case["id"].as_str().expect("a name");
    let (inputs, expected) = (&case["inputs"], &case["expected"]);
    let table = |v: &Value| -> Vec<Vec<f64>> { v.as_array().expect("rows").iter().map(numbers).collect() };
    if id.starts_with("measure.absolute_recovery") {
        // The case maximises: losses are the negatives.
        let negative = |row: Vec<f64>| row.into_iter().map(|x| -x).collect::<Vec<f64>>();
        let periods = table(&inputs["best_so_far"]).into_iter().map(negative).zip(negative(numbers(&inputs["f_star"])));
        let found: Vec<f64> = periods.map(|(best, floor)| absolute_recovery(&best, floor).expect("above the floor")).collect();
        close(&found, &numbers(&expected["per_change"]), 1e-12, id);
        close(&[found.iter().sum::<f64>() / found.len() as f64], &[number(&expected["ARR"])], 1e-12, id);
    } else if id.starts_with("measure.kappa") {
        let (labels, answers) = (numbers(&inputs["y"]), numbers(&inputs["prediction"]));
        let n_classes = labels.iter().chain(&answers).fold(0.0, |m: f64, &c| m.max(c)) as usize + 1;
        let mut agreement = Agreement::new(n_classes);
        agreement.begin();
        labels.iter().zip(&answers).for_each(|(&y, &a)| agreement.record(Some(a as usize), y as u32));
        let found =
            [agreement.accuracy(), agreement.kappa(), agreement.kappa_majority(), agreement.kappa_temporal(), agreement.persistence()];
        let keys = ["accuracy", "kappa", "kappa_m", "kappa_t", "no_change_accuracy"];
        close(&found.map(|x| x.expect("examples")), &keys.map(|k| number(&expected[k])), 1e-12, id);
    } else if id.starts_with("measure.continual") {
        let retention = Retention::of(table(&inputs["R"]), numbers(&inputs["chance"]));
        let found = [retention.average_accuracy(), retention.backward_transfer(), retention.forward_transfer(), retention.forgetting()];
        close(&found.map(|x| x.expect("tasks")), &["ACC", "BWT", "FWT", "forgetting"].map(|k| number(&expected[k])), 1e-12, id);
    } else {
        return false;
    }
    true
}
