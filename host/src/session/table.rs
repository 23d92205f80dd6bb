//! Somebody's own results: rows of (controller, scenario, seed[, step], value) become what the analysis receives.
//!
//! With steps, an episode's metrics are its mean, final, smallest and largest value over the steps, and its curve; without, the value itself.
//! Nothing is dropped in silence: a value that is not finite, or a row that is absent, is an error unless the caller has stated a policy for it.

use super::Material;
use crate::store::table::{FINITE, Place, TableError, TableReader};
use oha_analysis::AnalysisError;
use oha_analysis::input::{ABSENT, AnalysisOptions, ControllerInfo, CurveSet, ResultTable, ScenarioInfo, Status, Supplement};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Points of a curve's grid of steps, at most.
const GRID: usize = 200;

/// Seeds of a curve, at most.
const CURVE_SEEDS: usize = 200;

/// The scenario of a table that has no column for it.
pub const ONLY_SCENARIO: &str = "all";

/// Which column holds what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// Who was tested.
    pub controller: String,
    /// On what; absent where the table is about one scenario.
    pub scenario: Option<String>,
    /// The seed that pairs runs.
    pub seed: String,
    /// What was measured.
    pub value: String,
    /// The step, where the table holds whole curves.
    pub step: Option<String>,
    /// How the run ended.
    pub status: Option<String>,
}

/// One run while its rows come.
#[derive(Default)]
struct Run {
    place: Option<Place>,
    status: Option<Status>,
    /// The value of a table without steps.
    value: Option<f64>,
    points: Vec<(u64, f64)>,
}

/// (controller, scenario) by position of first appearance, and the seed.
type Key = (usize, usize, u64);

struct Gathering {
    path: PathBuf,
    columns: Columns,
    stated: bool,
    controllers: Vec<String>,
    scenarios: Vec<String>,
    runs: BTreeMap<Key, Run>,
}

/// Reads a table. `stated` says that the caller has named the policy for values that are not there.
///
/// # Errors
/// A file that cannot be read, a column that is not there, a cell that is not what it must be, a key that stands twice, runs that cannot be paired.
pub fn material(path: &Path, columns: Columns, mut options: AnalysisOptions, stated: bool) -> Result<Material, TableError> {
    let reader = TableReader::open(path)?;
    let mut wanted = vec![
        reader.column("the controller", &columns.controller)?,
        reader.column("the seed", &columns.seed)?,
        reader.column("the value", &columns.value)?,
    ];
    let mut place = |role, name: &Option<String>| -> Result<Option<usize>, TableError> {
        let Some(name) = name else { return Ok(None) };
        wanted.push(reader.column(role, name)?);
        Ok(Some(wanted.len() - 1))
    };
    let places = [place("the scenario", &columns.scenario)?, place("the step", &columns.step)?, place("the status", &columns.status)?];
    let metric = options.primary_metric.clone();
    let with_steps = columns.step.is_some();
    let mut gathering =
        Gathering { path: path.to_owned(), columns, stated, controllers: Vec::new(), scenarios: Vec::new(), runs: BTreeMap::new() };
    reader.each(&wanted, &mut |place, cells| gathering.add(place, cells, places))?;
    let (table, curves) = gathering.finish()?;
    if with_steps && metric == gathering.columns.value {
        options.primary_metric = format!("mean_{metric}");
    }
    Ok(Material {
        table,
        supplement: Supplement { curves, ..Supplement::default() },
        options,
        faults: Vec::new(),
        notes: Vec::new(),
        resimulated: Vec::new(),
    })
}

/// Position of a name, which is added where it is new.
fn position(names: &mut Vec<String>, name: &str) -> usize {
    names.iter().position(|n| n == name).unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    })
}

impl Gathering {
    fn cell_error(&self, place: Place, column: &str, found: &str, allowed: &'static str) -> TableError {
        let found = if found.is_empty() { "nothing".to_owned() } else { format!("`{found}`") };
        TableError::Cell { path: self.path.clone(), place, column: column.to_owned(), found, allowed }
    }

    fn add(&mut self, place: Place, cells: &[String], places: [Option<usize>; 3]) -> Result<(), TableError> {
        let [scenario, step, status] = places.map(|p| p.map(|p| cells[p].as_str()));
        let scenario = scenario.unwrap_or(ONLY_SCENARIO);
        let of_scenario = self.columns.scenario.as_deref().unwrap_or_default();
        for (column, text) in [(self.columns.controller.as_str(), cells[0].as_str()), (of_scenario, scenario)] {
            if text.is_empty() {
                return Err(self.cell_error(place, column, text, "a name"));
            }
        }
        let seed = whole(&cells[1]).ok_or_else(|| self.cell_error(place, &self.columns.seed, &cells[1], "a whole number from 0"))?;
        let step = match step {
            Some(text) => {
                let column = self.columns.step.as_deref().unwrap_or_default();
                Some(whole(text).ok_or_else(|| self.cell_error(place, column, text, "a whole number from 0"))?)
            }
            None => None,
        };
        let status = self.status(place, status)?;
        let value = self.value(place, &cells[2], status)?;
        let key = (position(&mut self.controllers, &cells[0]), position(&mut self.scenarios, scenario), seed);
        let run = self.runs.entry(key).or_default();
        if let (Some(first), None) = (run.place, step) {
            let reason = format!("controller `{}`, scenario `{scenario}`, seed {seed} stand in {first} already", cells[0]);
            return Err(TableError::Row { path: self.path.clone(), place, reason });
        }
        run.place = run.place.or(Some(place));
        let worse = value.1;
        run.status = Some(run.status.map_or(worse, |known| known.max(worse)));
        if let Some(x) = value.0 {
            match step {
                Some(step) => run.points.push((step, x)),
                None => run.value = Some(x),
            }
        }
        Ok(())
    }

    fn status(&self, place: Place, text: Option<&str>) -> Result<Option<Status>, TableError> {
        match text {
            None | Some("") => Ok(None),
            Some("completed" | "ok" | "finished") => Ok(Some(Status::Completed)),
            Some("diverged") => Ok(Some(Status::Diverged)),
            Some("faulted" | "failed" | "crashed") => Ok(Some(Status::Faulted)),
            Some("missing") => Ok(Some(Status::Missing)),
            Some(other) => {
                let column = self.columns.status.as_deref().unwrap_or_default();
                Err(self.cell_error(place, column, other, "completed, diverged, faulted, missing"))
            }
        }
    }

    /// The value with the status that it implies: without a stated policy or status, only finite numbers are allowed.
    fn value(&self, place: Place, text: &str, status: Option<Status>) -> Result<(Option<f64>, Status), TableError> {
        let parsed = text.parse::<f64>().ok();
        let absent = ["", "na", "null", "none"].contains(&text.to_lowercase().as_str());
        if let Some(x) = parsed.filter(|x| x.is_finite()) {
            return Ok((Some(x), status.unwrap_or(Status::Completed)));
        }
        let may_lack = self.stated && status.is_none() || status.is_some_and(|s| s != Status::Completed);
        if !may_lack || (parsed.is_none() && !absent) {
            return Err(self.cell_error(place, &self.columns.value, text, FINITE));
        }
        Ok((None, status.unwrap_or(if absent { Status::Missing } else { Status::Diverged })))
    }

    /// The table of episodes, controllers and scenarios in the order of their first appearance, and curves.
    fn finish(&mut self) -> Result<(ResultTable, Vec<CurveSet>), TableError> {
        if self.runs.is_empty() {
            return Err(TableError::Format { path: self.path.clone(), reason: "no row stands under its header".to_owned() });
        }
        for run in self.runs.values_mut() {
            run.points.sort_by_key(|p| p.0);
        }
        if self.columns.step.is_some() {
            self.check_steps()?;
        }
        let curves = if self.columns.step.is_some() { self.curves() } else { Vec::new() };
        let table = self.table().map_err(|source| TableError::Results { path: self.path.clone(), source })?;
        Ok((table, curves))
    }

    /// The runs in columns; one that is absent is missing where a policy for it was stated.
    fn table(&mut self) -> Result<ResultTable, AnalysisError> {
        let mut seeds = vec![BTreeSet::new(); self.scenarios.len()];
        for &(_, scenario, seed) in self.runs.keys() {
            seeds[scenario].insert(seed);
        }
        let seeds: Vec<Vec<u64>> = seeds.into_iter().map(|seeds| seeds.into_iter().collect()).collect();
        let (mut statuses, mut columns) = (Vec::new(), BTreeMap::<String, Vec<f64>>::new());
        let (runs, absent) = (std::mem::take(&mut self.runs), self.stated.then_some(Status::Missing));
        for (scenario, seeds) in seeds.iter().enumerate() {
            for controller in 0..self.controllers.len() {
                for &seed in seeds {
                    let run = runs.get(&(controller, scenario, seed));
                    let row = statuses.len();
                    statuses.push(run.map_or(absent, |run| Some(run.status.unwrap_or(Status::Missing))));
                    for (name, value) in run.map(|run| self.metrics(run)).unwrap_or_default() {
                        let column = columns.entry(name).or_default();
                        column.resize(row, ABSENT);
                        column.push(value);
                    }
                }
            }
        }
        columns.values_mut().for_each(|column| column.resize(statuses.len(), ABSENT));
        let controllers = self.controllers.iter().map(ControllerInfo::from_label).collect();
        let scenarios = self.scenarios.iter().map(ScenarioInfo::from_name).collect();
        ResultTable::from_columns(controllers, scenarios, seeds, &statuses, Box::new(columns))
    }

    /// No step twice in a run; every completed run of a scenario ends at the same step.
    fn check_steps(&self) -> Result<(), TableError> {
        let mut ends: BTreeMap<usize, (u64, Key)> = BTreeMap::new();
        for (&key, run) in &self.runs {
            let (Some(place), Some(last)) = (run.place, run.points.last()) else { continue };
            let refuse = |reason: String| Err(TableError::Row { path: self.path.clone(), place, reason });
            let name = |key: Key| format!("controller `{}`, scenario `{}`, seed {}", self.controllers[key.0], self.scenarios[key.1], key.2);
            if let Some(pair) = run.points.windows(2).find(|pair| pair[0].0 == pair[1].0) {
                return refuse(format!("the run that begins here ({}) has step {} twice", name(key), pair[0].0));
            }
            if run.status != Some(Status::Completed) {
                continue;
            }
            let &mut (end, other) = ends.entry(key.1).or_insert((last.0, key));
            if end != last.0 {
                let reason =
                    format!("the run that begins here ({}) ends at step {}, another ({}) at step {end}", name(key), last.0, name(other));
                return refuse(reason);
            }
        }
        Ok(())
    }

    fn metrics(&self, run: &Run) -> Vec<(String, f64)> {
        let name = &self.columns.value;
        if self.columns.step.is_none() {
            return run.value.map(|value| (name.clone(), value)).into_iter().collect();
        }
        let Some(last) = run.points.last().filter(|_| run.status == Some(Status::Completed)) else { return Vec::new() };
        let values = || run.points.iter().map(|p| p.1);
        let mean = oha_analysis::sum::exact_sum(values()) / run.points.len() as f64;
        vec![
            (format!("mean_{name}"), mean),
            (format!("final_{name}"), last.1),
            (format!("min_{name}"), values().fold(f64::INFINITY, f64::min)),
            (format!("max_{name}"), values().fold(f64::NEG_INFINITY, f64::max)),
        ]
    }

    /// Curves on the steps that every completed run of a scenario has, thinned evenly.
    fn curves(&self) -> Vec<CurveSet> {
        let mut sets = Vec::new();
        for (s, scenario) in self.scenarios.iter().enumerate() {
            let own = || self.runs.iter().filter(move |((_, scenario, _), run)| *scenario == s && run.status == Some(Status::Completed));
            let mut common: Option<BTreeSet<u64>> = None;
            for (_, run) in own() {
                let steps: BTreeSet<u64> = run.points.iter().map(|p| p.0).collect();
                common = Some(common.map_or(steps.clone(), |known| known.intersection(&steps).copied().collect()));
            }
            let steps: Vec<u64> = common.unwrap_or_default().into_iter().collect();
            let n = steps.len().min(GRID);
            let steps: Vec<u64> = (1..=n).map(|i| steps[(i * steps.len()).div_ceil(n) - 1]).collect();
            if steps.len() < 2 {
                continue;
            }
            let mut curves: BTreeMap<String, Vec<Vec<f64>>> = BTreeMap::new();
            for ((controller, _, _), run) in own() {
                let rows = curves.entry(self.controllers[*controller].clone()).or_default();
                if rows.len() < CURVE_SEEDS {
                    let at = |step: &u64| run.points[run.points.partition_point(|p| p.0 < *step)].1;
                    rows.push(steps.iter().map(at).collect());
                }
            }
            sets.push(CurveSet { scenario: scenario.clone(), quantity: self.columns.value.clone(), steps, curves });
        }
        sets
    }
}

/// A whole number from 0, also where a spreadsheet wrote it as `3.0`.
fn whole(text: &str) -> Option<u64> {
    text.parse().ok().or_else(|| {
        let x: f64 = text.parse().ok()?;
        ((0.0..9e15).contains(&x) && x.fract() == 0.0).then_some(x as u64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::frame::{self, Frame, Values};

    fn columns() -> Columns {
        let name = |text: &str| Some(text.to_owned());
        Columns {
            controller: "controller".into(),
            scenario: name("scenario"),
            seed: "seed".into(),
            value: "value".into(),
            step: None,
            status: None,
        }
    }

    fn read(text: &str, change: impl Fn(&mut Columns), stated: bool) -> Result<Material, String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.csv");
        std::fs::write(&path, text).unwrap();
        let mut columns = columns();
        change(&mut columns);
        material(&path, columns, AnalysisOptions::default(), stated)
            .map_err(|e| e.to_string().replace(&path.display().to_string(), "t.csv"))
    }

    #[test]
    fn errors_name_row_and_column() {
        let refused = |text: &str| read(text, |_| (), false).map(|_| ()).unwrap_err();
        assert_eq!(
            refused("controller,scenario,seed,loss\na,s,0,1\n"),
            "`t.csv` has no column `value` (the value); it has `controller`, `scenario`, `seed`, `loss`"
        );
        let head = "controller,scenario,seed,value\n";
        assert_eq!(
            refused(&format!("{head}a,s,0,1\nb,s,0,nan\n")),
            "line 3 of `t.csv`, column `value`: found `nan`; allowed: a finite number"
        );
        assert_eq!(refused(&format!("{head}a,s,0,\n")), "line 2 of `t.csv`, column `value`: found nothing; allowed: a finite number");
        assert_eq!(refused(&format!("{head}a,s,-1,1\n")), "line 2 of `t.csv`, column `seed`: found `-1`; allowed: a whole number from 0");
        assert_eq!(refused(&format!("{head},s,1,1\n")), "line 2 of `t.csv`, column `controller`: found nothing; allowed: a name");
        assert_eq!(
            refused(&format!("{head}a,s,1,1\na,s,2,1\na,s,1,2\n")),
            "line 4 of `t.csv`: controller `a`, scenario `s`, seed 1 stand in line 2 already"
        );
        assert!(refused(&format!("{head}a,s,1\n")).contains("line: 2"), "{}", refused(&format!("{head}a,s,1\n")));
        assert!(refused("").contains("no header line"));
        assert_eq!(refused(head), "`t.csv` is not a readable table: no row stands under its header");
        assert_eq!(
            refused("controller;scenario;seed;value\na;s;0;1\n"),
            "`t.csv` is not a readable table: its columns must be separated by commas; its header has none, but has ';'"
        );
    }

    #[test]
    fn absent_values_need_a_stated_policy() {
        let text = "\u{FEFF}controller,scenario,seed,value\na,s,0,1\na,s,1,inf\nb,s,0,2\n";
        assert!(read(text, |_| (), false).is_err());
        let found = read(text, |_| (), true).unwrap();
        let statuses: Vec<Status> = found.table.rows().unwrap().iter().map(|row| row.status).collect();
        assert_eq!(statuses, [Status::Completed, Status::Diverged, Status::Completed, Status::Missing]);
        let told = "controller,scenario,seed,value,status\na,s,0,1,completed\nb,s,0,,missing\n";
        let found = read(told, |c| c.status = Some("status".into()), false).unwrap();
        assert_eq!(found.table.rows().unwrap()[1].status, Status::Missing);
        let word = "controller,scenario,seed,value\na,s,0,1\nb,s,0,oops\n";
        assert!(read(word, |_| (), true).is_err(), "a word is no absent value");
    }

    #[test]
    fn steps_become_metrics_and_curves() {
        let mut text = String::from("who,seed,t,loss\n");
        for (who, seed) in [("a", 0), ("a", 1), ("b", 0), ("b", 1)] {
            for t in (0..5).rev() {
                text.push_str(&format!("{who},{seed}.0,{t},{}\n", 10 - t + seed));
            }
        }
        let change = |c: &mut Columns| {
            (c.controller, c.scenario, c.value, c.step) = ("who".into(), None, "loss".into(), Some("t".into()));
        };
        let found = read(&text, change, false).unwrap();
        let row = found.table.rows().unwrap().remove(0);
        assert_eq!((row.metrics["mean_loss"], row.metrics["final_loss"], row.metrics["min_loss"]), (8.0, 6.0, 6.0));
        assert_eq!(row.scenario, ONLY_SCENARIO);
        let curves = &found.supplement.curves[0];
        assert_eq!(
            (curves.steps.as_slice(), curves.curves["b"][1].as_slice()),
            ([0, 1, 2, 3, 4].as_slice(), [11.0, 10.0, 9.0, 8.0, 7.0].as_slice())
        );
        let short = text.lines().filter(|line| !line.starts_with("b,1.0,4,")).collect::<Vec<_>>().join("\n");
        assert!(read(&short, change, false).unwrap_err().contains("ends at step 3"));
    }

    #[test]
    fn parquet_gives_what_csv_gives() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.parquet");
        let words = |w: &[&str]| Values::Words(w.iter().map(|w| (*w).to_owned()).collect());
        let value = [0.1, 1.0 / 3.0, 2e-300, 5.0];
        let frame = Frame {
            columns: vec![
                ("controller".into(), words(&["a", "a", "b", "b"])),
                ("scenario".into(), words(&["s"; 4])),
                ("seed".into(), Values::Integers(vec![0, 1, 0, 1])),
                ("value".into(), Values::OptionalReals(value.map(Some).to_vec())),
            ],
        };
        frame::write(&path, &frame, &[]).unwrap();
        let found = material(&path, columns(), AnalysisOptions::default(), false).unwrap();
        assert_eq!(found.table.rows().unwrap().iter().map(|row| row.metrics["value"]).collect::<Vec<_>>(), value);
        let mut holed = frame;
        holed.columns[3].1 = Values::OptionalReals(vec![Some(1.0), None, Some(1.0), Some(2.0)]);
        frame::write(&path, &holed, &[]).unwrap();
        let error = material(&path, columns(), AnalysisOptions::default(), false).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("row 2 of") && error.contains("column `value`: found nothing"), "{error}");
    }
}
