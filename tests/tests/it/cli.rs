//! Transcripts: what a user sees when something is asked for that cannot be had. Each error names the thing, what was found and what is allowed.

use oha_tests::run;

/// Standard error and exit code, with paths that differ between machines replaced.
fn refusal(arguments: &[&str]) -> String {
    let run = run(arguments);
    assert_eq!(run.stdout, "", "an error leaves stdout empty");
    let root = oha_tests::root().display().to_string();
    let lines: Vec<String> = run.stderr.replace(&root, "[ROOT]").lines().map(without_registry).collect();
    format!("exit {}\n{}", run.code, lines.join("\n"))
}

/// A line without the names of a whole registry, which grow; the nearest name stays.
fn without_registry(line: &str) -> String {
    match (line.split_once("allowed: "), line.split_once(" (nearest")) {
        (Some((before, _)), Some((_, after))) => format!("{before}allowed: [...] (nearest{after}"),
        _ => line.to_owned(),
    }
}

fn study_refusal(study: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("study.toml");
    std::fs::write(&path, study).expect("a study");
    refusal(&["run", path.to_str().expect("a plain path"), "--out", "never-made"]).replace(&folder.path().display().to_string(), "[DIR]")
}

#[test]
fn errors_of_the_command_line() {
    let cases: [(&str, &[&str]); 8] = [
        ("no-such-suite", &["compare", "constant", "--suite", "smok", "--out", "never-made"]),
        ("no-such-controller", &["compare", "schedules:cosin", "--suite", "smoke", "--out", "never-made"]),
        ("no-such-library", &["compare", "./nowhere.so", "--suite", "smoke", "--out", "never-made"]),
        ("a-text-file", &["compare", "./Cargo.toml", "--suite", "smoke", "--out", "never-made"]),
        ("no-such-parameter", &["compare", "schedules:cosine?peek=0.3", "--suite", "smoke", "--out", "never-made"]),
        ("a-parameter-out-of-range", &["compare", "schedules:step?gamma=-1", "--suite", "smoke", "--out", "never-made"]),
        ("no-such-study", &["run", "nowhere.toml", "--out", "never-made"]),
        ("no-results-folder", &["analyze", "nowhere"]),
    ];
    for (name, arguments) in cases {
        insta::assert_snapshot!(name, refusal(arguments), &arguments.join(" "));
    }
    assert!(!oha_tests::root().join("never-made").exists(), "a refused study leaves nothing behind");
}

#[test]
fn errors_of_folders() {
    let cases: [(&str, &[&str]); 5] = [
        ("run-no-such-shard", &["run", "tests/tests/it/cluster.toml", "--shard", "5/4", "--out", "never-made"]),
        ("run-foreign-folder", &["run", "tests/tests/it/cluster.toml", "--out", "docs"]),
        ("merge-nowhere", &["merge", "nowhere", "--out", "never-made"]),
        ("merge-nothing", &["merge", "--out", "never-made"]),
        ("verify-nowhere", &["verify", "nowhere"]),
    ];
    for (name, arguments) in cases {
        insta::assert_snapshot!(name, refusal(arguments), &arguments.join(" "));
    }
}

#[test]
fn errors_of_a_study_file() {
    let scenario = "[[scenarios]]\nname = \"a\"\ntask = { kind = \"tracking\" }\n";
    let cases = [
        ("study-syntax", "name = \"x\nseeds = 3".to_owned()),
        ("study-unknown-key", format!("name = \"x\"\nseedz = 3\ncontrollers = [\"constant\"]\n{scenario}")),
        ("study-wrong-type", format!("name = \"x\"\nseed = \"three\"\ncontrollers = [\"constant\"]\n{scenario}")),
        ("study-another-schema", format!("schema = 9\nname = \"x\"\ncontrollers = [\"constant\"]\n{scenario}")),
        ("study-no-scenario", "name = \"x\"\ncontrollers = [\"constant\"]\n".to_owned()),
        ("study-no-controller", format!("name = \"x\"\n{scenario}")),
        ("study-unknown-task", "name = \"x\"\ncontrollers = [\"constant\"]\n[[scenarios]]\nname = \"a\"\ntask = \"trackin\"\n".to_owned()),
        ("study-unknown-setting", "name = \"x\"\n[[scenarios]]\nname = \"a\"\ntask = { kind = \"tracking\", curvatur = 1.0 }\n".to_owned()),
        ("study-out-of-range", "name = \"x\"\n[[scenarios]]\nname = \"a\"\ntask = { kind = \"tracking\", curvature = -1.0 }\n".to_owned()),
        ("study-unknown-change", format!("name = \"x\"\n{scenario}regime = [{{ kind = \"target-jmp\" }}]\n")),
        ("study-bad-time", format!("name = \"x\"\n{scenario}regime = [{{ kind = \"target-jump\", start = 1.5 }}]\n")),
        ("study-same-label", format!("name = \"x\"\ncontrollers = [\"constant\", \"constant\"]\n{scenario}")),
        ("study-same-name", format!("name = \"x\"\n{scenario}{scenario}")),
        ("study-seed-twice", format!("name = \"x\"\nseeds = [1, 2, 1]\n{scenario}")),
    ];
    for (name, study) in cases {
        insta::assert_snapshot!(name, study_refusal(&study), &study);
    }
}

#[test]
fn what_there_is_is_listed_as_data() {
    for what in ["tasks", "regimes", "suites", "controllers", "metrics", "optimizers"] {
        let text = run(&["list", what]);
        assert_eq!((text.code, text.stderr.as_str()), (0, ""), "{what}");
        let json = run(&["list", what, "--format", "json"]);
        let entries: Vec<serde_json::Value> = serde_json::from_str(&json.stdout).expect("a list in JSON");
        assert_eq!(text.stdout.lines().count(), entries.len() + 1, "{what}: a line each and a heading");
        for entry in entries {
            let name = entry["name"].as_str().or(entry["controller"].as_str()).expect("each has a name");
            let described = run(&["describe", name]);
            assert_eq!(described.code, 0, "{what} {name}: {}", described.stderr);
            assert!(described.stdout.contains(name), "{what} {name}");
        }
    }
}

#[test]
fn completions_name_every_subcommand() {
    for shell in ["bash", "zsh", "fish"] {
        let script = run(&["completions", shell]);
        assert_eq!(script.code, 0, "{}", script.stderr);
        for subcommand in ["compare", "analyze", "describe"] {
            assert!(script.stdout.contains(subcommand), "{shell}: {subcommand}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_leaves_is_no_error_of_ours() {
    use std::process::Stdio;
    let mut child =
        oha_tests::oha_host().args(["list", "metrics"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
