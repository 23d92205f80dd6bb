//! Bayesian comparisons with a region of practical equivalence (Benavoli et al. 2017, arXiv:1606.04316).
//!
//! Differences are `d = x - y`: *left* is `d < -rope`, *right* is `d > rope`.

mod correlated_t;
mod sign;
mod signed_rank;

pub use correlated_t::{CorrelatedT, correlated_t};
pub use sign::bayes_sign;
pub use signed_rank::{PriorPlace, bayes_signed_rank};

use crate::error::StatError;

/// Posterior probabilities; they add up to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Posterior {
    /// That `y` is practically larger.
    pub p_left: f64,
    /// That the two are practically equivalent.
    pub p_rope: f64,
    /// That `x` is practically larger.
    pub p_right: f64,
}

pub(crate) fn check_rope(rope: f64) -> Result<(), StatError> {
    if rope.is_finite() && rope >= 0.0 {
        Ok(())
    } else {
        Err(StatError::Parameter { parameter: "rope", found: rope, allowed: "a finite half-width of at least 0" })
    }
}

pub(crate) fn check_strength(strength: f64) -> Result<(), StatError> {
    if strength > 0.0 && strength.is_finite() {
        Ok(())
    } else {
        Err(StatError::Parameter { parameter: "strength", found: strength, allowed: "a finite number above 0" })
    }
}

impl Posterior {
    /// Without a region, its probability is shared out over the two sides in proportion.
    pub(crate) fn without_rope_if(self, without: bool) -> Self {
        let sides = self.p_left + self.p_right;
        if !without {
            self
        } else if sides > 0.0 {
            Self { p_left: self.p_left / sides, p_rope: 0.0, p_right: self.p_right / sides }
        } else {
            Self { p_left: 0.5, p_rope: 0.0, p_right: 0.5 }
        }
    }
}

/// Counts which of three masses is largest in each draw; a tie is shared.
pub(crate) fn winners(draws: &[[f64; 3]]) -> Posterior {
    let mut wins = [0.0; 3];
    for draw in draws {
        let largest = draw[0].max(draw[1]).max(draw[2]);
        let n_largest = draw.iter().filter(|mass| **mass == largest).count() as f64;
        for (win, mass) in wins.iter_mut().zip(draw) {
            if *mass == largest {
                *win += 1.0 / n_largest;
            }
        }
    }
    let n = draws.len() as f64;
    Posterior { p_left: wins[0] / n, p_rope: wins[1] / n, p_right: wins[2] / n }
}
