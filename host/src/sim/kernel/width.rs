//! The vector widths of this processor, and the choice of one.

use std::str::FromStr;
use std::sync::atomic::{AtomicU8, Ordering};

/// A compiled variant of the kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Width {
    /// What every processor of the architecture has (SSE2 on x86-64, NEON on AArch64).
    Baseline = 1,
    /// 256-bit vectors with fused multiply-add.
    Avx2 = 2,
    /// 512-bit vectors.
    Avx512 = 3,
}

impl Width {
    /// The name used on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }
}

impl FromStr for Width {
    type Err = WidthError;

    fn from_str(name: &str) -> Result<Self, WidthError> {
        available().into_iter().find(|w| w.name() == name).ok_or_else(|| WidthError { found: name.to_owned() })
    }
}

/// The processor does not have this width, or there is no such width.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("kernel width `{found}` is not available; this processor has: {}", available().iter().map(|w| w.name()).collect::<Vec<_>>().join(", "))]
pub struct WidthError {
    found: String,
}

static CURRENT: AtomicU8 = AtomicU8::new(0);

/// The widths that this processor can run, narrowest first.
#[must_use]
pub fn available() -> Vec<Width> {
    #[cfg_attr(not(target_arch = "x86_64"), expect(unused_mut))]
    let mut widths = vec![Width::Baseline];
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            widths.push(Width::Avx2);
            let wide = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl");
            if wide {
                widths.push(Width::Avx512);
            }
        }
    }
    widths
}

/// The width in use: the widest available, unless [`force`] chose another.
#[inline]
#[must_use]
pub fn current() -> Width {
    match CURRENT.load(Ordering::Relaxed) {
        1 => Width::Baseline,
        2 => Width::Avx2,
        3 => Width::Avx512,
        _ => detect(),
    }
}

#[cold]
fn detect() -> Width {
    let widest = *available().last().expect("the baseline is always available");
    CURRENT.store(widest as u8, Ordering::Relaxed);
    widest
}

/// Uses `width` from now on, in every thread; results stay the same, bit for bit.
///
/// # Errors
/// When this processor does not have it.
pub fn force(width: Width) -> Result<(), WidthError> {
    if !available().contains(&width) {
        return Err(WidthError { found: width.name().to_owned() });
    }
    CURRENT.store(width as u8, Ordering::Relaxed);
    Ok(())
}
