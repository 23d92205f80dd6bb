//! `oha_controller.h` and the Rust types agree: the system's compilers print what they make of the header.

use oha_plugin_api::Report;
use oha_plugin_api::abi::{self, ControllerTable, Entry, Instance, Observation, Proposal, Sink, Status, Text};
use std::fmt::Write as _;
use std::mem::offset_of;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles and runs a program that prints each expression as an unsigned number; returns its output.
fn print_with(compiler: &str, suffix: &str, options: &[&str], expressions: &[String]) -> Vec<u64> {
    let mut source = String::from("#include \"oha_controller.h\"\n#include <stdio.h>\nint main(void) {\n");
    for expression in expressions {
        writeln!(source, "    printf(\"%llu\\n\", (unsigned long long)({expression}));").expect("a string takes any text");
    }
    source.push_str("    return 0;\n}\n");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join(format!("header-{suffix}"));
    let program: PathBuf = folder.join(format!("header-{suffix}.exe"));
    std::fs::write(&file, source).expect("the build folder can be written");
    let include = concat!("-I", env!("CARGO_MANIFEST_DIR"), "/include");
    let status = Command::new(compiler)
        .args(options)
        .args(["-Wall", "-Wextra", "-Werror", "-pedantic", include, "-o"])
        .arg(&program)
        .arg(&file)
        .status()
        .expect("the system has a compiler");
    assert!(status.success(), "{compiler} accepts the header without a warning");
    let output = Command::new(&program).output().expect("the program runs");
    let text = String::from_utf8(output.stdout).expect("numbers");
    text.lines().map(|line| line.parse().expect("a number")).collect()
}

macro_rules! layout {
    ($($c:literal = $rust:ty { $($field:ident),+ $(,)? })+) => {
        vec![$(
            (format!("sizeof({})", $c), size_of::<$rust>() as u64),
            $((format!("offsetof({}, {})", $c, stringify!($field)), offset_of!($rust, $field) as u64)),+
        ),+]
    };
}

fn expected() -> Vec<(String, u64)> {
    let mut expected = layout! {
        "OhaText" = Text { data, size }
        "OhaSink" = Sink { context, write }
        "OhaObservation" = Observation {
            struct_size, reserved, step, loss, hyperparameters, n_hyperparameters, signals, n_signals, evaluate, context
        }
        "OhaProposal" = Proposal { struct_size, report, values, n_values }
        "OhaControllerTable" = ControllerTable {
            struct_size, reserved, destroy, propose, propose_batch, reset, save_state, load_state, last_error, get_extension
        }
        "OhaInstance" = Instance { data, table }
        "OhaEntry" = Entry {
            magic, struct_size, abi_major, abi_minor, reserved, layout_hash, describe, create, get_extension
        }
        "OhaBuild" = abi::Build { struct_size, reserved, describe }
    };
    let numbers = [
        ("OHA_MAGIC", abi::MAGIC),
        ("OHA_ABI_MAJOR", u64::from(abi::MAJOR)),
        ("OHA_ABI_MINOR", u64::from(abi::MINOR)),
        ("OHA_LAYOUT_HASH", abi::LAYOUT_HASH),
        ("sizeof(OhaStatus)", size_of::<Status>() as u64),
        ("OHA_OK", Status::OK.0 as u64),
        ("OHA_WARNING", Status::WARNING.0 as u64),
        ("OHA_DISCARD", Status::DISCARD.0 as u64),
        ("OHA_ERROR", Status::ERROR.0 as u64),
        ("OHA_FATAL", Status::FATAL.0 as u64),
        ("OHA_REPORT_ROLLBACK", u64::from(Report::ROLLBACK.0)),
        ("OHA_REPORT_RESTART", u64::from(Report::RESTART.0)),
        ("OHA_REPORT_DRIFT_DETECTED", u64::from(Report::DRIFT_DETECTED.0)),
    ];
    expected.extend(numbers.map(|(name, value)| (name.to_owned(), value)));
    expected
}

fn compare(compiler: &str, suffix: &str, options: &[&str]) {
    let (expressions, values): (Vec<String>, Vec<u64>) = expected().into_iter().unzip();
    let found = print_with(compiler, suffix, options, &expressions);
    let pairs = |values: Vec<u64>| expressions.iter().cloned().zip(values).collect::<Vec<_>>();
    assert_eq!(pairs(found), pairs(values));
}

#[test]
fn c_compiler_agrees() {
    compare("cc", "plain.c", &["-std=c99"]);
}

#[test]
fn cxx_compiler_agrees() {
    compare("c++", "plain.cpp", &["-std=c++11"]);
}

#[test]
fn packing_changes_nothing() {
    let hash = print_with("cc", "packed.c", &["-fpack-struct=1"], &["OHA_LAYOUT_HASH".to_owned()]);
    assert_eq!(hash, [abi::LAYOUT_HASH], "no structure of the boundary has padding");
}

/// A header with these replacements, in a folder of its own; returns the option that puts it in front of the real one.
fn altered(folder: &str, replacements: &[(&str, &str)]) -> String {
    let mut header = include_str!("../../include/oha_controller.h").to_owned();
    for (from, to) in replacements {
        assert!(header.contains(from), "{from}");
        header = header.replacen(from, to, 1);
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
    std::fs::create_dir_all(&folder).expect("the build folder can be written");
    std::fs::write(folder.join("oha_controller.h"), header).expect("the build folder can be written");
    format!("-I{}", folder.display())
}

#[test]
fn what_is_appended_leaves_the_hash() {
    let appended = "    void (*appended)(void);\n} OhaControllerTable;";
    let first = altered("appended", &[("} OhaControllerTable;", appended), ("} OhaEntry;", "    void (*appended)(void);\n} OhaEntry;")]);
    let expressions = ["OHA_LAYOUT_HASH".to_owned(), "sizeof(OhaEntry)".to_owned()];
    let found = print_with("cc", "appended.c", &[&first], &expressions);
    assert_eq!(found, [abi::LAYOUT_HASH, (size_of::<Entry>() + size_of::<usize>()) as u64]);
}

#[test]
fn first_published_header_is_still_this_version() {
    let frozen = concat!("-I", env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/c/1.0");
    let expressions = ["OHA_LAYOUT_HASH", "OHA_MAGIC", "OHA_ABI_MAJOR", "OHA_ABI_MINOR"].map(str::to_owned);
    assert_eq!(print_with("cc", "frozen.c", &[frozen], &expressions), [abi::LAYOUT_HASH, abi::MAGIC, u64::from(abi::MAJOR), 0]);
}

#[test]
fn another_layout_gives_another_hash() {
    let first = altered("moved", &[("    double loss;", "    double early;\n    double loss;")]);
    let hash = print_with("cc", "moved.c", &[&first], &["OHA_LAYOUT_HASH".to_owned()]);
    assert_ne!(hash, [abi::LAYOUT_HASH]);
}
