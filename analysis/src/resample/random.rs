//! Random numbers addressed by (seed, resample, stratum): PCG XSL 128/64 (MCG) of O'Neill (2014) from `rand_pcg`.

use rand::Rng;
use rand_pcg::Mcg128Xsl64;
use wide::u16x8;

use super::index::Index;

/// Finaliser of SplitMix64 (Steele, Lea and Flood 2014): a bijection that spreads neighbouring integers.
pub(crate) fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Places that [`Stream::fill`] needs behind those it fills: words that are not used up are written out all the same.
pub(crate) const SPARE: usize = 8;

/// Number of a stratum, mixed: it is used in every resample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stratum(u64);

impl Stratum {
    pub(crate) fn new(number: u64) -> Self {
        Self(mix(number ^ 0xA076_1D64_78BD_642F))
    }
}

/// What the streams of one resample have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key(u64);

impl Key {
    #[inline]
    pub(crate) fn new(seed: u64, resample: u64) -> Self {
        Self(mix(seed ^ mix(resample)))
    }

    /// The stream of one stratum.
    #[inline]
    pub(crate) fn stream(self, Stratum(stratum): Stratum) -> Stream {
        let low = mix(self.0 ^ stratum);
        Stream(Mcg128Xsl64::new((u128::from(self.0) << 64) | u128::from(low)))
    }
}

/// Number of values that an index is drawn from, at least 1, with the threshold of Lemire's rejection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bound {
    size: u64,
    threshold: u64,
    /// Whether 16 bits make an index.
    narrow: bool,
}

impl Bound {
    pub(crate) fn new(size: usize) -> Self {
        assert!(u32::try_from(size).is_ok(), "a sample has fewer than 2^32 values");
        let (size, narrow) = (size as u64, size <= 4096);
        Self { size, threshold: (if narrow { 1 << 16 } else { 1_u64 << 32 }) % size, narrow }
    }

    pub(crate) fn size(self) -> usize {
        self.size as usize
    }

    pub(crate) fn is_narrow(self) -> bool {
        self.narrow
    }
}

/// Eight 16-bit pieces of two words times a bound of at most 4096: the upper halves are the indices, the lower ones decide whether they are accepted.
struct Products {
    upper: u16x8,
    lower: u16x8,
}

impl Products {
    /// Pieces from the lowest of the first word to the highest of the second.
    #[inline]
    fn of(words: [u64; 2], size: u16) -> Self {
        const { assert!(cfg!(target_endian = "little"), "pieces are read in the order of memory") };
        let (pieces, size) = (bytemuck::cast::<_, u16x8>(words), u16x8::splat(size));
        Self { upper: pieces.mul_keep_high(size), lower: pieces * size }
    }

    #[inline]
    fn all_accepted(&self, threshold: u16) -> bool {
        u16x8::splat(threshold).saturating_sub(self.lower) == u16x8::ZERO
    }

    /// Writes the accepted of the first `N` indices and returns how many they are.
    #[inline]
    fn write<const N: usize, I: Index>(&self, threshold: u16, start: u32, places: &mut [I]) -> usize {
        let indices = I::eight(self.upper, start);
        if self.all_accepted(threshold) {
            *places.first_chunk_mut().expect("spare places stand behind those to fill") = indices;
            return N;
        }
        let mut n = 0;
        for (index, _) in indices.into_iter().zip(self.lower.to_array()).take(N).filter(|(_, lower)| *lower >= threshold) {
            places[n] = index;
            n += 1;
        }
        n
    }
}

/// One stream of random numbers.
#[derive(Clone, Debug)]
pub(crate) struct Stream(Mcg128Xsl64);

impl Stream {
    /// The stream of one stratum of one resample.
    pub(crate) fn new(seed: u64, resample: u64, stratum: u64) -> Self {
        Key::new(seed, resample).stream(Stratum::new(stratum))
    }

    /// 64 random bits.
    #[inline]
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
        let mut found = [0_u32; 1 + SPARE];
        self.fill(Bound::new(bound), 0, &mut found);
        found[0] as usize
    }

    /// Writes independent uniform indices below `bound`, each plus `start`, into all places but the last [`SPARE`], which may be overwritten.
    ///
    /// Lemire's multiply-and-shift with rejection (2019, doi:10.1145/3230636), four 16-bit or two 32-bit indices a word.
    #[inline]
    pub(crate) fn fill<I: Index>(&mut self, bound: Bound, start: u32, places: &mut [I]) {
        if bound.narrow { self.fill_16(bound, start, places) } else { self.fill_32(bound, start, places) }
    }

    #[inline(always)]
    pub(crate) fn fill_16<I: Index>(&mut self, bound: Bound, start: u32, places: &mut [I]) {
        let (size, threshold) = (bound.size as u16, bound.threshold as u16);
        let n = places.len() - SPARE;
        let mut at = 0;
        while at + 4 < n {
            let products = Products::of([self.next(), self.next()], size);
            at += products.write::<8, I>(threshold, start, &mut places[at..]);
        }
        while at < n {
            // All ones are accepted but never used.
            let products = Products::of([self.next(), u64::MAX], size);
            at += products.write::<4, I>(threshold, start, &mut places[at..]);
        }
    }

    fn fill_32<I: Index>(&mut self, bound: Bound, start: u32, places: &mut [I]) {
        let Bound { size, threshold, .. } = bound;
        let n = places.len() - SPARE;
        let mut at = 0;
        while at < n {
            let word = self.next();
            for lane in 0..2 {
                let product = ((word >> (32 * lane)) & 0xFFFF_FFFF) * size;
                if product & 0xFFFF_FFFF >= threshold {
                    places[at] = I::of(start + (product >> 32) as u32);
                    at += 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bound, Index, Products, SPARE, Stream};

    #[test]
    fn indices_are_uniform_for_small_and_large_bounds() {
        for bound in [1_usize, 2, 3, 7, 100, 3000, 5000] {
            let count = 400 * bound;
            let mut seen = vec![0_u32; bound];
            let mut places = vec![u32::MAX; count + SPARE];
            Stream::new(5, 6, 7).fill(Bound::new(bound), 9, &mut places);
            places[..count].iter().for_each(|place| seen[*place as usize - 9] += 1);
            let chi2: f64 = seen.iter().map(|&n| (f64::from(n) - 400.0).powi(2) / 400.0).sum();
            let df = bound as f64 - 1.0;
            assert!((chi2 - df).abs() <= 5.0 * (2.0 * df).sqrt(), "bound {bound}: chi-square {chi2}");
        }
    }

    /// Eight at a time hand out what one at a time would.
    #[test]
    fn products_are_those_of_each_piece() {
        let mut stream = Stream::new(2, 0, 0);
        let mut rejected = 0;
        for bound in [1_usize, 3, 10, 100, 3000, 4095, 4096] {
            for _ in 0..500 {
                let (words, Bound { size, threshold, .. }) = ([stream.next(), stream.next()], Bound::new(bound));
                let products = Products::of(words, size as u16);
                let plain: Vec<u64> = (0..8).map(|lane| ((words[lane / 4] >> (16 * (lane % 4))) & 0xFFFF) * size).collect();
                for (lane, product) in plain.iter().enumerate() {
                    assert_eq!(u64::from(u32::eight(products.upper, 5)[lane]), (product >> 16) + 5);
                    assert_eq!(u64::from(u16::eight(products.upper, 5)[lane]), (product >> 16) + 5);
                    if bound <= 250 {
                        assert_eq!(u64::from(u8::eight(products.upper, 5)[lane]), (product >> 16) + 5);
                    }
                    assert_eq!(u64::from(products.lower.to_array()[lane]), product & 0xFFFF);
                }
                let all = plain.iter().all(|product| product & 0xFFFF >= threshold);
                assert_eq!(products.all_accepted(threshold as u16), all);
                rejected += usize::from(!all);
            }
        }
        assert!(rejected > 50, "the test must see rejections: {rejected}");
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
