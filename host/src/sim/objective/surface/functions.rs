//! The functions `F(e)`, each with its minimum 0.

use super::Function;

/// `sum_i [b (v_{i+1} - v_i^2)^2 + (1 - v_i)^2]`, `v = 1 + e`, `b = shape` (Rosenbrock 1960, doi:10.1093/comjnl/3.3.175): minimum at `e = 0`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rosenbrock;

impl Function for Rosenbrock {
    const NAME: &'static str = "rosenbrock";
    const SUMMARY: &'static str = "Rosenbrock's curved valley, of steepness `shape`, whose end may walk";
    const DIMENSION_MIN: usize = 2;
    const SHAPE: f64 = 100.0;
    const START: (f64, f64) = (-2.2, 0.0);
    const LEARNING_RATE: (f64, f64, f64) = (1e-6, 0.02, 3e-4);
    const CEILING: f64 = 1e5;

    fn value(b: f64, e: &[f64], gradient: &mut [f64]) -> f64 {
        gradient.fill(0.0);
        let mut sum = 0.0;
        for i in 0..e.len() - 1 {
            let (v, next) = (1.0 + e[i], 1.0 + e[i + 1]);
            let off = next - v * v;
            sum += b * off * off + e[i] * e[i];
            gradient[i] += 2.0 * e[i] - 4.0 * b * off * v;
            gradient[i + 1] += 2.0 * b * off;
        }
        sum
    }
}

/// Declares a function that is a sum over coordinates: `|shape, e| -> (value, slope)`.
macro_rules! separable {
    ($(#[$meta:meta])* $name:ident, $kind:literal, $summary:literal, shape $shape:literal, start $start:expr, rate $rate:expr, ceiling $ceiling:literal,
     |$s:ident, $e:ident| $body:expr) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct $name;

        impl Function for $name {
            const NAME: &'static str = $kind;
            const SUMMARY: &'static str = $summary;
            const SHAPE: f64 = $shape;
            const START: (f64, f64) = $start;
            const LEARNING_RATE: (f64, f64, f64) = $rate;
            const CEILING: f64 = $ceiling;

            fn value($s: f64, e: &[f64], gradient: &mut [f64]) -> f64 {
                let mut sum = 0.0;
                for (&$e, g) in e.iter().zip(gradient) {
                    let (value, slope): (f64, f64) = $body;
                    sum += value;
                    *g = slope;
                }
                sum
            }
        }
    };
}

separable!(
    /// `sum e^2 / 2` up to `e = 1`, then `+ (exp(k (e - 1)) - 1 - k (e - 1)) / k` with `k = shape`: a step too large meets a wall. Once differentiable.
    Cliff, "cliff", "a bowl with an exponential wall of steepness `shape` beyond the minimum, where a large step diverges",
    shape 8.0, start (-3.0, -3.0), rate (1e-4, 2.0, 0.05), ceiling 1e6,
    |k, e| {
        let (wall, slope) = if e > 1.0 { let x = libm::exp(k * (e - 1.0)); ((x - 1.0) / k - (e - 1.0), x - 1.0) } else { (0.0, 0.0) };
        (0.5 * e * e + wall, e + slope)
    }
);

separable!(
    /// `sum e^2 / (2 (1 + e^2 / s^2))`, `s = shape`: the slope dies away far from the minimum.
    Plateau, "plateau", "a bowl of width `shape` in a plateau where gradients vanish",
    shape 1.0, start (3.0, 3.0), rate (1e-4, 20.0, 0.3), ceiling 1e3,
    |s, e| {
        let below = 1.0 / (1.0 + e * e / (s * s));
        (0.5 * e * e * below, e * below * below)
    }
);

separable!(
    /// `sum s |e|`, `s = shape`; the slope at 0 is 0 (Schaul et al. 2014).
    AbsoluteValue, "absolute-value", "the sum of absolute values, of slope `shape`: the gradient does not shrink near the minimum",
    shape 1.0, start (3.0, 3.0), rate (1e-4, 2.0, 0.05), ceiling 1e4,
    |s, e| (s * e.abs(), if e == 0.0 { 0.0 } else { s.copysign(e) })
);

/// `1 - exp(-|e|^2 / (2 s^2))`, `s = shape` (Schaul et al. 2014).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GaussianBowl;

impl Function for GaussianBowl {
    const NAME: &'static str = "gaussian-bowl";
    const SUMMARY: &'static str = "an inverted Gaussian of width `shape`: flat far away, curved at the minimum";
    const SHAPE: f64 = 1.0;
    const START: (f64, f64) = (1.5, 1.0);
    const LEARNING_RATE: (f64, f64, f64) = (1e-4, 20.0, 0.2);
    const CEILING: f64 = 1e3;

    fn value(s: f64, e: &[f64], gradient: &mut [f64]) -> f64 {
        let width = 1.0 / (s * s);
        let height = libm::exp(-0.5 * width * e.iter().map(|e| e * e).sum::<f64>());
        gradient.iter_mut().zip(e).for_each(|(g, e)| *g = width * height * e);
        1.0 - height
    }
}

/// `s e_1^2 / 2 + sum_{i > 1} (e_i^2 - 1)^2 / 4`, `s = shape`: the origin is a saddle, the minima are at `e_i = +-1`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Saddle;

impl Function for Saddle {
    const NAME: &'static str = "saddle";
    const SUMMARY: &'static str = "a start close to a saddle, of curvature `shape` along the first coordinate, with minima on both sides";
    const DIMENSION_MIN: usize = 2;
    const SHAPE: f64 = 1.0;
    const START: (f64, f64) = (1.0, 0.0);
    const LEARNING_RATE: (f64, f64, f64) = (1e-4, 1.0, 0.05);
    const CEILING: f64 = 1e4;

    fn value(s: f64, e: &[f64], gradient: &mut [f64]) -> f64 {
        gradient[0] = s * e[0];
        let mut sum = 0.5 * s * e[0] * e[0];
        for (&e, g) in e.iter().zip(gradient).skip(1) {
            let off = e * e - 1.0;
            sum += 0.25 * off * off;
            *g = off * e;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at<F: Function>(e: &[f64]) -> (f64, Vec<f64>) {
        let mut gradient = vec![f64::NAN; e.len()];
        (F::value(F::SHAPE, e, &mut gradient), gradient)
    }

    #[test]
    fn values_are_those_of_scipy_and_of_hand() {
        // scipy.optimize.rosen([-1.2, 1, 0.5]) and rosen_der, SciPy 1.17.
        let (value, gradient) = at::<Rosenbrock>(&[-2.2, 0.0, -0.5]);
        assert!((value - 49.2).abs() < 1e-9, "{value}");
        assert!(gradient.iter().zip([-215.6, 112.0, -100.0]).all(|(g, e): (&f64, f64)| (g - e).abs() < 1e-9), "{gradient:?}");
        assert_eq!(at::<AbsoluteValue>(&[-2.0, 0.0]), (2.0, vec![-1.0, 0.0]));
        assert_eq!(at::<Saddle>(&[0.0, 0.0]), (0.25, vec![0.0, 0.0]));
        let (value, gradient) = at::<GaussianBowl>(&[1.0, 0.0]);
        // 1 - exp(-1/2) and exp(-1/2).
        assert!((value - 0.393_469_340_287_366_6).abs() < 1e-15 && (gradient[0] - 0.606_530_659_712_633_4).abs() < 1e-15);
    }

    #[test]
    fn minima_are_zero_and_stationary() {
        fn check<F: Function>(e: &[f64]) {
            let (value, gradient) = at::<F>(e);
            assert!(value.abs() < 1e-15 && gradient.iter().all(|g| g.abs() < 1e-15), "{}: {value} {gradient:?}", F::NAME);
        }
        check::<Rosenbrock>(&[0.0; 3]);
        check::<Cliff>(&[0.0; 3]);
        check::<Plateau>(&[0.0; 3]);
        check::<AbsoluteValue>(&[0.0; 3]);
        check::<GaussianBowl>(&[0.0; 3]);
        check::<Saddle>(&[0.0, 1.0, -1.0]);
    }

    #[test]
    fn the_wall_begins_smoothly() {
        let (below, above) = (at::<Cliff>(&[1.0 - 1e-9]), at::<Cliff>(&[1.0 + 1e-9]));
        assert!((below.0 - above.0).abs() < 1e-8 && (below.1[0] - above.1[0]).abs() < 1e-7);
        assert!(at::<Cliff>(&[3.0]).0 > 1e5);
    }
}
