//! Hypergradient descent: the learning rate follows the gradient of the loss with respect to itself.
//!
//! With the update `x_t = x_{t-1} - a_{t-1} d_{t-1}`, the derivative of `l_t(x_t)` by `a_{t-1}` is `-g_t . d_{t-1}`.
//!
//! | controller | rule | class |
//! | --- | --- | --- |
//! | `hypergradient` | `a_t = a_{t-1} + beta g_t . d_{t-1}`, or `a_t = a_{t-1} (1 + beta g_t . d_{t-1} / (\|g_t\| \|d_{t-1}\|))`; used on `g_t` | `current` |
//! | `hypergradient-lagged` | the same with the products of one step earlier | `signals` |
//!
//! Source: Almeida et al. 1998; Baydin et al. 2018, arXiv:1703.04782, whose algorithm looks at the current gradient before it steps.

mod hypergradient;

pub use hypergradient::{Hypergradient, HypergradientLagged};

oha_plugin_api::export_controller!(Hypergradient, HypergradientLagged);
