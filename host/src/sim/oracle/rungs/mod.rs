//! The rungs of the ladder, one method a file.

pub(super) mod beam;
pub(super) mod constant;
pub(super) mod exogenous;
pub(super) mod gains;
pub(super) mod isotropic;
pub(super) mod knots;
mod moves;
pub(super) mod noisy_quadratic;
pub(super) mod receding_horizon;
pub(super) mod segments;
pub(super) mod switches;
