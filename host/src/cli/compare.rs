//! `oha-host compare`: the main job.

use super::Global;
use super::common::{RunOptions, Share, analyze_folder, print_verdict, run_study, search_path};
use super::error::CliError;
use crate::study::{ControllerFile, SeedsFile, Study, StudyFile};
use std::path::PathBuf;

/// The field that a controller is compared with when none is named.
const FIELD: [&str; 5] = ["constant", "cosine", "reduce-on-plateau", "hypergradient", "random"];

/// Run controllers on a suite or study, analyse, draw.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  oha-host compare                                   the shipped field on the suite `quick`
  oha-host compare ./libmine.so                      yours beside the shipped field? name them: ./libmine.so plateau schedules:cosine
  oha-host compare a.so b.so --suite standard --seeds 50
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
    /// Seed of the study, the root of every random number
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Label of the controller that all others are compared with; without one, all pairs are compared
    #[arg(long, value_name = "LABEL")]
    reference: Option<String>,
    /// Metric that the verdict is about; see `oha-host list metrics`
    #[arg(long, value_name = "NAME")]
    metric: Option<String>,
    /// Compute no comparators and no regret
    #[arg(long)]
    no_oracle: bool,
    #[command(flatten)]
    run: RunOptions,
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
            ("--reference", self.reference.clone()),
            ("--metric", self.metric.clone()),
        ];
        for (name, value) in options {
            words.extend(value.into_iter().flat_map(|value| [name.to_owned(), value]));
        }
        words.extend(self.no_oracle.then(|| "--no-oracle".to_owned()));
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
        file.seeds = SeedsFile::Count(count);
    }
    file.seed = args.seed.unwrap_or(file.seed);
    file.analysis.reference = args.reference.clone().or(file.analysis.reference);
    file.analysis.primary_metric = args.metric.clone().unwrap_or(file.analysis.primary_metric);
    file.oracle.enabled &= !args.no_oracle;
    let study = Study::resolve(file, &search_path(global))?;
    let (dir, oracles) = run_study(&study, args.command(), Share::default(), &args.run, global)?;
    let verdict = analyze_folder(&study, &oracles, &dir)?;
    print_verdict(&verdict, global.format);
    eprintln!("results: {}", dir.display());
    eprintln!("report:  {}", dir.join("analysis").join("report.html").display());
    Ok(())
}
