//! Names that tell whose something is, and the removal of what nobody owns any more.

use std::fs;
use std::path::Path;
use std::sync::Once;

use crate::namespace;

const PREFIX: &str = "rd-lab-";

/// What the names of this test process begin with.
pub(crate) fn prefix() -> String {
    format!("{PREFIX}{}-", std::process::id())
}

/// Once per test process: removes what earlier ones left behind that were killed before they could
/// clean up.
pub(crate) fn sweep() {
    static SWEPT: Once = Once::new();
    SWEPT.call_once(|| {
        abandoned(Path::new(namespace::NAMES))
            .iter()
            .for_each(|name| namespace::remove(name));
        let folders = std::env::temp_dir();
        for name in abandoned(&folders) {
            // What cannot be removed is no reason to fail a test.
            let _ = fs::remove_dir_all(folders.join(name));
        }
    });
}

/// Entries of a folder that were made by a test process which is gone.
fn abandoned(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names
        .filter(|name| owner(name).is_some_and(|owner| !runs(owner)))
        .collect()
}

fn owner(name: &str) -> Option<&str> {
    name.strip_prefix(PREFIX)?
        .split_once('-')
        .map(|(owner, _)| owner)
}

/// Whether a process still runs. One that has ended keeps its number until somebody waits for it,
/// but no program.
fn runs(process: &str) -> bool {
    fs::read_link(Path::new("/proc").join(process).join("exe")).is_ok()
}
