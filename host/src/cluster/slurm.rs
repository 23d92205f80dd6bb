//! Slurm: job arrays through `sbatch`, followed by polling `squeue`.
//!
//! Used as its documentation says (<https://slurm.schedmd.com/job_array.html>): `--array` numbers run from 0 to `MaxArraySize` - 1; without accounting there is
//! no `sacct`, so what has left the queue is judged by its files. Deliberately absent: `--wait`, which returns late, and `scontrol requeue`, which holds a job
//! for two minutes.

use super::engine::{Array, Engine, EngineEntry, EngineError, Queued, Resources};
use std::path::Path;
use std::process::Command;

/// The line of the registry.
pub(super) const ENTRY: EngineEntry = EngineEntry {
    name: "slurm",
    summary: "job arrays of Slurm through sbatch, squeue and scontrol",
    make: |resources| Box::new(Slurm { resources }),
};

/// Words by which Slurm's programs say that the controller cannot be asked now.
const TRANSIENT: [&str; 5] = ["Socket timed out", "Unable to contact", "Zero Bytes were transmitted", "temporarily", "Connection refused"];

struct Slurm {
    resources: Resources,
}

impl Slurm {
    /// The options of the user, as long options of `sbatch`.
    fn options(&self) -> Vec<String> {
        let r = &self.resources;
        let named = [
            ("partition", r.partition.clone()),
            ("account", r.account.clone()),
            ("time", r.time.clone()),
            ("mem", r.memory.clone()),
            ("cpus-per-task", r.processors.map(|n| n.to_string())),
        ];
        let named = named.into_iter().filter_map(|(name, value)| Some(format!("--{name}={}", value?)));
        named.chain(r.arguments.iter().cloned()).collect()
    }
}

impl Engine for Slurm {
    fn directives(&self, logs: &Path) -> Vec<String> {
        let log = format!("--output={}", logs.join("%x-%A_%a.log").display());
        // A requeued element writes behind what its first attempt has said.
        let ours = [log, "--open-mode=append".to_owned()];
        ours.into_iter().chain(self.options()).map(|option| format!("#SBATCH {option}")).collect()
    }

    fn element_variable(&self) -> &'static str {
        "SLURM_ARRAY_TASK_ID"
    }

    fn threads_variable(&self) -> &'static str {
        "${SLURM_CPUS_PER_TASK:-1}"
    }

    fn logs(&self, names: &[String], array: &str, element: u64) -> Vec<String> {
        let job = |name: &&String| -> Option<u64> {
            let (job, of) = name.strip_prefix(array)?.strip_prefix('-')?.strip_suffix(".log")?.split_once('_')?;
            (of.parse() == Ok(element)).then(|| job.parse().ok()).flatten()
        };
        let mut logs: Vec<(u64, &String)> = names.iter().filter_map(|name| Some((job(&name)?, name))).collect();
        logs.sort_unstable();
        logs.into_iter().map(|(_, name)| name.clone()).collect()
    }

    fn elements_max(&self) -> Result<u64, EngineError> {
        let text = ask("scontrol", &["show".to_owned(), "config".to_owned()])?;
        let value = text.lines().find_map(|line| line.trim_start().strip_prefix("MaxArraySize")?.trim_start().strip_prefix('='));
        let found = || EngineError::Answer { command: "scontrol show config".to_owned(), found: "no number `MaxArraySize`".to_owned() };
        match value.and_then(|value| value.trim().parse::<u64>().ok()).ok_or_else(found)? {
            found @ ..2 => Err(EngineError::NoArrays { setting: "MaxArraySize", found }),
            size => Ok(size - 1),
        }
    }

    fn command(&self, array: &Array) -> Vec<String> {
        let throttle = self.resources.throttle.map_or_else(String::new, |n| format!("%{n}"));
        let head = ["sbatch".to_owned(), "--parsable".to_owned(), format!("--job-name={}", array.name)];
        // Options of the command line win over the variables SBATCH_*, which win over the script's own.
        let elements = format!("--array={}{throttle}", ranges(&array.elements));
        let tail = [elements, array.script.display().to_string(), array.offset.to_string()];
        head.into_iter().chain(self.options()).chain(tail).collect()
    }

    fn submit(&self, array: &Array) -> Result<String, EngineError> {
        let command = self.command(array);
        let answer = ask("sbatch", &command[1..])?;
        let job = answer.trim().split(';').next().unwrap_or_default();
        if !job.is_empty() && job.bytes().all(|b| b.is_ascii_digit()) {
            Ok(job.to_owned())
        } else {
            Err(EngineError::Answer { command: shown(&command), found: answer.trim().to_owned() })
        }
    }

    fn queue(&self, arrays: &[String]) -> Result<Vec<Queued>, EngineError> {
        let arguments =
            ["--noheader".to_owned(), "--array".to_owned(), format!("--name={}", arrays.join(",")), "--format=%j|%K|%T|%r".to_owned()];
        let text = ask("squeue", &arguments)?;
        let line = |line: &str| -> Option<Queued> {
            let mut cells = line.trim().splitn(4, '|');
            let (name, element, state, reason) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
            let is_running = ["RUNNING", "COMPLETING", "CONFIGURING"].contains(&state);
            Some(Queued { name: name.to_owned(), element: element.parse().ok()?, is_running, reason: reason.to_owned() })
        };
        let lines = text.lines().filter(|l| !l.trim().is_empty());
        lines.map(|l| line(l).ok_or_else(|| EngineError::Answer { command: "squeue".to_owned(), found: l.to_owned() })).collect()
    }

    fn cancel(&self, arrays: &[String]) -> String {
        format!("scancel --name={}", arrays.join(","))
    }
}

/// Numbers in the form of `--array`: `1,3,7-12`.
fn ranges(numbers: &[u64]) -> String {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for &n in numbers {
        match runs.last_mut() {
            Some((_, end)) if *end + 1 == n => *end = n,
            _ => runs.push((n, n)),
        }
    }
    let run = |&(start, end): &(u64, u64)| if start == end { start.to_string() } else { format!("{start}-{end}") };
    runs.iter().map(run).collect::<Vec<_>>().join(",")
}

fn shown(command: &[String]) -> String {
    command.iter().map(|word| super::script::quoted(word)).collect::<Vec<_>>().join(" ")
}

/// Runs one of Slurm's programs and returns what it printed.
fn ask(program: &'static str, arguments: &[String]) -> Result<String, EngineError> {
    let command = || shown(&[&[program.to_owned()], arguments].concat());
    let output = Command::new(program).args(arguments).output().map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => EngineError::NoProgram { program },
        _ => EngineError::Unreachable { command: command(), message: e.to_string() },
    })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let message = said.lines().map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join("; ");
    if TRANSIENT.iter().any(|words| message.contains(words)) {
        Err(EngineError::Unreachable { command: command(), message })
    } else {
        Err(EngineError::Refused { command: command(), message })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_ranges() {
        assert_eq!(ranges(&[1, 3, 7, 8, 9, 12]), "1,3,7-9,12");
        assert_eq!(ranges(&[]), "");
    }

    #[test]
    fn logs_of_an_element_come_in_the_order_of_their_jobs() {
        let slurm = Slurm { resources: Resources::default() };
        let names = ["oha-a-0-99_3.log", "oha-a-0-100_3.log", "oha-a-0-100_13.log", "oha-b-0-7_3.log", "x"].map(str::to_owned);
        assert_eq!(slurm.logs(&names, "oha-a-0", 3), ["oha-a-0-99_3.log", "oha-a-0-100_3.log"]);
    }
}
