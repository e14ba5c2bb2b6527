//! What SECURITY.md and the advisories name is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use assurance::workspace;

/// Folders with sources of ours.
const SOURCES: [&str; 6] = ["engine", "plugins", "tests", "fuzz", "xtask", "examples"];

fn read(path: &str) -> String {
    fs::read_to_string(workspace().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The rows of the last table of a page, in cells.
fn last_table(page: &str) -> Vec<Vec<String>> {
    let lines: Vec<&str> = page.trim_end().lines().collect();
    let head = lines.iter().rposition(|line| line.starts_with("|---"));
    let rows = &lines[head.expect("a table") + 1..];
    let cells = |row: &&str| -> Vec<String> {
        let row = row.trim().trim_matches('|');
        row.split(" | ")
            .map(|cell| cell.trim().to_owned())
            .collect()
    };
    rows.iter()
        .take_while(|row| row.starts_with('|'))
        .map(cells)
        .collect()
}

/// What stands in backticks.
fn named(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

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
    for row in last_table(&read("SECURITY.md")) {
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

#[test]
fn the_nine_rules_are_in_the_table() {
    let rows = last_table(&read("SECURITY.md"));
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
    let listed: BTreeSet<String> = last_table(&index)
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

/// Links between pages at the top and in `docs` lead somewhere.
#[test]
fn links_lead_to_files() {
    for page in ["SECURITY.md", "docs/advisories/README.md"] {
        let folder = workspace().join(page);
        let folder = folder.parent().unwrap_or(Path::new(""));
        for (link, _) in read(page)
            .split("](")
            .skip(1)
            .filter_map(|it| it.split_once(')'))
        {
            let file = link.split('#').next().unwrap_or(link);
            assert!(folder.join(file).exists(), "{page}: {link}");
        }
    }
}
