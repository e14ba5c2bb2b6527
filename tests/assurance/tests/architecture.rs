//! The table of crates in ARCHITECTURE.md is what cargo says, and what runs one way runs one way.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use assurance::packages::{Crate, Packages};
use assurance::page::{named, read, table};
use assurance::workspace;

/// What judges and renders: it can be repeated without a sandbox, a network and a command line.
const PURE: [&str; 5] = [
    "engine/model",
    "engine/allow_list",
    "engine/clients",
    "engine/diagnosis",
    "engine/report",
];
/// What would make it otherwise.
const NOT_PURE: [&str; 3] = ["wasmtime", "tokio", "clap"];

fn packages() -> Packages {
    Packages::read(&workspace()).expect("cargo knows them")
}

/// All crates but the guests: those are described by one sentence, since they all depend on the SDK.
fn crates() -> Vec<Crate> {
    let mut crates = packages().crates();
    crates.retain(|it| !it.is_guest);
    assert!(crates.len() > 13, "these are not all of them");
    crates
}

/// The rows of the table, from top to bottom: the folder of a crate, and the names of those it depends on.
fn rows() -> Vec<(PathBuf, BTreeSet<String>)> {
    let row = |cells: Vec<String>| {
        let [folder, job, depends_on] = &cells[..] else {
            panic!("three cells are wanted: {cells:?}");
        };
        let [folder] = named(folder)[..] else {
            panic!("one crate is wanted: {cells:?}");
        };
        assert!(!job.is_empty(), "{folder} has no job");
        let names = named(depends_on).into_iter().map(String::from);
        (PathBuf::from(folder), names.collect())
    };
    table(&read("ARCHITECTURE.md"), "crate")
        .into_iter()
        .map(row)
        .collect()
}

/// The last part of a folder, which is how the table calls a crate that another depends on.
fn name(folder: &Path) -> String {
    let name = folder.file_name().expect("a folder has a name");
    name.to_string_lossy().into_owned()
}

#[test]
fn the_table_of_crates_is_what_cargo_says() {
    let mut told = BTreeMap::new();
    for (folder, depends_on) in rows() {
        let shown = folder.display().to_string();
        assert!(
            told.insert(folder, depends_on).is_none(),
            "{shown} has two rows"
        );
    }
    let crates = crates().into_iter();
    let is: BTreeMap<PathBuf, BTreeSet<String>> = crates
        .map(|it| {
            let names = it.depends_on.iter().map(|folder| name(folder)).collect();
            (it.folder, names)
        })
        .collect();
    for (folder, names) in &is {
        let row = told.remove(folder);
        let row = row.unwrap_or_else(|| panic!("{} has no row", folder.display()));
        assert_eq!(&row, names, "{} depends on the latter", folder.display());
    }
    assert!(told.is_empty(), "there are no such crates: {told:?}");
}

/// A row names a crate by the last part of its folder, so no two may have the same.
#[test]
fn each_crate_has_a_name_of_its_own() {
    let crates = crates();
    let names: BTreeSet<String> = crates.iter().map(|it| name(&it.folder)).collect();
    assert_eq!(names.len(), crates.len());
}

/// So there is no circle.
#[test]
fn each_crate_depends_only_on_crates_above_it() {
    let crates = crates().into_iter();
    let crates: BTreeMap<PathBuf, BTreeSet<PathBuf>> =
        crates.map(|it| (it.folder, it.depends_on)).collect();
    let mut above = BTreeSet::new();
    for (folder, _) in rows() {
        let depends_on = crates.get(&folder);
        let depends_on =
            depends_on.unwrap_or_else(|| panic!("there is no crate {}", folder.display()));
        let below: Vec<&PathBuf> = depends_on.difference(&above).collect();
        assert!(
            below.is_empty(),
            "{} depends on {below:?}, not above it",
            folder.display()
        );
        above.insert(folder);
    }
}

#[test]
fn judging_and_rendering_need_no_sandbox_no_network_and_no_command_line() {
    let packages = packages();
    for folder in PURE {
        let parts = packages.made_of(Path::new(folder));
        assert!(parts.contains("serde"), "{folder}: there is no such crate");
        for part in NOT_PURE {
            assert!(!parts.contains(part), "{folder} depends on {part}");
        }
    }
    // The names are those of packages, and the search finds what is several crates away.
    let program = packages.made_of(Path::new("engine/cli"));
    for part in NOT_PURE {
        assert!(program.contains(part), "the program has no {part}");
    }
}
