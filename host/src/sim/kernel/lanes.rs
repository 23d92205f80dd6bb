//! Vectors of single-precision lanes: the few operations from which the matrix kernel is made, for each width.
//!
//! Every operation acts on each lane alone and is correctly rounded, so a lane's result does not depend on how many lanes there are.

/// A vector of `LEN` lanes.
pub(super) trait Lanes: Copy {
    /// Number of lanes.
    const LEN: usize;
    /// `x` in every lane.
    ///
    /// # Safety
    /// The processor has this width (as for every function here).
    unsafe fn splat(x: f32) -> Self;
    /// Reads `LEN` numbers.
    ///
    /// # Safety
    /// `from` is valid for reads of `LEN` numbers; no alignment is needed.
    unsafe fn load(from: *const f32) -> Self;
    /// Writes `LEN` numbers.
    ///
    /// # Safety
    /// `to` is valid for writes of `LEN` numbers; no alignment is needed.
    unsafe fn store(self, to: *mut f32);
    /// `self * b + c`, rounded once.
    ///
    /// # Safety
    /// The processor has this width.
    unsafe fn mul_add(self, b: Self, c: Self) -> Self;
}

/// The baseline: eight lanes in plain code (NEON on AArch64; on x86-64 each fused multiply-add is a call, correct and slow).
impl Lanes for [f32; 8] {
    const LEN: usize = 8;
    #[inline(always)]
    unsafe fn splat(x: f32) -> Self {
        [x; 8]
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller vouches for eight numbers; an array has no stricter alignment than its element, and the read is unaligned anyway.
        unsafe { from.cast::<Self>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: as for `load`.
        unsafe { to.cast::<Self>().write_unaligned(self) }
    }
    #[inline(always)]
    unsafe fn mul_add(self, b: Self, c: Self) -> Self {
        std::array::from_fn(|l| self[l].mul_add(b[l], c[l]))
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::Lanes;
    use std::arch::x86_64::{
        __m256, __m512, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_set1_ps, _mm256_storeu_ps, _mm512_fmadd_ps, _mm512_loadu_ps,
        _mm512_set1_ps, _mm512_storeu_ps,
    };

    macro_rules! lanes {
        ($vector:ty, $n:expr, $set1:ident, $load:ident, $store:ident, $fmadd:ident) => {
            impl Lanes for $vector {
                const LEN: usize = $n;
                #[inline(always)]
                unsafe fn splat(x: f32) -> Self {
                    // SAFETY: the caller has checked the processor.
                    unsafe { $set1(x) }
                }
                #[inline(always)]
                unsafe fn load(from: *const f32) -> Self {
                    // SAFETY: the caller vouches for the memory and the processor.
                    unsafe { $load(from) }
                }
                #[inline(always)]
                unsafe fn store(self, to: *mut f32) {
                    // SAFETY: as above.
                    unsafe { $store(to, self) }
                }
                #[inline(always)]
                unsafe fn mul_add(self, b: Self, c: Self) -> Self {
                    // SAFETY: the caller has checked the processor.
                    unsafe { $fmadd(self, b, c) }
                }
            }
        };
    }

    lanes!(__m256, 8, _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_fmadd_ps);
    lanes!(__m512, 16, _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_fmadd_ps);
}
