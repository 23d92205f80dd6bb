//! The verdict: every number that the terminal, the tables, the figures and the report show.
//!
//! It is a plain value, ordered throughout, and survives JSON unchanged. A figure and a table drawn from the same verdict cannot
//! disagree.

mod adaptation;
mod aggregate;
mod cell;
mod comparison;
mod curve;
mod estimate;
mod note;
mod ranking;

use serde::{Deserialize, Serialize};

pub use adaptation::{DivergenceRate, RecoverySummary, SurvivalCurve};
pub use aggregate::{Aggregate, NormalisationInfo, PolicyOutcome, TwoClaims};
pub use cell::Cell;
pub use comparison::{BayesResult, Decision, EffectSizes, PairedComparison, PooledComparison, TestResult};
pub use curve::{BandKind, CurveBand, Profile, RunningTime, SensitivityCurve, TargetEcdf};
pub use estimate::Estimate;
pub use note::{CoverageAudit, Note, NoteKind, PowerLine, SeedsNeeded, SequentialSummary};
pub use ranking::{PostHocPair, Ranking};

use crate::input::{AnalysisOptions, ControllerInfo, ScenarioInfo};

/// Everything that is concluded from one study.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Version of this format.
    pub format: u32,
    /// Name of the study.
    pub study: String,
    /// The options in force.
    pub options: AnalysisOptions,
    /// Controllers in the order given.
    pub controllers: Vec<ControllerInfo>,
    /// Scenarios in the order given.
    pub scenarios: Vec<ScenarioInfo>,
    /// Number of episodes.
    pub n_episodes: usize,
    /// Primary metric of each controller in each scenario: by scenario, then controller.
    pub cells: Vec<Cell>,
    /// The same for the secondary metrics: by metric, scenario, controller. Cells without any value are left out.
    pub secondary: Vec<Cell>,
    /// Paired comparisons in each scenario: by scenario, then pair.
    pub comparisons: Vec<PairedComparison>,
    /// How scenarios were made comparable.
    pub normalisation: NormalisationInfo,
    /// Controllers over all scenarios, in the order given.
    pub aggregates: Vec<Aggregate>,
    /// Comparisons over all scenarios.
    pub pooled: Vec<PooledComparison>,
    /// Ranks; absent below 2 controllers or 2 blocks.
    pub ranking: Option<Ranking>,
    /// Recovery by scenario, controller and change, each scenario's changes also pooled.
    pub recovery: Vec<RecoverySummary>,
    /// Divergence by scenario and controller, then by controller over all.
    pub divergence: Vec<DivergenceRate>,
    /// Performance profiles, in the order of the controllers.
    pub profiles: Vec<Profile>,
    /// Distribution over targets, from the curves of quantities that are losses.
    pub target_ecdf: Vec<TargetEcdf>,
    /// Expected running times, from the same curves.
    pub running_times: Vec<RunningTime>,
    /// Mean curves with pointwise and simultaneous bands.
    pub curves: Vec<CurveBand>,
    /// Sensitivity to initial hyperparameters.
    pub sensitivity: Vec<SensitivityCurve>,
    /// What the outcome would have been under the other missing policies; empty where nothing is missing.
    pub policies: Vec<PolicyOutcome>,
    /// What can be detected with these seeds.
    pub power: Vec<PowerLine>,
    /// How seeds were added until decided; absent where their number was fixed beforehand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequential: Option<SequentialSummary>,
    /// Coverage of the intervals at these sizes.
    pub audit: Vec<CoverageAudit>,
    /// Remarks and warnings.
    pub notes: Vec<Note>,
}

/// Version of the format of [`Verdict`].
pub const VERDICT_FORMAT: u32 = 1;
