//! From one machine to many: shards, merging, resuming after kills and full disks, and the proof that nothing changed.

use oha_tests::{Run, files, oha_host};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const STUDY: &str = include_str!("cluster.toml");

/// A folder with the study, and the folder of an undisturbed run of it.
struct Fixture {
    folder: tempfile::TempDir,
    study: PathBuf,
    whole: PathBuf,
}

impl Fixture {
    fn new(study_text: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (study, whole) = (folder.path().join("study.toml"), folder.path().join("whole"));
        std::fs::write(&study, study_text).expect("a study");
        let fixture = Self { folder, study, whole };
        fixture.ok(&fixture.whole, &[]);
        fixture
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, out: &Path, more: &[&str]) -> Command {
        let mut command = oha_host();
        command.arg("run").arg(&self.study).arg("--out").arg(out).args(["--isolation", "thread", "--quiet"]).args(more);
        command
    }

    fn run(&self, out: &Path, more: &[&str]) -> Run {
        self.command(out, more).output().expect("it starts").into()
    }

    fn ok(&self, out: &Path, more: &[&str]) {
        let run = self.run(out, more);
        assert_eq!(run.code, 0, "{more:?}: {}", run.stderr);
    }

    fn shards(&self, count: u64) -> Vec<PathBuf> {
        let run = |index| {
            let dir = self.at(&format!("shard-{index}-of-{count}"));
            self.ok(&dir, &["--shard", &format!("{index}/{count}")]);
            dir
        };
        (1..=count).map(run).collect()
    }

    fn merge(&self, shards: &[PathBuf], out: &str) -> Run {
        oha_host().arg("merge").args(shards).arg("--out").arg(self.at(out)).arg("--quiet").output().expect("it starts").into()
    }

    fn verify(&self, dir: &Path, more: &[&str]) -> Run {
        oha_host().arg("verify").arg(dir).args(["--isolation", "thread", "--quiet"]).args(more).output().expect("it starts").into()
    }

    fn assert_whole(&self, dir: &Path, what: &str) {
        let kept = |dir: &Path| files(dir).into_iter().filter(|(name, _)| !name.starts_with("damaged")).collect::<Vec<_>>();
        let (a, b) = (kept(&self.whole), kept(dir));
        let names = |files: &[(PathBuf, Vec<u8>)]| files.iter().map(|f| f.0.clone()).collect::<Vec<_>>();
        assert_eq!(names(&a), names(&b), "{what}: the same files");
        assert!(a == b, "{what}: the same bytes");
    }
}

fn flip(path: &Path, at: usize) {
    let mut bytes = std::fs::read(path).expect("a file");
    bytes[at] ^= 1;
    std::fs::write(path, bytes).expect("a file");
}

fn copy(from: &Path, to: &Path) {
    for (name, bytes) in files(from) {
        let path = to.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }
}

#[test]
fn shards_merge_to_the_bytes_of_one_machine() {
    let f = Fixture::new(STUDY);
    let shards = f.shards(3);
    let again = f.run(&shards[0], &["--shard", "1/3"]);
    assert_eq!(again.code, 0, "a shard that is there is not run again: {}", again.stderr);
    let merged = f.merge(&shards, "merged");
    assert_eq!(merged.code, 0, "{}", merged.stderr);
    f.assert_whole(&f.at("merged"), "merged");
    let refused = f.merge(&shards, "merged");
    assert!(refused.code == 5 && refused.stderr.contains("complete"), "{}", refused.stderr);
}

#[test]
fn what_does_not_belong_together_is_refused_by_name() {
    let f = Fixture::new(STUDY);
    let shards = f.shards(3);
    let refused = |dirs: &[PathBuf], words: &[&str]| {
        let run = f.merge(dirs, "refused");
        assert_eq!(run.code, 5, "{}", run.stderr);
        assert!(words.iter().all(|w| run.stderr.contains(w)) && run.stderr.contains("hint: "), "{words:?}: {}", run.stderr);
        assert!(!f.at("refused").join("SHA256SUMS").exists());
    };
    refused(&shards[..2], &["1 of 3 shards missing: 3"]);
    let doubled = f.at("doubled");
    copy(&shards[1], &doubled);
    refused(&[shards.clone(), vec![doubled]].concat(), &["shard 2/3 stands in", "doubled"]);
    refused(std::slice::from_ref(&f.whole), &["a whole study, not a shard"]);
    let other_count = f.at("other-count");
    f.ok(&other_count, &["--shard", "1/2"]);
    refused(&[shards.clone(), vec![other_count]].concat(), &["shard 1/2", "one of 3 shards"]);
    let wrong_shard = f.run(&shards[0], &["--shard", "2/3"]);
    assert!(wrong_shard.code == 5 && wrong_shard.stderr.contains("holds shard 1/3, not shard 2/3"), "{}", wrong_shard.stderr);

    let part = |dir: &Path| files(dir).into_iter().map(|(n, _)| n).find(|n| n.starts_with("trajectories")).expect("a part");
    let damaged = f.at("damaged-shard");
    copy(&shards[2], &damaged);
    flip(&damaged.join(part(&damaged)), 100);
    let name = part(&damaged);
    refused(&[shards[0].clone(), shards[1].clone(), damaged.clone()], &["is damaged", &name.to_string_lossy()]);
    f.ok(&damaged, &["--shard", "3/3"]);
    let foreign = f.at("foreign");
    copy(&shards[0], &foreign);
    std::fs::copy(shards[1].join(part(&shards[1])), foreign.join(part(&shards[1]))).expect("a copy");
    refused(&[foreign, shards[1].clone(), shards[2].clone()], &["is no part of shard 1/3"]);
    let lost = f.at("lost");
    copy(&shards[0], &lost);
    std::fs::remove_file(lost.join(part(&lost).to_string_lossy().replace("trajectories", "parts").replace("parquet", "sha256")))
        .expect("a part");
    refused(&[lost, shards[1].clone(), shards[2].clone()], &["is incomplete: 1 of "]);

    std::fs::write(&f.study, STUDY.replace("seeds = 12", "seeds = 13")).expect("a study");
    let other = f.at("other-study");
    f.ok(&other, &["--shard", "3/3"]);
    refused(&[shards[0].clone(), shards[1].clone(), other], &["other-study", "holds another study"]);
    let healed = f.merge(&[shards[0].clone(), shards[1].clone(), damaged], "refused");
    assert_eq!(healed.code, 0, "a merge that was refused midway goes on: {}", healed.stderr);
    f.assert_whole(&f.at("refused"), "merged after repair");
}

#[test]
fn comparators_are_merged_and_must_agree() {
    let f = Fixture::new(&STUDY.replace("enabled = false", "tuning_seeds = 2\nbudget = 20"));
    assert!(f.whole.join("oracle.parquet").exists());
    let sums = std::fs::read_to_string(f.whole.join("SHA256SUMS")).expect("digests");
    assert!(sums.contains("  oracle.parquet\n"), "{sums}");
    let shards = f.shards(2);
    let merged = f.merge(&shards, "merged");
    assert_eq!(merged.code, 0, "{}", merged.stderr);
    f.assert_whole(&f.at("merged"), "merged with comparators");
    let table = shards[1].join("oracle.parquet");
    let path = table.to_string_lossy().into_owned();
    flip(&table, 100);
    let refused = f.merge(&shards, "refused");
    assert!(refused.code == 5 && refused.stderr.contains("differ in `oracle.parquet`"), "{}", refused.stderr);
    f.ok(&shards[1], &["--shard", "2/2"]);
    assert_eq!(f.merge(&shards, "refused").code, 0, "written anew: {path}");
    f.assert_whole(&f.at("refused"), "merged after repair");
    let damaged = f.at("damaged-oracles");
    copy(&f.whole, &damaged);
    flip(&damaged.join("oracle.parquet"), 100);
    let verified = f.verify(&damaged, &[]);
    assert!(verified.code == 1 && verified.stderr.contains("oracle.parquet"), "{}", verified.stderr);
    f.ok(&damaged, &["--resume"]);
    f.assert_whole(&damaged, "comparators repaired");
}

#[test]
fn two_hundred_shards_merge() {
    let scenario = |i: usize| format!("\n[[scenarios]]\nname = \"s{i}\"\ntask = {{ kind = \"tracking\", dimension = 1 }}\nn_steps = 5\n");
    let head = STUDY.split("[[scenarios]]").next().expect("a head").replace("seeds = 12", "seeds = 8");
    let f = Fixture::new(&(head + &(0..25).map(scenario).collect::<String>()));
    let shards = f.shards(200);
    let merged = f.merge(&shards, "merged");
    assert_eq!(merged.code, 0, "{}", merged.stderr);
    f.assert_whole(&f.at("merged"), "two hundred shards");
}

#[test]
fn kills_at_any_instant_lose_nothing() {
    let f = Fixture::new(STUDY);
    let out = f.at("killed");
    // Instants spread over the whole run, from before its first file to after its last.
    for i in 0..25u64 {
        let mut child = f.command(&out, &["--resume", "--jobs", "1"]).stderr(Stdio::null()).spawn().expect("it starts");
        std::thread::sleep(Duration::from_micros(1_000 + i * 37 % 25 * 3_000));
        child.kill().expect("it is ours");
        child.wait().expect("it is ours");
    }
    f.ok(&out, &["--resume"]);
    f.assert_whole(&out, "killed and resumed");
    f.ok(&out, &["--resume"]);
    assert_eq!(f.run(&out, &[]).code, 5, "a complete folder is not run over");
}

#[test]
fn damage_is_named_set_aside_and_run_again() {
    let f = Fixture::new(STUDY);
    let trajectory = Path::new("trajectories/000002.parquet");
    let repaired = |what: &str, name: &Path, damage: &dyn Fn(&Path)| {
        let dir = f.at(what);
        copy(&f.whole, &dir);
        damage(&dir.join(name));
        let verified = f.verify(&dir, &[]);
        assert!(verified.code == 1 && verified.stderr.contains(&*name.to_string_lossy()), "{what}: {}", verified.stderr);
        let run = f.run(&dir, &["--resume"]);
        assert!(run.code == 0 && run.stderr.contains("damaged"), "{what}: {}", run.stderr);
        f.assert_whole(&dir, what);
    };
    repaired("flipped", trajectory, &|p| flip(p, 200));
    repaired("truncated", trajectory, &|p| std::fs::write(p, &std::fs::read(p).expect("a file")[..100]).expect("a file"));
    repaired("table", Path::new("episodes.parquet"), &|p| flip(p, 50));
    repaired("absent", trajectory, &|p| std::fs::remove_file(p).expect("a file"));
}

#[test]
fn an_altered_manifest_is_written_anew() {
    let f = Fixture::new(STUDY);
    let altered = |dir: &Path, from: &str, to: &str| {
        let path = dir.join("manifest.json");
        let text = std::fs::read_to_string(&path).expect("a manifest");
        assert!(text.contains(from), "{from}");
        std::fs::write(&path, text.replacen(from, to, 1)).expect("a manifest");
    };
    // It still parses, and the study's digest stands in it: only its own digest, or the study itself, tells.
    for (what, from, to) in [("a-step", "\"n_steps\": 300", "\"n_steps\": 301"), ("the-command", "\"study.toml\"", "\"other.toml\"")] {
        let dir = f.at(what);
        copy(&f.whole, &dir);
        altered(&dir, from, to);
        let verified = f.verify(&dir, &[]);
        assert!(verified.code == 1 && verified.stderr.contains("manifest.json"), "{what}: {}", verified.stderr);
        let run = f.run(&dir, &["--resume"]);
        assert!(run.code == 0 && run.stderr.contains("damaged/manifest.json"), "{what}: {}", run.stderr);
        f.assert_whole(&dir, what);
    }
    // In a folder that is not complete.
    let shard = f.shards(2).remove(0);
    let before = files(&shard);
    altered(&shard, "\"n_steps\": 300", "\"n_steps\": 301");
    f.ok(&shard, &["--shard", "1/2"]);
    let kept = |files: Vec<(PathBuf, Vec<u8>)>| files.into_iter().filter(|(name, _)| !name.starts_with("damaged")).collect::<Vec<_>>();
    assert!(kept(files(&shard)) == before, "an altered manifest of a shard");
    std::fs::write(shard.join("shard.json"), "{\"index\": 1").expect("half a file");
    f.ok(&shard, &["--shard", "1/2"]);
    assert!(kept(files(&shard)) == before, "a damaged shard.json");
}

#[test]
fn a_kill_before_the_manifest_leaves_nothing_in_the_way() {
    let f = Fixture::new(STUDY);
    let begun = f.at("begun");
    for folder in ["parts", "trajectories"] {
        std::fs::create_dir_all(begun.join(folder)).expect("a folder");
    }
    std::fs::write(begun.join("shard.json"), "{\"index\":3,\"count\":3}\n").expect("a file");
    std::fs::write(begun.join(".manifest.json.1-0.tmp"), "{").expect("a file");
    f.ok(&begun, &[]);
    f.assert_whole(&begun, "begun as a shard, run as a whole");
    // Parts of another study without their manifest are not taken for this one's.
    let other = f.at("other-parts");
    let text = STUDY.replace("seeds = 12", "seed = 5\nseeds = 12");
    std::fs::write(&f.study, text).expect("a study");
    f.ok(&other, &["--shard", "1/1"]);
    std::fs::remove_file(other.join("manifest.json")).expect("a manifest");
    std::fs::write(&f.study, STUDY).expect("a study");
    let run = f.run(&other, &[]);
    assert!(run.code == 0 && run.stderr.contains("was damaged and set aside"), "{}", run.stderr);
    f.assert_whole(&other, "parts of another study");
}

/// A file system without locks, as some clusters have: `flock` fails there.
#[cfg(target_os = "linux")]
#[test]
fn a_file_system_without_locks_is_no_hindrance() {
    let f = Fixture::new(STUDY);
    let source = f.at("nolock.c");
    std::fs::write(&source, "#include <errno.h>\nint flock(int f, int o) { (void)f; (void)o; errno = ENOLCK; return -1; }\n")
        .expect("a file");
    let library = f.at("nolock.so");
    let cc = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).status().expect("a C compiler");
    assert!(cc.success());
    let out = f.at("unlocked");
    // Two writers at once: each part is written whole by one or the other, or by both alike.
    let start = |out: &Path| {
        f.command(out, &["--resume", "--jobs", "1"]).env("LD_PRELOAD", &library).stderr(Stdio::piped()).spawn().expect("it starts")
    };
    let pair = [start(&out), start(&out)];
    for child in pair {
        let run: Run = child.wait_with_output().expect("it ends").into();
        assert!(run.code == 0 || run.code == 5 && run.stderr.contains("hint: "), "{}", run.stderr);
    }
    let last = f.command(&out, &["--resume"]).env("LD_PRELOAD", &library).output().expect("it starts");
    assert!(last.status.success(), "{}", String::from_utf8_lossy(&last.stderr));
    f.assert_whole(&out, "without locks");
}

#[test]
fn two_writers_are_refused() {
    let f = Fixture::new(STUDY);
    let out = f.at("locked");
    std::fs::create_dir(&out).expect("a folder");
    let lock = std::fs::File::create(out.join(".lock")).expect("a file");
    lock.lock().expect("a lock");
    let run = f.run(&out, &["--resume"]);
    assert!(run.code == 5 && run.stderr.contains("is being written by another process"), "{}", run.stderr);
    drop(lock);
    f.ok(&out, &[]);
    f.assert_whole(&out, "after the lock");
}

#[test]
fn verification_confirms_and_finds_forgeries() {
    let with_oracles = STUDY.replace("enabled = false", "enabled = true\ntuning_seeds = 2\nbudget = 40");
    let f = Fixture::new(&with_oracles);
    // Options other than the study's: they are named in the summary, and the theme beside it.
    let theme = f.at("theme.toml");
    std::fs::write(&theme, "font_size_label = 9.0\n").expect("a theme");
    let more = ["--level", "0.9", "--metric", "final_loss", "--resamples", "500", "--formats", "csv,html", "--theme"];
    let analyzed = oha_host().arg("analyze").arg(&f.whole).args(more).arg(&theme).output().expect("it starts");
    assert!(analyzed.status.success(), "{}", String::from_utf8_lossy(&analyzed.stderr));
    for more in [&["--sample", "3"][..], &["--all"]] {
        let run = f.verify(&f.whole, more);
        assert!(run.code == 0 && run.stderr.contains("verified"), "{}", run.stderr);
    }
    let edited = f.at("edited");
    copy(&f.whole, &edited);
    let table = edited.join("analysis/tables/comparisons.csv");
    let text = std::fs::read_to_string(&table).expect("a table");
    std::fs::write(&table, text.replacen('0', "1", 1)).expect("a table");
    let run = f.verify(&edited, &["--all"]);
    assert!(run.code == 1 && run.stderr.contains("analysis/tables/comparisons.csv"), "{}", run.stderr);
    // One bit of one loss, with the digests of the files forged to match: only running the episode again can find it.
    let forged = f.at("forged");
    copy(&f.whole, &forged);
    forge(&forged);
    let run = f.verify(&forged, &["--all"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("seed 1: step 7: `loss` is "), "{}", run.stderr);
    // Another library under the same name.
    let plugins = f.at("plugins");
    std::fs::create_dir(&plugins).expect("a folder");
    let name = format!("{}schedules{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let built = Path::new(oha_host().get_program()).parent().expect("a folder").join(&name);
    let mut bytes = std::fs::read(built).expect("a library");
    bytes.push(0);
    std::fs::write(plugins.join(&name), bytes).expect("a library");
    let program = f.at("oha-host");
    std::fs::copy(oha_host().get_program(), &program).expect("a program");
    let output =
        Command::new(&program).arg("verify").arg(&f.whole).arg("--plugin-dir").arg(&plugins).env_remove("OHA_PLUGIN_PATH").output();
    let run: Run = output.expect("it starts").into();
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("was run from a library with digest") && run.stderr.contains("hint: "), "{}", run.stderr);
}

/// Flips the last bit of the loss at step 7 of a stored episode of seed 1, and signs the folder anew.
fn forge(dir: &Path) {
    use oha_host::store::{Sums, frame};
    let name = "trajectories/000000.parquet";
    let path = dir.join(name);
    let reader = frame::FrameReader::open(&path).expect("a table");
    let mut table = reader.all(&|_| true).expect("rows");
    let notes = [("study", reader.note("study").expect("a note")), ("part", "0".to_owned())];
    let integers = |name: &str| table.integers(&path, name).expect("a column").to_vec();
    let row = integers("seed").iter().zip(integers("step")).position(|(&seed, step)| seed == 1 && step == 7).expect("a row");
    for (column, values) in &mut table.columns {
        if let frame::Values::Reals(v) = values
            && column == "loss"
        {
            v[row] = f64::from_bits(v[row].to_bits() ^ 1);
        }
    }
    frame::write(&path, &table, &notes).expect("a table");
    let mut sums = Sums::read(&Sums::path(dir)).expect("digests");
    let digest = Sums::of_files(dir, &[name]).expect("a digest").get(name).expect("a digest").clone();
    sums.insert(name.to_owned(), digest);
    sums.write(&Sums::path(dir)).expect("digests");
}

#[test]
fn a_changed_data_set_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("rows.csv");
    let rows = |last: &str| -> String {
        let row = |i: i32| format!("{},{},{}\n", i % 7, (i * i) % 11, if i == 199 { last.to_owned() } else { (i % 2).to_string() });
        "a,b,y\n".to_owned() + &(0..200).map(row).collect::<String>()
    };
    std::fs::write(&data, rows("1")).expect("a file");
    let head = STUDY.split("[[scenarios]]").next().expect("a head").replace("seeds = 12", "seeds = 2");
    let task =
        format!("{{ kind = \"softmax-regression\", data = {{ csv = \"{}\", target = \"y\" }}, evaluation_size = 0 }}", data.display());
    let f = Fixture::new(&format!("{head}[[scenarios]]\nname = \"own\"\ntask = {task}\nn_steps = 20\n"));
    let sound = f.verify(&f.whole, &[]);
    assert_eq!(sound.code, 0, "{}", sound.stderr);
    std::fs::write(&data, rows("0")).expect("a file");
    let run = f.verify(&f.whole, &[]);
    assert!(run.code == 1 && run.stderr.contains("rows.csv") && run.stderr.contains("hint: "), "{}", run.stderr);
}

#[test]
fn measured_costs_decide_who_runs_what_and_nothing_else() {
    let f = Fixture::new(STUDY);
    let costs = f.at("costs.json");
    let measure =
        |out: &Path| oha_host().arg("run").arg(&f.study).arg("--measure-costs").arg(out).arg("--quiet").output().expect("it starts");
    assert!(measure(&costs).status.success());
    // The clock has no part in this test: the second scenario is made a thousand times as dear as the first, and the other way round.
    let mut file: serde_json::Value = serde_json::from_slice(&std::fs::read(&costs).expect("costs")).expect("JSON");
    let n = file["nanoseconds"].as_array().expect("a list").len();
    assert!(n > 1 && file["nanoseconds"].as_array().expect("a list").iter().all(|pair| pair[1].as_u64() > Some(0)), "{file}");
    let mut with = |path: &Path, dear: usize| {
        (0..n).for_each(|i| file["nanoseconds"][i][1] = if i == dear { 1_000_000 } else { 1_000 }.into());
        std::fs::write(path, file.to_string()).expect("a file");
    };
    let (one, other) = (f.at("one.json"), f.at("other.json"));
    with(&one, 0);
    with(&other, n - 1);
    let shard = |index: u64, costs: &Path| {
        let dir = f.at(&format!("{}-{index}", costs.file_stem().expect("a name").to_string_lossy()));
        f.ok(&dir, &["--shard", &format!("{index}/4"), "--costs", &costs.to_string_lossy()]);
        dir
    };
    // Six parts of each scenario in four shards: the dear ones leave room for cheap ones in the last two alone.
    let (by_one, by_other) = ([1, 2, 3, 4].map(|index| shard(index, &one)), shard(4, &other));
    let parts = |dir: &Path| files(dir).into_iter().map(|(name, _)| name).filter(|n| n.starts_with("parts")).collect::<Vec<_>>();
    assert_ne!(parts(&by_one[3]), parts(&by_other), "costs decide who runs what");
    let refused = f.merge(&[by_one[0].clone(), by_other], "refused");
    assert!(
        refused.code == 5 && refused.stderr.contains("other-4") && refused.stderr.contains("cut by the same costs"),
        "{}",
        refused.stderr
    );
    let plain = f.run(&by_one[0], &["--shard", "1/4"]);
    assert!(plain.code == 5 && plain.stderr.contains("by measured costs"), "{}", plain.stderr);
    assert_eq!(f.merge(&by_one, "merged").code, 0);
    f.assert_whole(&f.at("merged"), "merged by measured costs");
    std::fs::write(&f.study, STUDY.replace("seeds = 12", "seeds = 13")).expect("a study");
    let foreign = f.run(&f.at("foreign"), &["--shard", "1/2", "--costs", &one.to_string_lossy()]);
    assert!(foreign.code == 5 && foreign.stderr.contains("another study"), "{}", foreign.stderr);
}

/// `nohup` ignores a hang-up before it starts a program, and the program has to leave it at that.
#[cfg(unix)]
#[test]
fn a_hang_up_that_is_ignored_stays_ignored() {
    let f = Fixture::new(STUDY);
    let hung_up = |name: &str, shield: &str| {
        let run = f.command(&f.at(name), &[]);
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &format!("{shield} exec \"$@\""), "sh"]).arg(run.get_program()).args(run.get_args());
        let mut child = command.stderr(Stdio::null()).spawn().expect("it starts");
        // Past the shell, which sets the shield up, hang-ups come all the time.
        std::thread::sleep(Duration::from_millis(20));
        loop {
            if let Some(status) = child.try_wait().expect("it is ours") {
                return status.code();
            }
            let pid = i32::try_from(child.id()).expect("a process id");
            // SAFETY: a signal to a child of this test that was not waited for.
            unsafe { libc::kill(pid, libc::SIGHUP) };
            std::thread::sleep(Duration::from_millis(1));
        }
    };
    assert_eq!(hung_up("shielded", "trap '' HUP;"), Some(0));
    f.assert_whole(&f.at("shielded"), "hung up");
    assert_ne!(hung_up("not-shielded", ""), Some(0), "a hang-up stops what is not shielded");
}
