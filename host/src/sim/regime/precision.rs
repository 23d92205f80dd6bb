//! Rounding of the gradient to a narrow floating-point format: `q rint(g / q)`, `q = 2^(max(e, e_min) - p)` with `e` the exponent of `g`, so that small values
//! become subnormal and then 0; beyond the largest number of the format the largest stays. Stochastic rounding takes the upper neighbour with probability
//! equal to the distance from the lower (Gupta et al. 2015, arXiv:1502.02551). At strength `s` below 1 each coordinate is rounded with probability `s`.

use super::{Alteration, AlterationSpec, Touches};
use crate::sim::real::VectorMut;
use crate::sim::rng::{Generator, SeedKey, uniform};
use crate::sim::spec::SpecError;
use serde::{Deserialize, Serialize};

/// A floating-point format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Format {
    /// 8 exponent bits, 7 mantissa bits.
    #[default]
    Bf16,
    /// 5 exponent bits, 10 mantissa bits.
    Fp16,
    /// 4 exponent bits, 3 mantissa bits, without infinities (OCP's E4M3).
    Fp8,
}

impl Format {
    /// Mantissa bits, smallest normal exponent, largest number.
    const fn constants(self) -> (i32, i32, f64) {
        match self {
            Self::Bf16 => (7, -126, 3.389_531_389_251_535_5e38),
            Self::Fp16 => (10, -14, 65504.0),
            Self::Fp8 => (3, -6, 448.0),
        }
    }

    /// `x` rounded; `above` in [0, 1) for stochastic rounding, `None` for the nearest, ties to even.
    fn round(self, x: f64, above: Option<f64>) -> f64 {
        if x == 0.0 || !x.is_finite() {
            return x;
        }
        let (mantissa, exponent_min, largest) = self.constants();
        let shift = libm::ilogb(x).max(exponent_min) - mantissa;
        let units = libm::scalbn(x, -shift);
        let whole = above.map_or_else(|| libm::rint(units), |u| libm::floor(units + u));
        libm::scalbn(whole, shift).clamp(-largest, largest)
    }
}

/// Settings of low precision.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LowPrecision {
    /// The format: `bf16`, `fp16` or `fp8`.
    format: Format,
    /// Whether rounding is stochastic.
    stochastic: bool,
}

impl Alteration for LowPrecision {
    fn touches(&self) -> Touches {
        Touches::GRADIENT
    }

    fn gradient(&self, strength: f64, _fixed: SeedKey, draws: &mut Generator, gradient: &mut VectorMut<'_>) {
        gradient.map(|_, g| {
            if strength < 1.0 && uniform(draws) >= strength {
                return g;
            }
            let above = self.stochastic.then(|| uniform(draws));
            self.format.round(g, above)
        });
    }
}

impl AlterationSpec for LowPrecision {
    const NAME: &'static str = "low-precision";
    const SUMMARY: &'static str = "the gradient is rounded to bf16, fp16 or fp8, to the nearest or stochastically";

    fn check(&self) -> Result<(), SpecError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_that_of_the_formats() {
        // torch.tensor(x, dtype=torch.float64).to(bfloat16 / float16 / float8_e4m3fn).item(), torch 2.15.
        let cases = [
            (Format::Bf16, 1.003_906_25, 1.0),
            (Format::Bf16, 1.011_718_75, 1.015_625),
            (Format::Bf16, std::f64::consts::PI, 3.140_625),
            (Format::Bf16, -1e-3, -0.000_999_450_683_593_75),
            (Format::Fp16, 0.1, 0.099_975_585_937_5),
            (Format::Fp16, 1e-7, 1.192_092_895_507_812_5e-7),
            (Format::Fp16, 2e-8, 0.0),
            (Format::Fp16, -2049.0, -2048.0),
            (Format::Fp8, 0.3, 0.3125),
            (Format::Fp8, 300.0, 288.0),
        ];
        for (format, x, expected) in cases {
            assert_eq!(format.round(x, None), expected, "{format:?} of {x}");
        }
        assert_eq!(Format::Fp16.round(1e6, None), 65504.0);
    }

    #[test]
    fn stochastic_rounding_is_right_on_average() {
        const N: usize = 20_000;
        let mut draws = SeedKey::study(1).at(0);
        let x = 1.002; // between 1 and 1.0078125, at 0.256 of the way
        let rounded: Vec<f64> = (0..N).map(|_| Format::Bf16.round(x, Some(uniform(&mut draws)))).collect();
        assert!(rounded.iter().all(|&r| r == 1.0 || r == 1.007_812_5));
        let mean = rounded.iter().sum::<f64>() / N as f64;
        let error = (0.256f64 * 0.744).sqrt() * 0.007_812_5 / (N as f64).sqrt();
        assert!((mean - x).abs() < 5.0 * error, "{mean}");
    }
}
