//! Changes of the inputs, for training and held-out data alike (covariate shift): an affine map of all, normal noise on each, a scale of
//! each feature, a permutation of features (permuted images: Goodfellow et al. 2014, arXiv:1312.6211; Dohare et al. 2024,
//! doi:10.1038/s41586-024-07711-7).

use super::label_permutation::cycle;
use super::mixture::{Growth, chosen};
use super::{Alteration, AlterationSpec, Batch, Touches};
use crate::sim::kernel::normal;
use crate::sim::rng::{Generator, SeedKey, uniform};
use crate::sim::spec::{SpecError, within};
use serde::{Deserialize, Serialize};

/// Settings of an affine change: `x <- scale x + offset`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Affine {
    /// Factor at full strength.
    scale: f64,
    /// Offset at full strength, after the factor.
    offset: f64,
    /// Whether a strength below 1 changes some examples in full, or all by less.
    growth: Growth,
}

impl Default for Affine {
    fn default() -> Self {
        Self { scale: -1.0, offset: 1.0, growth: Growth::Mixture }
    }
}

impl Alteration for Affine {
    fn touches(&self) -> Touches {
        Touches::DATA
    }

    fn data(&self, strength: f64, _fixed: SeedKey, draws: &mut Generator, batch: &mut Batch<'_>) {
        for row in batch.inputs.chunks_exact_mut(batch.n_features.max(1)) {
            let degree = self.growth.degree(strength, draws);
            let (scale, offset) = (degree.mul_add(self.scale - 1.0, 1.0) as f32, (degree * self.offset) as f32);
            if degree > 0.0 {
                row.iter_mut().for_each(|x| *x = scale.mul_add(*x, offset));
            }
        }
    }
}

impl AlterationSpec for Affine {
    const NAME: &'static str = "input-affine";
    const SUMMARY: &'static str = "every input is scaled and shifted (by default, inverted)";

    fn check(&self) -> Result<(), SpecError> {
        within("scale", self.scale, -1e6, 1e6)?;
        within("offset", self.offset, -1e6, 1e6)
    }
}

/// Settings of input noise: `x <- x + deviation z`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct InputNoise {
    /// Standard deviation at full strength, in units of the scaled inputs.
    deviation: f64,
    /// Whether a strength below 1 changes some examples in full, or all by less.
    growth: Growth,
}

impl Default for InputNoise {
    fn default() -> Self {
        Self { deviation: 0.3, growth: Growth::Mixture }
    }
}

impl Alteration for InputNoise {
    fn touches(&self) -> Touches {
        Touches::DATA
    }

    fn data(&self, strength: f64, _fixed: SeedKey, draws: &mut Generator, batch: &mut Batch<'_>) {
        for row in batch.inputs.chunks_exact_mut(batch.n_features.max(1)) {
            let deviation = self.growth.degree(strength, draws) * self.deviation;
            if deviation > 0.0 {
                row.iter_mut().for_each(|x| *x += (deviation * normal::one(draws)) as f32);
            }
        }
    }
}

impl AlterationSpec for InputNoise {
    const NAME: &'static str = "input-noise";
    const SUMMARY: &'static str = "normal noise is added to every input";

    fn check(&self) -> Result<(), SpecError> {
        within("deviation", self.deviation, 0.0, 1e6)
    }
}

/// Settings of a feature scale: feature `j` times `factor^{u_j}`, `u_j` uniform in [-1, 1) and fixed over the episode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FeatureScale {
    /// Largest factor at full strength.
    factor: f64,
    /// Whether a strength below 1 changes some examples in full, or all by less.
    growth: Growth,
}

impl Default for FeatureScale {
    fn default() -> Self {
        Self { factor: 4.0, growth: Growth::Mixture }
    }
}

impl Alteration for FeatureScale {
    fn touches(&self) -> Touches {
        Touches::DATA
    }

    fn data(&self, strength: f64, fixed: SeedKey, draws: &mut Generator, batch: &mut Batch<'_>) {
        let n = batch.n_features.max(1);
        let mut own = fixed.at(0);
        let exponents: Vec<f64> = (0..n).map(|_| 2.0f64.mul_add(uniform(&mut own), -1.0)).collect();
        // The degree is the same for all altered examples.
        let degree = if self.growth == Growth::Degree { strength } else { 1.0 };
        let factors: Vec<f32> = exponents.iter().map(|u| libm::pow(self.factor, degree * u) as f32).collect();
        for row in batch.inputs.chunks_exact_mut(n) {
            if self.growth.degree(strength, draws) > 0.0 {
                row.iter_mut().zip(&factors).for_each(|(x, f)| *x *= f);
            }
        }
    }
}

impl AlterationSpec for FeatureScale {
    const NAME: &'static str = "feature-scale";
    const SUMMARY: &'static str = "every feature is multiplied by a factor of its own";

    fn check(&self) -> Result<(), SpecError> {
        within("factor", self.factor, 1.0, 1e6)
    }
}

/// Settings of a feature permutation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FeaturePermutation {
    /// Share of the features that change places.
    fraction: f64,
}

impl Default for FeaturePermutation {
    fn default() -> Self {
        Self { fraction: 1.0 }
    }
}

impl Alteration for FeaturePermutation {
    fn touches(&self) -> Touches {
        Touches::DATA
    }

    fn data(&self, strength: f64, fixed: SeedKey, draws: &mut Generator, batch: &mut Batch<'_>) {
        let n = batch.n_features.max(1);
        let to = cycle(n, libm::rint(self.fraction * n as f64) as usize, fixed);
        let mut scratch = vec![0.0; n];
        for row in batch.inputs.chunks_exact_mut(n) {
            if chosen(strength, draws) {
                scratch.copy_from_slice(row);
                to.iter().zip(&scratch).for_each(|(&j, &x)| row[j] = x);
            }
        }
    }
}

impl AlterationSpec for FeaturePermutation {
    const NAME: &'static str = "feature-permutation";
    const SUMMARY: &'static str = "features (pixels) change places";

    fn check(&self) -> Result<(), SpecError> {
        within("fraction", self.fraction, 0.0, 1.0)
    }
}
