//! The `oha-host` binary.
fn main() {}
