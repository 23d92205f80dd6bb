//! Proof that a results folder is what its manifest says: its study is built again, blocks are run again, and every stored value is compared bit by bit.

use super::block::{self, BlockSetting, Runner};
use super::run::{Monitor, Prepared};
use crate::executor::{Executor, RunError};
use crate::plugin::{ControllerRef, DiscoverError, Plugin, SearchPath};
use crate::seeds::Seeds;
use crate::sim::oracle::Oracles;
use crate::store::frame::Frame;
use crate::store::{BlockRows, Layout, Manifest, Part, Reader, StoreError, Sums, Tables};
use crate::study::{ControllerEntry, ControllerFile, Study, StudyError, StudyFile};
use oha_plugin_api::Config;
use serde::Deserialize as _;
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What differs between a folder and its re-execution.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    /// A file is not the one that was written.
    #[error("`{name}` is absent or its bytes are not those that were written{}", if *more > 0 { format!(" ({more} more files differ)") } else { String::new() })]
    File {
        /// The file, relative to the folder.
        name: String,
        /// Number of further files.
        more: usize,
    },
    /// A controller's library is another one.
    #[error("controller `{label}` was run from a library with digest {wanted}; `{found_at}` has digest {found}")]
    Library {
        /// The controller's label.
        label: String,
        /// Digest in the manifest.
        wanted: String,
        /// The library found.
        found_at: String,
        /// Its digest.
        found: String,
    },
    /// A data set is another one.
    #[error("data set `{name}` had digest {wanted}; this version has {found}")]
    Data {
        /// Name of the data set.
        name: String,
        /// Digest in the manifest.
        wanted: String,
        /// Digest of this program's.
        found: String,
    },
    /// A user's own data are others.
    #[error("`{}` does not hold the data that the study was run with: the manifest has {wanted}, the file gives `{found}`", path.display())]
    OwnData {
        /// The file.
        path: PathBuf,
        /// Names of such data in the manifest.
        wanted: String,
        /// Name of the data found, made of their digest.
        found: String,
    },
    /// The manifest contradicts itself or this program.
    #[error("the manifest's {what} is not what its study gives")]
    Manifest {
        /// The field.
        what: String,
    },
    /// A value of an episode.
    #[error("episode {episode}: {place}`{column}` is {stored}, running it again gives {again}")]
    Value {
        /// Controller, scenario and seed.
        episode: String,
        /// `step 17: ` or nothing.
        place: String,
        /// The column.
        column: String,
        /// Value in the folder.
        stored: String,
        /// Value of the re-execution.
        again: String,
    },
    /// Rows are missing, or there are more than there should be.
    #[error("scenario `{scenario}`, seed {seed}: table `{table}` has {stored} rows, running it again gives {again}")]
    Rows {
        /// The scenario.
        scenario: String,
        /// The seed.
        seed: u64,
        /// The table.
        table: &'static str,
        /// Rows in the folder.
        stored: usize,
        /// Rows of the re-execution.
        again: usize,
    },
}

/// Why a verification ended without success.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The folder is not what it says.
    #[error(transparent)]
    Difference(#[from] Difference),
    /// The folder cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The study cannot be built again.
    #[error(transparent)]
    Study(#[from] StudyError),
}

/// The files that are not those that were written, if any.
///
/// # Errors
/// A folder without digests, a file that cannot be read.
pub fn files(reader: &Reader) -> Result<Option<Difference>, StoreError> {
    let damaged = Sums::read(&Sums::path(reader.dir()))?.damaged(reader.dir())?;
    let more = damaged.len().saturating_sub(1);
    Ok(damaged.into_iter().next().map(|name| Difference::File { name, more }))
}

/// Builds the study of a manifest again from its study file, without its controllers.
///
/// # Errors
/// Data of the user's own that are not there, a manifest that contradicts itself.
pub fn scenarios(manifest: &Manifest) -> Result<Study, VerifyError> {
    let mut file = StudyFile::deserialize(&manifest.file).map_err(|_| Difference::Manifest { what: "file".to_owned() })?;
    file.controllers.clear();
    let study = Study::resolve(file, &SearchPath::default())?;
    if study.file.analysis.sequential.is_none() {
        return Ok(study);
    }
    let seeds = Seeds::deserialize(&manifest.study["seeds"]).map_err(|_| Difference::Manifest { what: "study".to_owned() })?;
    Ok(study.with_seeds(seeds.list().len() as u64))
}

/// Builds the study of a manifest again from its study file, with libraries by their digests.
///
/// A library is looked for where the study file says, then on the plugin path.
///
/// # Errors
/// A library that is not there or is another one, a manifest that contradicts itself.
pub fn rebuild(manifest: &Manifest, search: &SearchPath) -> Result<Study, VerifyError> {
    let contradicts = |what: &str| Difference::Manifest { what: what.to_owned() };
    let mut study = scenarios(manifest)?;
    let asked = StudyFile::deserialize(&manifest.file).map_err(|_| contradicts("file"))?.controllers;
    let held = manifest.study["controllers"].as_array().cloned().unwrap_or_default();
    if held.len() != asked.len() {
        return Err(contradicts("list of controllers").into());
    }
    for (held, asked) in held.iter().zip(&asked) {
        study.controllers.push(controller(held, asked, search)?);
    }
    check_own_data(manifest, &study)?;
    if study.digest() != manifest.digest {
        return Err(contradicts("digest").into());
    }
    study.file.controllers = asked;
    Ok(study)
}

/// Whether the files of a user's own data give the data sets of the manifest.
fn check_own_data(manifest: &Manifest, study: &Study) -> Result<(), Difference> {
    let Some(other) = study.data.iter().find(|d| manifest.data.get(&d.name).is_none()) else { return Ok(()) };
    let names = manifest.data.as_object().into_iter().flatten().map(|(name, _)| name);
    let wanted: Vec<String> = names.filter(|name| name.starts_with("user-")).map(|name| format!("`{name}`")).collect();
    let path = other.file.paths().into_iter().next().unwrap_or_default();
    Err(Difference::OwnData { path, wanted: wanted.join(", "), found: other.name.clone() })
}

fn controller(held: &Value, asked: &ControllerFile, search: &SearchPath) -> Result<ControllerEntry, VerifyError> {
    let text = |key: &str| held[key].as_str().unwrap_or_default().to_owned();
    let (wanted, label) = (text("sha256"), text("label"));
    let spec = match asked {
        ControllerFile::Spec(spec) => spec,
        ControllerFile::Table(table) => &table.spec,
    };
    let fail = |e: DiscoverError| StudyError::Controller { spec: spec.clone(), source: Box::new(e) };
    let reference: ControllerRef = spec.parse().map_err(StudyError::Reference)?;
    let named = search.locate(&reference).and_then(|(path, _)| Ok(search.load(&path)?));
    let plugin: Arc<Plugin> = match named {
        Ok(plugin) if plugin.digest() == wanted => plugin,
        other => match (search.libraries().into_iter().find(|(_, p)| p.digest() == wanted), other) {
            (Some((_, plugin)), _) => plugin,
            (None, Ok(other)) => {
                let (found_at, found) = (other.path().display().to_string(), other.digest().to_owned());
                return Err(Difference::Library { label, wanted, found_at, found }.into());
            }
            (None, Err(error)) => return Err(fail(error).into()),
        },
    };
    let descriptor = plugin.select(Some(&text("id"))).map_err(|e| fail(e.into()))?.clone();
    let config =
        Config::check(&descriptor, &held["config"]).map_err(|_| Difference::Manifest { what: format!("configuration of `{label}`") })?;
    Ok(ControllerEntry { label, plugin, descriptor, config })
}

/// The oracles that a manifest holds, in the order of the scenarios; none where comparators were switched off.
///
/// # Errors
/// A manifest whose oracles are not understood.
pub fn oracles(manifest: &Manifest, study: &Study) -> Result<Vec<Oracles>, Difference> {
    if !study.file.oracle.enabled {
        return Ok(Vec::new());
    }
    let read = |name: &str| Oracles::deserialize(&manifest.oracles[name]).map_err(|_| Difference::Manifest { what: "oracles".to_owned() });
    study.scenarios.iter().map(|s| read(&s.name)).collect()
}

/// Positions of `n` blocks of `total`, spread evenly, the first and the last included.
fn spread(n: usize, total: usize) -> Vec<usize> {
    let n = n.min(total);
    (0..n).map(|i| if n == 1 { 0 } else { i * (total - 1) / (n - 1) }).collect()
}

/// Runs `sample` blocks again (`None`: all) and compares every stored value; returns the number of episodes compared.
///
/// # Errors
/// The first difference in the order of storage, a folder that cannot be read, or the stop flag.
pub fn episodes(
    prepared: &Prepared<'_>,
    reader: &Reader,
    sample: Option<usize>,
    executor: &Executor,
    runner: &dyn Runner,
    monitor: &dyn Monitor,
    stop: &AtomicBool,
) -> Result<u64, RunError<VerifyError>> {
    let sink_error = |e: StoreError| RunError::Sink(VerifyError::Store(e));
    let layout = prepared.layout();
    if layout.to_json() != reader.manifest.layout {
        return Err(RunError::Sink(Difference::Manifest { what: "layout".to_owned() }.into()));
    }
    let data = prepared.manifest(Vec::new()).data;
    if let Some((name, wanted)) =
        reader.manifest.data.as_object().into_iter().flatten().find(|(name, wanted)| data[name.as_str()] != **wanted)
    {
        let difference = Difference::Data { name: name.clone(), wanted: wanted.to_string(), found: data[name.as_str()].to_string() };
        return Err(RunError::Sink(difference.into()));
    }
    let total: usize = layout.parts().iter().map(|p| p.seeds.len()).sum();
    let wanted = spread(sample.unwrap_or(total), total);
    let all = layout.parts().iter().flat_map(|p| p.seeds.clone().map(move |seed| Part { seeds: seed..seed + 1, ..p.clone() }));
    let mut next = wanted.into_iter().peekable();
    let jobs: Vec<Part> = all.enumerate().filter(|(i, _)| next.next_if_eq(i).is_some()).map(|(_, block)| block).collect();
    let n_labels = |block: &Part| layout.scenarios[block.scenario].labels.len() as u64;
    let n_episodes = jobs.iter().map(&n_labels).sum();
    monitor.stage("episodes", n_episodes);
    let setting = BlockSetting {
        study_seed: prepared.study.file.seed,
        scenarios: &prepared.study.scenarios,
        comparators: &prepared.comparators,
        n_controllers: prepared.study.controllers.len(),
        runner,
    };
    let mut stored = BlockRows::open(reader).map_err(sink_error)?;
    let work = |block: &Part| {
        let seed = layout.seeds[block.seeds.start];
        let measured = block::run(&setting, block.scenario, seed);
        let again = Tables::new(&layout, block, &prepared.records(&layout, block.scenario, seed, measured));
        monitor.advance(n_labels(block));
        (block.clone(), seed, again)
    };
    let sink = |(block, seed, again): (Part, u64, Tables)| -> Result<(), VerifyError> {
        let rows = stored.block(&layout, &block, seed, &again)?;
        Ok(compare_block(&layout, &block, seed, &rows, &again)?)
    };
    executor.run(&jobs, layout.n_ahead(), stop, work, sink)?;
    Ok(n_episodes)
}

fn compare_block(layout: &Layout, block: &Part, seed: u64, stored: &Tables, again: &Tables) -> Result<(), Difference> {
    let scenario = &layout.scenarios[block.scenario].name;
    let pairs = [
        ("trajectories", &stored.trajectories, &again.trajectories),
        ("changes", &stored.changes, &again.changes),
        ("episodes", &stored.episodes, &again.episodes),
    ];
    for (table, stored, again) in pairs {
        for row in 0..stored.n_rows().min(again.n_rows()) {
            compare_row(stored, again, row, table == "episodes")?;
        }
        let (n_stored, n_again) = (stored.n_rows(), again.n_rows());
        if n_stored != n_again {
            return Err(Difference::Rows { scenario: scenario.clone(), seed, table, stored: n_stored, again: n_again });
        }
    }
    Ok(())
}

fn compare_row(stored: &Frame, again: &Frame, row: usize, whole: bool) -> Result<(), Difference> {
    for (name, value) in &again.columns {
        let held = stored.column(name);
        if held.is_some_and(|held| held.same(row, value)) {
            continue;
        }
        let text = |name: &str| again.column(name).map_or_else(String::new, |v| v.text(row));
        let episode = format!("`{}` on `{}`, seed {}", text("controller"), text("scenario"), text("seed"));
        let place = if whole { String::new() } else { format!("step {}: ", text("step")) };
        let stored = held.map_or_else(|| "no column".to_owned(), |v| v.text(row));
        return Err(Difference::Value { episode, place, column: name.clone(), stored, again: value.text(row) });
    }
    Ok(())
}

/// Compares comparators that were computed again with those of the manifest.
///
/// # Errors
/// The first scenario whose comparators differ.
pub fn compare_oracles(study: &Study, held: &[Oracles], again: &[Oracles]) -> Result<(), Difference> {
    let differs = study.scenarios.iter().zip(held.iter().zip(again)).find(|(_, (a, b))| a != b);
    differs.map_or(Ok(()), |(scenario, _)| Err(Difference::Manifest { what: format!("oracles of scenario `{}`", scenario.name) }))
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn a_sample_is_spread_over_all_blocks() {
        assert_eq!(spread(3, 9), [0, 4, 8]);
        assert_eq!(spread(20, 3), [0, 1, 2]);
        assert_eq!(spread(1, 5), [0]);
        assert!(spread(0, 5).is_empty());
    }
}
