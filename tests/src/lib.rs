//! End-to-end tests of oha-host.
