//! The signals that a controller may ask for.

use serde::{Deserialize, Serialize};

/// A scalar measured by the host at each step. Declared in [`crate::Descriptor::signals`], delivered in that order in
/// [`crate::Observation::signals`]. A signal that a task cannot measure is NaN.
///
/// `g_t` is the minibatch gradient at `theta_t` (weight decay excluded), `x_t` the parameters, `x_0` the start. For controllers of class
/// `signals` the newest value is that of the last completed step; for class `current` it is that of the step about to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u32)]
pub enum Signal {
    /// Loss of the minibatch on which the gradient was taken, `l_t(x_t)`.
    TrainLoss = 0,
    /// Euclidean norm of the gradient, `|g_t|`.
    GradientNorm = 1,
    /// Inner product of the gradient with the one before, `g_t . g_{t-1}`; 0 at the first step.
    GradientDotPrevious = 2,
    /// `|g_t - g_{t-1}|`; 0 at the first step.
    GradientDifferenceNorm = 3,
    /// `|x_t - x_{t-1}|`; 0 at the first step.
    ParameterDifferenceNorm = 4,
    /// `|x_t|`.
    ParameterNorm = 5,
    /// `|x_t - x_0|`.
    DistanceFromStart = 6,
    /// Inner product of the gradient with the direction of the optimizer's last update per unit of learning rate,
    /// `g_t . d_{t-1}` where `x_t = x_{t-1} - a d_{t-1}`; 0 at the first step.
    GradientDotUpdate = 7,
    /// Norm of that direction, `|d_{t-1}|`; 0 at the first step.
    UpdateNorm = 8,
    /// Accuracy of the last evaluation, in [0, 1], where the task has one.
    Accuracy = 9,
}

impl Signal {
    /// Every signal, in the order of its code.
    pub const ALL: [Self; 10] = [
        Self::TrainLoss,
        Self::GradientNorm,
        Self::GradientDotPrevious,
        Self::GradientDifferenceNorm,
        Self::ParameterDifferenceNorm,
        Self::ParameterNorm,
        Self::DistanceFromStart,
        Self::GradientDotUpdate,
        Self::UpdateNorm,
        Self::Accuracy,
    ];

    /// The number of signals that exist.
    pub const COUNT: usize = Self::ALL.len();

    /// The name used in descriptors, files and tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TrainLoss => "train_loss",
            Self::GradientNorm => "gradient_norm",
            Self::GradientDotPrevious => "gradient_dot_previous",
            Self::GradientDifferenceNorm => "gradient_difference_norm",
            Self::ParameterDifferenceNorm => "parameter_difference_norm",
            Self::ParameterNorm => "parameter_norm",
            Self::DistanceFromStart => "distance_from_start",
            Self::GradientDotUpdate => "gradient_dot_update",
            Self::UpdateNorm => "update_norm",
            Self::Accuracy => "accuracy",
        }
    }
}
