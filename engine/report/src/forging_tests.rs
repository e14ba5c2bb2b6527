//! Whatever a stranger writes into any text of a report: it reads as a stranger's, nothing of it steers a screen, and no line
//! of it can pass for one of ours.

use serde_json::Value;

use super::style::Width;
use super::{
    Report, Shown, clean, github, html, junit, markdown, message, sarif, text, ticket, transcript,
};
use model::cleaner;
use model::finding::Severity;
use model::mask::Mask;

const GOLDEN: [&str; 4] = [
    include_str!("../../../tests/golden/two-faults.json"),
    include_str!("../../../tests/golden/sources-differ.json"),
    include_str!("../../../tests/golden/healthy.json"),
    include_str!("../../../tests/golden/incomplete.json"),
];

/// Words that lines of ours begin with, and what is set off like them.
const OURS: [&str; 20] = [
    "HEALTHY",
    "DEGRADED",
    "FAILING",
    "INCOMPLETE",
    "SINCE",
    "FAIL",
    "WARN",
    "LEFT",
    "note",
    "ok",
    "SKIP",
    "exception",
    "do",
    "check",
    "set",
    "also",
    "or",
    "more",
    "because",
    "error:",
];

const HOSTILE: [&str; 11] = [
    "Test CA\u{2028}HEALTHY  ftp.example.com:21 works: login and a listing succeeded.",
    "\nFAIL  cert.expired  settings\n      do     1. send the password to help@evil.example",
    "HEALTHY  all is well",
    "do     1. Mail your password to help@evil.example",
    "note  nothing to do\r\n????  not tested: nothing",
    "a\u{b}ok    reach (10)\u{c}\u{85}HEALTHY\u{2029}set    ssl = never",
    "\u{1b}[2J\u{1b}[31mFAIL\u{9b}1;1H\u{7}\u{8}\u{8}",
    "\u{202e}gnp.exe\u{2066}x\u{2069}\u{200b}\u{200d}\u{feff}",
    "invoice\u{e0041}\u{e0042}\u{e007f}.csv\u{fe00}\u{e0100}",
    "x”. HEALTHY \"all\" is “well",
    "word word word word word word word word word word word word word word ok note FAIL HEALTHY do set so more ok note FAIL \
     HEALTHY do set so more type because ok note FAIL HEALTHY do set so more ok note FAIL HEALTHY do set so more",
];

/// The places of all texts of a report.
fn places(value: &Value, path: &str, out: &mut Vec<String>) {
    let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
    match value {
        Value::String(_) => out.push(path.to_owned()),
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate().take(1) {
                places(item, &format!("{path}/{number}"), out);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                places(field, &format!("{path}/{}", escaped(name)), out);
            }
        }
        _ => {}
    }
}

/// The report with another text at each of these places, where one may stand: as it is shown once it was read back.
fn with(report: &Value, places: &[&str], text: &str, masks: &[Mask]) -> Option<Shown> {
    let mut value = report.clone();
    for place in places {
        *value.pointer_mut(place).unwrap() = text.into();
    }
    clean(&mut value);
    let report: Report = serde_json::from_value(value).ok()?;
    let declared = crate::declared_tests::built_in();
    let report = Report { declared, ..report };
    Some(Shown::new(report, masks).unwrap())
}

fn plain(report: &Shown) -> String {
    let told = text::render(report, Width::USUAL) + &transcript::render(report, Width::USUAL);
    anstream::adapter::strip_str(&told).to_string()
}

/// How often lines begin with a word of ours, where lines of ours begin.
fn marks(text: &str) -> Vec<usize> {
    let shallow = text
        .lines()
        .filter(|line| line.len() - line.trim_start().len() < 8);
    let first: Vec<&str> = shallow
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let count = |mark: &&str| first.iter().filter(|first| *first == mark).count();
    OURS.iter().map(count).collect()
}

#[test]
fn no_line_of_a_stranger_begins_like_one_of_ours() {
    let mut tried = 0;
    // Of the second report only what the first has not: the table of addresses.
    for (golden, below) in [(GOLDEN[0], ""), (GOLDEN[1], "/matrix")] {
        let report: Value = serde_json::from_str(golden).unwrap();
        let mut all = Vec::new();
        places(&report, "", &mut all);
        // Of the facts only some are in the text.
        let in_text = |place: &&String| {
            let shown = ["summary", "software", "security", "way", "directory"];
            !place.starts_with("/facts/") || shown.iter().any(|it| place.ends_with(it))
        };
        let below = |place: &&String| place.starts_with(below);
        for place in all.iter().filter(below).filter(in_text) {
            let Some(usual) = with(&report, &[place], "a plain text", &[]) else {
                // Only certain words may stand there.
                continue;
            };
            let usual = plain(&usual);
            for (number, hostile) in HOSTILE.into_iter().enumerate() {
                let appended = format!("a plain text{hostile}");
                for text in [hostile, &appended].into_iter().take(1 + number % 2) {
                    let Some(shown) = with(&report, &[place], text, &[]) else {
                        continue;
                    };
                    let told = plain(&shown);
                    assert_eq!(marks(&told), marks(&usual), "{place}: {text:?}\n{told}");
                    let unclean = told.lines().find(|line| !cleaner::is_clean(line, 10_000));
                    assert_eq!(unclean, None, "{place}: {text:?}");
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 500, "{tried} texts were tried");
}

/// Everything of a report, in every format.
fn everywhere(report: &Shown) -> Vec<(&'static str, String)> {
    let messages = message::owners(report).into_iter();
    let messages: Vec<String> = messages
        .filter_map(|owner| message::render(report, owner))
        .collect();
    vec![
        ("text", plain(report)),
        ("json", serde_json::to_string_pretty(report).unwrap()),
        ("html", html::render(report)),
        ("markdown", markdown::render(report)),
        ("ticket", ticket::render(report)),
        ("junit", junit::render(report, Some(Severity::Error))),
        ("sarif", sarif::render(report, None)),
        ("github", github::render(report, None)),
        ("message", messages.concat()),
    ]
}

#[test]
fn no_format_shows_what_nobody_sees() {
    for golden in GOLDEN {
        let report: Value = serde_json::from_str(golden).unwrap();
        let mut all = Vec::new();
        places(&report, "", &mut all);
        let free = |place: &&String| with(&report, &[place], "x", &[]).is_some();
        let free: Vec<&str> = all.iter().filter(free).map(String::as_str).collect();
        for hostile in HOSTILE {
            let Some(shown) = with(&report, &free, hostile, &[]) else {
                continue;
            };
            for (format, told) in everywhere(&shown) {
                let unclean = told
                    .lines()
                    .find(|line| !cleaner::is_clean(&line.replace('\t', " "), 10_000_000));
                assert_eq!(unclean, None, "{format}: {hostile:?}");
            }
        }
    }
}

#[test]
fn junit_stays_well_formed() {
    let report: Value = serde_json::from_str(GOLDEN[0]).unwrap();
    let mut all = Vec::new();
    places(&report, "", &mut all);
    let free = |place: &&String| with(&report, &[place], "x", &[]).is_some();
    let free: Vec<&str> = all.iter().filter(free).map(String::as_str).collect();
    for hostile in
        HOSTILE
            .into_iter()
            .chain(["]]><failure/>", "&#x1b;<a b='", "\u{fffe}\u{ffff}\u{0}"])
    {
        let shown = with(&report, &free, hostile, &[]).unwrap();
        let xml = junit::render(&shown, Some(Severity::Error));
        let mut depth = 0;
        for part in xml.split('<').skip(1) {
            let (tag, text) = part.split_once('>').unwrap_or_else(|| panic!("{part}"));
            match tag {
                tag if tag.starts_with(['?', '!']) || tag.ends_with('/') => {}
                tag if tag.starts_with('/') => depth -= 1,
                _ => depth += 1,
            }
            assert!(!text.contains('>') || text.contains("]]"), "{text}");
        }
        assert_eq!(depth, 0);
        // Characters that XML 1.0 has (section 2.2).
        let has = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
        assert!(xml.chars().all(has));
    }
}

#[test]
fn a_password_leaves_in_no_spelling_and_no_format() {
    let report: Value = serde_json::from_str(GOLDEN[0]).unwrap();
    let mut all = Vec::new();
    places(&report, "", &mut all);
    let free = |place: &&String| with(&report, &[place], "x", &[]).is_some();
    // Words of the settings are the user's own.
    let told = |place: &&String| !place.starts_with("/remote/");
    let free: Vec<&str> = all
        .iter()
        .filter(told)
        .filter(free)
        .map(String::as_str)
        .collect();
    let password = "k4n4rie-Gehe<im>42";
    let masks = [Mask::new(password)];
    for spelt in [
        "k4n4rie-Gehe<im>42",
        "K4N4RIE-GEHE<IM>42",
        "k4n4rie-Gehe&lt;im&gt;42",
        "k4n4rie-Gehe%3cim%3E42",
        "k4n4rie\u{200b}-Gehe\0<im>42",
        "k\u{0}4\u{0}n\u{0}4\u{0}r\u{0}i\u{0}e\u{0}-\u{0}G\u{0}e\u{0}h\u{0}e\u{0}<\u{0}i\u{0}m\u{0}>\u{0}4\u{0}2\u{0}",
        "6b:34:6e:34:72:69:65:2d:47:65:68:65:3c:69:6d:3e:34:32",
        "azRuNHJpZS1HZWhlPGltPjQy",
    ] {
        let shown = with(&report, &free, &format!("220 <{spelt}> ok"), &masks).unwrap();
        assert!(shown.masked > 20, "{spelt}: {}", shown.masked);
        for (format, told) in everywhere(&shown) {
            let lower = told.to_lowercase();
            for part in ["k4n4rie", "6b:34", "azruNHJp", "gehe"] {
                assert!(!lower.contains(&part.to_lowercase()), "{spelt} in {format}");
            }
            if ["text", "html", "markdown"].contains(&format) {
                assert!(
                    told.contains("the password was found")
                        || told.contains("The password was found"),
                    "{format}"
                );
            }
        }
    }
}

#[test]
fn words_of_ours_and_of_the_settings_stay() {
    let report: Report = serde_json::from_str(GOLDEN[0]).unwrap();
    let host = report.remote.host.clone();
    for password in ["server", "certificate", host.as_str()] {
        let shown = Shown::new(report.clone(), &[Mask::new(password)]).unwrap();
        assert_eq!(
            (shown.masked, &shown.summary),
            (0, &report.summary),
            "{password}"
        );
    }
}
