//! Distribution functions: thin doors to `statrs` that keep upper tails accurate, and the studentized range, which it lacks.

mod beta;
mod normal;
mod range;
mod student;

pub use beta::{beta_quantile, chi_squared_sf, f_sf};
pub use normal::{normal_cdf, normal_quantile, normal_sf};
pub use range::{studentized_range_quantile, studentized_range_sf};
pub use student::{student_t_quantile, student_t_sf};
