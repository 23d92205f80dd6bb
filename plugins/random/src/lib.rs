//! Random online adaptation: what adaptation is worth without looking.
//!
//! | controller | rule | class | source |
//! | --- | --- | --- | --- |
//! | `random` | every `every` decisions: a walk `x <- x e^s`, `s` uniform in `±ln(factor)`, or a fresh draw from the range | `open-loop` | baseline |
//!
//! It sees nothing, so that a controller which does not beat it has learned nothing from its observations.

mod random_adaptation;

pub use random_adaptation::RandomAdaptation;

oha_plugin_api::export_controller!(RandomAdaptation);
