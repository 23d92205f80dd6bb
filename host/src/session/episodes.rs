//! The episodes of a finished folder as a table whose metrics stay on disk until they are asked for.
//!
//! One pass over `episodes.parquet` learns where each of its rows stands in the table, how it ended and which metrics any controller has; after it an episode costs
//! five bytes, and a metric that is being analysed eight more.

use super::analysis::{MaterialError, ReferenceSums, add_reference, fault, scenario_info, status};
use super::recorded::Recorded;
use crate::store::frame::{Frame, FrameReader, Values};
use crate::store::{Reader, StoreError};
use oha_analysis::AnalysisError;
use oha_analysis::input::{ABSENT, MetricSource, ResultTable, Status};
use oha_analysis::report::Fault;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A row of the file that is no row of the table: that of a comparator.
const NOWHERE: u32 = u32::MAX;

/// Reads the episodes of a folder: the table of its controllers, and their faults.
///
/// # Errors
/// A file that cannot be read or is damaged; episodes that are not those of the manifest.
pub(super) fn read(
    study: &Recorded,
    primary: &str,
    wanted: &dyn Fn(&str) -> bool,
    reader: &Reader,
) -> Result<(ResultTable, Vec<Fault>), MaterialError> {
    let mut survey = Survey::new(study);
    let mut reference = ReferenceSums::new();
    let mut refused = None;
    reader.episodes(wanted, &mut |path, frame| {
        if refused.is_none() {
            refused = survey.add(path, &frame, primary, &mut reference)?.err();
        }
        Ok(())
    })?;
    if let Some(error) = refused {
        return Err(error.into());
    }
    let Survey { positions, statuses, seeds, metrics, faults, .. } = survey;
    let scenarios: Vec<_> = (0..study.scenarios.len()).map(|i| scenario_info(study, i, &reference)).collect();
    let source = Columns { path: reader.episodes_path(), positions, n_rows: statuses.len(), names: metrics.into_iter().collect() };
    let seeds = vec![seeds; scenarios.len()];
    let table = ResultTable::from_columns(study.controllers.clone(), scenarios, seeds, &statuses, Box::new(source))?;
    Ok((table, faults))
}

/// What the pass over the episodes has found so far.
struct Survey {
    scenarios: BTreeMap<String, usize>,
    controllers: BTreeMap<String, usize>,
    seeds: Vec<u64>,
    positions: Vec<u32>,
    statuses: Vec<Option<Status>>,
    metrics: BTreeSet<String>,
    faults: Vec<Fault>,
}

impl Survey {
    fn new(study: &Recorded) -> Self {
        let mut seeds = study.seeds.clone();
        seeds.sort_unstable();
        let numbered = |names: &mut dyn Iterator<Item = &String>| names.cloned().zip(0..).collect::<BTreeMap<_, _>>();
        Self {
            statuses: vec![None; study.scenarios.len() * study.controllers.len() * seeds.len()],
            scenarios: numbered(&mut study.scenarios.iter().map(|s| &s.name)),
            controllers: numbered(&mut study.controllers.iter().map(|c| &c.label)),
            seeds,
            positions: Vec::new(),
            metrics: BTreeSet::new(),
            faults: Vec::new(),
        }
    }

    /// Takes a row group; the inner error is a row that the study has not, or has already.
    fn add(
        &mut self,
        path: &Path,
        frame: &Frame,
        primary: &str,
        reference: &mut ReferenceSums,
    ) -> Result<Result<(), AnalysisError>, StoreError> {
        let (scenario, controller, role) = (frame.words(path, "scenario")?, frame.words(path, "controller")?, frame.words(path, "role")?);
        let (seed, statuses) = (frame.integers(path, "seed")?, frame.words(path, "status")?);
        for i in 0..frame.n_rows() {
            if role[i] == "comparator" {
                add_reference(frame, i, primary, (&scenario[i], &controller[i]), reference);
                self.positions.push(NOWHERE);
                continue;
            }
            let seed = seed[i].cast_unsigned();
            let refuse = |reason: &str| {
                let (controller, scenario, reason) = (controller[i].clone(), scenario[i].clone(), reason.to_owned());
                Ok(Err(AnalysisError::Row { controller, scenario, seed, reason }))
            };
            let place = (self.scenarios.get(&scenario[i]), self.controllers.get(&controller[i]), self.seeds.binary_search(&seed));
            let (Some(s), Some(c), Ok(at)) = place else { return refuse("it is not of the manifest's study") };
            let position = (s * self.controllers.len() + c) * self.seeds.len() + at;
            let status = status(&statuses[i]);
            if self.statuses[position].replace(status).is_some() {
                return refuse("it stands in the table twice");
            }
            if status == Status::Faulted {
                self.faults.push(fault(path, frame, i)?);
            }
            self.positions.push(u32::try_from(position).expect("fewer than 2^32 episodes"));
        }
        self.note_metrics(frame);
        Ok(Ok(()))
    }

    /// The metrics that some controller has in these rows.
    fn note_metrics(&mut self, frame: &Frame) {
        let own = &self.positions[self.positions.len() - frame.n_rows()..];
        for (name, values) in &frame.columns {
            if let Values::OptionalReals(values) = values
                && !self.metrics.contains(name)
                && values.iter().zip(own).any(|(value, position)| value.is_some() && *position != NOWHERE)
            {
                self.metrics.insert(name.clone());
            }
        }
    }
}

/// The metrics of a file of episodes.
struct Columns {
    path: PathBuf,
    /// Where each row of the file stands in the table.
    positions: Vec<u32>,
    n_rows: usize,
    names: Vec<String>,
}

impl MetricSource for Columns {
    fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    fn read(&self, metric: &str) -> Result<Cow<'_, [f64]>, String> {
        let mut column = vec![ABSENT; self.n_rows];
        self.fill(metric, &mut column).map_err(|error| error.to_string())?;
        Ok(column.into())
    }
}

impl Columns {
    fn fill(&self, metric: &str, column: &mut [f64]) -> Result<(), StoreError> {
        let reader = FrameReader::open(&self.path)?;
        let mut positions = self.positions.iter();
        for group in 0..reader.n_groups() {
            let frame = reader.group(group, &|name| name == metric)?;
            let Some(Values::OptionalReals(values)) = frame.column(metric) else {
                return Err(StoreError::damaged(&self.path, format!("no column `{metric}`")));
            };
            for (value, &position) in values.iter().zip(&mut positions) {
                if let (Some(value), true) = (value, position != NOWHERE) {
                    column[position as usize] = *value;
                }
            }
        }
        Ok(())
    }
}
