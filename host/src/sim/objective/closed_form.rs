//! What exact oracles are made from.

/// Second-moment description of a linear-Gaussian objective: all that an exact oracle needs. At each step, in this order: the target jumps, the
/// gradient `h (theta - target) + noise` is taken and applied, the target drifts, the loss `sum_i h_i e_i^2 / 2` is measured.
/// The regime's [`Landscape`](crate::sim::regime::Landscape) scales these values over time.
#[derive(Clone, Debug, PartialEq)]
pub struct ClosedForm {
    /// Curvature of each coordinate.
    pub curvature: Vec<f64>,
    /// Variance of the gradient noise of each coordinate.
    pub noise_variance: Vec<f64>,
    /// Variance of the target's random walk of each coordinate, a step.
    pub drift_variance: Vec<f64>,
    /// Expected squared initial error of each coordinate.
    pub initial_variance: Vec<f64>,
    /// Variance of the gradient that the error itself makes: `c` in `c h^2 P`, with `P` the squared error a coordinate (random features); 0 where there is none.
    /// Another value needs curvatures that are all alike.
    pub multiplicative: f64,
}

/// Learning rates in closed form that are good, not proven best: what minimises the expected loss of each step alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Gains {
    /// Learning rate of each decision.
    pub rates: Vec<f64>,
    /// No plan has a lower expected cumulative loss; `None` where nothing is known.
    pub lower: Option<f64>,
    /// How, in words.
    pub how: &'static str,
}

/// Losses that no choice alters but the one of their own step: what exact schedules and dynamic programmes are made from.
pub trait Exogenous {
    /// The hyperparameter that they depend on.
    fn hyperparameter(&self) -> &'static str;
    /// Expected loss of a decision under a value.
    fn expected_loss(&self, decision: u64, value: f64) -> f64;
    /// The value with the smallest one.
    fn best_value(&self, decision: u64) -> f64;
}
