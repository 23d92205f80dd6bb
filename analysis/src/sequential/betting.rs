//! Betting against symmetry: an e-process for paired differences.
//!
//! If neither of a pair is better, the sign `s_i` of a difference is a fair coin given its magnitude and the past. A gambler who stakes the part
//! `lambda w_i` of the wealth on the sign has `W_n = prod (1 + lambda w_i s_i)`, a non-negative martingale, for any `w_i` in `[0, 1]` that is a
//! function of the magnitudes so far. Two kinds are used: `w_i = 1` (the sign test's) and `w_i = rank of |d_i| among |d_1| .. |d_i|, over i` (the
//! signed-rank test's), each with a grid of `lambda`, averaged: a mean of martingales is one. `E+` bets on `+`, `E-` on `-`, and their
//! mean is the two-sided process. By Ville's inequality `P(sup_n E_n >= 1/alpha) <= alpha`, so `1 / max E` is a p-value at any time.
//! A difference of 0 is no bet.
//!
//! Betting as in Waudby-Smith and Ramdas (2024, doi:10.1093/jrsssb/qkad009) and Ramdas et al. (2023, doi:10.1214/23-STS894). The null
//! hypothesis is that of the sign-flip and signed-rank tests. Wealth is kept as a logarithm, so no p-value is 0.

use crate::sample::Pairs;

/// Stakes of the mixture.
const STAKES: [f64; 8] = [0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 0.95];

/// State of the bet after all differences given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Betting {
    /// Natural logarithm of the two-sided e-value now.
    pub log_e: f64,
    /// Anytime-valid two-sided p-value, in `(0, 1]`.
    pub p_two_sided: f64,
    /// Against the alternative that differences are positive.
    pub p_greater: f64,
    /// Against the alternative that differences are negative.
    pub p_less: f64,
    /// Number of differences that are not 0.
    pub n_used: usize,
}

/// Bets on the signs of the differences in their order.
#[must_use]
pub fn sign_betting(pairs: &Pairs) -> Betting {
    let mut wealth = [Wealth::default(), Wealth::default()];
    let mut magnitudes: Vec<f64> = Vec::new();
    let (mut log_e, mut most) = (0.0, [0.0_f64; 3]);
    for &difference in pairs.differences().iter().filter(|d| **d != 0.0) {
        let magnitude = difference.abs();
        let below = magnitudes.partition_point(|m| *m < magnitude);
        let upto = magnitudes.partition_point(|m| *m <= magnitude);
        magnitudes.insert(upto, magnitude);
        let rank = 0.5 * (below + upto) as f64 + 1.0;
        let weights = [1.0, rank / magnitudes.len() as f64];
        let sign = difference.signum();
        wealth[0].bet(weights, sign);
        wealth[1].bet(weights, -sign);
        let (plus, minus) = (wealth[0].log_mean(), wealth[1].log_mean());
        log_e = log_mean_exp(&[plus, minus]);
        for (most, now) in most.iter_mut().zip([log_e, plus, minus]) {
            *most = most.max(now);
        }
    }
    let [p_two_sided, p_greater, p_less] = most.map(p_value);
    Betting { log_e, p_two_sided, p_greater, p_less, n_used: magnitudes.len() }
}

/// Smallest two-sided p-value that `n` differences can give: all of one sign, each larger than the one before.
#[must_use]
pub fn smallest_p(n: usize) -> f64 {
    let mean = |sign: f64| log_mean_exp(&STAKES.map(|stake| n as f64 * libm::log1p(sign * stake)));
    p_value(log_mean_exp(&[mean(1.0), mean(-1.0)]).max(0.0))
}

/// Logarithms of the wealth of each kind of bet and stake.
#[derive(Default)]
struct Wealth([[f64; STAKES.len()]; 2]);

impl Wealth {
    fn bet(&mut self, weights: [f64; 2], sign: f64) {
        for (logs, weight) in self.0.iter_mut().zip(weights) {
            for (log, stake) in logs.iter_mut().zip(STAKES) {
                *log += libm::log1p(stake * weight * sign);
            }
        }
    }

    fn log_mean(&self) -> f64 {
        log_mean_exp(self.0.as_flattened())
    }
}

fn log_mean_exp(logs: &[f64]) -> f64 {
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logs.iter().map(|log| libm::exp(log - most)).sum();
    most + libm::log(sum / logs.len() as f64)
}

fn p_value(log_e: f64) -> f64 {
    libm::exp(-log_e).clamp(f64::MIN_POSITIVE, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Sample;

    fn bet(values: &[f64]) -> Betting {
        sign_betting(&Pairs::from_differences(&Sample::new("d", values).unwrap()))
    }

    /// The expected wealth over all sign patterns of fixed magnitudes is 1: the definition of an e-value.
    #[test]
    fn the_expected_wealth_is_one() {
        let magnitudes = [0.3, 2.0, 1.1, 1.1, 0.7, 5.0, 0.2, 1.0, 0.9, 0.8];
        let n = magnitudes.len();
        let total: f64 = (0..1_u32 << n)
            .map(|signs| {
                let values: Vec<f64> = (0..n).map(|i| if signs >> i & 1 == 1 { magnitudes[i] } else { -magnitudes[i] }).collect();
                bet(&values).log_e.exp()
            })
            .sum();
        assert!((total / f64::from(1 << n) - 1.0).abs() < 1e-12, "{total}");
    }

    #[test]
    fn signs_are_mirrored_and_zeros_are_no_bet() {
        let (a, b) = (bet(&[1.0, 0.0, 2.0, -0.5, 3.0]), bet(&[-1.0, -2.0, 0.5, -3.0]));
        assert_eq!((a.p_two_sided, a.p_greater, a.p_less, a.n_used), (b.p_two_sided, b.p_less, b.p_greater, 4));
        assert_eq!(bet(&[0.0, 0.0]).p_two_sided, 1.0);
    }

    #[test]
    fn the_smallest_p_is_reached_and_never_zero() {
        let rising: Vec<f64> = (1..=20).map(f64::from).collect();
        assert!((bet(&rising).p_two_sided / smallest_p(20) - 1.0).abs() < 1e-12);
        assert!(smallest_p(6) > 0.05 && smallest_p(12) < 0.01, "{} {}", smallest_p(6), smallest_p(12));
        assert!(smallest_p(1_000_000) > 0.0);
    }
}
