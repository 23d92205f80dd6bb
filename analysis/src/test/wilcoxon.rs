//! Wilcoxon's signed-rank test (1945), exact given the observed midranks.
//!
//! `W+` is the sum of the ranks of `|d|` over the positive differences `d = x - y`. Under the null every sign is fair, so its exact
//! law is the convolution of two-point laws; with midranks doubled to integers a dynamic programme over sums gives it in
//! `O(n^3)`, ties and zeros included. Every term is positive, so a tail of 1e-17 keeps its relative accuracy.

use super::tails::Tails;
use super::{midranks, rank};
use crate::distribution::normal_sf;
use crate::error::StatError;
use crate::sample::Pairs;

/// What becomes of zero differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZeroMethod {
    /// They are dropped before ranking (Wilcoxon).
    Wilcox,
    /// They are ranked, then dropped (Pratt 1959).
    Pratt,
    /// They are ranked, and half of their ranks goes to each side.
    Split,
}

/// How the p-values are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WilcoxonMethod {
    /// Exact up to 400 differences, asymptotic beyond.
    Auto,
    /// Exact given the midranks.
    Exact,
    /// Normal approximation with the variance of the observed ranks.
    Asymptotic {
        /// Moves the statistic by one half towards its mean.
        continuity_correction: bool,
    },
}

/// Result of the test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WilcoxonResult {
    /// Rank sum of the positive differences.
    pub w_plus: f64,
    /// Rank sum of the negative differences.
    pub w_minus: f64,
    /// Smaller of the two.
    pub t_min: f64,
    /// Number of differences ranked.
    pub n_used: usize,
    /// Standardised `w_plus`, without correction; only of the asymptotic method.
    pub z: Option<f64>,
    /// p-values.
    pub tails: Tails,
}

/// Most differences for which `Auto` computes the exact law.
const EXACT_MAX: usize = 400;

/// Runs the test.
///
/// # Errors
/// No nonzero difference.
pub fn wilcoxon(pairs: &Pairs, zeros: ZeroMethod, method: WilcoxonMethod) -> Result<WilcoxonResult, StatError> {
    let kept: Vec<usize> = (0..pairs.len()).filter(|&i| zeros != ZeroMethod::Wilcox || pairs.differences()[i] != 0.0).collect();
    let differences: Vec<f64> = kept.iter().map(|&i| pairs.differences()[i]).collect();
    if differences.iter().all(|&d| d == 0.0) {
        return Err(StatError::Undefined { method: "the Wilcoxon signed-rank test", reason: "there is no nonzero difference" });
    }
    let sizes: Vec<f64> = differences.iter().map(|d| d.abs()).collect();
    let (ranks, _) = midranks(&sizes, |i| 2.0 * pairs.roundings()[kept[i]]);
    let rank_sum =
        |wanted: fn(f64) -> bool| -> f64 { ranks.iter().zip(&differences).filter(|(_, d)| wanted(**d)).map(|(rank, _)| rank).sum() };
    let split = if zeros == ZeroMethod::Split { 0.5 * rank_sum(|d| d == 0.0) } else { 0.0 };
    let (w_plus, w_minus) = (rank_sum(|d| d > 0.0), rank_sum(|d| d < 0.0));
    let signed: Vec<f64> = ranks.iter().zip(&differences).filter(|(_, d)| **d != 0.0).map(|(rank, _)| *rank).collect();
    let exact = match method {
        WilcoxonMethod::Auto => signed.len() <= EXACT_MAX,
        WilcoxonMethod::Exact => true,
        WilcoxonMethod::Asymptotic { .. } => false,
    };
    let (tails, z) = if exact {
        (exact_tails(&signed, w_plus), None)
    } else {
        let correct = matches!(method, WilcoxonMethod::Asymptotic { continuity_correction: true });
        let (tails, z) = asymptotic_tails(&signed, w_plus, correct);
        (tails, Some(z))
    };
    let (w_plus, w_minus) = (w_plus + split, w_minus + split);
    Ok(WilcoxonResult { w_plus, w_minus, t_min: w_plus.min(w_minus), n_used: ranks.len(), z, tails })
}

fn exact_tails(ranks: &[f64], w_plus: f64) -> Tails {
    let doubled: Vec<usize> = ranks.iter().map(|rank| (2.0 * rank) as usize).collect();
    let law = rank::fair_sum_law(&doubled);
    let observed = (2.0 * w_plus) as usize;
    let greater: f64 = law[observed..].iter().rev().sum();
    let less: f64 = law[..=observed].iter().sum();
    Tails::doubled(greater, less)
}

fn asymptotic_tails(ranks: &[f64], w_plus: f64, correct: bool) -> (Tails, f64) {
    let mean = 0.5 * ranks.iter().sum::<f64>();
    let deviation = 0.5 * ranks.iter().map(|rank| rank * rank).sum::<f64>().sqrt();
    let shift = w_plus - mean;
    let step = if correct { 0.5 } else { 0.0 };
    let greater = normal_sf((shift - step) / deviation);
    let less = normal_sf((-shift - step) / deviation);
    (Tails::doubled(greater, less), shift / deviation)
}
