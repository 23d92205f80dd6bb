//! What an alteration touches.

/// What an alteration touches: a set of flags, checked against what the task accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touches(pub u16);

impl Touches {
    /// Nothing (a placebo).
    pub const NONE: Self = Self(0);
    /// Curvature, noise, drift or target of a synthetic objective.
    pub const LANDSCAPE: Self = Self(1);
    /// Inputs or labels of the data.
    pub const DATA: Self = Self(2);
    /// The gradient, between its computation and the update.
    pub const GRADIENT: Self = Self(4);
    /// The loss that the controller is told (the recorded one stays true).
    pub const FEEDBACK: Self = Self(8);
    /// Parameters or optimizer state, once, when the change begins.
    pub const STATE: Self = Self(16);
    /// Condition number or orientation of a synthetic objective whose curvatures differ.
    pub const SPECTRUM: Self = Self(32);
    /// The text that a sequence model reads.
    pub const CORPUS: Self = Self(64);
    /// The loss of the objective.
    pub const LOSS: Self = Self(128);
    /// The size of minibatches.
    pub const BATCH: Self = Self(256);
    /// Which examples are drawn from a finite set.
    pub const SAMPLING: Self = Self(512);

    /// Whether some flag of `other` is in this set.
    #[must_use]
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether every flag of `other` is in this set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The names of the flags, for messages.
    #[must_use]
    pub fn names(self) -> String {
        let all = [
            (Self::LANDSCAPE, "landscape"),
            (Self::DATA, "data"),
            (Self::GRADIENT, "gradient"),
            (Self::FEEDBACK, "feedback"),
            (Self::STATE, "state"),
            (Self::CORPUS, "corpus"),
            (Self::SPECTRUM, "spectrum"),
            (Self::LOSS, "loss"),
            (Self::BATCH, "batch size"),
            (Self::SAMPLING, "sampling"),
        ];
        let names: Vec<&str> = all.iter().filter(|(flag, _)| self.contains(*flag)).map(|(_, name)| *name).collect();
        if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
    }
}

impl std::ops::BitOr for Touches {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
