//! From names to libraries.

use crate::fixture::{case, rust};
use oha_host::plugin::{ControllerRef, DiscoverError, SearchPath};
use std::path::{Path, PathBuf};

/// A folder of the build folder with copies of libraries under these names.
fn folder(name: &str, files: &[(&str, &Path)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).expect("the build folder can be written");
    for (file, source) in files {
        let fresh = folder.join(format!("{file}-{:?}", std::thread::current().id()));
        std::fs::copy(source, &fresh).expect("the build folder can be written");
        std::fs::rename(fresh, folder.join(file)).expect("the build folder can be written");
    }
    folder
}

fn resolve(search: &SearchPath, text: &str) -> Result<(String, String), DiscoverError> {
    let reference: ControllerRef = text.parse().expect("a good reference");
    search.resolve(&reference).map(|r| (r.label, r.descriptor.id))
}

fn ok(label: &str, id: &str) -> (String, String) {
    (label.to_owned(), id.to_owned())
}

#[test]
fn names_ids_and_paths_are_found() {
    let exemplary = rust("exemplary");
    let folder = folder(
        "found",
        &[("libexemplary.so", &exemplary), ("libfaulty.so", &rust("faulty")), ("libtext.so", Path::new(env!("CARGO_MANIFEST_PATH")))],
    );
    let search = SearchPath::new(std::slice::from_ref(&folder), None, None);
    let found = |text: &str| resolve(&search, text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(found("exemplary:walker"), ok("walker", "walker"));
    assert_eq!(found("libexemplary.so:walker?width=0.5"), ok("walker?width=0.5", "walker"));
    assert_eq!(found("tuned=walker?width=0.5"), ok("tuned", "walker"), "the id of any library");
    assert_eq!(found(&format!("{}:tracker", exemplary.display())), ok("tracker", "tracker"));
    assert_eq!(search.libraries().len(), 2, "a text file is no candidate");
}

#[test]
fn what_is_not_found_lists_what_there_is() {
    let folder = folder("listed", &[("libexemplary.so", &rust("exemplary"))]);
    let search = SearchPath::new(std::slice::from_ref(&folder), None, None);
    let error = |text: &str| resolve(&search, text).expect_err(text).to_string();
    assert_eq!(error("./libnone.so"), "no controller library `./libnone.so`");
    let shown = folder.display();
    assert_eq!(error("wlaker"), format!("no controller or controller library `wlaker`; searched: `{shown}`; did you mean `walker`?"));
    assert_eq!(
        error("exemplary"),
        "library `exemplary` has several controllers: name one as `exemplary:ID`; it has walker, tracker, prober"
    );
    assert_eq!(
        error("exemplary:trakcer"),
        "library `exemplary` has no controller `trakcer`; it has walker, tracker, prober; did you mean `tracker`?"
    );
    assert_eq!(error("exemplary:walker?width=2"), "parameter `width` of controller `walker` is 2.0; allowed: a real number from 0 to 1");
    let nothing = SearchPath::default();
    assert_eq!(resolve(&nothing, "x").expect_err("x").to_string(), "no controller or controller library `x`; searched: nothing");
}

#[test]
fn two_matches_are_listed() {
    let (a, b) = (folder("two-a", &[("libkeeper.so", &case("CASE_NONE"))]), folder("two-b", &[("libkeeper.so", &case("CASE_WARNING"))]));
    let search = SearchPath::new(&[a.clone(), b.clone(), a.clone()], None, None);
    let error = resolve(&search, "keeper").expect_err("two files");
    assert_eq!(error.to_string(), format!("`keeper` is ambiguous: `{0}/libkeeper.so`, `{1}/libkeeper.so`", a.display(), b.display()));
    assert_eq!(error.hint().as_deref(), Some("name one of them by its path"));
    let one = SearchPath::new(&[a.clone(), a], None, None);
    assert_eq!(resolve(&one, "keeper").expect("the same folder twice is one"), ok("keeper", "keeper"));
}

#[test]
fn folders_come_from_option_variable_and_executable() {
    let variable = std::env::join_paths(["/b", "", "/c"]).expect("no separator inside");
    let search = SearchPath::new(&["/a".into()], Some(&variable), Some(Path::new("/target/release/deps/test")));
    assert_eq!(search.folders(), ["/a", "/b", "/c", "/target/release"].map(Path::new));
}
