//! Random draws whose state is a count.
//!
//! PCG XSL RR 128/64 (O'Neill 2014), one output a draw, so that the state after `n` draws is rebuilt by jumping ahead.

use crate::Port;
use oha_plugin_api::ControllerError;
use rand_pcg::Pcg64;
use rand_pcg::rand_core::{Rng, SeedableRng};

/// A stream of random draws.
#[derive(Clone, Debug)]
pub struct Draws {
    seed: u64,
    n: u64,
    generator: Pcg64,
}

impl Draws {
    /// The stream of `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, n: 0, generator: Pcg64::seed_from_u64(seed) }
    }

    /// Uniform in [0, 1), in steps of 2^-53.
    pub fn uniform(&mut self) -> f64 {
        self.n += 1;
        (self.generator.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Uniform in `0..n`; `n` is at least 1 and far below 2^53.
    pub fn below(&mut self, n: usize) -> usize {
        ((self.uniform() * n as f64) as usize).min(n - 1)
    }

    /// True or false with equal probability.
    pub fn coin(&mut self) -> bool {
        self.uniform() < 0.5
    }

    /// Standard normal, by the polar method of Marsaglia (1964); the second of the pair is dropped.
    pub fn normal(&mut self) -> f64 {
        loop {
            let (x, y) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                return x * (-2.0 * libm::log(square) / square).sqrt();
            }
        }
    }

    /// Gamma with shape `shape` > 0 and scale 1, by Marsaglia & Tsang (2000).
    pub fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let boost = libm::pow(self.uniform().max(f64::MIN_POSITIVE), 1.0 / shape);
            return self.gamma(shape + 1.0) * boost;
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = 1.0 + c * x;
            if v <= 0.0 {
                continue;
            }
            let cube = v * v * v;
            let u = self.uniform().max(f64::MIN_POSITIVE);
            if libm::log(u) < 0.5 * x * x + d - d * cube + d * libm::log(cube) {
                return d * cube;
            }
        }
    }

    /// Beta with shapes `a`, `b` > 0, as a ratio of gammas.
    pub fn beta(&mut self, a: f64, b: f64) -> f64 {
        let (x, y) = (self.gamma(a), self.gamma(b));
        if x + y > 0.0 { x / (x + y) } else { 0.5 }
    }

    /// Passes the position in the stream through `port`.
    ///
    /// # Errors
    /// When there are too few bytes.
    pub fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.whole(&mut self.n)?;
        if let Port::Read(_) = port {
            self.generator = Pcg64::seed_from_u64(self.seed);
            self.generator.advance(u128::from(self.n));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oha_plugin_api::state::{StateReader, StateWriter};

    fn moments(mut draw: impl FnMut() -> f64) -> (f64, f64) {
        let n = 40_000;
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..n {
            let x = draw();
            sum += x;
            squares += x * x;
        }
        let mean = sum / f64::from(n);
        (mean, squares / f64::from(n) - mean * mean)
    }

    #[test]
    fn moments_are_those_of_the_distribution() {
        let mut draws = Draws::new(5);
        // Five standard errors of a mean of 40 000 draws, and of a variance with kurtosis up to 9.
        for (name, (mean, variance), (m, v)) in [
            ("uniform", moments(|| draws.uniform()), (0.5, 1.0_f64 / 12.0)),
            ("normal", moments(|| draws.normal()), (0.0, 1.0)),
            ("gamma", moments(|| draws.gamma(2.5)), (2.5, 2.5)),
            ("small gamma", moments(|| draws.gamma(0.5)), (0.5, 0.5)),
            ("beta", moments(|| draws.beta(2.0, 6.0)), (0.25, 0.25 * 0.75 / 9.0)),
        ] {
            assert!((mean - m).abs() < 5.0 * f64::sqrt(v) / 200.0, "{name}: mean {mean}");
            assert!((variance / v - 1.0).abs() < 5.0 * 3.0 / 200.0, "{name}: variance {variance}");
        }
    }

    #[test]
    fn a_restored_stream_goes_on() {
        let mut draws = Draws::new(9);
        let _ = (draws.normal(), draws.gamma(0.3));
        let mut bytes = vec![];
        draws.fields(&mut Port::Write(StateWriter::new(&mut bytes, 0))).expect("written");
        let mut copy = Draws::new(9);
        copy.fields(&mut Port::Read(StateReader::new(&bytes, 0).expect("tag"))).expect("read");
        assert_eq!([draws.uniform(), draws.uniform()], [copy.uniform(), copy.uniform()]);
    }
}
