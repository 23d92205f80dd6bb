//! Files that are refused before and while they are loaded, and those that are accepted.

use crate::fixture::{case, compile, rust, spec};
use oha_host::plugin::{FaultKind, FrontEnd, LibraryFile, Plugin};
use oha_plugin_api::{Observation, Proposal, Report};
use serde_json::json;
use std::path::{Path, PathBuf};

/// The error of loading `path`: what, cause, hint.
fn refused(path: &Path) -> (String, String, String) {
    let error = Plugin::load(path).err().unwrap_or_else(|| panic!("{} is accepted", path.display()));
    let hint = error.hint().expect("every refusal has a hint").to_owned();
    (error.to_string(), error.cause.to_string(), hint)
}

fn scratch(name: &str, bytes: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, bytes).expect("the build folder can be written");
    path
}

#[test]
fn what_is_no_library_is_named() {
    let missing = PathBuf::from("/nowhere/libnone.so");
    let (what, cause, _) = refused(&missing);
    assert_eq!(what, "cannot load controller `/nowhere/libnone.so`");
    assert!(cause.starts_with("the file cannot be read: No such file"), "{cause}");
    assert_eq!(refused(&scratch("empty.so", b"")).1, "the file is empty");
    assert_eq!(refused(&scratch("text.so", b"#!/bin/sh\necho hello\n")).1, "it is not a library: a text file");
    assert_eq!(refused(&scratch("archive.so", b"!<arch>\nxxxxxxxxxxxxxxxx")).1, "it is not a library: a static archive");
    assert!(refused(&scratch("noise.so", &[0x91, 0xfe, 0x80, 0x33].repeat(200))).1.starts_with("it is not a library: unknown file type"));
}

#[test]
fn truncated_library_is_refused_at_every_length() {
    let whole = std::fs::read(case("CASE_NONE")).expect("just built");
    assert!(whole.len() > 8192);
    for end in [4, 16, 63, 64, 200, 1000, 4095, 4096, whole.len() / 2, whole.len() - 1] {
        let (_, cause, _) = refused(&scratch("short.so", &whole[..end]));
        assert!(
            cause.starts_with("the file is truncated") || cause.starts_with("it is not a library: truncated or damaged"),
            "{end}: {cause}"
        );
    }
}

#[test]
fn library_for_another_machine_is_refused() {
    let mut bytes = std::fs::read(case("CASE_NONE")).expect("just built");
    let other = if cfg!(target_arch = "aarch64") { 62 } else { 183 };
    bytes[18] = other;
    let (_, cause, hint) = refused(&scratch("machine.so", &bytes));
    assert!(cause.starts_with("it is built for "), "{cause}");
    assert_eq!(hint, "build it for this machine");
}

#[test]
fn object_file_and_program_are_refused() {
    let object = compile("object", "cc", "case.c", &["-c"]);
    // `-c` and `-shared` together: the compiler stops at the object file.
    assert_eq!(refused(&object).1, "it is an object file, not a shared library");
    let program = std::env::current_exe().expect("a test has an executable");
    assert!(LibraryFile::read(&program).is_err());
}

#[test]
fn entry_that_breaks_the_contract_is_refused_in_one_line() {
    for (name, expected) in [
        ("CASE_NO_SYMBOL", "it does not export `oha_controller_entry`"),
        ("CASE_FUNCTION", "its `oha_controller_entry` is no controller entry"),
        ("CASE_MAGIC", "its `oha_controller_entry` is no controller entry: it starts with 0x4c5254432d414850, not 0x4c5254432d41484f"),
        ("CASE_MAJOR", "it speaks plugin API 2; this host speaks 1"),
        ("CASE_LAYOUT", "its tables are laid out differently"),
        ("CASE_NO_CREATE", "its entry lacks the function `create`"),
        ("CASE_DESCRIBE_FAILS", "`describe` failed with status 3"),
        ("CASE_NOT_JSON", "its description is not understood: not a JSON array"),
        ("CASE_NOT_UTF8", "its description is not understood: not UTF-8"),
        ("CASE_NO_CONTROLLER", "its description is not understood: it holds no controller"),
        ("CASE_SAME_ID", "its description is not understood: the id `keeper` occurs twice"),
        ("CASE_BAD_ID", "its description is not understood: the id `Kee per` is not made of"),
        ("CASE_UNKNOWN_KEY", "its description is not understood: unknown field `colour`"),
    ] {
        let (_, cause, _) = refused(&case(name));
        assert!(cause.starts_with(expected), "{name}: {cause}");
        assert!(!cause.contains('\n'), "{name}: {cause}");
    }
}

#[test]
fn missing_dependency_is_explained_with_its_source() {
    let hidden = compile("hidden", "cc", "case.c", &[]);
    let folder = hidden.parent().expect("a file lies in a folder");
    let path = compile("needs-hidden", "cc", "case.c", &["-Wl,--no-as-needed", "-L", &folder.display().to_string(), "-lhidden"]);
    std::fs::remove_file(&hidden).expect("just built");
    let (_, cause, _) = refused(&path);
    assert!(cause.contains("libhidden.so") && cause.contains("cannot open shared object file"), "{cause}");
}

/// One decision at step 0, with the learning rate 0.25 in force.
fn propose(plugin: &Plugin, id: &str) -> (Result<f64, FaultKind>, Report) {
    let mut instance = plugin.create(id, &json!({}), &spec(), 1).expect("it can be made");
    let mut values = [f64::NAN];
    let mut proposal = Proposal { values: &mut values, report: Report::NONE };
    let outcome = instance.propose(&mut Observation::new(0, f64::NAN, &[0.25], &[]), &mut proposal);
    let report = proposal.report;
    (outcome.map(|()| values[0]).map_err(|fault| fault.kind), report)
}

#[test]
fn other_minor_versions_are_accepted() {
    let newer = Plugin::load(&case("CASE_NEWER_MINOR")).expect("a newer minor version is fine");
    assert_eq!((newer.abi_minor(), newer.descriptors()[0].id.as_str()), (1, "keeper"));
    assert_eq!(propose(&newer, "keeper").0, Ok(0.25));

    let older = Plugin::load(&case("CASE_OLDER_MINOR")).expect("an older minor version is fine");
    assert_eq!(propose(&older, "keeper").0, Ok(0.25));
    let mut instance = older.create("keeper", &json!({}), &spec(), 1).expect("it can be made");
    assert_eq!(instance.save_state(), Ok(None), "what lies outside its table is not looked at");
    assert_eq!(instance.load_state(&[]).expect_err("absent").kind, FaultKind::Unsupported);
}

#[test]
fn library_of_the_first_minor_version_loads_for_ever() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let frozen = root.join("tests/fixtures/c/1.0").display().to_string();
    let first = Plugin::load(&compile("first-minor", "cc", "case.c", &["-I", &frozen])).expect("version 1.0 is spoken");
    assert_eq!((first.abi_minor(), first.build()), (0, None), "what came later is absent");
    assert_eq!(propose(&first, "keeper").0, Ok(0.25));

    // The same source against a header to which functions were appended, as a later minor version will have.
    let header = std::fs::read_to_string(root.join("plugin-api/include/oha_controller.h")).expect("the header");
    let appended = header
        .replacen("} OhaControllerTable;", "    void (*appended)(void);\n} OhaControllerTable;", 1)
        .replacen("} OhaEntry;", "    void (*appended)(void);\n} OhaEntry;", 1)
        .replacen("#define OHA_ABI_MINOR 0u", "#define OHA_ABI_MINOR 1u", 1);
    assert_eq!(appended.len() - header.len(), 2 * "    void (*appended)(void);\n".len());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("appended");
    std::fs::create_dir_all(&folder).expect("the build folder can be written");
    std::fs::write(folder.join("oha_controller.h"), appended).expect("the build folder can be written");
    let options = ["-I".to_owned(), folder.display().to_string()];
    let later = Plugin::load(&compile("later-minor", "cc", "case.c", &options.each_ref().map(String::as_str))).expect("a later one too");
    assert_eq!(later.abi_minor(), 1);
    assert_eq!(propose(&later, "keeper").0, Ok(0.25));
}

#[test]
fn libraries_tell_how_they_were_built() {
    let build = |path: &Path, front_end| Plugin::load_through(path, front_end).expect("good").build().map(str::to_owned);
    assert!(build(&case("CASE_NONE"), FrontEnd::Table).is_some_and(|b| b.starts_with("C, ")));
    let rust_line = build(&rust("exemplary"), FrontEnd::Table).expect("the export macro tells");
    assert!(rust_line.starts_with("Rust, oha-plugin-api "), "{rust_line}");
    assert_eq!(build(&rust("exemplary"), FrontEnd::AbiStable), None, "the frozen front end has no extensions");
}

#[test]
fn instance_without_propose_is_refused() {
    let plugin = Plugin::load(&case("CASE_NO_PROPOSE")).expect("the entry is whole");
    let fault = plugin.create("keeper", &json!({}), &spec(), 1).err().expect("the instance is not");
    assert_eq!(fault.to_string(), "controller `keeper` at step 0: unsupported: the instance lacks the function `propose`");
}

#[test]
fn two_files_are_two_libraries_and_equal_bytes_are_one() {
    let (a, b) = (case("CASE_NONE"), case("CASE_WARNING"));
    let (first, second) = (Plugin::load(&a).expect("good"), Plugin::load(&b).expect("good"));
    assert_ne!(first.digest(), second.digest());
    let copy = scratch("copy.so", &std::fs::read(&a).expect("just built"));
    assert!(std::ptr::eq(&*first, &*Plugin::load(&copy).expect("good")));
    for front_end in [FrontEnd::Table, FrontEnd::AbiStable] {
        let good = Plugin::load_through(&rust("exemplary"), front_end).expect("good");
        let bad = Plugin::load_through(&rust("faulty"), front_end).expect("good");
        assert_eq!((good.front_end(), bad.front_end()), (front_end, front_end));
        assert_ne!(good.descriptors(), bad.descriptors(), "the second library is not the first again");
    }
}

#[test]
fn overwriting_or_replacing_a_loaded_library_changes_nothing() {
    let bytes = std::fs::read(case("CASE_DISCARD")).expect("just built");
    let path = scratch("overwritten.so", &bytes);
    let plugin = Plugin::load(&path).expect("good");
    std::fs::write(&path, vec![0; bytes.len()]).expect("the build folder can be written");
    assert_eq!(propose(&plugin, "keeper").0, Ok(0.25));
    std::fs::rename(case("CASE_ERROR"), &path).expect("the build folder can be written");
    let replaced = Plugin::load(&path).expect("good");
    assert_eq!(propose(&plugin, "keeper").0, Ok(0.25));
    assert_eq!(propose(&replaced, "keeper").0, Err(FaultKind::Error));
}

#[test]
fn front_end_that_is_not_there_is_refused() {
    let error = Plugin::load_through(&case("CASE_NONE"), FrontEnd::AbiStable).err().expect("C exports only the table");
    assert!(error.cause.to_string().starts_with("it does not export `_1as_0lib_1header"), "{}", error.cause);
}

#[test]
fn fast_math_library_leaves_arithmetic_as_it_was() {
    let path = compile("fast-math", "cc", "case.c", &["-ffast-math", "-DCASE_FAST_MATH"]);
    let plugin = Plugin::load(&path).expect("good");
    let product = std::hint::black_box(1e-310_f64) * std::hint::black_box(0.5);
    assert_eq!(product, 5e-311);
    if cfg!(target_arch = "x86_64") {
        assert!(plugin.changed_floating_point_mode());
    }
    assert!(!Plugin::load(&case("CASE_NONE")).expect("good").changed_floating_point_mode());
}
