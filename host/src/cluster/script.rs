//! The text of a job: what it asks for, what it loads, and the command that it becomes.

use super::{Engine, Resources};
use std::path::{Path, PathBuf};

/// What every job of a submission starts from.
#[derive(Clone, Debug)]
pub struct Setting {
    /// This program.
    pub program: PathBuf,
    /// The working folder, in which relative paths of the study are looked up.
    pub folder: PathBuf,
    /// Folder of the logs.
    pub logs: PathBuf,
    /// Folders of controller libraries, absolute.
    pub plugin_dirs: Vec<PathBuf>,
}

/// A word of a shell's command line.
#[must_use]
pub fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_./=,:%@+-".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    shlex::try_quote(word).map_or_else(|_| word.to_owned(), |q| q.into_owned())
}

/// A path as a word of a shell's command line.
#[must_use]
pub fn path(path: &Path) -> String {
    quoted(&path.display().to_string())
}

/// What a script does.
pub struct Job {
    /// What it is for, in words.
    pub about: String,
    /// Lines at the start, which modules and setup come after.
    pub before: Vec<String>,
    /// Arguments of this program, quoted.
    pub arguments: Vec<String>,
}

/// The script of a job.
#[must_use]
pub fn text(engine: &dyn Engine, setting: &Setting, resources: &Resources, job: &Job) -> String {
    // Environment modules are a function of login shells.
    let shell = if resources.modules.is_empty() { "#!/bin/bash" } else { "#!/bin/bash -l" };
    let mut lines = vec![shell.to_owned()];
    lines.extend(engine.directives(&setting.logs));
    lines.push(format!("# {}; written by `oha-host submit`, which writes it anew each time.", job.about));
    lines.push("set -e".to_owned());
    lines.extend(job.before.iter().cloned());
    lines.push(format!("cd {}", path(&setting.folder)));
    lines.extend(resources.modules.iter().map(|name| format!("module load {}", quoted(name))));
    lines.extend(resources.setup.iter().cloned());
    let mut words = vec!["exec".to_owned(), path(&setting.program)];
    words.extend(job.arguments.iter().cloned());
    words.extend(setting.plugin_dirs.iter().map(|dir| format!("--plugin-dir {}", path(dir))));
    words.push(format!("--jobs \"{}\"", engine.threads_variable()));
    lines.push(words.join(" "));
    lines.join("\n") + "\n"
}

/// The job that computes the comparators of a study into the state folder `dir`.
#[must_use]
pub fn oracles(dir: &Path, study: &Path) -> Job {
    let arguments = ["oracle".to_owned(), path(study), "--out".to_owned(), path(&dir.join("oracles"))];
    let cache = ["--oracle-cache".to_owned(), path(&dir.join("oracles").join("cache"))];
    Job { about: "Comparators of the study".to_owned(), before: Vec::new(), arguments: arguments.into_iter().chain(cache).collect() }
}

/// The job that measures what the scenarios cost, on a node such as the shards run on.
#[must_use]
pub fn costs(file: &Path, study: &Path, oracles: Option<&Path>) -> Job {
    let mut arguments = ["run".to_owned(), path(study), "--measure-costs".to_owned(), path(file)].to_vec();
    arguments.extend(oracles.into_iter().flat_map(|file| ["--oracles".to_owned(), path(file)]));
    Job { about: "Costs of the study's scenarios".to_owned(), before: Vec::new(), arguments }
}

/// The job that runs one of `count` shards into the state folder `dir`; the offset of its array is the script's argument.
#[must_use]
pub fn shard(engine: &dyn Engine, dir: &Path, study: &Path, count: u64, oracles: Option<&Path>, costs: Option<&Path>) -> Job {
    let before = vec![format!("shard=$(({} + ${{1:-0}}))", engine.element_variable())];
    let mut arguments = ["run".to_owned(), path(study), format!("--shard \"$shard/{count}\""), "--out".to_owned()].to_vec();
    arguments.push(format!("{}/\"$shard\"-of-{count}", path(dir)));
    arguments.extend(oracles.into_iter().flat_map(|file| ["--oracles".to_owned(), path(file)]));
    arguments.extend(costs.into_iter().flat_map(|file| ["--costs".to_owned(), path(file)]));
    Job { about: format!("One of {count} shards of the study"), before, arguments }
}
