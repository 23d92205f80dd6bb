//! A controller library stays loaded: what it left behind (thread-local destructors, exit handlers, threads) would run code that is gone.

use oha_host::plugin::Plugin;
use oha_plugin_api::EpisodeSpec;
use oha_tests::root;
use std::process::Command;

#[test]
fn a_library_is_never_closed() {
    let folder = tempfile::tempdir().expect("a folder");
    let (closed, source, library) = (folder.path().join("closed"), folder.path().join("closed.c"), folder.path().join("libresident.so"));
    // The destructor runs when the library is closed, and writes a file.
    let text = format!(
        "#include <stdio.h>\n__attribute__((destructor)) static void closed(void) {{ FILE *f = fopen(\"{}\", \"w\"); if (f) fclose(f); }}\n",
        closed.display()
    );
    std::fs::write(&source, text).expect("a source");
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-w", "-o"]).arg(&library).arg("-I").arg(root().join("plugin-api/include"));
    assert!(cc.arg(root().join("tests/fixtures/c/case.c")).arg(&source).status().expect("a C compiler").success());
    // What the test relies on: closing this library does write the file.
    // SAFETY: a library of this test, without anything that outlives it.
    drop(unsafe { libloading::Library::new(&library) }.expect("it loads"));
    assert!(closed.exists(), "the destructor tells of a close");
    std::fs::remove_file(&closed).expect("the file");

    let is_mapped = || std::fs::read_to_string("/proc/self/maps").expect("a Linux system").contains("libresident.so");
    assert!(!is_mapped());
    let plugin = Plugin::load(&library).expect("a good library");
    let spec = EpisodeSpec { n_steps: 5, optimizer_steps_per_decision: 1, steps_per_epoch: 0, hyperparameters: Vec::new() };
    drop(plugin.create(&plugin.descriptors()[0].id, &serde_json::json!({}), &spec, 1).expect("an instance"));
    drop(plugin);
    assert!(is_mapped() && !closed.exists(), "the last instance is gone, the library is not");
}
