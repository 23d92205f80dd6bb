//! How a call across the boundary ended.

/// The outcome of a call. Any other number is treated as [`Status::FATAL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub struct Status(pub i32);

impl Status {
    /// Done.
    pub const OK: Self = Self(0);
    /// Done, and `last_error` holds a remark that is recorded.
    pub const WARNING: Self = Self(1);
    /// There is no proposal at this step: the hyperparameters in force are kept, which is no violation.
    pub const DISCARD: Self = Self(2);
    /// The call failed, `last_error` tells why; the instance is still usable.
    pub const ERROR: Self = Self(3);
    /// The instance is unusable until `reset`; a caught panic reports this.
    pub const FATAL: Self = Self(4);

    /// Whether the call did what was asked, with or without a remark.
    #[must_use]
    pub const fn is_done(self) -> bool {
        self.0 == Self::OK.0 || self.0 == Self::WARNING.0
    }
}
