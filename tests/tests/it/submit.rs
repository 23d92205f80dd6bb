//! `submit` against programs that look like Slurm's from outside: what is said when the cluster refuses, and that an array is split, taken up and merged. The
//! real one is in `slurm.rs`.

use oha_tests::{Run, oha_host};
use std::path::PathBuf;

const STUDY: &str = include_str!("cluster.toml");

/// Runs every element at once, where it stands.
const RUNS: &str = r#"
for a; do case $a in --job-name=*) name=${a#*=};; --array=*) array=${a#*=};; esac; done
script=${@: -2:1} offset=${@: -1}
for r in ${array//,/ }; do for i in $(seq ${r%-*} ${r#*-}); do
  SLURM_ARRAY_TASK_ID=$i bash "$script" "$offset" > "$(dirname "$script")/logs/$name-1_$i.log" 2>&1
done; done
echo "$name $array $offset" >> "$(dirname "$script")/../submitted"
echo 1
"#;

/// A folder with a study and a Slurm of shell scripts.
struct Fixture {
    folder: tempfile::TempDir,
    study: PathBuf,
}

impl Fixture {
    fn new(sbatch: &str, array_max: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let study = folder.path().join("study.toml");
        std::fs::write(&study, STUDY).expect("a study");
        let fixture = Self { folder, study };
        fixture.program("sbatch", sbatch);
        fixture.program("squeue", "");
        fixture.program("scontrol", &format!("echo 'MaxArraySize            = {array_max}'"));
        fixture
    }

    fn program(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = self.folder.path().join("bin");
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join(name);
        std::fs::write(&path, format!("#!/bin/bash\n{text}\n")).expect("a program");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    }

    fn submit(&self, more: &[&str]) -> Run {
        let mut command = oha_host();
        let bin = self.folder.path().join("bin");
        command.env("PATH", format!("{}:/usr/bin:/bin", bin.display())).env_remove("SLURM_CONF");
        command.arg("submit").arg(&self.study).arg("--out").arg(self.folder.path().join("out")).args(["--poll", "1"]).args(more);
        command.output().expect("it starts").into()
    }

    /// Standard error and exit code, with what differs between machines replaced.
    fn refusal(&self, more: &[&str]) -> String {
        let run = self.submit(more);
        let text = run.stderr.replace(&self.folder.path().display().to_string(), "[DIR]");
        // Jobs are named after the folder, too.
        let mut pieces = text.split("oha-");
        let mut out = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let is_token = piece.len() > 12 && piece.as_bytes()[..12].iter().all(u8::is_ascii_hexdigit);
            out.push_str("oha-");
            out.push_str(&if is_token { format!("[TOKEN]{}", &piece[12..]) } else { piece.to_owned() });
        }
        format!("exit {}\n{}", run.code, out.trim_end())
    }
}

#[test]
fn a_study_larger_than_an_array_is_split_and_comes_home() {
    let f = Fixture::new(RUNS, "4");
    let run = f.submit(&["--shards", "7", "--module", "none", "--setup", "module() { :; }"]);
    assert_eq!(run.code, 6, "the setup comes after the modules, so there is no `module`: {}", run.stderr);
    assert!(run.stderr.contains("7 of 7 shards failed 3 times, the first is 1") && run.stderr.contains("module"), "{}", run.stderr);
    std::fs::remove_file(f.folder.path().join("submitted")).expect("a list");

    let run = f.submit(&["--shards", "7"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let submitted = std::fs::read_to_string(f.folder.path().join("submitted")).expect("a list");
    let arrays: Vec<&str> =
        submitted.lines().map(|l| l.rsplit_once('-').map_or("", |_| l.split_once(' ').map_or("", |(_, r)| r))).collect();
    assert_eq!(arrays, ["1-3 0", "1-3 3", "1 6"], "MaxArraySize is one more than the largest number");
    let whole = f.folder.path().join("whole");
    for arguments in [
        vec!["run".into(), f.study.clone().into_os_string(), "--out".into(), whole.clone().into()],
        vec!["analyze".into(), whole.clone().into()],
    ] {
        assert!(oha_host().args(arguments).output().expect("it starts").status.success());
    }
    assert!(oha_tests::files(&whole) == oha_tests::files(&f.folder.path().join("out")), "the bytes of one machine");

    // A shard that is lost from the disk is all that is submitted again.
    std::fs::remove_dir_all(f.folder.path().join("out")).expect("a folder");
    std::fs::remove_dir_all(f.folder.path().join("out.shards/5-of-7")).expect("a folder");
    let run = f.submit(&["--shards", "7"]);
    assert!(run.code == 0 && run.stderr.contains("1 of 7 shards submitted"), "{}", run.stderr);
    assert!(oha_tests::files(&whole) == oha_tests::files(&f.folder.path().join("out")), "the bytes of one machine");
}

#[test]
fn errors_of_a_cluster() {
    let f = Fixture::new("exit 1", "1001");
    insta::assert_snapshot!("submit-no-such-engine", f.refusal(&["--shards", "4", "--engine", "slrm"]));
    insta::assert_snapshot!("submit-no-shards", f.refusal(&["--shards", "0"]));

    let f = Fixture::new("echo 'sbatch: error: invalid partition specified: lnog' >&2; exit 1", "1001");
    insta::assert_snapshot!("submit-refused", f.refusal(&["--shards", "4", "--partition", "lnog"]));
    insta::assert_snapshot!("submit-other-number", f.refusal(&["--shards", "5"]));

    let f = Fixture::new("exit 1", "1");
    insta::assert_snapshot!("submit-no-arrays", f.refusal(&["--shards", "4"]));

    let f = Fixture::new("exit 1", "1001");
    std::fs::remove_file(f.folder.path().join("bin/scontrol")).expect("a program");
    // Where the machine has a Slurm of its own, its program must not be found.
    let mut command = oha_host();
    command.env("PATH", f.folder.path().join("bin")).arg("submit").arg(&f.study).args(["--shards", "4", "--out"]);
    let run: Run = command.arg(f.folder.path().join("out")).output().expect("it starts").into();
    insta::assert_snapshot!("submit-no-slurm", format!("exit {}\n{}", run.code, run.stderr.trim_end()));

    let failing = RUNS.replace("bash \"$script\" \"$offset\"", "bash -c 'echo no such module; exit 1'");
    let f = Fixture::new(&failing, "1001");
    insta::assert_snapshot!("submit-failing", f.refusal(&["--shards", "2", "--retries", "1", "--quiet"]));
}

#[test]
fn a_dry_run_shows_the_scripts_and_leaves_nothing() {
    let f = Fixture::new("exit 1", "3");
    let more =
        ["--partition", "long", "--time", "01:00:00", "--memory", "4G", "--cpus-per-shard", "2", "--throttle", "8", "--module", "gcc/13"];
    let run = f.submit(&[&["--shards", "4", "--dry-run", "--setup", "ulimit -c 0", "--slurm-arg=--gres=gpu:1"], &more[..]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let program = oha_host().get_program().to_string_lossy().into_owned();
    let text = run.stdout.replace(&program, "[OHA-HOST]").replace(&f.folder.path().display().to_string(), "[DIR]");
    insta::assert_snapshot!("submit-dry-run", text.replace(&oha_tests::root().display().to_string(), "[ROOT]"));
    assert!(!f.folder.path().join("out.shards").exists(), "nothing is written");
}
