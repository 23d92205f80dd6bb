//! The clauses of the contract: one file a clause or a few that belong together.

mod batch;
mod descriptor;
mod endurance;
mod floating_point;
mod input;
mod panic_safety;
mod replay;
mod reset;
mod state;
mod threads;

use super::bench::{Bench, Finding, Observed};

/// One clause.
pub struct Clause {
    /// Name on the command line.
    pub id: &'static str,
    /// One sentence: what must hold.
    pub summary: &'static str,
    /// Processes in which it is tried; their traces must agree.
    pub n_processes: usize,
    /// Tries it.
    pub run: fn(&Bench<'_>) -> Result<Observed, Finding>,
}

/// Every clause, in the order in which they are tried.
#[must_use]
pub fn registry() -> &'static [Clause] {
    &[
        descriptor::CLAUSE,
        input::BOUNDS,
        replay::DETERMINISM,
        replay::ORDER,
        replay::PROCESS,
        batch::CLAUSE,
        reset::CLAUSE,
        state::ROUND_TRIP,
        state::GARBAGE,
        input::NON_FINITE,
        input::EXTREME,
        endurance::LONG_RUN,
        endurance::MEMORY,
        endurance::COST,
        floating_point::CLAUSE,
        panic_safety::CLAUSE,
        threads::CLAUSE,
    ]
}
