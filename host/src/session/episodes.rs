//! The episodes of a finished folder as a table whose metrics stay on disk until they are asked for.
//!
//! One pass over `episodes.parquet` learns where each of its rows stands in the table, how it ended and which metrics any controller has; after it an episode costs
//! some two bytes, and those of the cell that is being analysed eight more.

use super::analysis::{MaterialError, ReferenceSums, add_reference, fault, scenario_info, status};
use super::recorded::Recorded;
use crate::store::frame::{Frame, FrameReader, Values};
use crate::store::{Reader, StoreError};
use oha_analysis::AnalysisError;
use oha_analysis::input::{ABSENT, MetricSource, ResultTable, Status};
use oha_analysis::report::Fault;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Consecutive rows of the file that stand at even distances in the table, as those of a block do (its controllers under one seed); rows of comparators stand
/// nowhere.
#[derive(Clone, Copy)]
struct Run {
    /// Where the first one stands; `None` is nowhere.
    start: Option<u32>,
    /// From one to the next; it may be negative where a file has another order.
    stride: i32,
    n: u32,
}

impl Run {
    /// Whether the next row, which stands at `position`, is taken in.
    fn takes(&mut self, position: Option<u32>) -> bool {
        let fits = match (self.start, position) {
            (None, None) => true,
            (Some(start), Some(position)) => {
                let distance = i64::from(position) - i64::from(start);
                match i32::try_from(distance) {
                    Ok(distance) if self.n == 1 => {
                        self.stride = distance;
                        true
                    }
                    _ => distance == i64::from(self.stride) * i64::from(self.n),
                }
            }
            _ => false,
        };
        self.n += u32::from(fits);
        fits
    }

    /// The least position and the one after the greatest.
    fn span(self) -> Option<Range<usize>> {
        let (first, last) = (self.positions().next()??, self.positions().last()??);
        Some(first.min(last)..first.max(last) + 1)
    }

    fn positions(self) -> impl Iterator<Item = Option<usize>> {
        let place = move |i| self.start.and_then(|start| usize::try_from(i64::from(start) + i64::from(self.stride) * i64::from(i)).ok());
        (0..self.n).map(place)
    }
}

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
    let Survey { runs, groups, statuses, seeds, metrics, faults, .. } = survey;
    let scenarios: Vec<_> = (0..study.scenarios.len()).map(|i| scenario_info(study, i, primary, &reference)).collect();
    let path = reader.episodes_path();
    let source = Columns { reader: FrameReader::open(&path)?, path, runs, groups, names: metrics.into_iter().collect() };
    let seeds = vec![seeds; scenarios.len()];
    let table = ResultTable::from_columns(study.controllers.clone(), scenarios, seeds, &statuses, Box::new(source))?;
    Ok((table, faults))
}

/// A row group: its runs, and the rows of the table among which its own are.
struct Group {
    runs: Range<usize>,
    span: Range<usize>,
}

/// What the pass over the episodes has found so far.
struct Survey {
    scenarios: BTreeMap<String, usize>,
    controllers: BTreeMap<String, usize>,
    seeds: Vec<u64>,
    runs: Vec<Run>,
    groups: Vec<Group>,
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
            runs: Vec::new(),
            groups: Vec::new(),
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
        let first = self.runs.len();
        for i in 0..frame.n_rows() {
            if role[i] == "comparator" {
                add_reference(frame, i, primary, (&scenario[i], &controller[i]), reference);
                self.place(first, None);
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
            self.place(first, Some(u32::try_from(position).expect("fewer than 2^32 episodes")));
        }
        let spans = || self.runs[first..].iter().filter_map(|run| run.span());
        let span = spans().map(|s| s.start).min().unwrap_or(0)..spans().map(|s| s.end).max().unwrap_or(0);
        self.groups.push(Group { runs: first..self.runs.len(), span });
        self.note_metrics(frame, role);
        Ok(Ok(()))
    }

    /// Notes where the next row of the file stands, in a run of its own group, which begins with the run `first`.
    fn place(&mut self, first: usize, position: Option<u32>) {
        if !self.runs[first..].last_mut().is_some_and(|run| run.takes(position)) {
            self.runs.push(Run { start: position, stride: 0, n: 1 });
        }
    }

    /// The metrics that some controller has in these rows.
    fn note_metrics(&mut self, frame: &Frame, role: &[String]) {
        for (name, values) in &frame.columns {
            if let Values::OptionalReals(values) = values
                && !self.metrics.contains(name)
                && values.iter().zip(role).any(|(value, role)| value.is_some() && role != "comparator")
            {
                self.metrics.insert(name.clone());
            }
        }
    }
}

/// The metrics of a file of episodes.
struct Columns {
    path: PathBuf,
    reader: FrameReader,
    /// Where each row of the file stands in the table.
    runs: Vec<Run>,
    groups: Vec<Group>,
    names: Vec<String>,
}

impl MetricSource for Columns {
    fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    fn read(&self, metric: &str, rows: Range<usize>) -> Result<Cow<'_, [f64]>, String> {
        let mut column = vec![ABSENT; rows.len()];
        self.fill(metric, rows, &mut column).map_err(|error| error.to_string())?;
        Ok(column.into())
    }
}

impl Columns {
    /// Reads the row groups that hold any of the rows.
    fn fill(&self, metric: &str, rows: Range<usize>, column: &mut [f64]) -> Result<(), StoreError> {
        for (index, group) in self.groups.iter().enumerate().filter(|(_, g)| g.span.start < rows.end && rows.start < g.span.end) {
            let frame = self.reader.group(index, &|name| name == metric)?;
            let Some(Values::OptionalReals(values)) = frame.column(metric) else {
                return Err(StoreError::damaged(&self.path, format!("no column `{metric}`")));
            };
            let positions = self.runs[group.runs.clone()].iter().flat_map(|run| run.positions());
            for (value, position) in values.iter().zip(positions) {
                if let (Some(value), Some(position)) = (value, position.filter(|p| rows.contains(p))) {
                    column[position - rows.start] = *value;
                }
            }
        }
        Ok(())
    }
}
