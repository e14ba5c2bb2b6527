//! The pages of codes, for the tests of tables that name codes.

use std::fs;
use std::path::Path;

/// Makes sure that each of these codes has a page.
pub(super) fn all_there<'a>(codes: impl IntoIterator<Item = &'a &'static str>) {
    let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    let folders: Vec<_> = fs::read_dir(plugins).unwrap().flatten().collect();
    for code in codes {
        let page = format!("remedies/{code}.md");
        let is_there = folders.iter().any(|it| it.path().join(&page).is_file());
        assert!(is_there, "{code}");
    }
}
