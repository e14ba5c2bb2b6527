//! What SECURITY.md and the advisories name is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use assurance::page::{anchors, named, read, table};
use assurance::workspace;

/// Folders with sources of ours.
const SOURCES: [&str; 6] = ["engine", "plugins", "tests", "fuzz", "xtask", "examples"];

/// Every source of ours in one text.
fn sources() -> String {
    let mut folders: Vec<PathBuf> = SOURCES.iter().map(|it| workspace().join(it)).collect();
    let mut text = String::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of ours") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                text.push_str(&fs::read_to_string(&path).expect("a source"));
            }
        }
    }
    text
}

/// Files of the engine that name something that only Linux has.
fn only_for_linux() -> BTreeSet<PathBuf> {
    let mut folders = vec![workspace().join("engine")];
    let mut found = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of ours") {
            let path = entry.expect("an entry").path();
            let is_test = path
                .file_stem()
                .is_some_and(|it| it.to_string_lossy().ends_with("tests"));
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") && !is_test {
                let text = fs::read_to_string(&path).expect("a source");
                if text.contains("target_os = \"linux\"") || text.contains("\"/proc/") {
                    let inside = path.strip_prefix(workspace()).expect("it lies in it");
                    found.insert(inside.to_path_buf());
                }
            }
        }
    }
    found
}

#[test]
fn the_page_on_systems_names_all_that_only_linux_has() {
    let rows = table(&read("docs/platforms.md"), "where");
    let named: BTreeSet<PathBuf> = rows
        .iter()
        .flat_map(|row| named(&row[0]))
        .map(PathBuf::from)
        .collect();
    let found = only_for_linux();
    assert!(found.len() > 4, "these are not all: {found:?}");
    let missing: Vec<_> = found.difference(&named).collect();
    assert!(
        missing.is_empty(),
        "docs/platforms.md does not name {missing:?}"
    );
    for name in &named {
        assert!(
            workspace().join(name).exists(),
            "there is no {}",
            name.display()
        );
    }
}

/// A test is a function, a scenario, or a file of tests.
fn is_test(name: &str, sources: &str) -> bool {
    let function = name.rsplit("::").next().unwrap_or(name);
    sources.contains(&format!("fn {function}("))
        || workspace().join("tests/scenarios").join(name).is_dir()
        || is_path(name)
}

fn is_path(name: &str) -> bool {
    let inside = !name.is_empty() && !name.starts_with('/') && !name.contains("..");
    inside && name.contains(['/', '.']) && workspace().join(name).exists()
}

#[test]
fn each_rule_has_a_place_and_a_test_that_are_there() {
    let sources = sources();
    for row in table(&read("SECURITY.md"), "rule") {
        let [rule, place, tests] = &row[..] else {
            panic!("three cells are wanted: {row:?}");
        };
        let places = named(place);
        assert!(
            places.iter().any(|name| is_path(name)),
            "{rule}: no place in {place}"
        );
        for name in places {
            let item = name.rsplit("::").next().unwrap_or(name);
            let word = |c: char| !(c.is_alphanumeric() || c == '_');
            let is_item = !item.contains(word) && sources.split(word).any(|it| it == item);
            assert!(is_path(name) || is_item, "{rule}: there is no {name}");
        }
        assert!(!named(tests).is_empty(), "{rule}: no test in {tests}");
        for name in named(tests) {
            assert!(is_test(name, &sources), "{rule}: there is no test {name}");
        }
    }
}

/// Tests without `#[test]` have a name in quotation marks, of which the part before the last `_of_` may be put in front.
fn has_quoted_name(name: &str, sources: &str) -> bool {
    let last = name.split_once("_of_").map_or(name, |(_, last)| last);
    [name, last]
        .iter()
        .any(|it| sources.contains(&format!("\"{it}\"")))
}

#[test]
fn each_limit_of_the_sandbox_has_a_test_that_is_there() {
    let sources = sources();
    let rows = table(&read("engine/sandbox/README.md"), "limit");
    assert!(rows.len() > 30, "these are not all limits");
    for row in rows {
        let [limit, _, _, tests] = &row[..] else {
            panic!("four cells are wanted: {row:?}");
        };
        assert!(!named(tests).is_empty(), "{limit}: no test in {tests}");
        for name in named(tests) {
            // A long name may be cut.
            let begin = name.trim_end_matches('…');
            let is_cut = begin != name && sources.contains(&format!("fn {begin}"));
            let is_module = tests.contains(&format!("tests of `{name}`"));
            let module = name.rsplit("::").next().unwrap_or(name);
            assert!(
                is_cut
                    || is_test(name, &sources)
                    || has_quoted_name(name, &sources)
                    || is_module && sources.contains(&format!("mod {module};")),
                "{limit}: there is no test {name}"
            );
        }
    }
}

#[test]
fn the_nine_rules_are_in_the_table() {
    let rows = table(&read("SECURITY.md"), "rule");
    for number in 1..=9 {
        let begins = format!("{number}. ");
        let count = rows
            .iter()
            .filter(|row| row[0].starts_with(&begins))
            .count();
        assert_eq!(count, 1, "rule {number}");
    }
}

#[test]
fn each_advisory_is_listed_and_complete() {
    let index = read("docs/advisories/README.md");
    let folder = workspace().join("docs/advisories");
    let mut pages = BTreeSet::new();
    for entry in fs::read_dir(&folder).expect("the folder of advisories") {
        let name = entry.expect("an entry").file_name();
        let name = name.to_string_lossy().into_owned();
        if name == "README.md" {
            continue;
        }
        let number = name
            .strip_prefix("RD-")
            .and_then(|it| it.strip_suffix(".md"));
        let number = number.unwrap_or_else(|| panic!("{name} is no advisory"));
        let digits = number.replace('-', "");
        assert!(digits.bytes().all(|it| it.is_ascii_digit()), "{name}");
        let page = read(&format!("docs/advisories/{name}"));
        for section in [
            "What",
            "Since when",
            "Who is affected",
            "What changed",
            "What to do",
        ] {
            assert!(
                page.contains(&format!("## {section}\n")),
                "{name}: no section {section}"
            );
        }
        pages.insert(name);
    }
    let listed: BTreeSet<String> = table(&index, "advisory")
        .iter()
        .map(|row| {
            let link = row[0]
                .split_once("](")
                .and_then(|(_, link)| link.split_once(')'));
            let (link, _) = link.unwrap_or_else(|| panic!("no link in {row:?}"));
            let severities = ["critical", "high", "medium", "low"];
            assert!(severities.contains(&row[1].as_str()), "{row:?}");
            link.to_owned()
        })
        .collect();
    assert_eq!(listed, pages, "the index, and the pages that are there");
}

/// What is read by users and newcomers: it has to be true today. The changelog and the figures tell of former days.
fn pages() -> Vec<String> {
    let mut pages: Vec<String> = [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "docs/advisories/README.md",
        "plugins/README.md",
        "examples/javascript-probe/README.md",
        "examples/python-probe/README.md",
    ]
    .map(String::from)
    .into();
    for entry in fs::read_dir(workspace().join("engine")).expect("the engine") {
        let name = entry.expect("an entry").file_name();
        let page = format!("engine/{}/README.md", name.to_string_lossy());
        if workspace().join(&page).exists() {
            pages.push(page);
        }
    }
    assert!(pages.len() > 12, "these are not all of them");
    pages
}

#[test]
fn links_lead_to_files_and_headings() {
    for page in pages() {
        let folder = workspace().join(&page);
        let folder = folder.parent().unwrap_or(Path::new(""));
        let text = read(&page);
        let links = text.split("](").skip(1);
        for (link, _) in links.filter_map(|it| it.split_once(')')) {
            if link.starts_with("https://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() {
                workspace().join(&page)
            } else {
                folder.join(file)
            };
            assert!(target.exists(), "{page}: {link}");
            if !anchor.is_empty() {
                let there = fs::read_to_string(&target).expect("a page");
                let there = anchors(&there);
                assert!(there.iter().any(|it| it == anchor), "{page}: {link}");
            }
        }
    }
}

#[test]
fn files_that_pages_name_are_there() {
    let of_ours = |name: &str| {
        let mut folders = SOURCES.iter().chain(&["docs", "wit"]);
        folders.any(|it| name.strip_prefix(it).is_some_and(|it| it.starts_with('/')))
    };
    let mut named_at_all = 0;
    for page in pages() {
        for name in named(&read(&page)) {
            // `<name>` and the like stand for many.
            if of_ours(name) && !name.contains(['<', '*', '{', ' ']) {
                assert!(is_path(name), "{page}: there is no {name}");
                named_at_all += 1;
            }
        }
    }
    assert!(named_at_all > 30, "pages name {named_at_all} files only");
}

/// The pages of the crates name types and functions by their path, as in `Check::of`.
#[test]
fn items_that_pages_of_the_engine_name_are_there() {
    let sources = sources();
    let word = |c: char| !(c.is_alphanumeric() || c == '_');
    let words: BTreeSet<&str> = sources.split(word).collect();
    let mut pages = pages();
    pages.retain(|it| it.starts_with("engine/") || it == "ARCHITECTURE.md");
    let mut named_at_all = 0;
    for page in pages {
        let text = read(&page);
        let items = named(&text);
        let items = items.iter().filter(|it| it.contains("::"));
        for item in items {
            for part in item.split("::") {
                assert!(words.contains(part), "{page}: there is no {item}");
            }
            named_at_all += 1;
        }
    }
    assert!(named_at_all > 10, "pages name {named_at_all} items only");
}
