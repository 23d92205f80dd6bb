//! What the analysis receives: checked tables of episodes, curves, recoveries and sensitivity runs, and the options.

mod curves;
mod episode;
mod metric;
mod options;
mod recovery;
mod scenario;
mod sensitivity;
mod table;

pub use curves::CurveSet;
pub use episode::{ControllerInfo, EpisodeRow, Status};
pub use metric::{ABSENT, MetricSource, is_absent};
pub use options::{AnalysisOptions, Claim, Direction, MissingPolicy, Normalisation, Rope};
pub use recovery::{Censored, RecoveryRow};
pub use scenario::{ChangePoint, References, ScenarioInfo};
pub use sensitivity::SensitivityRow;
pub use table::{ResultTable, Supplement};
