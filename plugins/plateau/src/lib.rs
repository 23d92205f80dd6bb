//! Reactions to the loss alone.
//!
//! | controller | rule | class | source |
//! | --- | --- | --- | --- |
//! | `reduce-on-plateau` | multiply by `factor` when the loss has not improved for `patience` measurements | `scalar` | PyTorch `ReduceLROnPlateau` |
//! | `bold-driver` | raise by 5 % after a fall of the loss, halve after a rise | `scalar` | Vogl et al. 1988; Battiti 1989 |
//!
//! Both end with a learning rate too small to follow a shift: the plateau rule never raises it, and under noise the bold driver halves about as often as
//! it raises.

mod bold_driver;
mod reduce_on_plateau;

pub use bold_driver::BoldDriver;
pub use reduce_on_plateau::ReduceOnPlateau;

oha_plugin_api::export_controller!(BoldDriver, ReduceOnPlateau);
