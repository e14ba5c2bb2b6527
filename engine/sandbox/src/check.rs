//! Whether what a probe says makes sense. A guest may be buggy or hostile; its texts end up on a screen, in tickets and
//! in other programs.

use std::collections::{BTreeMap, BTreeSet};

use super::budget::Stop;
use model::cleaner;
use model::declared::FactDeclaration;
use model::finding::{Basis, Description, Fact, FactValue, Omission, OmissionCause, Outcome};

/// Longer evidence is cut: a report is for people.
const MAX_TEXT: usize = 2000;
/// More of anything in one outcome means a loop.
pub(super) const MAX_ITEMS: usize = 200;
/// What is handed on is for probes, which go on with a certificate of 64 KiB in Base64 where the server has such a one.
const MAX_HANDED_ON: usize = 100_000;
/// The name of a fact, of a cell in a row of one, or of a piece of evidence.
const MAX_LABEL: usize = 80;
/// A line about a probe or a code.
const MAX_SHOWN: usize = 200;
/// There are no more settings that a fact may depend on.
const MAX_DEPENDENCIES: usize = 8;
/// A page of advice; the longest of ours has a tenth.
const MAX_PAGE: usize = 100_000;

/// Checks what a probe says of itself.
///
/// # Errors
/// What is wrong, as a sentence for the author.
pub(super) fn description(description: &Description) -> Result<(), String> {
    if !is_word(&description.name) {
        return Err(format!(
            "the name `{}` is not lower-case words joined by hyphens",
            cleaner::line(&description.name, 80)
        ));
    }
    let said = [&description.version, &description.summary].into_iter();
    let states = description.consumes.iter();
    let states = states
        .chain(&description.requires)
        .chain(&description.provides);
    let mut shown = said.chain(states).chain(&description.also_reports);
    if let Some(text) = shown.find(|text| !cleaner::is_clean(text, MAX_SHOWN)) {
        return Err(format!(
            "`{}` in its description is too long or not printable",
            cleaner::line(text, 80)
        ));
    }
    if description.requires.len() + description.provides.len() > MAX_ITEMS {
        return Err(format!("it names more than {MAX_ITEMS} states"));
    }
    if description.codes.len() + description.also_reports.len() > MAX_ITEMS {
        return Err(format!("it declares more than {MAX_ITEMS} codes"));
    }
    let mut seen = BTreeSet::new();
    for code in &description.codes {
        if !is_code(&code.name) {
            return Err(format!(
                "`{}` is not a code: write area.problem in lower case",
                cleaner::line(&code.name, 80)
            ));
        }
        if !seen.insert(&code.name) {
            return Err(format!("it declares `{}` twice", code.name));
        }
        if code.title.trim().is_empty() || code.page.trim().is_empty() {
            return Err(format!("`{}` has no title or no page", code.name));
        }
        let page = code.page.replace('\t', " ");
        let is_clean = cleaner::lines(&page, MAX_PAGE) == page.replace("\r\n", "\n");
        if !is_clean || !cleaner::is_clean(&code.title, MAX_SHOWN) {
            return Err(format!(
                "title or page of `{}` is too long or not printable",
                code.name
            ));
        }
    }
    facts(&description.facts)
}

/// Checks the facts that a probe declares.
fn facts(facts: &[FactDeclaration]) -> Result<(), String> {
    if facts.len() > MAX_ITEMS {
        return Err(format!("it declares more than {MAX_ITEMS} facts"));
    }
    let mut seen = BTreeSet::new();
    for fact in facts {
        let name = &fact.name;
        if !is_fact(name) {
            return Err(format!(
                "`{}` is no name of a fact: write words in lower case with dots between them",
                cleaner::line(name, 80)
            ));
        }
        if !seen.insert(name) {
            return Err(format!("it declares the fact `{name}` twice"));
        }
        let label = fact.shown.as_ref().map(|shown| &shown.label);
        let mut texts = [Some(&fact.title), label, fact.fills.as_ref()]
            .into_iter()
            .flatten();
        let is_line = |text: &String| !text.trim().is_empty() && cleaner::is_clean(text, MAX_SHOWN);
        if !texts.all(is_line) {
            return Err(format!(
                "a text about the fact `{name}` is empty, too long or not printable"
            ));
        }
        let depends = fact.compared.iter().flat_map(|it| &it.depends);
        if depends.count() > MAX_DEPENDENCIES {
            return Err(format!("the fact `{name}` depends on a setting twice"));
        }
    }
    Ok(())
}

/// Checks what a probe says of a remote, makes its texts printable, and lists as not tested what it says nothing of.
///
/// # Errors
/// What is wrong: nothing the probe says is used then.
pub(super) fn outcome(description: &Description, mut outcome: Outcome) -> Result<Outcome, String> {
    let declared: BTreeSet<&str> = description
        .codes
        .iter()
        .map(|code| code.name.as_str())
        .collect();
    let known = |code: &str| {
        declared.contains(code) || description.also_reports.iter().any(|also| also == code)
    };
    let items = [
        outcome.findings.len(),
        outcome.clear.len(),
        outcome.not_tested.len(),
        outcome.facts.len(),
    ];
    if items.iter().any(|count| *count > MAX_ITEMS) {
        return Err(format!("it said more than {MAX_ITEMS} things of one kind"));
    }
    let said = outcome.findings.iter().map(|finding| &finding.code);
    let said = said.chain(&outcome.clear).chain(
        outcome
            .not_tested
            .iter()
            .flat_map(|omission| &omission.codes),
    );
    if let Some(stranger) = said.clone().find(|code| !known(code)) {
        return Err(format!(
            "it reported `{}`, which it did not declare",
            cleaner::line(stranger, 80)
        ));
    }
    let contradiction = outcome
        .findings
        .iter()
        .find(|finding| outcome.clear.contains(&finding.code));
    if let Some(finding) = contradiction {
        return Err(format!(
            "it reported `{}` as found and as clear",
            finding.code
        ));
    }
    let said: BTreeSet<String> = said.cloned().collect();
    for fact in &mut outcome.facts {
        fact.name = description
            .standing
            .fact(&description.name, cleaner::line(&fact.name, MAX_LABEL))
            .map_err(|reserved| reserved.to_string())?;
    }
    let silent: Vec<String> = declared
        .iter()
        .filter(|code| !said.contains(**code))
        .map(ToString::to_string)
        .collect();
    clean(&mut outcome);
    if !silent.is_empty() {
        outcome.not_tested.push(Omission {
            check: format!("{} of the checks of {}", silent.len(), description.name),
            codes: silent,
            cause: OmissionCause::CouldNotLook,
            reason: "the probe did not say".into(),
        });
    }
    Ok(outcome)
}

/// Each text is one line; where a server's words may stand in several, they do.
fn clean(outcome: &mut Outcome) {
    let clean = |text: &mut String| clean_line(text, MAX_TEXT);
    for finding in &mut outcome.findings {
        finding.evidence.truncate(MAX_ITEMS);
        clean(&mut finding.detail);
        finding.evidence.iter_mut().for_each(|evidence| {
            clean_line(&mut evidence.label, MAX_LABEL);
            clean_lines(&mut evidence.value, MAX_TEXT);
        });
        match &mut finding.basis {
            Basis::Observed => {}
            Basis::Decided(what) => clean_lines(what, MAX_TEXT),
            Basis::Likely(alternatives) => {
                alternatives.truncate(MAX_ITEMS);
                alternatives.iter_mut().for_each(|other| {
                    clean(&mut other.code);
                    clean(&mut other.deciding_test);
                });
            }
        }
        for (name, value) in finding
            .patch
            .iter_mut()
            .flat_map(|patch| &mut patch.changes)
        {
            clean(name);
            clean(value);
        }
    }
    for omission in &mut outcome.not_tested {
        clean(&mut omission.check);
        clean(&mut omission.reason);
    }
    for fact in &mut outcome.facts {
        clean_fact(fact, MAX_TEXT);
    }
}

/// Cleans what a probe hands on to others as what it reports is cleaned.
///
/// # Errors
/// It hands on more at once than anybody reports.
pub(super) fn handed_on(facts: &mut [Fact]) -> Result<(), Stop> {
    if facts.len() > MAX_ITEMS {
        return Err(Stop::UsedUp("room for facts (200 names)"));
    }
    for fact in facts {
        clean_fact(fact, MAX_HANDED_ON);
    }
    Ok(())
}

/// Makes a fact fit to be shown: names are one line, texts have at most `most` characters, and of a list or of rows no more
/// is kept than of anything else.
pub(crate) fn clean_fact(fact: &mut Fact, most: usize) {
    clean_line(&mut fact.name, MAX_LABEL);
    match &mut fact.value {
        FactValue::Flag(_) | FactValue::Integer(_) => {}
        FactValue::Text(text) => clean_lines(text, most),
        FactValue::Texts(texts) => {
            texts.truncate(MAX_ITEMS);
            texts.iter_mut().for_each(|text| clean_lines(text, most));
        }
        FactValue::Rows(rows) => {
            rows.truncate(MAX_ITEMS);
            rows.iter_mut().for_each(|row| clean_row(row, most));
        }
    }
}

fn clean_row(row: &mut BTreeMap<String, String>, most: usize) {
    let cells = std::mem::take(row).into_iter().take(MAX_ITEMS);
    let cleaned =
        cells.map(|(name, cell)| (cleaner::line(&name, MAX_LABEL), cleaner::lines(&cell, most)));
    *row = cleaned.collect();
}

fn clean_line(text: &mut String, most: usize) {
    *text = cleaner::line(text, most);
}

fn clean_lines(text: &mut String, most: usize) {
    *text = cleaner::lines(text, most);
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 60
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && text.starts_with(|c: char| c.is_ascii_lowercase())
}

fn is_fact(text: &str) -> bool {
    let is_part = |part: &str| {
        let mut characters = part.chars();
        let is_lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !part.is_empty() && characters.all(is_lower)
    };
    text.len() <= MAX_LABEL
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.split('.').all(is_part)
}

fn is_code(text: &str) -> bool {
    text.split_once('.')
        .is_some_and(|(area, problem)| is_word(area) && is_word(problem))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::finding::{Code, Evidence, Finding, Owner, Severity};
    use model::standing::Standing;

    fn probe() -> Description {
        let code = |name: &str| Code {
            name: name.into(),
            title: "it broke".into(),
            severity: Severity::Error,
            owner: Owner::Settings,
            explains: Vec::new(),
            eased_by_certificate_check: false,
            page: "# page".into(),
        };
        Description {
            codes: vec![code("example.one"), code("example.two")],
            also_reports: vec!["net.unreachable".into()],
            ..Description::of(Standing::ThirdParty, "example")
        }
    }

    fn found(code: &str, detail: &str) -> Finding {
        Finding {
            code: code.into(),
            detail: detail.into(),
            evidence: Vec::new(),
            owner: None,
            basis: Basis::Observed,
            patch: None,
        }
    }

    #[test]
    fn what_a_probe_says_nothing_of_is_not_tested() {
        let said = Outcome {
            clear: vec!["example.one".into()],
            ..Outcome::default()
        };
        let checked = outcome(&probe(), said).unwrap();
        assert_eq!(checked.not_tested[0].codes, ["example.two"]);
        assert_eq!(checked.not_tested[0].cause, OmissionCause::CouldNotLook);
    }

    #[test]
    fn an_undeclared_code_is_refused() {
        let said = Outcome {
            findings: vec![found("cert.expired", "")],
            ..Outcome::default()
        };
        assert!(
            outcome(&probe(), said)
                .unwrap_err()
                .contains("cert.expired")
        );
        let said = Outcome {
            findings: vec![found("net.unreachable", "")],
            ..Outcome::default()
        };
        assert!(outcome(&probe(), said).is_ok());
    }

    #[test]
    fn a_contradiction_is_refused() {
        let said = Outcome {
            findings: vec![found("example.one", "")],
            clear: vec!["example.one".into()],
            ..Outcome::default()
        };
        assert!(outcome(&probe(), said).is_err());
    }

    #[test]
    fn escapes_are_taken_out() {
        let said = Outcome {
            findings: vec![found("example.one", "a\x1b[31mb\nc")],
            ..Outcome::default()
        };
        assert_eq!(
            outcome(&probe(), said).unwrap().findings[0].detail,
            "a\u{fffd}[31mb / c"
        );
    }

    #[test]
    fn long_texts_are_cut() {
        let mut long = found("example.one", &"x".repeat(MAX_TEXT + 1));
        let evidence = Evidence {
            label: "all".into(),
            value: "y".repeat(10 * MAX_TEXT),
        };
        long.evidence = vec![evidence; MAX_ITEMS + 1];
        let said = Outcome {
            findings: vec![long.clone()],
            ..Outcome::default()
        };
        let cut = &outcome(&probe(), said).unwrap().findings[0];
        let is_cut = |text: &str| text.ends_with('…') && text.chars().count() == MAX_TEXT + 1;
        assert!(is_cut(&cut.detail));
        assert_eq!(cut.evidence.len(), MAX_ITEMS);
        assert!(cut.evidence.iter().all(|it| is_cut(&it.value)));
        let flood = Outcome {
            findings: vec![long; MAX_ITEMS + 1],
            ..Outcome::default()
        };
        assert!(outcome(&probe(), flood).is_err());
    }

    #[test]
    fn what_is_handed_on_is_cleaned_and_counted() {
        let of = |value: FactValue| Fact {
            name: format!("a.{}", "b\u{1b}".repeat(100)),
            value,
        };
        let row = BTreeMap::from([("c\u{202e}".to_string(), "d\x07".to_string())]);
        let mut facts = [
            of(FactValue::Text("\x1b[31m".into())),
            of(FactValue::Texts(vec![
                "e".repeat(MAX_HANDED_ON + 1);
                MAX_ITEMS + 1
            ])),
            of(FactValue::Rows(vec![row; MAX_ITEMS + 1])),
        ];
        handed_on(&mut facts).unwrap();
        assert!(
            facts
                .iter()
                .all(|it| it.name.chars().count() <= MAX_LABEL + 1)
        );
        assert!(facts.iter().all(|it| !it.name.contains('\u{1b}')));
        let [text, texts, rows] = facts.map(|fact| fact.value);
        assert_eq!(text, FactValue::Text("\u{fffd}[31m".into()));
        let FactValue::Texts(texts) = texts else {
            panic!()
        };
        // One more says that it was cut.
        let length = texts[0].chars().count();
        assert_eq!((texts.len(), length), (MAX_ITEMS, MAX_HANDED_ON + 1));
        let FactValue::Rows(rows) = rows else {
            panic!()
        };
        assert_eq!(rows.len(), MAX_ITEMS);
        assert_eq!(rows[0]["c\u{fffd}"], "d\u{fffd}");
        let mut many = vec![of(FactValue::Flag(true)); MAX_ITEMS + 1];
        assert!(matches!(handed_on(&mut many), Err(Stop::UsedUp(_))));
    }

    /// A chain of certificates goes from probe to probe as it is.
    #[test]
    fn what_is_handed_on_in_base64_is_not_cut() {
        let certificate = "MIIF".repeat(10_000);
        let chain = FactValue::Texts(vec![certificate.clone()]);
        let mut facts = [Fact {
            name: "certificate.sent".into(),
            value: chain.clone(),
        }];
        handed_on(&mut facts).unwrap();
        assert_eq!(facts[0].value, chain);
    }

    #[test]
    fn what_describes_a_probe_is_printable() {
        let painted = "red \u{1b}[31m";
        let mut wrong = [probe(), probe(), probe(), probe()];
        wrong[0].version = painted.into();
        wrong[1].summary = painted.into();
        wrong[2].provides = vec![painted.into()];
        wrong[3].codes[0].page = painted.into();
        for wrong in wrong {
            assert!(description(&wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn what_a_probe_declares_of_facts_is_checked() {
        use model::declared::{ComparedFact, Comparison, Dependency, FactKind, Privacy, ShownFact};
        let fact = FactDeclaration {
            name: "example.tls-1.2".into(),
            kind: FactKind::Text,
            title: "a title".into(),
            shown: Some(ShownFact {
                label: "word".into(),
                rank: 1,
            }),
            compared: Some(ComparedFact {
                how: Comparison::Value,
                rank: 1,
                depends: vec![Dependency::Host],
            }),
            privacy: Privacy::Plain,
            fills: Some("word".into()),
        };
        let with = |facts: Vec<FactDeclaration>| description(&Description { facts, ..probe() });
        assert_eq!(with(vec![fact.clone()]), Ok(()));
        let twice = with(vec![fact.clone(), fact.clone()]).unwrap_err();
        assert!(twice.contains("twice"), "{twice}");
        let many = (0..=MAX_ITEMS).map(|number| FactDeclaration {
            name: format!("a.b{number}"),
            ..fact.clone()
        });
        assert!(with(many.collect()).is_err());
        for name in [
            "",
            "A.b",
            "a..b",
            ".a",
            "a.",
            "a b",
            "a.\u{1b}",
            &"a".repeat(81),
        ] {
            let name = name.into();
            assert!(
                with(vec![FactDeclaration {
                    name,
                    ..fact.clone()
                }])
                .is_err()
            );
        }
        let mut wrong = vec![fact; 5];
        wrong[0].title = " ".into();
        wrong[1].title = "red \u{1b}[31m".into();
        wrong[2].shown.as_mut().unwrap().label = "a\nb".into();
        wrong[3].fills = Some("\u{202e}".into());
        wrong[4].compared.as_mut().unwrap().depends = vec![Dependency::Host; 9];
        for wrong in wrong {
            assert!(with(vec![wrong.clone()]).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_name_or_code_that_is_none_is_refused() {
        let mut wrong = probe();
        wrong.name = "Not a name".into();
        assert!(description(&wrong).is_err());
        let mut wrong = probe();
        wrong.codes[0].name = "nodot".into();
        assert!(description(&wrong).is_err());
        assert!(description(&probe()).is_ok());
    }
}
