//! Sign-flip test of the mean of stratum means, studentized within the strata.
//!
//! `T = sum_k m_k / sqrt(sum_k s_k^2 / n_k)` with mean, variance and size of the differences of each stratum. Where each difference is as likely as its
//! negative, every arrangement of signs is as likely, and the test is exact for any statistic. Studentizing makes it one of the mean of the strata's means even
//! where these differ: the spread between strata, which flips of the plain mean take for noise, drops out of `T` (Janssen 1997,
//! doi:10.1016/S0167-7152(97)00043-6; Hemerik, Goeman and Finos 2020, doi:10.1111/rssb.12369). With one stratum it is the test of the plain mean.

use super::{FlipLaw, SignFlip, Tails};
use crate::distribution::normal_sf;
use crate::error::StatError;
use crate::estimate::mean_of;
use crate::resample::{LARGE, Resampler, Stream};
use crate::sample::Strata;

/// Most differences for which every arrangement is visited.
const EXACT_MAX: usize = 16;

/// Runs the test: exact up to 16 differences, sampled beyond, normal for a [`LARGE`] sample. With only zero differences every p-value is 1.
///
/// # Errors
/// A stratum with fewer than two differences.
pub fn stratified_sign_flip(strata: &Strata, resampler: Resampler) -> Result<SignFlip, StatError> {
    if let Some(group) = (0..strata.n_groups()).find(|&group| strata.group(group).len() < 2) {
        let sample = format!("group {group}");
        return Err(StatError::TooFew { sample, found: strata.group(group).len(), allowed: 2, method: "a studentized sign-flip test" });
    }
    let groups: Vec<Group<'_>> = strata.groups().map(|d| Group { d, squares: d.iter().map(|x| x * x).sum() }).collect();
    let n = strata.values().len();
    let mean_difference = mean_of(&strata.means());
    let observed = statistic(&groups, |_| false);
    let tails_of = |found: &[f64], counted: f64| {
        let slack = 1e-12 * if observed.is_finite() { observed.abs() } else { 0.0 };
        let total = found.len() as f64 + counted;
        let p = |hit: &dyn Fn(f64) -> bool| (found.iter().filter(|t| hit(**t)).count() as f64 + counted) / total;
        Tails {
            p_two_sided: p(&|t| t.abs() >= observed.abs() - slack),
            p_greater: p(&|t| t >= observed - slack),
            p_less: p(&|t| t <= observed + slack),
        }
    };
    let (law, n_arrangements, tails) = if n > LARGE {
        (FlipLaw::Normal, f64::INFINITY, Tails::doubled(normal_sf(observed), normal_sf(-observed)))
    } else if n <= EXACT_MAX {
        let found: Vec<f64> = (0..1_u64 << n).map(|signs| statistic(&groups, |i| signs >> i & 1 == 1)).collect();
        (FlipLaw::Exact, found.len() as f64, tails_of(&found, 0.0))
    } else {
        let found = resampler.run(
            || vec![0_u64; n.div_ceil(64)],
            |signs, seed, resample| {
                let mut stream = Stream::new(seed, resample, 0);
                signs.iter_mut().for_each(|word| *word = stream.next());
                statistic(&groups, |i| signs[i / 64] >> (i % 64) & 1 == 1)
            },
        );
        (FlipLaw::Sampled, found.len() as f64 + 1.0, tails_of(&found, 1.0))
    };
    Ok(SignFlip { mean_difference, n_arrangements, law, tails })
}

/// The differences of a stratum and the sum of their squares, which no flip changes.
struct Group<'a> {
    d: &'a [f64],
    squares: f64,
}

/// `T` with the signs of some differences turned; they are counted through all strata.
fn statistic(groups: &[Group<'_>], is_turned: impl Fn(usize) -> bool) -> f64 {
    let (mut total, mut spread, mut from) = (0.0, 0.0, 0);
    for group in groups {
        let n = group.d.len() as f64;
        let sum: f64 = group.d.iter().enumerate().map(|(i, d)| if is_turned(from + i) { -d } else { *d }).sum();
        total += sum / n;
        spread += ((group.squares - sum * sum / n) / (n - 1.0)).max(1e-15 * group.squares) / n;
        from += group.d.len();
    }
    if spread > 0.0 { total / spread.sqrt() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Pairs;
    use crate::sample::Sample;
    use crate::test::{SignFlipMethod, sign_flip};

    fn strata(groups: &[Vec<f64>]) -> Strata {
        Strata::new("differences", groups).expect("finite")
    }

    #[test]
    fn one_stratum_is_the_test_of_the_plain_mean() {
        let d = vec![0.3, -0.1, 0.7, 0.2, -0.4, 0.9, 0.5, 0.05];
        let plain = sign_flip(&Pairs::from_differences(&Sample::new("d", d.clone()).expect("finite")), SignFlipMethod::Exact).expect("few");
        let found = stratified_sign_flip(&strata(&[d]), Resampler::new(10, 1).expect("good")).expect("enough");
        assert_eq!((found.law, found.tails), (FlipLaw::Exact, plain.tails));
    }

    #[test]
    fn strata_of_unlike_means_do_not_hide_a_difference() {
        // Every seed of the first stratum is better by about 10, of the second worse by about 9.
        let noise = [0.1, -0.2, 0.05, 0.15, -0.1, -0.05, 0.2, -0.15];
        let groups = [noise.map(|e| 10.0 + e).to_vec(), noise.map(|e| e - 9.0).to_vec()];
        let found = stratified_sign_flip(&strata(&groups), Resampler::new(10_000, 1).expect("good")).expect("enough");
        assert!(found.tails.p_two_sided < 1e-3, "{:?}", found.tails);
        let all: Vec<f64> = groups.concat();
        let plain = sign_flip(&Pairs::from_differences(&Sample::new("d", all).expect("finite")), SignFlipMethod::Exact).expect("few");
        assert!(plain.tails.p_two_sided > 0.5, "{:?}", plain.tails);
    }

    #[test]
    fn zeros_are_no_evidence_and_one_seed_is_refused() {
        let found = stratified_sign_flip(&strata(&[vec![0.0; 20], vec![0.0; 20]]), Resampler::new(100, 1).expect("good")).expect("enough");
        assert_eq!((found.tails.p_two_sided, found.tails.p_greater, found.tails.p_less), (1.0, 1.0, 1.0));
        stratified_sign_flip(&strata(&[vec![1.0, 2.0], vec![1.0]]), Resampler::new(100, 1).expect("good"))
            .expect_err("one seed has no spread");
    }

    #[test]
    fn p_values_are_uniform_where_nothing_differs() {
        let mut stream = Stream::new(7, 0, 0);
        let mut normal = || (0..12).map(|_| (stream.next() >> 11) as f64 / (1_u64 << 53) as f64).sum::<f64>() - 6.0;
        let p: Vec<f64> = (0..400)
            .map(|_| {
                let groups: Vec<Vec<f64>> = (1..5).map(|k| (0..8).map(|_| f64::from(k) * normal()).collect()).collect();
                stratified_sign_flip(&strata(&groups), Resampler::new(199, 3).expect("good")).expect("enough").tails.p_two_sided
            })
            .collect();
        // Binomial: 20 expected at or below 0.05 with standard deviation 4.4, 200 at or below 0.5 with 10.
        let at_most = |level: f64| p.iter().filter(|p| **p <= level).count() as f64;
        assert!((at_most(0.05) - 20.0).abs() < 14.0 && (at_most(0.5) - 200.0).abs() < 33.0, "{} {}", at_most(0.05), at_most(0.5));
    }
}
