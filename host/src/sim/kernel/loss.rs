//! Losses of a batch and their gradients, and the sum over the rows of a matrix.
//!
//! Softmax cross-entropy with label smoothing (Szegedy et al. 2016, arXiv:1512.00567, PyTorch's convention): the target of a row with label y is
//! `q_j = (1 - s) [j = y] + s / C`, the loss `- sum_j q_j log p_j` averaged over the rows, its gradient in the logits `(p - q) / n`.
//! Rows are added in ascending order, the losses of rows in double precision.

use super::elementary::exp_in_place;
use crate::kernel;

/// Mean loss and number of rows classified correctly (the first largest logit is the answer).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Classified {
    /// Mean cross-entropy over the rows.
    pub loss: f64,
    /// Rows whose largest logit is the label's.
    pub n_correct: usize,
}

/// Cross-entropy of `labels.len()` rows of `n_classes` logits, replaced by the gradient of the mean loss.
///
/// # Panics
/// When the lengths do not fit or a label is not a class.
pub fn cross_entropy_gradient(logits: &mut [f32], labels: &[u32], n_classes: usize, smoothing: f32) -> f64 {
    assert_eq!(logits.len(), labels.len() * n_classes, "one row of logits a label");
    let n = labels.len();
    let scale = 1.0 / n as f32;
    let (uniform, own) = (smoothing / n_classes as f32, 1.0 - smoothing);
    let mut total = 0.0f64;
    // `- sum_j q_j z_j` is taken before the exponentials overwrite the logits.
    for (row, &label) in logits.chunks_exact_mut(n_classes).zip(labels) {
        total += f64::from(centre(row, label as usize, own, uniform));
    }
    exp_in_place(logits);
    for (row, &label) in logits.chunks_exact_mut(n_classes).zip(labels) {
        let sum = row.iter().fold(0.0f32, |sum, e| sum + e);
        total += f64::from(libm::logf(sum));
        let (factor, shift) = (scale / sum, -uniform * scale);
        for e in row.iter_mut() {
            *e = e.mul_add(factor, shift);
        }
        row[label as usize] -= own * scale;
    }
    total / n as f64
}

/// Subtracts the largest entry of a row; returns `- sum_j q_j z_j` of what is left.
#[inline(always)]
fn centre(row: &mut [f32], label: usize, own: f32, uniform: f32) -> f32 {
    let max = row.iter().fold(f32::NEG_INFINITY, |max, &z| if z > max { z } else { max });
    row.iter_mut().for_each(|z| *z -= max);
    let mut linear = own * row[label];
    if uniform > 0.0 {
        linear = uniform.mul_add(row.iter().fold(0.0f32, |sum, z| sum + z), linear);
    }
    -linear
}

/// Cross-entropy and accuracy of `labels.len()` rows of `n_classes` logits, without smoothing; the logits are used up. Each row's answer (none where it is no
/// number) and label are told to `seen`.
///
/// # Panics
/// When the lengths do not fit or a label is not a class.
pub fn cross_entropy(logits: &mut [f32], labels: &[u32], n_classes: usize, mut seen: impl FnMut(Option<usize>, u32)) -> Classified {
    assert_eq!(logits.len(), labels.len() * n_classes, "one row of logits a label");
    let (mut total, mut n_correct) = (0.0f64, 0);
    for (row, &label) in logits.chunks_exact_mut(n_classes).zip(labels) {
        total += f64::from(centre(row, label as usize, 1.0, 0.0));
        // After centring, the first 0 is the answer.
        let answer = row.iter().position(|&z| z == 0.0);
        seen(answer, label);
        n_correct += usize::from(answer == Some(label as usize));
    }
    exp_in_place(logits);
    for row in logits.chunks_exact(n_classes) {
        total += f64::from(libm::logf(row.iter().fold(0.0f32, |sum, e| sum + e)));
    }
    Classified { loss: total / labels.len() as f64, n_correct }
}

/// Half the squared error, averaged over all outputs; where `gradient` is asked for, `outputs` becomes the gradient of that mean.
///
/// # Panics
/// When the lengths differ.
pub fn squared_error(outputs: &mut [f32], targets: &[f32], gradient: bool) -> f64 {
    assert_eq!(outputs.len(), targets.len(), "one output a target");
    let scale = 1.0 / targets.len() as f32;
    let mut total = 0.0f64;
    for (y, &t) in outputs.iter_mut().zip(targets) {
        let d = *y - t;
        total += 0.5 * f64::from(d) * f64::from(d);
        if gradient {
            *y = d * scale;
        }
    }
    total / targets.len() as f64
}

kernel! {
    /// Adds the rows of `matrix`, each of `out.len()` entries, in ascending order into `out` (overwritten): the gradient of a bias.
    pub fn column_sums(matrix: &[f32], out: &mut [f32]) {
        out.fill(0.0);
        for row in matrix.chunks_exact(out.len()) {
            for (sum, &x) in out.iter_mut().zip(row) {
                *sum += x;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::kernel::testing::{noise, same_bits};

    #[test]
    fn cross_entropy_is_pytorchs() {
        // torch.nn.functional.cross_entropy(z, y, label_smoothing=s) in double precision.
        let z = [1.0f32, -2.0, 0.5, 0.25, 3.0, -1.0];
        let y = [0, 2];
        for (smoothing, expected) in [(0.0, 2.291_816_551_873_192), (0.1, 2.262_649_885_206_525)] {
            let found = cross_entropy_gradient(&mut z.clone(), &y, 3, smoothing);
            assert!((found - expected).abs() < 3e-7, "{found} for {expected}");
        }
        let plain = cross_entropy(&mut z.clone(), &y, 3, |_, _| ());
        assert!((plain.loss - 2.291_816_551_873_192).abs() < 3e-7 && plain.n_correct == 1, "{plain:?}");
    }

    #[test]
    fn gradients_agree_with_differences() {
        for (n, classes, smoothing) in [(1, 2, 0.0), (5, 10, 0.1), (7, 33, 0.5), (3, 1, 0.0)] {
            let z = noise(n as u64, n * classes);
            let labels: Vec<u32> = (0..n).map(|i| (i * 7 % classes) as u32).collect();
            let mut gradient = z.clone();
            let _ = cross_entropy_gradient(&mut gradient, &labels, classes, smoothing);
            for i in 0..z.len() {
                let at = |h: f32| {
                    let mut z = z.clone();
                    z[i] += h;
                    cross_entropy_gradient(&mut z, &labels, classes, smoothing)
                };
                let slope = (at(0.01) - at(-0.01)) / 0.02;
                assert!((slope - f64::from(gradient[i])).abs() < 5e-5, "{slope} for {}", gradient[i]);
            }
        }
        let (y, t) = (noise(1, 9), noise(2, 9));
        let mut gradient = y.clone();
        let loss = squared_error(&mut gradient, &t, true);
        let by_hand: f64 = y.iter().zip(&t).map(|(y, t)| 0.5 * f64::from(y - t) * f64::from(y - t)).sum::<f64>() / 9.0;
        assert!((loss - by_hand).abs() < 1e-12);
        assert!(gradient.iter().zip(y.iter().zip(&t)).all(|(g, (y, t))| (g - (y - t) / 9.0).abs() < 1e-7));
    }

    #[test]
    fn what_is_not_a_number_is_seen() {
        assert!(cross_entropy_gradient(&mut [f32::NAN, 0.0], &[1], 2, 0.0).is_nan());
        assert!(cross_entropy(&mut [f32::INFINITY, 0.0], &[1], 2, |_, _| ()).loss.is_nan());
        assert!(cross_entropy(&mut [f32::NAN, f32::NAN], &[1], 2, |_, _| ()).loss.is_nan());
    }

    #[test]
    fn every_width_gives_the_same_bits() {
        let labels: Vec<u32> = (0..31).map(|i| i % 11).collect();
        let z = noise(4, 31 * 11);
        same_bits("cross-entropy", || {
            let mut gradient = z.clone();
            let loss = cross_entropy_gradient(&mut gradient, &labels, 11, 0.05);
            let mut sums = vec![0.0; 11];
            column_sums(&gradient, &mut sums);
            gradient.extend(sums);
            gradient.extend([loss as f32, cross_entropy(&mut z.clone(), &labels, 11, |_, _| ()).loss as f32]);
            gradient
        });
    }
}
