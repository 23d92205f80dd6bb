//! What the analysis receives: checked tables of episodes, curves, recoveries and sensitivity runs, and the options.

mod curves;
mod episode;
mod options;
mod recovery;
mod scenario;
mod sensitivity;
mod table;

pub use curves::CurveSet;
pub use episode::{ControllerInfo, EpisodeRow, Status};
pub use options::{AnalysisOptions, Claim, Direction, MissingPolicy, Normalisation, Rope};
pub use recovery::{Censored, RecoveryRow};
pub use scenario::{ChangePoint, References, ScenarioInfo};
pub use sensitivity::SensitivityRow;
pub(crate) use table::row_error;
pub use table::{ResultTable, Supplement};
