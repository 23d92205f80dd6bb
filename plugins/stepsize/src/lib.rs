//! Step-size rules: the learning rate from the current loss and gradient.
//!
//! `l_t`, `g_t` are loss and gradient of the current minibatch at `x_t`; `a_t` the learning rate of the step about to be taken, `x_{t+1} = x_t - a_t d_t`.
//!
//! | controller | rule | class | source |
//! | --- | --- | --- | --- |
//! | `ali-g` | `min(a_max, l / (\|g\|^2 + e))` | `current` | Berrada et al. 2020, arXiv:1906.05661 |
//! | `sps` | `min(a_max, (l - f*) / (c \|g\|^2 + e))`, or at most `2^(1/n)` times the last one | `current` | Loizou et al. 2021, arXiv:2002.10542 |
//! | `l4` | `f (l - m L) / (g . d)`, `L` the lowest loss, slowly forgotten | `current` | Rolinek & Martius 2018, arXiv:1802.05074 |
//! | `dog` | `max_i \|x_i - x_0\| / sqrt(sum \|g_i\|^2)` | `current` | Ivgi et al. 2023, arXiv:2302.12022 |
//! | `adgd` | `min(sqrt(1 + h) a', 1 / (2 L))`, `L = \|g - g'\| / \|x - x'\|` | `current` | Malitsky & Mishchenko 2020, arXiv:1910.09529 |
//! | `armijo` | largest `a` tried with `l(x - a d) <= l - c a \|g\|^2` | `evaluations` | Vaswani et al. 2019, arXiv:1905.09997 |
//!
//! All are meant for plain SGD. Each keeps its last value where a signal is missing, and is clamped to the episode's bounds. Common failure: rules that
//! divide a loss by a squared gradient take the loss for the distance to the optimum; where the loss has a floor (noise, no interpolation) the step stays
//! large and only the cap holds it. DoG and L4 do not depend on the scale of the loss.

mod adgd;
mod ali_g;
mod armijo;
mod dog;
mod l4;
#[cfg(test)]
mod reference;
mod sps;

pub use adgd::AdGd;
pub use ali_g::AliG;
pub use armijo::Armijo;
pub use dog::Dog;
pub use l4::L4;
pub use sps::Sps;

oha_plugin_api::export_controller!(AdGd, AliG, Armijo, Dog, L4, Sps);
