//! Reset on drift: a detector watches the loss; on an alarm the hyperparameter returns to its first value and the inner schedule starts again.
//!
//! | controller | detector | source |
//! | --- | --- | --- |
//! | `reset-page-hinkley` | cumulated deviation from the running mean | Page 1954; Mouss et al. 2004; River `PageHinkley` |
//! | `reset-adwin` | two sub-windows of an adaptive window differ in mean | Bifet & Gavalda 2007; River `ADWIN` |
//! | `reset-kswin` | Kolmogorov-Smirnov test of recent against older losses | Raab, Heusinger & Schleif 2020, doi:10.1016/j.neucom.2019.11.111; River `KSWIN` |
//! | `reset-cusum` | cumulated deviation from the mean of the first samples | Liu, Lee & Shroff 2018, arXiv:1711.03539 |
//!
//! Information class of all: `scalar`. Inner schedules: constant, cosine, inverse square root, exponential; see [`clock`].
//!
//! By default the detectors see standardised residuals and only a rise of the loss counts ([`feed`]): the raw loss of a training run falls, which looks like
//! drift, and its scale is arbitrary. With raw losses the detectors are those of River, with its defaults. Known failure modes: a false alarm raises the
//! learning rate at the noise floor; a drift slower than the residual's window is not seen; a shift that lowers the loss is ignored.

pub mod adwin;
pub mod clock;
pub mod cusum;
pub mod detector;
pub mod feed;
pub mod kswin;
pub mod page_hinkley;
mod reset;

pub use adwin::Adwin;
pub use cusum::Cusum;
pub use kswin::Kswin;
pub use page_hinkley::PageHinkley;
pub use reset::Reset;

/// The controller `reset-adwin`.
pub type ResetAdwin = Reset<Adwin>;
/// The controller `reset-cusum`.
pub type ResetCusum = Reset<Cusum>;
/// The controller `reset-kswin`.
pub type ResetKswin = Reset<Kswin>;
/// The controller `reset-page-hinkley`.
pub type ResetPageHinkley = Reset<PageHinkley>;

oha_plugin_api::export_controller!(ResetAdwin, ResetCusum, ResetKswin, ResetPageHinkley);

#[cfg(test)]
mod reference {
    //! Alarms of River 0.26.1 on a fixed stream; see `tests/data/detectors.py`.

    use crate::detector::Detector;
    use serde_json::Value;

    /// The table.
    pub(crate) fn table() -> Value {
        serde_json::from_str(include_str!("../tests/data/detectors.json")).expect("JSON")
    }

    /// The series `name`.
    pub(crate) fn series(name: &str) -> Vec<f64> {
        table()[name].as_array().unwrap_or_else(|| panic!("no series {name}")).iter().map(|x| x.as_f64().expect("a number")).collect()
    }

    /// Indices at which `detector` raises an alarm, when it is reset after each.
    pub(crate) fn alarms(detector: &mut impl Detector, stream: &[f64]) -> Vec<f64> {
        let mut found = vec![];
        for (i, x) in stream.iter().enumerate() {
            if detector.update(*x).is_some() {
                found.push(i as f64);
                detector.reset();
            }
        }
        found
    }
}
