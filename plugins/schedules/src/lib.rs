//! Open-loop schedules: the value is a fixed function of the step.
//!
//! `t` is the decision, from 0 to `T - 1`; `p` the peak, which defaults to the episode's initial value; `W` the steps of linear warmup from 0,
//! `p t / W`; `u = (t - W) / (T - W)` the fraction of the rest that has passed. Periods are fractions of `T`, so that a setting carries over to another
//! horizon. What falls outside the episode's bounds is clamped to them.
//!
//! | controller | value after warmup | source |
//! | --- | --- | --- |
//! | `constant` | given values of any hyperparameters | - |
//! | `step` | `p gamma^floor(t / s)` | He et al. 2016, arXiv:1512.03385; PyTorch `StepLR` |
//! | `exponential` | `p gamma^t` | PyTorch `ExponentialLR` |
//! | `polynomial` | `e + (p - e) (1 - u)^d`; `d = 1` is linear decay | Chen et al. 2017, arXiv:1606.00915; PyTorch `PolynomialLR` |
//! | `cosine` | `e + (p - e) (1 + cos(pi u)) / 2` | Loshchilov & Hutter 2017, arXiv:1608.03983; PyTorch `CosineAnnealingLR` |
//! | `sgdr` | cosine in cycle `i` of length `T_i = T_0 m^i` | the same; PyTorch `CosineAnnealingWarmRestarts` |
//! | `one-cycle` | up to `p`, then down, momentum against it | Smith & Topin 2017, arXiv:1708.07120; PyTorch `OneCycleLR` |
//! | `inverse-sqrt` | `p / sqrt(1 + (t - W) / tau)` | Vaswani et al. 2017, arXiv:1706.03762; Transformers `get_inverse_sqrt_schedule` |
//! | `warmup-stable-decay` | `p`, then cosine, linear or `1 - sqrt` decay over the last part | Hu et al. 2024, arXiv:2404.06395; Transformers `get_wsd_schedule` |
//! | `cyclic` | triangle between `b` and `p` | Smith 2017, arXiv:1506.01186; PyTorch `CyclicLR` |
//!
//! Information class of all: `open-loop`. Known failure modes: all but `constant`, `exponential`, `inverse-sqrt` and `cyclic` need `T` in advance; none
//! reacts to a shift, and after a decay the value is too small to follow one.

mod constant;
mod cosine;
mod cyclic;
mod exponential;
mod inverse_sqrt;
mod one_cycle;
mod open_loop;
mod polynomial;
mod sgdr;
mod step;
mod warmup_stable_decay;

pub use constant::Constant;
pub use cosine::Cosine;
pub use cyclic::Cyclic;
pub use exponential::Exponential;
pub use inverse_sqrt::InverseSqrt;
pub use one_cycle::OneCycle;
pub use polynomial::Polynomial;
pub use sgdr::Sgdr;
pub use step::Step;
pub use warmup_stable_decay::WarmupStableDecay;

oha_plugin_api::export_controller!(Constant, Cosine, Cyclic, Exponential, InverseSqrt, OneCycle, Polynomial, Sgdr, Step, WarmupStableDecay);

#[cfg(test)]
mod reference {
    //! Series computed by PyTorch and, for the schedules that it lacks, by the recurrences of Transformers; see `tests/data/schedules.py`.

    /// The series `name` of `tests/data/schedules.json`.
    pub(crate) fn series(name: &str) -> Vec<f64> {
        let table: serde_json::Value = serde_json::from_str(include_str!("../tests/data/schedules.json")).expect("JSON");
        table[name].as_array().unwrap_or_else(|| panic!("no series {name}")).iter().map(|x| x.as_f64().expect("a number")).collect()
    }
}
