//! Policy regret: the losses of an episode less those of a comparator that was re-simulated from step 0 on the same seed.
//!
//! The state depends on past hyperparameters, so a comparator measured on the learner's own states is wrong: there, a learner that never moves has
//! regret 0 against every constant (Arora, Dekel, Tewari 2012, arXiv:1206.6400).

/// Regret of the whole episode; `None` when the lengths differ.
#[must_use]
pub fn total(loss: &[f64], comparator: &[f64]) -> Option<f64> {
    (loss.len() == comparator.len()).then(|| loss.iter().sum::<f64>() - comparator.iter().sum::<f64>())
}

/// Regret up to each step, `n_steps`; `None` when the lengths differ.
#[must_use]
pub fn curve(loss: &[f64], comparator: &[f64]) -> Option<Vec<f64>> {
    let mut sum = 0.0;
    (loss.len() == comparator.len()).then(|| {
        loss.iter()
            .zip(comparator)
            .map(|(y, c)| {
                sum += y - c;
                sum
            })
            .collect()
    })
}

/// Regret against `best` as a share of the regret of `constant` against it: 0 is the best schedule, 1 the best constant. `None` when the constant is
/// no worse than the schedule on this seed (then the ratio says nothing), or when lengths differ.
#[must_use]
pub fn normalized(loss: &[f64], constant: &[f64], best: &[f64]) -> Option<f64> {
    let scale = total(constant, best)?;
    let smallest = 1e-9 * best.iter().map(|y| y.abs()).sum::<f64>();
    (scale > smallest).then(|| total(loss, best).map(|r| r / scale)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_ends_at_the_total_and_the_scale_is_the_constant_s() {
        let (loss, constant, best) = ([3.0, 2.0, 2.0], [2.0, 2.0, 2.0], [1.0, 1.5, 1.5]);
        assert_eq!(curve(&loss, &best), Some(vec![2.0, 2.5, 3.0]));
        assert_eq!(total(&loss, &best), Some(3.0));
        assert_eq!(normalized(&loss, &constant, &best), Some(1.5));
        assert_eq!(normalized(&best, &constant, &best), Some(0.0));
        assert_eq!(normalized(&loss, &best, &best), None);
        assert_eq!(total(&loss, &best[..2]), None);
    }
}
