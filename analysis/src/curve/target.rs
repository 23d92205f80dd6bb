//! Targets of a loss: when each run first reaches them, and the distribution over (target, run) pairs (Hansen et al. 2021).

/// For each target, the index of the first point of the curve at or below it.
#[must_use]
pub fn first_hits(curve: &[f64], targets: &[f64]) -> Vec<Option<usize>> {
    targets.iter().map(|&target| curve.iter().position(|&value| value <= target)).collect()
}

/// Targets between two losses, from easy (large) to hard (small): evenly spaced in logarithm where both are positive, else evenly.
///
/// # Panics
/// If `n` is below 2.
#[must_use]
pub fn log_targets(easy: f64, hard: f64, n: usize) -> Vec<f64> {
    assert!(n >= 2, "a range has two ends");
    let logarithmic = easy > 0.0 && hard > 0.0;
    let place = |value: f64| if logarithmic { libm::log(value) } else { value };
    let (from, to) = (place(easy), place(hard));
    let target = |index: usize| {
        let weight = index as f64 / (n - 1) as f64;
        let value = from * (1.0 - weight) + to * weight;
        if logarithmic { libm::exp(value) } else { value }
    };
    (0..n)
        .map(|index| {
            if index == 0 {
                easy
            } else if index == n - 1 {
                hard
            } else {
                target(index)
            }
        })
        .collect()
}

/// Fraction of (target, run) pairs reached by each point of the grid; `curves` are runs over the grid.
#[must_use]
pub fn target_ecdf(curves: &[Vec<f64>], targets: &[f64]) -> Vec<f64> {
    let n_steps = curves.first().map_or(0, Vec::len);
    let mut reached = vec![0_usize; n_steps];
    for curve in curves {
        first_hits(curve, targets).into_iter().flatten().for_each(|step| reached[step] += 1);
    }
    let total = (curves.len() * targets.len()) as f64;
    let mut sum = 0;
    reached
        .into_iter()
        .map(|hits| {
            sum += hits;
            sum as f64 / total
        })
        .collect()
}
