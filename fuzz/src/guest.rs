//! What a probe is and says, before anything of it counts.

use std::collections::BTreeSet;

use model::finding::{
    Alternative, Basis, Code, Description, Evidence, Fact, FactValue, Finding, Omission,
    OmissionCause, Outcome, Owner, PatchEffect, SettingsPatch, Severity,
};
use model::standing::Standing;
use sandbox::seams;

use crate::input::{fields, lines};
use crate::text::steers;

/// More of one kind is refused or cut.
const MOST_ITEMS: usize = 200;
/// Longer texts are cut; one more says so.
const LONGEST: usize = 2001;
/// The codes that the probe of this target declares, and one of another that it may find.
const DECLARED: [&str; 2] = ["fuzzed.one", "fuzzed.two"];
const ANOTHERS: &str = "net.unreachable";

/// What a probe says: it counts only where every code is its own and none is found and clear at once; each of its codes is
/// spoken of then, and every text is bounded and steers nothing. A line for each thing that is said.
pub fn outcome(bytes: &[u8]) {
    let Ok(checked) = seams::outcome(&probe(), said(bytes)) else {
        return;
    };
    let found: BTreeSet<&str> = checked.findings.iter().map(|it| it.code.as_str()).collect();
    let clear: BTreeSet<&str> = checked.clear.iter().map(String::as_str).collect();
    let left_out = checked.not_tested.iter().flat_map(|it| &it.codes);
    let left_out: BTreeSet<&str> = left_out.map(String::as_str).collect();
    assert!(found.is_disjoint(&clear), "found and clear");
    let spoken_of = || found.iter().chain(&clear).chain(&left_out);
    for code in spoken_of() {
        assert!(DECLARED.contains(code) || *code == ANOTHERS, "{code}");
    }
    for code in DECLARED {
        assert!(spoken_of().any(|it| *it == code), "{code} is forgotten");
    }
    // One more tells of the codes that were not spoken of.
    let items = [
        checked.findings.len(),
        checked.clear.len(),
        checked.facts.len(),
    ];
    assert!(items.into_iter().all(|count| count <= MOST_ITEMS));
    assert!(checked.not_tested.len() <= MOST_ITEMS + 1);
    for text in texts(&checked) {
        assert!(text.chars().count() <= LONGEST, "{} characters", text.len());
        assert!(!text.chars().any(|c| c != '\n' && steers(c)), "{text:?}");
    }
    let again = seams::outcome(&probe(), checked.clone());
    assert_eq!(again.as_ref(), Ok(&checked), "it was not clean");
}

fn probe() -> Description {
    Description {
        summary: "says anything".into(),
        codes: DECLARED.map(code).into(),
        also_reports: vec![ANOTHERS.into()],
        ..Description::of(Standing::BuiltIn, "fuzzed")
    }
}

fn code(name: &str) -> Code {
    Code {
        name: name.into(),
        title: "it is fuzzed".into(),
        severity: Severity::Error,
        owner: Owner::Settings,
        explains: Vec::new(),
        eased_by_certificate_check: false,
        page: "# page".into(),
    }
}

/// `found|code|detail|label|value|other code|test|name|value`, `clear|code`, `left|code|check|reason`, `fact|name|text`,
/// `texts|name|text|…`, `rows|name|label|cell|…`; what is missing is empty.
fn said(bytes: &[u8]) -> Outcome {
    let mut outcome = Outcome::default();
    for line in lines(bytes).take(2 * MOST_ITEMS) {
        let mut fields = fields(line).into_iter();
        let kind = fields.next().unwrap_or_default();
        let mut next = || fields.next().unwrap_or_default();
        match kind.as_str() {
            "found" => outcome.findings.push(Finding {
                code: next(),
                detail: next(),
                evidence: vec![Evidence {
                    label: next(),
                    value: next(),
                }],
                owner: None,
                basis: Basis::Likely(vec![Alternative {
                    code: next(),
                    deciding_test: next(),
                }]),
                patch: Some(SettingsPatch {
                    changes: vec![(next(), next())],
                    effect: PatchEffect::Untried,
                }),
            }),
            "clear" => outcome.clear.push(next()),
            "left" => outcome.not_tested.push(Omission {
                codes: vec![next()],
                check: next(),
                cause: OmissionCause::CouldNotLook,
                reason: next(),
            }),
            "fact" => outcome.facts.push(Fact {
                name: next(),
                value: FactValue::Text(next()),
            }),
            "texts" => outcome.facts.push(Fact {
                name: next(),
                value: FactValue::Texts(fields.collect()),
            }),
            "rows" => outcome.facts.push(Fact {
                name: next(),
                value: FactValue::Rows(vec![[(next(), next())].into()]),
            }),
            _ => {}
        }
    }
    outcome
}

/// Every text of a stranger in it.
fn texts(outcome: &Outcome) -> Vec<&String> {
    let mut texts = Vec::new();
    for finding in &outcome.findings {
        texts.push(&finding.detail);
        for evidence in &finding.evidence {
            texts.extend([&evidence.label, &evidence.value]);
        }
        for other in finding.basis.alternatives() {
            texts.extend([&other.code, &other.deciding_test]);
        }
        for (name, value) in finding.patch.iter().flat_map(|patch| &patch.changes) {
            texts.extend([name, value]);
        }
    }
    for omission in &outcome.not_tested {
        texts.extend([&omission.check, &omission.reason]);
    }
    for fact in &outcome.facts {
        texts.push(&fact.name);
        match &fact.value {
            FactValue::Flag(_) | FactValue::Integer(_) => {}
            FactValue::Text(text) => texts.push(text),
            FactValue::Texts(list) => texts.extend(list),
            FactValue::Rows(rows) => texts.extend(rows.iter().flat_map(|row| row.values())),
        }
    }
    texts
}

/// What a probe says of itself: where it is let in, its name is a word, its codes are codes, each once, and what people see
/// of it steers nothing. The lines are name, version, summary, then `name|title|page` of a code each.
pub fn description(bytes: &[u8]) {
    let mut lines = lines(bytes);
    let mut next = || crate::input::text(lines.next().unwrap_or_default());
    let mut described = Description {
        name: next(),
        version: next(),
        summary: next(),
        codes: Vec::new(),
        ..probe()
    };
    for line in lines.take(2 * MOST_ITEMS) {
        let mut fields = fields(line).into_iter();
        let mut next = || fields.next().unwrap_or_default();
        described.codes.push(Code {
            title: next(),
            page: next(),
            ..code(&next())
        });
    }
    if let Err(why) = seams::description(&described) {
        assert_eq!(why.lines().count(), 1, "{why}");
        assert!(!why.chars().any(steers), "{why:?}");
        return;
    }
    let is_word = |text: &str| {
        let inside = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !text.is_empty() && text.chars().all(inside)
    };
    assert!(is_word(&described.name), "{}", described.name);
    let shown = [&described.version, &described.summary];
    let titles = described.codes.iter().map(|code| &code.title);
    for text in shown.into_iter().chain(titles) {
        assert!(!text.chars().any(steers), "{text:?}");
    }
    let mut names = BTreeSet::new();
    for code in &described.codes {
        let (area, problem) = code.name.split_once('.').expect("area and problem");
        assert!(is_word(area) && is_word(problem), "{}", code.name);
        assert!(names.insert(&code.name), "{} twice", code.name);
        assert!(!code.page.trim().is_empty());
    }
}

/// A file that says it is a probe: what is compiled of it is bounded before, and what is said of it is the same twice.
pub fn component(bytes: &[u8]) {
    let judged = seams::structure(bytes);
    assert_eq!(judged, seams::structure(bytes));
    if let Err(why) = judged {
        assert!(!why.is_empty() && why.len() < 1000, "{why}");
    }
}
