//! `oha-host compare`: the main job.

use super::Global;
use super::analysis::analyze_folder;
use super::analysis::{AnalysisArgs, print_verdict};
use super::error::CliError;
use super::execute::{Share, run_study, with_runner};
use super::options::RunOptions;
use super::process::{executor_of_episodes, search_path};
use super::progress::Stages;
use crate::seeds::Seeds;
use crate::session::Monitor as _;
use crate::session::tuning::Trials;
use crate::sim::scenario::Scenario;
use crate::sim::suite;
use crate::study::{ControllerFile, ControllerTable, Study, StudyFile, TuningRecord};
use oha_analysis::sequential::SequentialDesign;
use std::path::PathBuf;

/// The field that a controller is compared with when none is named.
const FIELD: [&str; 5] = ["constant", "cosine", "reduce-on-plateau", "hypergradient", "sw-ucb"];

/// Seeds before the first look of `--until-decided`.
const FIRST_LOOK: u64 = 10;

/// Run controllers on a suite or study, analyse, draw.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  oha-host compare                                   the shipped field on the suite `quick`
  oha-host compare ./libmine.so                      yours beside the shipped field? name them: ./libmine.so plateau schedules:cosine
  oha-host compare a.so b.so --suite standard --seeds 50
  oha-host compare a.so b.so --until-decided --max-seeds 300
  oha-host compare tuned=constant?learning_rate=0.05 'schedules:cosine?peak=0.3'")]
pub(super) struct Args {
    /// [LABEL=]PATH_OR_NAME[:ID][?key=value&key=value]; without any, the shipped field
    #[arg(value_name = "CONTROLLER")]
    controllers: Vec<String>,
    /// Suite of scenarios; see `oha-host list suites` [default: quick]
    #[arg(long, conflicts_with = "study")]
    suite: Option<String>,
    /// Study file, in place of a suite; controllers named here are added to its own
    #[arg(long, value_name = "STUDY.toml")]
    study: Option<PathBuf>,
    /// Number of seeds of each (controller, scenario)
    #[arg(long, value_name = "N")]
    seeds: Option<u64>,
    /// Add seeds in blocks until every comparison is decided by a test that holds at any time, or --max-seeds is reached
    #[arg(long)]
    until_decided: bool,
    /// Most seeds of --until-decided
    #[arg(long, value_name = "N", requires = "until_decided", default_value_t = 200)]
    max_seeds: u64,
    /// Seeds that --until-decided adds between two looks [default: as many as it begins with, --seeds or 10]
    #[arg(long, value_name = "N", requires = "until_decided")]
    block: Option<u64>,
    /// Seed of the study, the root of every random number
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Tune each controller's own parameters on the suite's tuning instances, BUDGET episodes each, then freeze them; adds a tuned constant, the offline search
    #[arg(long, value_name = "BUDGET", conflicts_with = "study")]
    tune: Option<u64>,
    /// Run every controller over a grid of initial learning rates as well, for the sensitivity figure
    #[arg(long)]
    sensitivity: bool,
    /// Compute no comparators and no regret
    #[arg(long)]
    no_oracle: bool,
    #[command(flatten)]
    run: RunOptions,
    #[command(flatten)]
    analysis: AnalysisArgs,
}

impl Args {
    /// The arguments that decide the results, in one order.
    fn command(&self) -> Vec<String> {
        let mut words: Vec<String> = ["oha-host", "compare"].map(str::to_owned).to_vec();
        words.extend(self.controllers.iter().cloned());
        let options = [
            ("--suite", self.suite.clone()),
            ("--study", self.study.as_ref().map(|path| path.display().to_string())),
            ("--seeds", self.seeds.map(|n| n.to_string())),
            ("--seed", self.seed.map(|n| n.to_string())),
            ("--max-seeds", self.until_decided.then(|| self.max_seeds.to_string())),
            ("--block", self.block.map(|n| n.to_string())),
            ("--tune", self.tune.map(|n| n.to_string())),
        ];
        for (name, value) in options {
            words.extend(value.into_iter().flat_map(|value| [name.to_owned(), value]));
        }
        words.extend(self.no_oracle.then(|| "--no-oracle".to_owned()));
        words.extend(self.sensitivity.then(|| "--sensitivity".to_owned()));
        words.extend(self.until_decided.then(|| "--until-decided".to_owned()));
        words.extend(self.analysis.words());
        words
    }
}

pub(super) fn run(args: &Args, global: &Global) -> Result<(), CliError> {
    let mut file = match &args.study {
        Some(path) => StudyFile::read(path)?,
        None => StudyFile::of_suite(args.suite.as_deref().unwrap_or("quick")),
    };
    file.controllers.extend(args.controllers.iter().cloned().map(ControllerFile::Spec));
    if file.controllers.is_empty() {
        file.controllers = FIELD.iter().map(|&spec| ControllerFile::Spec(spec.to_owned())).collect();
    }
    if let Some(count) = args.seeds {
        file.seeds = Seeds::Count(count);
    }
    if args.until_decided {
        let first = args.seeds.unwrap_or(FIRST_LOOK);
        file.analysis.sequential = Some(SequentialDesign { first, block: args.block.unwrap_or(first), max: args.max_seeds });
        file.seeds = match file.seeds {
            Seeds::Range { first: from, .. } => Seeds::Range { first: from, count: first },
            _ => Seeds::Count(first),
        };
    }
    file.seed = args.seed.unwrap_or(file.seed);
    args.analysis.apply(&mut file.analysis);
    file.oracle.enabled &= !args.no_oracle;
    if args.sensitivity {
        file.sensitivity.get_or_insert_default();
    }
    let search = search_path(global);
    let is_constant = |c: &ControllerFile| c.table().is_ok_and(|t| t.spec.rsplit(':').next() == Some("constant"));
    if args.tune.is_some() && !file.controllers.iter().any(is_constant) {
        file.controllers.push(ControllerFile::Spec("offline-search=constant".to_owned()));
    }
    let mut study = Study::resolve(file, &search)?;
    if let Some(budget) = args.tune {
        tune(&mut study, &tuning_instances(args.suite.as_deref().unwrap_or("quick"))?, budget, &args.run, global)?;
    }
    let dir = run_study(&study, args.command(), Share::default(), &args.run, global)?;
    let verdict = analyze_folder(&dir, &args.analysis, &dir)?;
    print_verdict(&verdict, global.format);
    eprintln!("results: {}", dir.display());
    eprintln!("report:  {}", dir.join("analysis").join("report.html").display());
    Ok(())
}

/// The instances of a suite on which controllers may be tuned.
fn tuning_instances(name: &str) -> Result<Vec<Scenario>, CliError> {
    let specs = suite::registry().iter().find(|s| s.name == name).map(|s| (s.tuning)()).unwrap_or_default();
    if specs.is_empty() {
        return Err(CliError::input(format!("suite `{name}` has no tuning instances")).with_hint(Some("`oha-host list suites`".to_owned())));
    }
    specs.into_iter().map(|s| Scenario::new(s).map_err(CliError::input)).collect()
}

/// Tunes every controller of a study on the instances, `budget` episodes each, and freezes what is found.
fn tune(study: &mut Study, instances: &[Scenario], budget: u64, options: &RunOptions, global: &Global) -> Result<(), CliError> {
    let (executor, stages) = (executor_of_episodes(global, &options.workers)?, Stages::new(global.quiet));
    stages.stage("tuning", study.controllers.len() as u64);
    let mut found = Vec::new();
    for index in 0..study.controllers.len() {
        let asked = study.file.controllers[index].table().map_err(CliError::input)?;
        let given: Vec<String> = asked.config.keys().cloned().collect();
        let trials = Trials::new(study, index, &given, instances, budget);
        let (entry, record) = with_runner(&trials.study, &options.workers, &executor, &stages, |runner, _| trials.run(&executor, runner))?;
        let mut config = asked.config.clone();
        config.extend(record.settings.clone());
        study.file.controllers[index] = ControllerFile::Table(ControllerTable { label: Some(entry.label.clone()), config, ..asked });
        study.controllers[index] = entry;
        found.push(record);
        stages.advance(1);
    }
    stages.finish();
    let instances = instances.iter().map(|s| s.name.clone()).collect();
    study.file.tuning = Some(TuningRecord { budget, instances, controllers: found });
    Ok(())
}
