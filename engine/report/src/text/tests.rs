use super::*;

const GOLDEN: [&str; 5] = [
    include_str!("../../../../tests/golden/healthy.json"),
    include_str!("../../../../tests/golden/incomplete.json"),
    include_str!("../../../../tests/golden/one-fault.json"),
    include_str!("../../../../tests/golden/two-faults.json"),
    include_str!("../../../../tests/golden/sources-differ.json"),
];

fn plain(golden: &str, columns: usize) -> String {
    let report: Report = serde_json::from_str(golden).unwrap();
    let shown = Shown::new(report, &[]).unwrap();
    let text = render(&shown, Width::of_terminal(columns));
    anstream::adapter::strip_str(&text).to_string()
}

/// Lines that are typed are as long as they are, and stand far in.
fn is_typed(line: &str) -> bool {
    line.starts_with(&" ".repeat(18)) || line.trim_start().starts_with("--")
}

#[test]
fn a_text_keeps_to_the_width_of_its_terminal() {
    for golden in GOLDEN {
        for columns in [60, 80, 120] {
            let text = plain(golden, columns);
            // The table of source addresses needs its columns.
            let wide = |line: &&str| {
                let is_of_table = line.contains(" ok  ") || line.contains(" reach ");
                line.chars().count() > columns && !is_typed(line) && !is_of_table
            };
            assert_eq!(text.lines().find(wide), None, "{text}");
        }
    }
}

#[test]
fn no_width_changes_the_words() {
    let words = |text: &str| -> Vec<String> { text.split_whitespace().map(Into::into).collect() };
    for golden in GOLDEN {
        let usual = words(&plain(golden, 80));
        for columns in [0, 60, 97, 120, 1_000] {
            assert_eq!(words(&plain(golden, columns)), usual);
        }
    }
}

#[test]
fn exceptions_stand_last_and_have_no_number() {
    let text = plain(GOLDEN[3], 80);
    let part = text.split("FAIL  cert.expired").nth(1).unwrap();
    let part = part.split("\n\n").next().unwrap();
    let (steps, exception) = part.split_once("Exception: ").unwrap();
    assert!(
        steps.contains("1. ") && !exception.contains(". vsftpd"),
        "{part}"
    );
}
