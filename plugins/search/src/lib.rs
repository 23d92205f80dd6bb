//! Direct search on one hyperparameter while the run goes on.
//!
//! All move in the coordinate `z` of the hyperparameter's scale (`ln` of a learning rate) and see only losses, averaged over blocks.
//!
//! | controller | rule | source |
//! | --- | --- | --- |
//! | `hill-climb` | times 1.2 or 0.8, turn round when the loss falls more slowly than before | after the perturbation of Jaderberg et al. 2017, arXiv:1711.09846 |
//! | `spsa` | `z <- z - a_k (y(z + c_k D) - y(z - c_k D)) / (2 c_k D)` | Spall 1992, doi:10.1109/9.119632; gains of Spall 1998 |
//! | `extremum-seeking` | sine perturbation, demodulation, integration | Krstic & Wang 2000, doi:10.1016/S0005-1098(99)00183-1 |
//!
//! Information class of all: `scalar`. Common failure: the loss at a value depends on what came before, so that two values are never compared on equal terms, and
//! noise between blocks drives the walk.

mod extremum_seeking;
mod hill_climb;
mod spsa;

pub use extremum_seeking::ExtremumSeeking;
pub use hill_climb::HillClimb;
pub use spsa::Spsa;

oha_plugin_api::export_controller!(ExtremumSeeking, HillClimb, Spsa);

#[cfg(test)]
mod testing {
    //! A loss that depends on the value in force only.

    use controller_common::Draws;
    use controller_common::trial::{self, Trial};
    use oha_plugin_api::Controller;
    use serde_json::Value;

    /// Mean distance in decades from the best value (0.1, the search starts at 0.003) over the last quarter of 4000 decisions, when the loss is `scale` times one
    /// plus the square of that distance, with noise of a twentieth.
    pub(crate) fn distance<C: Controller>(parameters: &Value, scale: f64, seed: u64) -> f64 {
        let mut run = Trial::<C>::new(parameters, &trial::spec(4000, 1e-5, 10.0, 0.003), seed);
        let (mut draws, mut loss, mut total) = (Draws::new(seed), f64::NAN, 0.0);
        for t in 0..4000 {
            let gap = libm::log10(run.step(loss, &[]) / 0.1);
            loss = scale * (1.0 + gap * gap + 0.05 * draws.normal());
            total += if t >= 3000 { gap / 1000.0 } else { 0.0 };
        }
        total.abs()
    }
}
