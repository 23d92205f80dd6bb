//! Exponential and hyperbolic tangent in single precision, made of exactly rounded operations: the same bits on every width, and vectors of them at once.
//!
//! `exp x = 2^n exp r`, `n = round(x / ln 2)`, `r = x - n ln 2` in two fused steps (Cody and Waite 1980), `exp r` by a polynomial of degree 7.
//! `tanh x` is an odd polynomial below 0.625 and `1 - 2 / (exp 2|x| + 1)` with the sign of x above. Coefficients: Moshier, Cephes
//! (1989). Both stay within [`EXP_ULPS`] and [`TANH_ULPS`] units in the last place, measured over every representable argument of the test's grid.

use crate::kernel;

/// Largest error of [`exp`] where the result is normal, in units in the last place.
pub const EXP_ULPS: f64 = 1.0;
/// Largest error of [`tanh`], in units in the last place.
pub const TANH_ULPS: f64 = 2.0;

/// Adding and subtracting it rounds a small number to a whole one.
const SHIFT: f32 = 12_582_912.0;

/// `e^x`; 0 far below, infinity above 88.73, NaN of NaN.
#[inline(always)]
#[must_use]
pub fn exp(x: f32) -> f32 {
    let x = if x < -104.0 { -104.0 } else { x };
    let x = if x > 89.0 { 89.0 } else { x };
    let shifted = x.mul_add(std::f32::consts::LOG2_E, SHIFT);
    let n = shifted - SHIFT;
    let r = n.mul_add(2.121_944_4e-4, n.mul_add(-0.693_359_4, x));
    let mut p = 1.987_569_1e-4f32;
    p = p.mul_add(r, 1.398_199_9e-3);
    p = p.mul_add(r, 8.333_452e-3);
    p = p.mul_add(r, 4.166_579_6e-2);
    p = p.mul_add(r, 1.666_666_5e-1);
    p = p.mul_add(r, 5e-1);
    let y = p.mul_add(r * r, r) + 1.0;
    // Two powers of two, so that each has a normal exponent while the product may be subnormal or overflow.
    let n = (shifted.to_bits() as i32).wrapping_sub(SHIFT.to_bits() as i32);
    let half = n >> 1;
    let power = |n: i32| f32::from_bits((n.wrapping_add(127) << 23) as u32);
    y * power(half) * power(n.wrapping_sub(half))
}

/// Hyperbolic tangent; NaN of NaN.
#[inline(always)]
#[must_use]
pub fn tanh(x: f32) -> f32 {
    let s = x * x;
    let mut p = -5.704_988_7e-3f32;
    p = p.mul_add(s, 2.063_908_8e-2);
    p = p.mul_add(s, -5.373_971_6e-2);
    p = p.mul_add(s, 1.333_144_2e-1);
    p = p.mul_add(s, -0.333_332_8);
    let magnitude = x.abs();
    let small = (p * s).mul_add(magnitude, magnitude);
    let large = 1.0 - 2.0 / (exp(2.0 * magnitude) + 1.0);
    (if magnitude < 0.625 { small } else { large }).copysign(x)
}

kernel! {
    /// `x_i <- exp x_i`.
    pub fn exp_in_place(x: &mut [f32]) {
        for x in x {
            *x = exp(*x);
        }
    }
}

kernel! {
    /// `x_i <- tanh x_i`.
    pub fn tanh_in_place(x: &mut [f32]) {
        for x in x {
            *x = tanh(*x);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::kernel::testing::same_bits;

    /// Distance in units in the last place of the exact value rounded to single precision.
    fn ulps(found: f32, exact: f64) -> f64 {
        let rounded = exact as f32;
        let unit = f64::from(f32::from_bits(rounded.abs().to_bits() + 1)) - f64::from(rounded.abs());
        (f64::from(found) - exact).abs() / unit
    }

    /// Every 1009th single-precision number up to `limit`, of both signs.
    fn grid(limit: f32) -> Vec<f32> {
        (0..=limit.to_bits()).step_by(1009).map(f32::from_bits).flat_map(|x| [x, -x]).collect()
    }

    #[test]
    fn exp_is_within_its_stated_error() {
        let worst = grid(88.7).into_iter().filter(|x| *x > -87.3).map(|x| (ulps(exp(x), libm::exp(f64::from(x))), x));
        let worst = worst.fold((0.0, 0.0), |a, b| if b.0 > a.0 { b } else { a });
        assert!(worst.0 <= EXP_ULPS, "{} ulp at {}", worst.0, worst.1);
        assert!(worst.0 > 0.5, "the bound means something: {}", worst.0);
    }

    #[test]
    fn exp_at_the_edges() {
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(f32::NEG_INFINITY), 0.0);
        assert_eq!(exp(f32::INFINITY), f32::INFINITY);
        assert_eq!(exp(88.8), f32::INFINITY);
        assert!(exp(f32::NAN).is_nan());
        // Subnormal results lose bits only to their own spacing.
        for x in [-88.0f32, -95.0, -103.0] {
            assert!((f64::from(exp(x)) - libm::exp(f64::from(x))).abs() < 2e-45, "{x}: {:e}", exp(x));
        }
    }

    #[test]
    fn tanh_is_within_its_stated_error() {
        let worst = grid(20.0).into_iter().filter(|x| x.abs() > 1e-30).map(|x| (ulps(tanh(x), libm::tanh(f64::from(x))), x));
        let worst = worst.fold((0.0, 0.0), |a, b| if b.0 > a.0 { b } else { a });
        assert!(worst.0 <= TANH_ULPS, "{} ulp at {}", worst.0, worst.1);
        assert_eq!((tanh(0.0), tanh(30.0), tanh(f32::NEG_INFINITY)), (0.0, 1.0, -1.0));
        assert!(tanh(-0.0).is_sign_negative() && tanh(f32::NAN).is_nan());
    }

    #[test]
    fn every_width_gives_the_same_bits() {
        let mut x = grid(120.0);
        x.extend([f32::NEG_INFINITY, f32::INFINITY, 0.0, -0.0]);
        let x: Vec<f32> = x.into_iter().step_by(37).collect();
        for (name, f) in [("exp", exp_in_place as fn(&mut [f32])), ("tanh", tanh_in_place)] {
            same_bits(name, || {
                let mut y = x.clone();
                f(&mut y);
                y
            });
        }
    }
}
