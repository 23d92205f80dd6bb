//! Fixed-order kernels, compiled once for each vector width of the platform: the same bits from every width.
//!
//! A kernel is written once, over blocks of lanes with `mul_add`, and compiled for the baseline, AVX2+FMA and AVX-512 on
//! x86-64 (on AArch64 the baseline is NEON). [`kernel!`](crate::kernel) makes the variants and the dispatch. Since each lane is a
//! fused multiply-add in a stated order, the width changes speed, never a result.

pub mod activation;
pub mod convolution;
pub mod descent;
pub mod elementary;
pub mod gemm;
mod lanes;
pub mod loss;
pub mod matrix;
pub mod normal;
pub mod normal_block;
pub(crate) mod octet;
pub mod other_loss;
pub mod sequence;
#[cfg(test)]
pub(crate) mod testing;
pub mod vector;
mod width;

pub use width::{Width, WidthError, available, current, force};

/// Compiles a function for every vector width and dispatches on [`current`]. With a type parameter, as in `fn dot<V>(..)`, the body is
/// written over that type of eight lanes, see `octet`.
#[macro_export]
macro_rules! kernel {
    ($(#[$meta:meta])* $vis:vis fn $name:ident<$octet:ident>($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)? $body:block) => {
        $(#[$meta])*
        #[inline]
        #[allow(clippy::too_many_arguments, reason = "the signature is the kernel's own")]
        $vis fn $name($($arg: $ty),*) $(-> $ret)? {
            /// # Safety
            /// The processor has the width of the lanes.
            #[inline(always)]
            #[allow(clippy::too_many_arguments, reason = "the signature is the kernel's own")]
            #[allow(clippy::macro_metavars_in_unsafe, reason = "kernels are this crate's own; their bodies call the lanes' operations only")]
            unsafe fn body<$octet: $crate::sim::kernel::octet::Octet>($($arg: $ty),*) $(-> $ret)? {
                // SAFETY: the caller's promise; the lanes stay inside their slices.
                unsafe { $body }
            }

            #[cfg(target_arch = "x86_64")]
            {
                /// # Safety
                /// The processor has AVX2 and FMA; wider processors have them too, and eight lanes are too short for more.
                #[target_feature(enable = "avx2,fma")]
                #[allow(clippy::too_many_arguments, reason = "the signature is the kernel's own")]
                unsafe fn avx2($($arg: $ty),*) $(-> $ret)? {
                    // SAFETY: the caller's promise.
                    unsafe { body::<$crate::sim::kernel::octet::Pair>($($arg),*) }
                }
                match $crate::sim::kernel::current() {
                    // SAFETY: every processor has the baseline.
                    $crate::sim::kernel::Width::Baseline => unsafe { body::<[f64; 8]>($($arg),*) },
                    // SAFETY: `force` and the detection accept only widths that this processor has.
                    $crate::sim::kernel::Width::Avx2 | $crate::sim::kernel::Width::Avx512 => unsafe { avx2($($arg),*) },
                }
            }
            #[cfg(not(target_arch = "x86_64"))]
            // SAFETY: every processor has the baseline.
            unsafe { body::<[f64; 8]>($($arg),*) }
        }
    };
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)? $body:block) => {
        $(#[$meta])*
        #[inline]
        #[allow(clippy::too_many_arguments, reason = "the signature is the kernel's own")]
        $vis fn $name($($arg: $ty),*) $(-> $ret)? {
            #[inline(always)]
            #[allow(clippy::too_many_arguments, reason = "the signature is the kernel's own")]
            fn body($($arg: $ty),*) $(-> $ret)? $body

            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,fma")]
                #[allow(clippy::too_many_arguments, reason = "the signature is the kernel's own")]
                fn avx2($($arg: $ty),*) $(-> $ret)? { body($($arg),*) }
                #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
                #[allow(clippy::too_many_arguments, reason = "the signature is the kernel's own")]
                fn avx512($($arg: $ty),*) $(-> $ret)? { body($($arg),*) }
                match $crate::sim::kernel::current() {
                    $crate::sim::kernel::Width::Baseline => body($($arg),*),
                    // SAFETY: `force` and the detection accept only widths that this processor has.
                    $crate::sim::kernel::Width::Avx2 => unsafe { avx2($($arg),*) },
                    // SAFETY: as above.
                    $crate::sim::kernel::Width::Avx512 => unsafe { avx512($($arg),*) },
                }
            }
            #[cfg(not(target_arch = "x86_64"))]
            body($($arg),*)
        }
    };
}
