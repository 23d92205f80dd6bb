//! Looking at the data as they come: tests and intervals that hold at every number of seeds at once, so that one may stop when decided.
//!
//! A p-value or interval of fixed size, looked at again and again until it is significant, is wrong as often as one likes. Here the test is a
//! bet ([`sign_betting`]) whose wealth, if there is no difference, exceeds `1/alpha` at any time with probability at most `alpha` (Ville 1939);
//! and the interval is a confidence sequence ([`t_confidence_sequence`]).

mod betting;
mod confidence;
mod design;

pub use betting::{Betting, sign_betting, smallest_p};
pub use confidence::t_confidence_sequence;
pub use design::SequentialDesign;
