//! Statistics, tables and figures for paired comparisons over scenarios and seeds.
//!
//! A [`ResultTable`](input::ResultTable) goes in, a [`Verdict`] comes out: every number of the terminal, the tables, the figures and the report is a
//! field of it, with its interval, level, method and n. The same table and options give the same bytes on any number of threads.
//!
//! ```
//! use oha_analysis::input::{AnalysisOptions, EpisodeRow, ResultTable, Rope, Status, Supplement};
//! use oha_analysis::verdict::Decision;
//! use std::collections::BTreeMap;
//!
//! let mut rows = Vec::new();
//! for (controller, cost) in [("constant", 3.0), ("cosine", 2.0)] {
//!     for scenario in ["shift", "drift"] {
//!         for seed in 0..12_u64 {
//!             let value = cost + 0.1 * (seed % 5) as f64;
//!             let metrics = BTreeMap::from([("loss".to_owned(), value)]);
//!             let (controller, scenario) = (controller.to_owned(), scenario.to_owned());
//!             rows.push(EpisodeRow { controller, scenario, seed, status: Status::Completed, metrics });
//!         }
//!     }
//! }
//! let table = ResultTable::new(Vec::new(), Vec::new(), rows)?;
//! let options = AnalysisOptions {
//!     primary_metric: "loss".to_owned(),
//!     rope: Some(Rope::Relative(0.01)),
//!     n_resamples: 1000,
//!     n_audit: 0,
//!     ..AnalysisOptions::default()
//! };
//! let verdict = oha_analysis::analyze(&table, &Supplement::default(), &options)?;
//! assert_eq!(verdict.pooled[0].decision, Decision::SecondBetter);
//! println!("{}", oha_analysis::report::terminal(&verdict));
//! # Ok::<(), oha_analysis::AnalysisError>(())
//! ```
//!
//! # Which method?
//!
//! Decide four things before looking at the data; each is an option of [`AnalysisOptions`](input::AnalysisOptions).
//!
//! 1. **What the claim is about.** *These scenarios* ([`Claim::TheseScenarios`](input::Claim)): another researcher who runs the same scenarios under other
//!    seeds finds the same. Seeds are the source of variation, and more of them narrow the interval. *Scenarios like these*: it holds on scenarios that
//!    nobody has run yet. Scenarios are the source of variation, and only more scenarios help. The second interval is the wider one, often by a factor of two;
//!    the first one read as the second covers far less than it claims, and the coverage audit of every verdict says how little.
//! 2. **What happens to runs that fail.** [`MissingPolicy`](input::MissingPolicy): an error, the worst rank, or the score at the ceiling. Nothing is
//!    dropped; what the other policies would have said stands beside.
//! 3. **What difference would matter.** A [`Rope`](input::Rope): without one, two controllers can be told apart or be undecided, never equal.
//! 4. **How many seeds.** Either fixed beforehand (the power lines of a verdict tell what a number can show), or added until decided: then
//!    [`SequentialDesign`](sequential::SequentialDesign), because a fixed-size test that is looked at again and again finds what is not there.
//!
//! | question | method | why |
//! | --- | --- | --- |
//! | mean of one controller in one scenario | [`interval::mean_interval`]: Student t below 8 seeds, studentized bootstrap from there | percentile intervals of 3 seeds cover 85 % where 95 % is claimed |
//! | median, or a heavy tail | [`interval::median_interval`] (order statistics) | holds for any distribution |
//! | another statistic (interquartile mean, quantile) | [`interval::bootstrap`], BCa from some 20 values | skew and bias are corrected for |
//! | mean over scenarios | [`interval::pooled_mean_interval`] | the claim decides what is resampled |
//! | two controllers over these scenarios | [`test::stratified_sign_flip`] | differences between scenarios are no noise |
//! | two controllers, same seeds | [`test::wilcoxon`] (exact, with ties); [`test::sign_flip`] for the mean itself | pairs cancel what the seeds have in common |
//! | two samples without pairs | [`test::mann_whitney`], [`test::permutation_two_sample`] | |
//! | many controllers | [`many::friedman`], then [`many::adjust`] (Holm) over Wilcoxon tests; [`many::nemenyi_cd`] for the classical diagram | Nemenyi's test depends on who else takes part |
//! | how large is the difference | [`effect::hodges_lehmann`] in the metric's unit, [`effect::cliffs_delta`] without one | a p-value is no size |
//! | is it practically nothing | [`bayes::bayes_signed_rank`], or the interval inside the region of equivalence | "not significant" is no answer |
//! | a whole curve | [`curve::mean_bands`], the simultaneous band | a pointwise band holds at each step, not for the curve |
//! | time to recover, some never do | [`curve::kaplan_meier`], [`curve::restricted_mean`] | a censored time is neither infinite nor to be dropped |
//! | seeds added until decided | [`sequential::sign_betting`], [`sequential::t_confidence_sequence`] | valid at every number of seeds at once |
//!
//! Statistics take checked samples ([`sample`]): no NaN, infinity or empty list gets in. Seeds are arguments ([`resample::Resampler`]). p-values are
//! two-sided and never 0; differences and effect sizes are positive where the first is better.

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests compare with the platform's own functions"))]

mod analyze;
pub mod bayes;
pub mod curve;
pub mod distribution;
pub mod effect;
pub mod error;
pub mod estimate;
pub mod figure;
mod float;
pub mod input;
pub mod interval;
pub mod many;
mod order;
pub mod report;
pub mod resample;
pub mod sample;
pub mod sequential;
pub mod sum;
pub mod table;
pub mod test;
pub mod verdict;

pub use analyze::{Look, analyze, look};
pub use error::{AnalysisError, StatError};
pub use verdict::{Estimate, Verdict};
