use super::*;
use model::declared::FactDeclaration;
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
