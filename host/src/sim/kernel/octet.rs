//! Eight double-precision lanes: the few operations from which the vector kernels are made, for each width.
//!
//! Explicit lanes, because compilers cut short loops into pieces of their own choice, and what one kernel stored in pieces the next cannot load as
//! a whole without waiting. Every operation acts on each lane alone and is correctly rounded, so the width never changes a result.

/// Number of lanes.
pub(crate) const LANES: usize = 8;

/// Eight lanes.
///
/// # Safety
/// The functions may only be called where the processor has the width of the implementing type.
pub(crate) unsafe trait Octet: Copy {
    /// `x` in every lane.
    unsafe fn splat(x: f64) -> Self;
    /// Reads eight numbers.
    unsafe fn load(from: &[f64; LANES]) -> Self;
    /// Reads at most seven numbers; the other lanes are 0.
    unsafe fn load_part(from: &[f64]) -> Self;
    /// Writes eight numbers.
    unsafe fn store(self, to: &mut [f64; LANES]);
    /// Writes the first lanes, at most seven.
    unsafe fn store_part(self, to: &mut [f64]);
    /// `self + b`.
    unsafe fn add(self, b: Self) -> Self;
    /// `self - b`.
    unsafe fn sub(self, b: Self) -> Self;
    /// `self * b`.
    unsafe fn mul(self, b: Self) -> Self;
    /// `self * b + c`, rounded once.
    unsafe fn mul_add(self, b: Self, c: Self) -> Self;
    /// The sum of all lanes, `((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7))`.
    unsafe fn tree(self) -> f64;
}

/// A number that can be read into lanes.
pub(crate) trait Element: Sized {
    /// Reads eight numbers.
    ///
    /// # Safety
    /// As for [`Octet`].
    unsafe fn octet<V: Octet>(from: &[Self; LANES]) -> V;
    /// Reads at most seven numbers; the other lanes are 0.
    ///
    /// # Safety
    /// As for [`Octet`].
    unsafe fn octet_part<V: Octet>(from: &[Self]) -> V;
}

impl Element for f64 {
    #[inline(always)]
    unsafe fn octet<V: Octet>(from: &[Self; LANES]) -> V {
        // SAFETY: the caller's promise.
        unsafe { V::load(from) }
    }
    #[inline(always)]
    unsafe fn octet_part<V: Octet>(from: &[Self]) -> V {
        // SAFETY: the caller's promise.
        unsafe { V::load_part(from) }
    }
}

impl Element for f32 {
    #[inline(always)]
    unsafe fn octet<V: Octet>(from: &[Self; LANES]) -> V {
        // SAFETY: the caller's promise.
        unsafe { V::load(&from.map(f64::from)) }
    }
    #[inline(always)]
    unsafe fn octet_part<V: Octet>(from: &[Self]) -> V {
        // SAFETY: the caller's promise.
        unsafe { V::load(&std::array::from_fn(|l| from.get(l).copied().map_or(0.0, f64::from))) }
    }
}

/// The baseline, in plain code (NEON on AArch64; on x86-64 each fused multiply-add is a call, correct and slow).
// SAFETY: every processor has it.
unsafe impl Octet for [f64; LANES] {
    #[inline(always)]
    unsafe fn splat(x: f64) -> Self {
        [x; LANES]
    }
    #[inline(always)]
    unsafe fn load(from: &[f64; LANES]) -> Self {
        *from
    }
    #[inline(always)]
    unsafe fn load_part(from: &[f64]) -> Self {
        std::array::from_fn(|l| from.get(l).copied().unwrap_or(0.0))
    }
    #[inline(always)]
    unsafe fn store(self, to: &mut [f64; LANES]) {
        *to = self;
    }
    #[inline(always)]
    unsafe fn store_part(self, to: &mut [f64]) {
        to.iter_mut().zip(self).for_each(|(to, x)| *to = x);
    }
    #[inline(always)]
    unsafe fn add(self, b: Self) -> Self {
        std::array::from_fn(|l| self[l] + b[l])
    }
    #[inline(always)]
    unsafe fn sub(self, b: Self) -> Self {
        std::array::from_fn(|l| self[l] - b[l])
    }
    #[inline(always)]
    unsafe fn mul(self, b: Self) -> Self {
        std::array::from_fn(|l| self[l] * b[l])
    }
    #[inline(always)]
    unsafe fn mul_add(self, b: Self, c: Self) -> Self {
        std::array::from_fn(|l| f64::mul_add(self[l], b[l], c[l]))
    }
    #[inline(always)]
    unsafe fn tree(self) -> f64 {
        ((self[0] + self[4]) + (self[2] + self[6])) + ((self[1] + self[5]) + (self[3] + self[7]))
    }
}

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::Pair;

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{LANES, Octet};
    use std::arch::x86_64::{
        __m256d, _mm_add_pd, _mm_add_sd, _mm_cvtsd_f64, _mm_load_sd, _mm_loadu_pd, _mm_store_sd, _mm_storeu_pd, _mm_unpackhi_pd,
        _mm256_add_pd, _mm256_castpd256_pd128, _mm256_extractf128_pd, _mm256_fmadd_pd, _mm256_insertf128_pd, _mm256_loadu_pd,
        _mm256_mul_pd, _mm256_set1_pd, _mm256_setzero_pd, _mm256_storeu_pd, _mm256_sub_pd, _mm256_zextpd128_pd256,
    };

    /// Two vectors of four lanes: AVX2 with FMA.
    #[derive(Clone, Copy)]
    pub(crate) struct Pair(__m256d, __m256d);

    /// # Safety
    /// The processor has AVX, and `from` is valid for reads of the first `n` numbers, `n <= 4`.
    #[inline(always)]
    unsafe fn load_four(from: *const f64, n: usize) -> __m256d {
        // SAFETY: no arm reads more than `n` numbers.
        unsafe {
            match n {
                0 => _mm256_setzero_pd(),
                1 => _mm256_zextpd128_pd256(_mm_load_sd(from)),
                2 => _mm256_zextpd128_pd256(_mm_loadu_pd(from)),
                3 => _mm256_insertf128_pd::<1>(_mm256_zextpd128_pd256(_mm_loadu_pd(from)), _mm_load_sd(from.add(2))),
                _ => _mm256_loadu_pd(from),
            }
        }
    }

    /// # Safety
    /// The processor has AVX, and `to` is valid for writes of the first `n` numbers, `n <= 4`.
    #[inline(always)]
    unsafe fn store_four(to: *mut f64, n: usize, v: __m256d) {
        // SAFETY: no arm writes more than `n` numbers.
        unsafe {
            let low = _mm256_castpd256_pd128(v);
            match n {
                0 => {}
                1 => _mm_store_sd(to, low),
                2 => _mm_storeu_pd(to, low),
                3 => {
                    _mm_storeu_pd(to, low);
                    _mm_store_sd(to.add(2), _mm256_extractf128_pd::<1>(v));
                }
                _ => _mm256_storeu_pd(to, v),
            }
        }
    }

    // SAFETY: the functions stay inside their slices; the rest is the caller's promise.
    unsafe impl Octet for Pair {
        #[inline(always)]
        unsafe fn splat(x: f64) -> Self {
            // SAFETY: the caller has checked the processor (so below).
            unsafe { Self(_mm256_set1_pd(x), _mm256_set1_pd(x)) }
        }
        #[inline(always)]
        unsafe fn load(from: &[f64; LANES]) -> Self {
            let from = from.as_ptr();
            // SAFETY: eight numbers are there.
            unsafe { Self(_mm256_loadu_pd(from), _mm256_loadu_pd(from.add(4))) }
        }
        #[inline(always)]
        unsafe fn load_part(from: &[f64]) -> Self {
            let (n, from) = (from.len().min(LANES), from.as_ptr());
            // SAFETY: `n` numbers are there, and the second address is used only where there are more than four.
            unsafe {
                if n > 4 {
                    Self(_mm256_loadu_pd(from), load_four(from.add(4), n - 4))
                } else {
                    Self(load_four(from, n), _mm256_setzero_pd())
                }
            }
        }
        #[inline(always)]
        unsafe fn store(self, to: &mut [f64; LANES]) {
            let to = to.as_mut_ptr();
            // SAFETY: eight places are there.
            unsafe {
                _mm256_storeu_pd(to, self.0);
                _mm256_storeu_pd(to.add(4), self.1);
            }
        }
        #[inline(always)]
        unsafe fn store_part(self, to: &mut [f64]) {
            let (n, to) = (to.len().min(LANES), to.as_mut_ptr());
            // SAFETY: `n` places are there, and the second address is used only where there are more than four.
            unsafe {
                if n > 4 {
                    _mm256_storeu_pd(to, self.0);
                    store_four(to.add(4), n - 4, self.1);
                } else {
                    store_four(to, n, self.0);
                }
            }
        }
        #[inline(always)]
        unsafe fn add(self, b: Self) -> Self {
            // SAFETY: as above.
            unsafe { Self(_mm256_add_pd(self.0, b.0), _mm256_add_pd(self.1, b.1)) }
        }
        #[inline(always)]
        unsafe fn sub(self, b: Self) -> Self {
            // SAFETY: as above.
            unsafe { Self(_mm256_sub_pd(self.0, b.0), _mm256_sub_pd(self.1, b.1)) }
        }
        #[inline(always)]
        unsafe fn mul(self, b: Self) -> Self {
            // SAFETY: as above.
            unsafe { Self(_mm256_mul_pd(self.0, b.0), _mm256_mul_pd(self.1, b.1)) }
        }
        #[inline(always)]
        unsafe fn mul_add(self, b: Self, c: Self) -> Self {
            // SAFETY: as above.
            unsafe { Self(_mm256_fmadd_pd(self.0, b.0, c.0), _mm256_fmadd_pd(self.1, b.1, c.1)) }
        }
        #[inline(always)]
        unsafe fn tree(self) -> f64 {
            // SAFETY: as above.
            unsafe {
                let four = _mm256_add_pd(self.0, self.1);
                let two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd::<1>(four));
                _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::sim::kernel::testing::on_each_width;
    use crate::sim::kernel::vector::{dot_f32, dot_f64, walk_f64};

    /// Every length up to three blocks, on each width, against the order that the docs state.
    #[test]
    fn sums_have_the_stated_order_and_nothing_is_touched_behind_the_end() {
        for n in 0..25 {
            let a: Vec<f64> = (0..n).map(|i| libm::sin(f64::from(i))).collect();
            let b: Vec<f64> = (0..n).map(|i| libm::cos(f64::from(i)) * 1e3).collect();
            let mut lane = [0.0f64; 8];
            for (i, (a, b)) in a.iter().zip(&b).enumerate() {
                lane[i % 8] = a.mul_add(*b, lane[i % 8]);
            }
            let expected = ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
            let single = |v: &[f64]| v.iter().map(|&x| x as f32).collect::<Vec<f32>>();
            let widened = |v: &[f64]| single(v).into_iter().map(f64::from).collect::<Vec<f64>>();
            let mut singles = None;
            on_each_width(|width| {
                assert_eq!(dot_f64(&a, &b).to_bits(), expected.to_bits(), "{n} numbers, {}", width.name());
                let of_singles = dot_f32(&single(&a), &single(&b)).to_bits();
                assert_eq!(of_singles, dot_f64(&widened(&a), &widened(&b)).to_bits());
                assert_eq!(*singles.get_or_insert(of_singles), of_singles, "{n} numbers, {}", width.name());
                let mut moved: Vec<f64> = b.iter().copied().chain([7.0; 8]).collect();
                walk_f64(&a, &a, &mut moved[..n as usize]);
                for (i, x) in moved.iter().enumerate() {
                    let expected = a.get(i).map_or(7.0, |a| b[i] + a * a);
                    assert_eq!(x.to_bits(), expected.to_bits(), "entry {i} of {n}, {}", width.name());
                }
            });
        }
    }
}
