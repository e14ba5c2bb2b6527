//! Saved reports, which come from other machines: read, rendered in each format, and redacted.

use cli::seams;
use model::redaction::Level;
use pulldown_cmark::{Event, Options, Parser, Tag};
use report::redact::{level, redact};
use report::style::Width;
use report::{Shown, html, junit, markdown, message, text, ticket, transcript};

use crate::input::Folder;

/// Whatever stands in a report stays text: no format has an element, a link or a sign for the terminal that is not its own,
/// and the page holds the same report again.
pub fn report(bytes: &[u8]) {
    let folder = Folder::new();
    let path = folder.file("report.json", bytes);
    let Ok(report) = seams::report(&path) else {
        return;
    };
    let shown = Shown::new(report.clone(), &[]).expect("without a mask nothing is changed");
    in_text(&shown);
    in_html(&shown, &folder);
    in_markdown(&shown);
    in_junit(&shown);
    for owner in message::owners(&report) {
        assert!(message::render(&shown, owner).is_some(), "{owner}");
    }
    let has = level(&report);
    for wanted in [Level::Shareable, Level::Public] {
        match redact(report.clone(), Some(wanted)) {
            Ok(redacted) => assert_eq!(level(&redacted), wanted),
            Err(error) => assert!(wanted < has, "{error}"),
        }
    }
}

fn in_text(report: &Shown) {
    let shown = text::render(report, Width::USUAL) + &transcript::render(report, Width::USUAL);
    let plain = anstream::adapter::strip_str(&shown).to_string();
    let steers = |c: char| c != '\n' && c.is_control();
    assert!(!plain.chars().any(steers), "{plain:?}");
    let ticket = ticket::render(report);
    assert!(!ticket.chars().any(steers), "{ticket:?}");
    assert!(ticket.lines().count() <= ticket::LINES, "{ticket}");
}

fn in_html(report: &Shown, folder: &Folder) {
    let page = html::render(report);
    let count = |part: &str| page.matches(part).count();
    assert_eq!((count("<script"), count("</script")), (1, 1));
    assert_eq!(
        (count("<img"), count("<iframe"), count("javascript:")),
        (0, 0, 0)
    );
    let again = seams::report(&folder.file("report.html", page.as_bytes()));
    let again = again.expect("a page holds its report");
    let value = |report| serde_json::to_value(report).expect("a report is JSON");
    assert_eq!(value(&again), value(report));
}

fn in_markdown(report: &Shown) {
    let shown = markdown::render(report);
    for event in Parser::new_ext(&shown, Options::ENABLE_TABLES) {
        match event {
            Event::InlineHtml(html) => assert_eq!(html.as_ref(), "<br>", "{shown}"),
            Event::Html(html) => panic!("{html} in {shown}"),
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) => panic!("{event:?} in {shown}"),
            _ => {}
        }
    }
}

fn in_junit(report: &Shown) {
    let shown = junit::render(report, None);
    // What XML cannot say at all (XML 1.0 section 2.2).
    let unsayable =
        |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{7f}'..='\u{9f}');
    assert!(!shown.chars().any(unsayable), "{shown:?}");
    assert_eq!(shown.matches("<testsuites").count(), 1);
}
