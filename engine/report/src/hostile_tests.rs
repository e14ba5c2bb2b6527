//! A server that writes its replies for whoever reads the report: they stay text in every format.

use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::Value;

use super::{Report, Shown, github, html, junit, markdown, message, sarif};
use model::finding::{Owner, Severity};

const GOLDEN: &str = include_str!("../../../tests/golden/two-faults.json");
const HOSTILE: &str =
    "</script><!--<script>alert(1)</script>]]>&lt;b&gt; \"' | `` [x](http://evil.example) @all";
/// What is told in our own words; enums would not be read.
const TEXTS: [&str; 8] = [
    "detail", "value", "title", "message", "reason", "check", "text", "summary",
];

/// Each text of the report ends in what is hostile.
fn spoiled(value: &mut Value) {
    match value {
        Value::Object(entries) => {
            for (name, value) in entries {
                match value {
                    Value::String(text) if TEXTS.contains(&name.as_str()) => text.push_str(HOSTILE),
                    Value::String(text) if name.contains('.') => text.push_str(HOSTILE),
                    value => spoiled(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(spoiled),
        _ => {}
    }
}

fn golden() -> Shown {
    shown(serde_json::from_str(GOLDEN).unwrap())
}

fn shown(report: Report) -> Shown {
    let declared = crate::declared_tests::built_in();
    Shown::new(Report { declared, ..report }, &[]).unwrap()
}

fn hostile() -> Shown {
    let mut value: Value = serde_json::from_str(GOLDEN).unwrap();
    spoiled(&mut value);
    shown(serde_json::from_value(value).unwrap())
}

fn count(text: &str, part: &str) -> usize {
    text.matches(part).count()
}

#[test]
fn html_has_no_other_elements_and_the_same_record() {
    let (plain, spoiled) = (html::render(&golden()), html::render(&hostile()));
    for tag in ["<script", "</script", "<!--", "<b", "</li>", "</td>"] {
        assert_eq!(count(&plain, tag), count(&spoiled, tag), "{tag}");
    }
    assert_eq!(count(&spoiled, "<script"), 1);
    let record: Value = serde_json::from_str(html::record(&spoiled).unwrap()).unwrap();
    assert_eq!(record, serde_json::to_value(hostile()).unwrap());
}

#[test]
fn markdown_has_no_links_and_no_html_but_line_breaks() {
    let markdown = markdown::render(&hostile());
    let tables = |text: &str| {
        let events = Parser::new_ext(text, Options::ENABLE_TABLES);
        let cells = events.filter(|it| *it == Event::Start(Tag::TableCell));
        cells.count()
    };
    assert_eq!(tables(&markdown), tables(&markdown::render(&golden())));
    for event in Parser::new_ext(&markdown, Options::ENABLE_TABLES) {
        match event {
            Event::InlineHtml(html) => assert_eq!(html.as_ref(), "<br>"),
            Event::Html(html) => panic!("{html}"),
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) => panic!("{event:?}"),
            _ => {}
        }
    }
}

#[test]
fn junit_has_the_same_cases() {
    let of = |report: &Shown| junit::render(report, Some(Severity::Error));
    let (plain, spoiled) = (of(&golden()), of(&hostile()));
    for tag in ["<testsuite", "<testcase", "<failure", "<skipped", "<"] {
        assert_eq!(count(&plain, tag), count(&spoiled, tag), "{tag}");
    }
    assert!(count(&plain, "<failure") >= 2 && count(&plain, "<skipped") >= 1);
}

/// Nothing that a server says begins a command of its own, or ends the title of ours.
#[test]
fn github_has_the_same_commands() {
    let (plain, spoiled) = (golden(), hostile());
    let of = |report: &Shown| github::render(report, Some("a:b,c.toml"));
    let commands = |text: &str| -> Vec<String> {
        let heads = text
            .lines()
            .map(|line| line.split(' ').next().unwrap().to_owned());
        heads.collect()
    };
    assert_eq!(commands(&of(&plain)), commands(&of(&spoiled)));
    for line in of(&spoiled).lines() {
        let properties = line[2..].split("::").next().unwrap();
        assert!(
            properties.contains(" file=a%3Ab%2Cc.toml,line=1,title="),
            "{line}"
        );
        assert_eq!(count(properties, ","), 2, "{line}");
    }
}

#[test]
fn sarif_has_the_same_results() {
    let of =
        |report: &Shown| -> Value { serde_json::from_str(&sarif::render(report, None)).unwrap() };
    let (plain, spoiled) = (of(&golden()), of(&hostile()));
    let rules = |log: &Value| -> Vec<Value> {
        let results = log["runs"][0]["results"].as_array().unwrap();
        results.iter().map(|it| it["ruleId"].clone()).collect()
    };
    assert_eq!(rules(&plain), rules(&spoiled));
    assert!(rules(&plain).len() >= 2);
    // What a server writes is no link and no place for a value.
    let text = spoiled["runs"][0]["results"][0]["message"]["text"]
        .as_str()
        .unwrap();
    assert!(text.contains("\\[x\\](http"), "{text}");
}

#[test]
fn warnings_fail_only_where_that_is_asked_for() {
    let mut report: Report = serde_json::from_str(GOLDEN).unwrap();
    for finding in &mut report.findings {
        finding.severity = Severity::Warning;
    }
    let report = shown(report);
    let failures = |failing| count(&junit::render(&report, failing), "<failure");
    assert_eq!((failures(Some(Severity::Error)), failures(None)), (0, 0));
    assert!(failures(Some(Severity::Warning)) >= 2);
}

#[test]
fn only_who_has_to_act_gets_a_message() {
    let report = golden();
    assert_eq!(
        message::owners(&report),
        [Owner::CertificateOwner, Owner::FirewallAdmin]
    );
    assert!(message::render(&report, Owner::Settings).is_none());
    let told = message::render(&report, Owner::FirewallAdmin).unwrap();
    assert!(
        told.contains("data.all-ports-blocked") && !told.contains("cert.expired"),
        "{told}"
    );
}
