//! What the controllers shipped with `oha-host` share.
//!
//! A plain library without exported symbols, so that any number of controller libraries can link it.

pub mod about;
pub mod blocks;
pub mod draws;
pub mod shape;
pub mod state;
pub mod target;
pub mod trial;

pub use blocks::Blocks;
pub use draws::Draws;
pub use state::{Port, State};
pub use target::Target;
