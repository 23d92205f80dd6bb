//! Random numbers addressed by (seed, resample, stratum): PCG XSL 128/64 (MCG) of O'Neill (2014) from `rand_pcg`.

use rand::Rng;
use rand_pcg::Mcg128Xsl64;

/// Finaliser of SplitMix64 (Steele, Lea and Flood 2014): a bijection that spreads neighbouring integers.
pub(crate) fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// One stream of random numbers.
#[derive(Clone, Debug)]
pub(crate) struct Stream(Mcg128Xsl64);

impl Stream {
    /// The stream of one stratum of one resample.
    pub(crate) fn new(seed: u64, resample: u64, stratum: u64) -> Self {
        let high = mix(seed ^ mix(resample));
        let low = mix(high ^ mix(stratum ^ 0xA076_1D64_78BD_642F));
        Self(Mcg128Xsl64::new((u128::from(high) << 64) | u128::from(low)))
    }

    /// 64 random bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform in `[0, 1)`, 53 bits.
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Standard exponential.
    pub(crate) fn exponential(&mut self) -> f64 {
        -libm::log1p(-self.uniform())
    }

    /// Standard normal by Marsaglia's polar method.
    pub(crate) fn normal(&mut self) -> f64 {
        loop {
            let u = 2.0 * self.uniform() - 1.0;
            let v = 2.0 * self.uniform() - 1.0;
            let s = u * u + v * v;
            if s > 0.0 && s < 1.0 {
                return u * (-2.0 * libm::log(s) / s).sqrt();
            }
        }
    }

    /// Gamma variate of the given shape above 0, scale 1 (Marsaglia and Tsang 2000).
    pub(crate) fn gamma(&mut self, shape: f64) -> f64 {
        if shape == 1.0 {
            return self.exponential();
        }
        if shape < 1.0 {
            let boost = libm::pow(1.0 - self.uniform(), 1.0 / shape);
            return self.gamma(shape + 1.0) * boost;
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x) * (1.0 + c * x) * (1.0 + c * x);
            if v > 0.0 && libm::log(1.0 - self.uniform()) < 0.5 * x * x + d - d * v + d * libm::log(v) {
                return d * v;
            }
        }
    }

    /// One index below `bound` (at least 1), without bias.
    pub(crate) fn index(&mut self, bound: usize) -> usize {
        let mut found = 0;
        self.indices(bound, 1, |_, index| found = index);
        found
    }

    /// Hands out `count` independent uniform indices below `bound`, with a lane number 0 to 3 that lets sums run side by side.
    ///
    /// Lemire's multiply-and-shift with rejection (2019, doi:10.1145/3230636), four 16-bit or two 32-bit indices a word.
    #[inline]
    pub(crate) fn indices(&mut self, bound: usize, count: usize, visit: impl FnMut(usize, usize)) {
        if bound <= 4096 { self.indices_16(bound as u32, count, visit) } else { self.indices_32(bound as u64, count, visit) }
    }

    #[inline]
    fn indices_16(&mut self, bound: u32, count: usize, mut visit: impl FnMut(usize, usize)) {
        let threshold = 65_536 % bound;
        let mut left = count;
        while left >= 4 {
            let word = self.next();
            for lane in 0..4 {
                let product = ((word >> (16 * lane)) as u32 & 0xFFFF) * bound;
                if product & 0xFFFF >= threshold {
                    visit(lane, (product >> 16) as usize);
                    left -= 1;
                }
            }
        }
        while left > 0 {
            let mut word = self.next();
            for lane in 0..4 {
                let product = (word as u32 & 0xFFFF) * bound;
                word >>= 16;
                if left > 0 && product & 0xFFFF >= threshold {
                    visit(lane, (product >> 16) as usize);
                    left -= 1;
                }
            }
        }
    }

    #[inline]
    fn indices_32(&mut self, bound: u64, count: usize, mut visit: impl FnMut(usize, usize)) {
        assert!(bound <= u64::from(u32::MAX), "a sample has fewer than 2^32 values");
        let threshold = (1_u64 << 32) % bound;
        let mut left = count;
        while left > 0 {
            let word = self.next();
            for lane in 0..2 {
                let product = ((word >> (32 * lane)) & 0xFFFF_FFFF) * bound;
                if left > 0 && product & 0xFFFF_FFFF >= threshold {
                    visit(lane, (product >> 32) as usize);
                    left -= 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Stream;

    #[test]
    fn indices_are_uniform_for_small_and_large_bounds() {
        for bound in [1_usize, 2, 3, 7, 100, 3000, 5000] {
            let count = 400 * bound;
            let mut seen = vec![0_u32; bound];
            let mut calls = 0;
            Stream::new(5, 6, 7).indices(bound, count, |lane, index| {
                assert!(lane < 4);
                seen[index] += 1;
                calls += 1;
            });
            assert_eq!(calls, count);
            let chi2: f64 = seen.iter().map(|&n| (f64::from(n) - 400.0).powi(2) / 400.0).sum();
            let df = bound as f64 - 1.0;
            assert!((chi2 - df).abs() <= 5.0 * (2.0 * df).sqrt(), "bound {bound}: chi-square {chi2}");
        }
    }

    #[test]
    fn streams_differ_in_every_coordinate() {
        let word = |seed, resample, stratum| Stream::new(seed, resample, stratum).next();
        let words = [word(0, 0, 0), word(1, 0, 0), word(0, 1, 0), word(0, 0, 1)];
        for (i, a) in words.iter().enumerate() {
            assert!(words[..i].iter().all(|b| b != a));
        }
        assert_eq!(word(3, 4, 5), word(3, 4, 5));
    }

    #[test]
    fn moments_of_the_distributions() {
        let mut stream = Stream::new(1, 2, 3);
        let n = 200_000;
        let (mut normal, mut squares, mut exponential, mut uniform) = (0.0, 0.0, 0.0, 0.0);
        for _ in 0..n {
            let z = stream.normal();
            normal += z;
            squares += z * z;
            exponential += stream.exponential();
            uniform += stream.uniform();
        }
        let n = f64::from(n);
        assert!((normal / n).abs() < 0.01);
        assert!((squares / n - 1.0).abs() < 0.02);
        assert!((exponential / n - 1.0).abs() < 0.01);
        assert!((uniform / n - 0.5).abs() < 0.004);
    }
}
