//! The simulator: pure functions of a scenario, a seed and a controller. No input or output, clock, environment or threads.
//!
//! Read in this order: [`rng`] (where every random number comes from), [`objective`] (what is trained), [`optimizer`] (the update operator),
//! [`regime`] (what changes meanwhile), [`trainer`] (one training run), [`scenario`] (all of it, checked), [`episode`] (the step protocol).

pub mod agreement;
pub mod audit;
pub mod data;
pub mod episode;
pub mod guard;
pub mod kernel;
pub mod metrics;
pub mod model;
pub mod objective;
pub mod optimizer;
pub mod oracle;
pub mod policy;
pub mod real;
pub mod regime;
pub mod retention;
pub mod rng;
pub mod scenario;
pub mod space;
pub mod spec;
pub mod suite;
pub mod trainer;
pub mod trajectory;
