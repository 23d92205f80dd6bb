//! Curvatures and variances of a quadratic: a list, or a named law.

use crate::sim::spec::{SpecError, within};
use serde::{Deserialize, Serialize};

/// The curvatures `h_i`, largest first where a law gives them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Spectrum {
    /// Each curvature.
    List(Vec<f64>),
    /// A law over `i = 1 ... dimension`.
    Law(Law),
}

/// A named law of curvatures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Law {
    /// The law.
    pub law: LawKind,
    /// Number of coordinates.
    pub dimension: usize,
    /// Ratio of the largest curvature to the smallest; `inverse` has its own, the dimension.
    pub condition_number: f64,
    /// The largest curvature.
    pub largest: f64,
}

impl Default for Law {
    fn default() -> Self {
        Self { law: LawKind::Inverse, dimension: 50, condition_number: 100.0, largest: 1.0 }
    }
}

/// The laws, with `k` the condition number and `d` the dimension, for largest curvature 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LawKind {
    /// `h_i = 1 / i` (Zhang et al. 2019).
    Inverse,
    /// `h_i = k^(-(i - 1) / (d - 1))`.
    Geometric,
    /// Evenly from 1 down to `1 / k`.
    Linear,
    /// The first tenth (at least one) at 1, the others at `1 / k`: a few outliers over a bulk, as in networks' Hessians (Sagun et al. 2017, arXiv:1706.04454).
    Outliers,
}

impl Spectrum {
    /// Every curvature.
    ///
    /// # Errors
    /// Dimensions and curvatures outside their range.
    pub fn curvatures(&self) -> Result<Vec<f64>, SpecError> {
        let list = match self {
            Self::List(list) => list.clone(),
            Self::Law(law) => law.curvatures()?,
        };
        within("task.spectrum, number of curvatures", list.len() as f64, 1.0, 1e6)?;
        for &h in &list {
            within("task.spectrum", h, 1e-12, 1e12)?;
        }
        Ok(list)
    }
}

impl Law {
    fn curvatures(&self) -> Result<Vec<f64>, SpecError> {
        within("task.spectrum.dimension", self.dimension as f64, 1.0, 1e6)?;
        within("task.spectrum.condition_number", self.condition_number, 1.0, 1e12)?;
        within("task.spectrum.largest", self.largest, 1e-9, 1e9)?;
        let last = (self.dimension - 1).max(1) as f64;
        let n_outliers = self.dimension.div_ceil(10);
        let smallest = 1.0 / self.condition_number;
        let at = |i: usize| match self.law {
            LawKind::Inverse => 1.0 / (i + 1) as f64,
            LawKind::Geometric => libm::pow(smallest, i as f64 / last),
            LawKind::Linear => (i as f64 / last).mul_add(smallest - 1.0, 1.0),
            LawKind::Outliers => {
                if i < n_outliers {
                    1.0
                } else {
                    smallest
                }
            }
        };
        Ok((0..self.dimension).map(|i| self.largest * at(i)).collect())
    }
}

/// A variance of each coordinate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Variances {
    /// The same in every coordinate.
    Same(f64),
    /// Each coordinate's own.
    List(Vec<f64>),
    /// In proportion to the curvature.
    Proportional(Proportional),
}

/// In proportion to the curvature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proportional {
    /// Variance over curvature.
    pub proportional: f64,
}

impl Variances {
    /// The variance of every coordinate.
    ///
    /// # Errors
    /// Negative or huge variances, a list of another length than the spectrum's.
    pub fn resolve(&self, name: &str, curvatures: &[f64]) -> Result<Vec<f64>, SpecError> {
        let at = format!("task.{name}");
        let list = match self {
            Self::Same(v) => vec![*v; curvatures.len()],
            Self::List(list) if list.len() == curvatures.len() => list.clone(),
            Self::List(list) => {
                let allowed = format!("{}, one for each curvature", curvatures.len());
                return Err(SpecError::new(at, format!("{} values", list.len()), allowed));
            }
            Self::Proportional(p) => curvatures.iter().map(|h| h * p.proportional).collect(),
        };
        list.iter().try_for_each(|&v| within(&at, v, 0.0, 1e12))?;
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn laws_reach_their_ends() {
        for law in [LawKind::Geometric, LawKind::Linear, LawKind::Outliers] {
            let law = Law { law, dimension: 20, condition_number: 50.0, largest: 3.0 };
            let h = Spectrum::Law(law).curvatures().expect("valid");
            assert_eq!((h.len(), h[0]), (20, 3.0));
            assert!((h[19] - 0.06).abs() < 1e-12, "{}", h[19]);
            assert!(h.windows(2).all(|w| w[0] >= w[1]));
        }
        let h = Spectrum::Law(Law { dimension: 4, ..Law::default() }).curvatures().expect("valid");
        assert_eq!(h, [1.0, 0.5, 1.0 / 3.0, 0.25]);
    }

    #[test]
    fn lists_must_fit_the_spectrum() {
        let error = Variances::List(vec![1.0, 2.0]).resolve("noise", &[1.0; 3]).expect_err("too short");
        assert_eq!(error.to_string(), "task.noise: found 2 values; allowed: 3, one for each curvature");
        let proportional = Variances::Proportional(Proportional { proportional: 0.5 });
        assert_eq!(proportional.resolve("noise", &[4.0, 2.0]).expect("valid"), [2.0, 1.0]);
    }
}
