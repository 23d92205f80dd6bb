//! Bayesian sign test: a Dirichlet posterior of the masses left of, inside and right of the region (Benavoli et al. 2014).

use super::{Posterior, check_rope, check_strength, winners};
use crate::error::StatError;
use crate::resample::{Resampler, Stream};
use crate::sample::Pairs;

/// Probability that each of the three masses is the largest; the prior puts a mass of `strength` on the region.
///
/// Without a region (`rope` of 0) a zero difference counts inside, and the two sides share all probability.
///
/// # Errors
/// A negative or infinite `rope`; a `strength` that is not positive.
pub fn bayes_sign(pairs: &Pairs, rope: f64, strength: f64, resampler: Resampler) -> Result<Posterior, StatError> {
    check_rope(rope)?;
    check_strength(strength)?;
    let (mut left, mut inside, mut right) = (0_usize, 0_usize, 0_usize);
    for (&d, &rounding) in pairs.differences().iter().zip(pairs.roundings()) {
        if d > rope + rounding {
            right += 1;
        } else if d < -rope - rounding {
            left += 1;
        } else {
            inside += 1;
        }
    }
    let draws = resampler.run(
        || (),
        |(), seed, resample| {
            let mut stream = Stream::new(seed, resample, 0);
            let mut mass = |n: usize| if n == 0 { 0.0 } else { stream.gamma(n as f64) };
            let (left, right) = (mass(left), mass(right));
            [left, stream.gamma(inside as f64 + strength), right]
        },
    );
    Ok(winners(&draws).without_rope_if(rope == 0.0))
}
