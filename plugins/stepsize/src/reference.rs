//! Every rule against the traces of `tests/data/stepsize.py`: those of other implementations where there are any, otherwise of the papers' algorithms.

use crate::{AdGd, AliG, Armijo, Dog, L4, Sps};
use controller_common::trial::{self, Trial};
use oha_plugin_api::Controller;
use serde_json::Value;

type Point = [f64; 2];

fn loss([x, y]: Point) -> f64 {
    let d = y - x * x;
    (1.0 - x) * (1.0 - x) + 10.0 * d * d
}

fn gradient([x, y]: Point) -> Point {
    let d = y - x * x;
    [-2.0 * (1.0 - x) - 40.0 * x * d, 20.0 * d]
}

fn norm(v: Point) -> f64 {
    (v[0] * v[0] + v[1] * v[1]).sqrt()
}

fn minus(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1]]
}

/// The rates of a controller in the game, with the signals that it declares.
fn rates<C: Controller>(parameters: &Value, n: usize) -> Vec<f64> {
    use oha_plugin_api::Signal;
    let mut run = Trial::<C>::new(parameters, &trial::spec(n as u64, 1e-12, 1.0, 0.1), 0);
    let start = [-1.0, 1.0];
    let (mut p, mut before, mut update) = (start, None::<(Point, Point)>, [0.0, 0.0]);
    (0..n)
        .map(|_| {
            let g = gradient(p);
            let (p_before, g_before) = before.unwrap_or((p, g));
            let signal = |s: &Signal| match s {
                Signal::TrainLoss => loss(p),
                Signal::GradientNorm => norm(g),
                Signal::ParameterNorm => norm(p),
                Signal::DistanceFromStart => norm(minus(p, start)),
                Signal::GradientDifferenceNorm => norm(minus(g, g_before)),
                Signal::ParameterDifferenceNorm => norm(minus(p, p_before)),
                Signal::GradientDotUpdate => g[0] * update[0] + g[1] * update[1],
                other => panic!("no value of {other:?}"),
            };
            let signals: Vec<f64> = C::descriptor().signals.iter().map(signal).collect();
            let mut evaluate = |values: &[f64]| loss([p[0] - values[0] * g[0], p[1] - values[0] * g[1]]);
            let a = run.step_evaluating(f64::NAN, &signals, &mut evaluate);
            (before, update) = (Some((p, g)), g);
            p = [p[0] - a * g[0], p[1] - a * g[1]];
            a
        })
        .collect()
}

#[test]
fn rates_agree_with_other_implementations() {
    let file: Value = serde_json::from_str(include_str!("../tests/data/stepsize.json")).expect("JSON");
    let cases = file["cases"].as_array().expect("cases");
    for case in cases {
        let (name, parameters) = (case["controller"].as_str().expect("a name"), &case["parameters"]);
        let expected: Vec<f64> = serde_json::from_value(case["rates"].clone()).expect("numbers");
        let (n, tolerance) = (expected.len(), case["tolerance"].as_f64().unwrap_or(1e-9));
        let found = match name {
            "adgd" => rates::<AdGd>(parameters, n),
            "ali-g" => rates::<AliG>(parameters, n),
            "armijo" => rates::<Armijo>(parameters, n),
            "dog" => rates::<Dog>(parameters, n),
            "l4" => rates::<L4>(parameters, n),
            "sps" => rates::<Sps>(parameters, n),
            other => panic!("no controller {other}"),
        };
        for (t, (a, b)) in found.iter().zip(&expected).enumerate() {
            assert!((a - b).abs() <= tolerance * b, "{name} {parameters}, step {t}: {a} against {b}");
        }
    }
    assert_eq!(cases.len(), 7);
}
