//! Controller libraries against the host: discovery, loading, calling, isolation, conformance.

mod boundary;
mod discovery;
mod fixture;
mod loading;
