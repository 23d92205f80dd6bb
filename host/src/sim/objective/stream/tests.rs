//! The reference cases of `tests/data/tasks.json`, and what training on the streams must show.

use super::random_rbf::Centroid;
use super::{led, stagger};
use crate::sim::episode::{View, run};
use crate::sim::objective::reference::{close, number, numbers};
use crate::sim::policy::Schedule;
use crate::sim::rng::Streams;
use crate::sim::scenario::from_json;
use serde_json::{Value, json};

/// Checks one case; false where it is none of a stream.
pub(in crate::sim::objective) fn check(case: &Value) -> bool {
    let id = case["id"].as_str().expect("a name");
    let (inputs, expected) = (&case["inputs"], &case["expected"]);
    if id.starts_with("stagger.label") {
        let objects: Vec<[u8; 3]> = serde_json::from_value(inputs["size_color_shape"].clone()).expect("objects");
        let labels: Vec<[u8; 3]> = serde_json::from_value(expected["label"].clone()).expect("labels");
        for ([size, colour, shape], label) in objects.into_iter().zip(labels) {
            assert_eq!([0, 1, 2].map(|c| u8::from(stagger::is_wanted(c, size, colour, shape))), label, "{id}: {size} {colour} {shape}");
        }
    } else if id.starts_with("led.segments") {
        assert_eq!(json!(led::SEGMENTS), expected["segments"], "{id}");
    } else if id.starts_with("led.bayes") {
        let found: Vec<f64> = numbers(&inputs["p"]).into_iter().map(led::bayes_accuracy).collect();
        close(&found, &numbers(&expected["accuracy"]), 1e-12, id);
    } else if id.starts_with("drift.rbf_centroid") {
        let mut centroid = Centroid::moving(numbers(&inputs["centre"]), numbers(&inputs["velocity"]));
        for after in expected["after"].as_array().expect("steps") {
            centroid.advance(number(&inputs["speed"]));
            close(&centroid.centre, &numbers(&after["centre"]), 1e-12, id);
            close(&centroid.velocity, &numbers(&after["velocity"]), 1e-12, id);
        }
    } else {
        return false;
    }
    true
}

fn accuracy(stream: &Value, more: &Value, n_steps: u64) -> Vec<f64> {
    let mut task = json!({ "kind": "stream", "stream": stream, "evaluation_size": 256 });
    task.as_object_mut().expect("a table").extend(more.as_object().expect("a table").clone());
    let scenario = from_json(&json!({ "name": "s", "n_steps": n_steps, "task": task })).expect("valid");
    run(&scenario, &Streams::new(2, "s", 0), &View::open_loop(), &mut Schedule { values: vec![1.0] }).trajectory.accuracy
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Softmax regression comes to the best accuracy that there is, and loses it when the concept changes.
#[test]
fn streams_are_learned_up_to_their_best_accuracy_and_drift() {
    let seen = accuracy(&json!({ "kind": "stagger", "period": 150 }), &json!({}), 200);
    assert!(mean(&seen[130..150]) > 0.99 && mean(&seen[150..153]) < 0.7, "{seen:?}");
    let seen = accuracy(&json!({ "kind": "led", "period": 400, "n_drifting": 7 }), &json!({ "batch_size": 64 }), 420);
    let (best, end) = (led::bayes_accuracy(0.1), mean(&seen[300..400]));
    assert!(end < best + 0.02 && end > best - 0.05 && mean(&seen[400..402]) < 0.35, "{end} of {best}");
    let still = json!({ "kind": "random-rbf", "speed": 0.0 });
    let (wide, linear) = (accuracy(&still, &json!({ "hidden": [32] }), 300), accuracy(&still, &json!({}), 300));
    assert!(mean(&wide[250..]) > mean(&linear[250..]) && mean(&linear[250..]) > 0.3, "{} {}", mean(&wide[250..]), mean(&linear[250..]));
}

#[test]
fn wrong_streams_are_refused_with_the_right_ones() {
    let error =
        |stream: Value| from_json(&json!({ "name": "s", "task": { "kind": "stream", "stream": stream } })).expect_err("wrong").to_string();
    assert!(error(json!({ "kind": "stager" })).contains("nearest: `stagger`"), "{}", error(json!({ "kind": "stager" })));
    assert!(error(json!({ "kind": "led", "noise": 0.7 })).contains("stream.noise"));
}
