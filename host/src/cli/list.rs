//! `oha-host list`.

use super::error::CliError;
use super::output::table;
use super::process::search_path;
use super::{Format, Global, output};
use clap::ValueEnum;
use serde_json::{Value, json};

/// List what there is.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The kind of thing
    #[arg(value_enum)]
    what: What,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    /// Objectives and models that can be trained
    Tasks,
    /// Generated streams of the task `stream`
    Streams,
    /// Data sets that a task can name
    Data,
    /// Changes that can be laid over a task
    Regimes,
    /// Ready-made sets of scenarios
    Suites,
    /// Controllers on the plugin path
    Controllers,
    /// What is measured of each episode
    Metrics,
    /// Update operators
    Optimizers,
}

pub(super) fn run(args: &Args, global: &Global) -> Result<(), CliError> {
    let (columns, rows) = match args.what {
        What::Tasks => named(crate::sim::objective::registry().iter().map(|e| (e.name, e.summary))),
        What::Streams => named(crate::sim::objective::stream::registry().iter().map(|e| (e.name, e.summary))),
        What::Data => {
            let sets = crate::sim::data::registry().iter().map(|e| (e.name, e.summary));
            named(sets.chain(crate::sim::data::text::registry().iter().map(|e| (e.name, e.summary))))
        }
        What::Regimes => named(crate::sim::regime::registry().iter().map(|e| (e.name, e.summary))),
        What::Optimizers => named(crate::sim::optimizer::registry().iter().map(|e| (e.name, e.summary))),
        What::Suites => named(crate::sim::suite::registry().iter().map(|e| (e.name, e.summary))),
        What::Metrics => named(crate::sim::metrics::registry().iter().map(|e| (e.name, e.summary))),
        What::Controllers => controllers(global),
    };
    print(global.format, &columns, &rows);
    Ok(())
}

type Rows = (Vec<&'static str>, Vec<Vec<String>>);

fn named<'a>(entries: impl Iterator<Item = (&'a str, &'a str)>) -> Rows {
    (vec!["name", "summary"], entries.map(|(name, summary)| vec![name.to_owned(), summary.to_owned()]).collect())
}

fn controllers(global: &Global) -> Rows {
    let mut rows = Vec::new();
    let (libraries, broken) = search_path(global).scan();
    for error in broken {
        eprintln!("note: {error}: {}", error.cause);
    }
    for (_, plugin) in libraries {
        for descriptor in plugin.descriptors() {
            let class = serde_json::to_value(descriptor.information).expect("a plain word");
            let class = class.as_str().unwrap_or_default().to_owned();
            rows.push(vec![descriptor.id.clone(), class, plugin.name().to_owned(), descriptor.description.clone()]);
        }
    }
    (vec!["controller", "information", "library", "description"], rows)
}

fn print(format: Format, columns: &[&str], rows: &[Vec<String>]) {
    match format {
        Format::Table => output::data(&table(columns, rows)),
        Format::Json => {
            let objects: Vec<Value> =
                rows.iter().map(|row| Value::Object(columns.iter().zip(row).map(|(c, v)| ((*c).to_owned(), json!(v))).collect())).collect();
            output::json(&objects);
        }
    }
}
