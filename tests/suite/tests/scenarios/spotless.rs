//! What leaves the program is finished: no word that somebody was to replace, no full stop twice, nothing of a library or of
//! the system, and no step that points to evidence which is not there.

use std::fs;

use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use crate::binary::Run;

/// Words in angle brackets that products have in their configurations.
const MARKUP: [&str; 7] = [
    "data-connection",
    "keystore",
    "listener",
    "nio-listener",
    "server",
    "ssl",
    "passive",
];

/// What libraries say, and what the system says in the words of a library.
const OF_LIBRARIES: [&str; 9] = [
    "(os error",
    "docs.rs",
    "rustls",
    "hickory",
    "wasmtime",
    "received fatal alert",
    "invalid peer certificate",
    "peer closed connection without",
    "stream did not contain",
];

/// The columns of a text that is not on a terminal.
const WIDTH: usize = 80;
/// Lines that are typed begin at least as far in, and are as long as they are.
const TYPED: usize = 16;

/// What is not finished in the report and in the text of another run.
pub fn complaints(json: &Run, text: &Run) -> Vec<String> {
    let Ok(report) = serde_json::from_slice::<Value>(&json.stdout) else {
        return Vec::new();
    };
    let mut complaints = Vec::new();
    for (place, said) in ours(&report) {
        complaints.extend(unfinished(&said).map(|what| format!("{place}: {what}: {said}")));
    }
    complaints.extend(evidence(&report));
    let text = String::from_utf8_lossy(&text.stdout);
    complaints.extend(
        text.lines()
            .filter(|line| is_too_wide(line))
            .map(|line| format!("the text has a line of more than {WIDTH} columns: {line}")),
    );
    complaints.extend(
        OF_LIBRARIES
            .iter()
            .filter(|words| text.contains(**words))
            .map(|words| format!("the text has “{words}”")),
    );
    complaints
}

/// All texts of a report that are in our words, with the place of each. Evidence and dialogue are in a server's.
fn ours(report: &Value) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut say = |place: String, said: &Value| {
        all.extend(said.as_str().map(|said| (place, said.to_owned())));
    };
    say("summary".into(), &report["summary"]);
    for finding in list(&report["findings"]) {
        let code = finding["code"].as_str().unwrap_or_default();
        if finding["standing"] == "third-party" {
            continue;
        }
        for name in ["title", "detail"] {
            say(format!("{code}, {name}"), &finding[name]);
        }
        let remedy = &finding["remedy"];
        for step in list(&remedy["steps"]) {
            say(format!("{code}, a step"), step);
        }
        for typed in list(&remedy["directives"]) {
            say(format!("{code}, a line to type"), &typed["text"]);
        }
        for name in ["message", "check"] {
            say(format!("{code}, {name}"), &remedy[name]);
        }
        for other in list(&finding["alternatives"]) {
            say(format!("{code}, a look-alike"), &other["deciding_test"]);
        }
        say(
            format!("{code}, settings"),
            &finding["settings_patch"]["reason"],
        );
    }
    for left_out in list(&report["not_tested"]) {
        for name in ["check", "reason"] {
            say(format!("not tested, {name}"), &left_out[name]);
        }
    }
    all
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn unfinished(said: &str) -> impl Iterator<Item = String> {
    let own = without_quotations(said);
    let placeholder = placeholder(&own).map(|word| format!("a word to be replaced, <{word}>"));
    let twice = has_stop_twice(said).then(|| "a full stop twice".to_owned());
    let library = OF_LIBRARIES.iter().find(|words| own.contains(**words));
    let library = library.map(|words| format!("words of a library, “{words}”"));
    [placeholder, twice, library].into_iter().flatten()
}

/// A text without what others said in it.
fn without_quotations(text: &str) -> String {
    let mut depth = 0_usize;
    let mut own = String::new();
    for c in text.chars() {
        match c {
            '“' => depth += 1,
            '”' => depth = depth.saturating_sub(1),
            c if depth == 0 => own.push(c),
            _ => {}
        }
    }
    own
}

/// A word in angle brackets that is no markup of a product.
fn placeholder(text: &str) -> Option<&str> {
    text.split('<').skip(1).find_map(|rest| {
        let (word, _) = rest.split_once('>')?;
        let first = word.split(' ').next().unwrap_or_default();
        let is_name = word.starts_with(|c: char| c.is_ascii_lowercase())
            && word
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || " -_".contains(c));
        (is_name && !MARKUP.contains(&first)).then_some(word)
    })
}

fn has_stop_twice(text: &str) -> bool {
    let ends = [".. ", "..\n", ".”.", "!.", "?.", ". ."];
    // Two dots alone are a directory.
    let is_twice = |end: &str| {
        text.match_indices(end).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            before.is_some_and(|c| c.is_alphanumeric() || c == ')')
        })
    };
    ends.iter().any(|end| is_twice(end)) || text.ends_with("..")
}

/// Steps that point to evidence, of findings that have none.
fn evidence(report: &Value) -> Vec<String> {
    let findings = list(&report["findings"]).iter();
    let bare = findings.filter(|it| list(&it["evidence"]).is_empty());
    bare.flat_map(|finding| {
        let steps = list(&finding["remedy"]["steps"]).iter();
        let steps = steps.filter_map(Value::as_str);
        let pointing = steps.filter(|step| step.contains("evidence") || step.contains("(above)"));
        pointing.map(move |step| format!("{}: there is no evidence for: {step}", finding["code"]))
    })
    .collect()
}

fn is_too_wide(line: &str) -> bool {
    let indent = line.chars().take_while(|c| *c == ' ').count();
    // A word that is longer than the room for it stays whole.
    let words = line.split_whitespace().count();
    line.chars().count() > WIDTH && indent < TYPED && words > 2
}

pub fn trials() -> Vec<Trial> {
    let noticed = Trial::test("what_is_not_finished_is_noticed", noticed);
    let harmless = Trial::test("no_line_of_a_page_does_more_than_it_has_to", harmless);
    vec![noticed, harmless]
}

/// The sections of pages for single products, with the code and the product.
fn sections() -> Result<Vec<(String, String)>, Failed> {
    let mut all = Vec::new();
    for probe in fs::read_dir(suite::workspace().join("plugins"))? {
        let Ok(pages) = fs::read_dir(probe?.path().join("remedies")) else {
            continue;
        };
        for page in pages {
            let path = page?.path();
            let name = path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let text = fs::read_to_string(&path)?;
            let of_products = text.split("\n### ").skip(1);
            all.extend(of_products.map(|section| (name.clone(), section.to_owned())));
        }
    }
    Ok(all)
}

/// What is edited in place is kept, and what lasts can be undone; files and traffic that are others' are left alone.
fn harmless() -> Result<(), Failed> {
    let sections = sections()?;
    let mut complaints = Vec::new();
    let mut edited = 0;
    for (code, section) in &sections {
        let product = section.lines().next().unwrap_or_default();
        let mut complain = |what: &str| complaints.push(format!("{code}, {product}: {what}"));
        let says_how_to_undo = section.to_lowercase().contains("to undo");
        for line in section.lines().filter(|line| line.contains("sed -i")) {
            edited += 1;
            if !line.contains("sed -i.") {
                complain("a file is edited, and not kept");
            }
            if line.contains("/etc/ssl/openssl.cnf") {
                complain("a file of the whole system is edited");
            }
            if !says_how_to_undo {
                complain("it does not say how to undo it");
            }
        }
        for line in section
            .lines()
            .filter(|line| line.contains("maxseg") || line.contains("TCPMSS"))
        {
            let of_us = [" saddr ", " daddr ", " -s ", " -d "];
            if !of_us.iter().any(|it| line.contains(it)) {
                complain("it changes the segments of all connections");
            }
            if !says_how_to_undo {
                complain("it does not say how to undo it");
            }
        }
    }
    match (complaints.is_empty(), edited > 0 && sections.len() > 100) {
        (true, true) => Ok(()),
        (_, false) => Err("the pages are not where they were".into()),
        (false, _) => Err(complaints.join("\n").into()),
    }
}

fn noticed() -> Result<(), Failed> {
    for (said, finished) in [
        ("Allow <address>.", false),
        ("<Limit LOGIN>\nAllowAll\n</Limit>", true),
        ("In the `<data-connection>` of the listener.", true),
        ("It answers: “550 <x> denied”.", true),
        ("It answers: “550 denied.”.", false),
        ("It answers: 550 denied..", false),
        ("cd .. and look", true),
        ("refused (os error 111)", false),
    ] {
        let complaints: Vec<String> = unfinished(said).collect();
        if complaints.is_empty() != finished {
            return Err(format!("{said}: {complaints:?}").into());
        }
    }
    Ok(())
}
