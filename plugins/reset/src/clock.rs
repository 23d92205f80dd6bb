//! The inner schedule: a function of the decisions since the last reset.
//!
//! With `s` decisions since the reset, `p` the first value and `R` the decisions that were left in the episode at the reset:
//! `constant` `p` | `cosine` `p (1 + cos(pi s / R)) / 2` | `inverse-sqrt` `p / sqrt(1 + s / tau)`, `tau = timescale T` | `exponential` `p ratio^(s / (T - 1))`.

use controller_common::shape;
use oha_plugin_api::{Config, EpisodeSpec, Parameter};

/// An inner schedule.
#[derive(Clone, Debug)]
pub struct Clock {
    peak: f64,
    n_steps: u64,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Constant,
    Cosine,
    InverseSqrt { timescale: f64 },
    Exponential { gamma: f64 },
}

impl Clock {
    /// The parameters of a descriptor.
    #[must_use]
    pub fn parameters() -> Vec<Parameter> {
        let kinds = ["constant", "cosine", "inverse-sqrt", "exponential"];
        vec![
            Parameter::choice("schedule", "constant", &kinds, "Inner schedule, started again by a reset"),
            Parameter::real("timescale", 0.1, 1e-9, f64::INFINITY, "Time scale of inverse-sqrt, as a fraction of the episode"),
            Parameter::real(
                "final_ratio",
                0.01,
                1e-300,
                1.0,
                "What exponential would reach in a whole episode, divided by the first value",
            ),
        ]
    }

    /// The schedule that `config` asks for, from `peak`.
    #[must_use]
    pub fn new(config: &Config, spec: &EpisodeSpec, peak: f64) -> Self {
        let n_steps = spec.n_steps;
        let kind = match config.choice("schedule") {
            "cosine" => Kind::Cosine,
            "inverse-sqrt" => Kind::InverseSqrt { timescale: config.real("timescale").unwrap_or(0.1) * n_steps as f64 },
            "exponential" => {
                let last = n_steps.saturating_sub(1).max(1) as f64;
                Kind::Exponential { gamma: libm::pow(config.real("final_ratio").unwrap_or(0.01), 1.0 / last) }
            }
            _ => Kind::Constant,
        };
        Self { peak, n_steps, kind }
    }

    /// The value at decision `t` when the last reset was at decision `start`.
    #[must_use]
    pub fn value(&self, t: u64, start: u64) -> f64 {
        let since = t.saturating_sub(start) as f64;
        self.peak
            * match self.kind {
                Kind::Constant => 1.0,
                Kind::Cosine => shape::cosine(since / self.n_steps.saturating_sub(start).max(1) as f64),
                Kind::InverseSqrt { timescale } => shape::inverse_sqrt(since, timescale.max(f64::MIN_POSITIVE)),
                Kind::Exponential { gamma } => shape::exponential(since, gamma),
            }
    }
}
