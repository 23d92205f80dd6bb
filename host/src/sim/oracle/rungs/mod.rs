//! The rungs of the ladder, one method a file.

pub(super) mod constant;
pub(super) mod isotropic;
pub(super) mod noisy_quadratic;
pub(super) mod segments;
