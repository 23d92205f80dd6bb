//! The floating-point mode: rounding, flushing of subnormals, trapping.
//!
//! A library built with `-ffast-math` switches subnormals off for the whole thread as soon as it is loaded, and with them the meaning of
//! everyone else's arithmetic. The host therefore compares the mode with the default after loading and after each call.

/// The mode in which a process starts: round to nearest, keep subnormals, no traps.
pub(super) const DEFAULT: u64 = imp::DEFAULT;

/// The control bits of the calling thread's mode; sticky exception flags are left out.
#[inline(always)]
pub(super) fn mode() -> u64 {
    imp::mode()
}

/// Sets the control bits.
pub(super) fn set_mode(mode: u64) {
    imp::set_mode(mode);
}

/// Restores the default; tells whether it had been changed.
#[inline(always)]
pub(super) fn restore() -> bool {
    if mode() == DEFAULT {
        return false;
    }
    set_mode(DEFAULT);
    true
}

#[cfg(target_arch = "x86_64")]
mod imp {
    use std::arch::asm;

    /// MXCSR without its six sticky flags: all exceptions masked.
    pub(super) const DEFAULT: u64 = 0x1f80;

    #[inline(always)]
    pub(super) fn mode() -> u64 {
        let mut mxcsr = 0_u32;
        // SAFETY: stores the register to the four bytes pointed at.
        unsafe { asm!("stmxcsr [{}]", in(reg) &raw mut mxcsr, options(nostack, preserves_flags)) };
        u64::from(mxcsr & !0x3f)
    }

    pub(super) fn set_mode(mode: u64) {
        let mxcsr = mode as u32;
        // SAFETY: loads the register from the four bytes pointed at; only values read by `mode` or the default are passed, no reserved bit.
        unsafe { asm!("ldmxcsr [{}]", in(reg) &raw const mxcsr, options(nostack, preserves_flags, readonly)) };
    }
}

#[cfg(target_arch = "aarch64")]
mod imp {
    use std::arch::asm;

    pub(super) const DEFAULT: u64 = 0;

    #[inline(always)]
    pub(super) fn mode() -> u64 {
        let fpcr: u64;
        // SAFETY: reads a register.
        unsafe { asm!("mrs {}, fpcr", out(reg) fpcr, options(nomem, nostack, preserves_flags)) };
        fpcr
    }

    pub(super) fn set_mode(mode: u64) {
        // SAFETY: writes a register with a value read by `mode`, or the default.
        unsafe { asm!("msr fpcr, {}", in(reg) mode, options(nomem, nostack, preserves_flags)) };
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod imp {
    pub(super) const DEFAULT: u64 = 0;

    #[inline(always)]
    pub(super) fn mode() -> u64 {
        DEFAULT
    }

    pub(super) fn set_mode(_: u64) {}
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;
    use std::hint::black_box;

    #[test]
    fn flush_to_zero_is_seen_and_undone() {
        assert!(!restore(), "a thread starts in the default mode");
        set_mode(DEFAULT | 0x8040);
        let flushed = black_box(1e-310_f64) * black_box(0.5);
        assert!(restore());
        assert_eq!(flushed, 0.0);
        assert_eq!(black_box(1e-310_f64) * black_box(0.5), 5e-311);
        assert!(!restore());
    }
}
