//! Controller libraries against the host: discovery, loading, calling, isolation, conformance.
#![allow(clippy::disallowed_methods, reason = "tests start programs in an environment of their own")]

mod boundary;
mod discovery;
mod fixture;
mod fuzz;
mod isolation;
mod loading;
