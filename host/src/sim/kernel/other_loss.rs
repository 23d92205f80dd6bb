//! The losses to which an objective may change over: of the probabilities instead of their logarithm, of the distance instead of its square.
//!
//! Half the Brier score of a row with target distribution `q` is `sum_j (p_j - q_j)^2 / 2` (Brier 1950, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2), its gradient in
//! the logits `p_j (d_j - sum_k p_k d_k)` with `d = p - q`. Unlike cross-entropy it is bounded, and flat where an answer is confidently wrong.

use super::elementary::exp_in_place;

/// Half the Brier score of `labels.len()` rows of `n_classes` logits, averaged; the logits become the gradient of that mean. `smoothing` is that of
/// [`super::loss::cross_entropy_gradient`].
///
/// # Panics
/// When the lengths do not fit or a label is not a class.
pub fn brier_gradient(logits: &mut [f32], labels: &[u32], n_classes: usize, smoothing: f32) -> f64 {
    assert_eq!(logits.len(), labels.len() * n_classes, "one row of logits a label");
    let scale = 1.0 / labels.len() as f32;
    for row in logits.chunks_exact_mut(n_classes) {
        let max = row.iter().fold(f32::NEG_INFINITY, |max, &z| if z > max { z } else { max });
        row.iter_mut().for_each(|z| *z -= max);
    }
    exp_in_place(logits);
    let mut total = 0.0f64;
    let mut difference = vec![0.0f32; n_classes];
    for (row, &label) in logits.chunks_exact_mut(n_classes).zip(labels) {
        let sum = row.iter().fold(0.0f32, |sum, e| sum + e);
        let (mut along, mut squares) = (0.0f32, 0.0f64);
        for (j, (p, d)) in row.iter_mut().zip(&mut difference).enumerate() {
            *p /= sum;
            let own = if j == label as usize { 1.0 - smoothing } else { 0.0 };
            *d = *p - own - smoothing / n_classes as f32;
            along += *p * *d;
            squares += f64::from(*d) * f64::from(*d);
        }
        total += 0.5 * squares;
        row.iter_mut().zip(&difference).for_each(|(p, d)| *p *= (d - along) * scale);
    }
    total / labels.len() as f64
}

/// The absolute error, averaged over all outputs; where `gradient` is asked for, `outputs` becomes the gradient of that mean, 0 where an output is exact.
///
/// # Panics
/// When the lengths differ.
pub fn absolute_error(outputs: &mut [f32], targets: &[f32], gradient: bool) -> f64 {
    assert_eq!(outputs.len(), targets.len(), "one output a target");
    let scale = 1.0 / targets.len() as f32;
    let mut total = 0.0f64;
    for (y, &t) in outputs.iter_mut().zip(targets) {
        let d = *y - t;
        total += f64::from(d.abs());
        if gradient {
            *y = if d == 0.0 { 0.0 } else { scale.copysign(d) };
        }
    }
    total / targets.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::kernel::testing::noise;

    #[test]
    fn the_brier_score_is_the_mean_squared_difference_of_probabilities() {
        // Two rows, softmax by hand in double precision: scikit-learn's definition for several classes, halved.
        let z = [1.0f32, -2.0, 0.5, 0.25, 3.0, -1.0];
        let by_hand = |row: &[f32], label: usize| {
            let e: Vec<f64> = row.iter().map(|&z| f64::from(z).exp()).collect();
            let sum: f64 = e.iter().sum();
            e.iter().enumerate().map(|(j, e)| (e / sum - f64::from(u8::from(j == label))).powi(2)).sum::<f64>() / 2.0
        };
        let expected = (by_hand(&z[..3], 0) + by_hand(&z[3..], 2)) / 2.0;
        let found = brier_gradient(&mut z.clone(), &[0, 2], 3, 0.0);
        assert!((found - expected).abs() < 1e-7, "{found} for {expected}");
    }

    #[test]
    fn gradients_agree_with_differences() {
        for (n, classes, smoothing) in [(1, 2, 0.0), (5, 10, 0.1), (3, 1, 0.0)] {
            let z = noise(n as u64, n * classes);
            let labels: Vec<u32> = (0..n).map(|i| (i * 7 % classes) as u32).collect();
            let mut gradient = z.clone();
            let _ = brier_gradient(&mut gradient, &labels, classes, smoothing);
            for i in 0..z.len() {
                let at = |h: f32| {
                    let mut z = z.clone();
                    z[i] += h;
                    brier_gradient(&mut z, &labels, classes, smoothing)
                };
                let slope = (at(0.01) - at(-0.01)) / 0.02;
                assert!((slope - f64::from(gradient[i])).abs() < 5e-5, "{slope} for {}", gradient[i]);
            }
        }
        let mut outputs = [1.0f32, -2.0, 0.5, 3.0];
        let loss = absolute_error(&mut outputs, &[0.0, 0.0, 0.5, 4.0], true);
        assert_eq!((loss, outputs), (1.0, [0.25, -0.25, 0.0, -0.25]));
    }
}
