//! `oha-host submit`.

use super::Global;
use super::analysis::analyze_folder;
use super::analysis::{AnalysisArgs, print_verdict};
use super::error::{CliError, ExitClass};
use super::execute::default_folder;
use super::interrupt::stop_flag;
use super::output;
use super::process::{plugin_folders, search_path};
use super::progress::Progress;
use crate::cluster::{
    self, Array, Engine, EngineEntry, Follow, Resources, Submission, SubmitError, Watch, Work, costs_file, folder, oracles_file, script,
};
use crate::store::{Shards, StoreError, Sums};
use crate::study::{Study, StudyFile};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Run a study on a cluster: submit its shards as a job array, follow them, submit lost ones again, merge, analyse.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The state is the files in DIR.shards and the queue: after Ctrl-C or a lost login shell, the same command goes on, from any \
login node. Jobs that are queued go on meanwhile.

Examples:
  oha-host submit study.toml --engine slurm --shards 64 --partition long --time 02:00:00 --memory 4G
  oha-host submit study.toml --engine slurm --shards 64 --cpus-per-shard 8 --module gcc/13 --slurm-arg=--constraint=avx2
  oha-host submit study.toml --engine slurm --shards 64 --dry-run"
)]
pub(super) struct Args {
    /// The study file
    #[arg(value_name = "STUDY.toml")]
    study: PathBuf,
    /// Batch system: slurm
    #[arg(long, value_name = "NAME", default_value = "slurm")]
    engine: String,
    /// Number of shards, each an element of a job array; aim at ten minutes or more for each
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    shards: u64,
    /// Results folder; shards, scripts and logs go to DIR.shards [default: oha-results/<study>-<digest>]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print the scripts and the commands that would submit them, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Comparators written by `oha-host oracle --out`, in place of a job that computes them
    #[arg(long, value_name = "FILE")]
    oracles: Option<PathBuf>,
    /// Share out by what a few episodes of each scenario cost in a job of its own, in place of an estimate in floating-point operations
    #[arg(long)]
    measure_costs: bool,
    /// How often a lost or failed shard is submitted again in one call
    #[arg(long, value_name = "N", default_value_t = 2)]
    retries: u64,
    /// Seconds between two looks at the queue
    #[arg(long, value_name = "SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..))]
    poll: u64,
    #[command(flatten)]
    job: JobArgs,
    #[command(flatten)]
    analysis: AnalysisArgs,
}

/// What the jobs ask for.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Jobs")]
struct JobArgs {
    /// Partition, or queue
    #[arg(long, value_name = "NAME")]
    partition: Option<String>,
    /// Account that is charged
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// Limit on the wall time of a shard, as the system writes it: 02:00:00
    #[arg(long, value_name = "TIME")]
    time: Option<String>,
    /// Memory of a shard, as the system writes it: 4G
    #[arg(long, value_name = "SIZE")]
    memory: Option<String>,
    /// Processors of a shard, which are its threads
    #[arg(long, value_name = "N")]
    cpus_per_shard: Option<u64>,
    /// Most shards that run at once
    #[arg(long, value_name = "N")]
    throttle: Option<u64>,
    /// Environment module to load; may be repeated
    #[arg(long = "module", value_name = "NAME")]
    modules: Vec<String>,
    /// Line of shell before the program starts, after the modules; may be repeated
    #[arg(long, value_name = "LINE", allow_hyphen_values = true)]
    setup: Vec<String>,
    /// Further argument of sbatch, such as --slurm-arg=--gres=gpu:1; may be repeated
    #[arg(long = "slurm-arg", value_name = "ARG", allow_hyphen_values = true)]
    slurm_arguments: Vec<String>,
}

impl JobArgs {
    fn resources(&self) -> Resources {
        Resources {
            partition: self.partition.clone(),
            account: self.account.clone(),
            time: self.time.clone(),
            memory: self.memory.clone(),
            processors: self.cpus_per_shard,
            throttle: self.throttle,
            modules: self.modules.clone(),
            setup: self.setup.clone(),
            arguments: self.slurm_arguments.clone(),
        }
    }
}

pub(super) fn run(args: &Args, global: &Global) -> Result<(), CliError> {
    let entry = cluster::lookup(&args.engine).map_err(CliError::input)?;
    let study = Study::resolve(StudyFile::read(&args.study)?, &search_path(global))?;
    super::execute::check_shardable(&study)?;
    let engine = (entry.make)(args.job.resources());
    let out = args.out.clone().unwrap_or_else(|| default_folder(&study));
    if args.dry_run {
        return dry_run(args, global, &study, engine.as_ref(), &folder(&out));
    }
    if !Sums::path(&out).exists() {
        bring_home(args, global, &study, (entry, engine.as_ref()), &out)?;
    }
    let verdict = analyze_folder(&out, &args.analysis, &out)?;
    print_verdict(&verdict, global.format);
    eprintln!("results: {}", out.display());
    eprintln!("report:  {}", out.join("analysis").join("report.html").display());
    Ok(())
}

/// Runs every shard on the cluster and merges them into `out`.
fn bring_home(args: &Args, global: &Global, study: &Study, engine: (&EngineEntry, &dyn Engine), out: &Path) -> Result<(), CliError> {
    let (entry, engine) = engine;
    let submission = Submission::open(out, &args.study, study, args.shards, (entry.name, engine))?;
    if submission.is_copy_old() {
        eprintln!("note: `{}` was edited in what reaches no episode; `{}` is used", args.study.display(), submission.study().display());
    }
    let scripts = Scripts::new(args, global, study, engine, submission.dir())?;
    if let Some(text) = &scripts.oracles {
        submission.write_script("oracles.sh", text)?;
    }
    if let Some(text) = &scripts.costs {
        submission.write_script("costs.sh", text)?;
    }
    submission.write_script("shard.sh", &scripts.shard)?;
    let stop = stop_flag("no longer following (again to stop at once)");
    let follow = |work: &dyn Work| {
        let watch = Display::new(work.what(), work.n(), global.quiet);
        let every = Duration::from_secs(args.poll);
        let follow = Follow { engine, every, n_attempts: args.retries + 1, logs: submission.logs(), stop: &stop, watch: &watch };
        let done = follow.run(work);
        watch.progress.finish();
        done
    };
    eprintln!("state: {}", submission.dir().display());
    if scripts.oracles.is_some() {
        follow(&submission.oracles(study))?;
    }
    if scripts.costs.is_some() {
        follow(&submission.costs(study))?;
    }
    follow(&submission.shards())?;
    let shards = Shards::open(&submission.shard_folders())?;
    let progress = Progress::new("parts", shards.n_parts() as u64, global.quiet);
    let merged = shards.merge(out, &mut || progress.add(1));
    progress.finish();
    merged?;
    eprintln!("merged: `{}` is no longer needed", submission.dir().display());
    Ok(())
}

/// The text of every script.
struct Scripts {
    /// The job of the comparators; none where there are none, or where they are known already.
    oracles: Option<String>,
    /// The job that measures costs, where it was asked for.
    costs: Option<String>,
    shard: String,
}

impl Scripts {
    fn new(args: &Args, global: &Global, study: &Study, engine: &dyn Engine, dir: &Path) -> Result<Self, CliError> {
        let absolute = |path: &Path| std::path::absolute(path).map_err(|e| StoreError::io("find", path, e));
        let program = std::env::current_exe().map_err(|e| CliError::new(ExitClass::Internal, e))?;
        let plugin_dirs = plugin_folders(global).iter().map(|p| absolute(p)).collect::<Result<_, _>>()?;
        let setting = script::Setting { program, folder: absolute(Path::new("."))?, logs: dir.join("logs"), plugin_dirs };
        let resources = args.job.resources();
        let file = dir.join(args.study.file_name().unwrap_or_default());
        let text = |job: &script::Job| script::text(engine, &setting, &resources, job);
        let given = args.oracles.as_deref().map(absolute).transpose()?;
        let is_computed = study.file.oracle.enabled && given.is_none();
        let oracles = is_computed.then(|| text(&script::oracles(dir, &file)));
        let made = is_computed.then(|| oracles_file(dir));
        let known = given.or(made);
        let costs = args.measure_costs.then(|| costs_file(dir));
        let shard = script::shard(engine, dir, &file, args.shards, known.as_deref(), costs.as_deref());
        let costs = costs.map(|path| text(&script::costs(&path, &file, known.as_deref())));
        Ok(Self { oracles, costs, shard: text(&shard) })
    }
}

/// Prints what would be written and submitted.
fn dry_run(args: &Args, global: &Global, study: &Study, engine: &dyn Engine, dir: &Path) -> Result<(), CliError> {
    let dir = std::path::absolute(dir).map_err(|e| StoreError::io("find", dir, e))?;
    let scripts = Scripts::new(args, global, study, engine, &dir)?;
    let elements_max = engine.elements_max().unwrap_or_else(|error| {
        eprintln!("note: the limit on arrays is not known here ({error}); one array is shown");
        args.shards
    });
    let mut text = String::new();
    let mut add = |name: &str, body: &str, arrays: &[Array]| {
        let path = dir.join(name);
        text.push_str(&format!("# {}\n{body}", path.display()));
        for array in arrays {
            text.push_str(&format!("$ {}\n", engine.command(array).iter().map(|word| script::quoted(word)).collect::<Vec<_>>().join(" ")));
        }
        text.push('\n');
    };
    let array = |name: String, elements: Vec<u64>, offset: u64, script: &str| Array { name, elements, offset, script: dir.join(script) };
    if let Some(body) = &scripts.oracles {
        add("oracles.sh", body, &[array("oha-oracles".to_owned(), vec![1], 0, "oracles.sh")]);
    }
    if let Some(body) = &scripts.costs {
        add("costs.sh", body, &[array("oha-costs".to_owned(), vec![1], 0, "costs.sh")]);
    }
    let starts = (0..args.shards).step_by(usize::try_from(elements_max).unwrap_or(usize::MAX));
    let chunk = |start: u64| (1..=elements_max.min(args.shards - start)).collect();
    let arrays: Vec<Array> = starts.map(|start| array(format!("oha-{}", start / elements_max), chunk(start), start, "shard.sh")).collect();
    add("shard.sh", &scripts.shard, &arrays);
    output::data(&text);
    Ok(())
}

/// A bar over the elements that are done, and what the others do.
struct Display {
    progress: Progress,
}

impl Display {
    fn new(what: &str, n: u64, quiet: bool) -> Self {
        Self { progress: Progress::new(what, n, quiet) }
    }
}

impl Watch for Display {
    fn state(&self, n_done: u64, n_running: u64, n_waiting: u64, reason: &str) {
        let reason = if n_waiting > 0 && !reason.is_empty() && reason != "None" { format!(" ({reason})") } else { String::new() };
        self.progress.set(n_done, &format!("{n_running} running, {n_waiting} waiting{reason}"));
    }

    fn note(&self, text: &str) {
        self.progress.suspend(|| eprintln!("note: {text}"));
    }
}

impl From<SubmitError> for CliError {
    fn from(error: SubmitError) -> Self {
        let hint = error.hint();
        let class = match &error {
            SubmitError::Store(_) | SubmitError::OtherTerms { .. } => ExitClass::Storage,
            SubmitError::Interrupted { .. } => ExitClass::Interrupted,
            SubmitError::Engine(_) | SubmitError::Failed { .. } => ExitClass::Cluster,
        };
        Self::new(class, error).with_hint(hint)
    }
}
