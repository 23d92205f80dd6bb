//! A receding horizon helps the more the further it looks: at each step the constant is taken that is best for the next `H` losses.

use super::noisy_quadratic::{N_STEPS, fifty};
use super::{Check, Claim, Relation};
use crate::sim::oracle::moments::Moments;

pub(super) const CLAIM: Claim = Claim {
    name: "look-ahead-helps",
    statement: "the cumulative loss of a receding horizon falls with its length, from 1 to 40 steps",
    source: "Wu, Ren, Liao, Grosse 2018, arXiv:1803.02021",
    quick: true,
    check,
};

/// Look-aheads compared.
const HORIZONS: [usize; 6] = [1, 2, 5, 10, 20, 40];

fn check() -> Vec<Check> {
    let m = fifty();
    let losses = HORIZONS.map(|h| receding(&m, h));
    let pair = |i: usize| {
        let what = format!("cumulative loss, {} steps ahead over {}", HORIZONS[i + 1], HORIZONS[i]);
        Check::new(&what, Relation::AtMost, 1.0, losses[i + 1] / losses[i])
    };
    (0..HORIZONS.len() - 1).map(pair).collect()
}

fn receding(m: &Moments, horizon: usize) -> f64 {
    let rate = |i: u32| 0.02 * libm::pow(200.0, f64::from(i) / 39.0);
    let mut p = m.initial.clone();
    let mut sum = 0.0;
    for t in 0..N_STEPS {
        let ahead = |a: f64| {
            let mut p = p.clone();
            (t..(t + horizon).min(N_STEPS)).map(|s| m.advance(s, a, &mut p)).sum::<f64>()
        };
        let best = (0..40).map(|i| (rate(i), ahead(rate(i)))).min_by(|a, b| a.1.total_cmp(&b.1)).expect("there are rates");
        sum += m.advance(t, best.0, &mut p);
    }
    sum
}
