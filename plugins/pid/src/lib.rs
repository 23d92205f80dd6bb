//! PID control of the learning rate.
//!
//! | controller | rule | class | source |
//! | --- | --- | --- | --- |
//! | `pid` | `ln a += Kp e + Ki sum e + Kd (e - e')`, `e` = target slope of the loss minus the slope measured | `scalar` | no canonical paper |
//!
//! See [`Pid`] for what it does well and where it fails.

mod controller;

pub use controller::Pid;

oha_plugin_api::export_controller!(Pid);
