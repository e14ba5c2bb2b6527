use super::*;
use crate::style::Width;
use crate::{Shown, declared_tests, html, junit, markdown, text};
use model::address::Address;
use model::declared::{DeclaredFacts, FactDeclaration, FactKind, Privacy, ShownFact};
use model::finding::FactValue;
use model::standing::Standing;

const FAULTY: &str = include_str!("../../../../tests/golden/two-faults.json");
const SOURCES: &str = include_str!("../../../../tests/golden/sources-differ.json");

fn report(golden: &str) -> Report {
    let report: Report = serde_json::from_str(golden).unwrap();
    with_declared(report)
}

fn with_declared(report: Report) -> Report {
    Report {
        declared: declared_tests::built_in(),
        ..report
    }
}

/// A report in which a server, a user and a network give themselves away wherever they can.
fn telling() -> Report {
    let mut value: Value = serde_json::from_str(FAULTY).unwrap();
    value["remote"]["host"] = "ftp.initech-widgets.co.uk".into();
    value["remote"]["user"] = "jsmith".into();
    value["remote"]["remote_path"] = "/users/jsmith/Umbrella Project/in".into();
    value["remote"]["sources"] = serde_json::json!(["10.20.30.40", "192.0.2.77"]);
    value["facts"]["server.greeting"] =
        "INITECHFTP01 ready (ProFTPD 1.3.8), mail ops@initech-widgets.co.uk".into();
    value["facts"]["login.directory"] = "/users/jsmith".into();
    value["facts"]["server.address"] = "198.51.100.99".into();
    value["facts"]["certificate.subject"] =
        "CN=*.initech-widgets.co.uk, O=Initech Widgets Ltd, C=GB".into();
    value["facts"]["certificate.serial"] = "0a:bc:17".into();
    value["findings"][0]["detail"] = "The server FTP.INITECH-WIDGETS.CO.UK (198.51.100.99) announces 172.16.9.8 to \
        jsmith, whose certificate is of Initech Widgets Ltd, serial 0abc17. It lies in /users/jsmith/Umbrella Project/in."
        .into();
    let line = |direction: &str, text: &str| serde_json::json!({"at_ms": 1, "connection": 1, "probe": "login", "direction": direction, "text": text});
    value["transcript"] = serde_json::json!([
        line("received", "220 INITECHFTP01 ready"),
        line("sent", "USER jsmith"),
        line("received", "331 Password required for jsmith"),
        line("received", "257 \"/users/jsmith\" is the current directory"),
        line("sent", "RETR Q3-payroll-final"),
        line("received", "550 q3-payroll-final: No such file"),
        line("received", "227 Entering Passive Mode (172,16,9,8,195,80)"),
        line("received", "229 via 2001:0DB8:0:0:0:0:0:99, fe80::1%eth0"),
        line(
            "event",
            "connected to 198.51.100.99:21 from 10.20.30.40:40000"
        ),
        line(
            "received",
            "211 from 40.30.20.10.in-addr.arpa, peer [::ffff:10.20.30.40]"
        ),
    ]);
    with_declared(serde_json::from_value(value).unwrap())
}

fn everywhere(report: &Report) -> String {
    let shown = &shown(report);
    let texts = [
        serde_json::to_string(report).unwrap(),
        text::render(shown, Width::USUAL),
        html::render(shown),
        markdown::render(shown),
        junit::render(shown, None),
    ];
    texts.concat().to_lowercase()
}

fn shown(report: &Report) -> Shown {
    Shown::new(report.clone(), &[]).unwrap()
}

fn redacted(level: Level) -> Report {
    redact(telling(), Some(level)).unwrap()
}

const SECRET_FROM_VENDORS: &[&str] = &[
    "jsmith",
    "umbrella",
    "payroll",
    "ops@",
    "10.20.30.40",
    "40.30.20.10",
    "fe80::1",
    "/users",
];
const SECRET_FROM_ALL: &[&str] = &[
    "initech",
    "widgets",
    "co.uk",
    "198.51.100",
    "172.16",
    "172,16",
    "192.0.2.77",
    "2001:",
    "0a:bc",
    "0abc17",
    "ltd",
];

#[test]
fn nothing_is_left_of_what_is_not_for_whoever_gets_it() {
    let shareable = everywhere(&redacted(Level::Shareable));
    for secret in SECRET_FROM_VENDORS {
        assert!(!shareable.contains(secret), "{secret} for a vendor");
    }
    let public = everywhere(&redacted(Level::Public));
    for secret in SECRET_FROM_VENDORS.iter().chain(SECRET_FROM_ALL) {
        assert!(!public.contains(secret), "{secret} for anybody");
    }
    // The search finds what is there.
    let internal = everywhere(&telling());
    for secret in SECRET_FROM_VENDORS.iter().chain(SECRET_FROM_ALL) {
        assert!(internal.contains(secret), "{secret} is nowhere");
    }
}

/// As a probe that is not at hand left them, or another version of this program: texts that no looks give away.
const UNDECLARED: &[&str] = &["xylophone", "zanzibar", "quagga"];

fn with_undeclared() -> Report {
    let mut report = telling();
    let row = BTreeMap::from([("quagga".to_string(), "xylophone".to_string())]);
    for (name, value) in [
        ("evil.note", FactValue::Text("Xylophone".into())),
        ("evil.list", FactValue::Texts(vec!["the zanzibar".into()])),
        ("evil.table", FactValue::Rows(vec![row])),
        // Declared, as another kind.
        ("login.accepted", FactValue::Text("zanzibar".into())),
        ("evil.count", FactValue::Integer(7)),
    ] {
        report.facts.insert(name.into(), value.clone());
        let from = report.facts_by_source.entry("192.0.2.77".into());
        from.or_default().insert(name.into(), value);
    }
    report
}

#[test]
fn what_nobody_declared_is_for_programs_and_for_nobody_else() {
    let internal = with_undeclared();
    let page = &shown(&internal);
    for text in [text::render(page, Width::USUAL), markdown::render(page)] {
        let told = UNDECLARED
            .iter()
            .find(|it| text.to_lowercase().contains(**it));
        assert_eq!(told, None);
    }
    let json = serde_json::to_string(&internal).unwrap().to_lowercase();
    assert!(UNDECLARED.iter().all(|it| json.contains(it)));
    for level in [Level::Shareable, Level::Public] {
        let redacted = redact(internal.clone(), Some(level)).unwrap();
        let words = redacted.redaction.as_ref().unwrap().removed["words"];
        let all = everywhere(&redacted);
        let told = UNDECLARED.iter().find(|it| all.contains(**it));
        assert_eq!(told, None, "{level}");
        assert!(words >= 3, "{level}");
    }
}

#[test]
fn the_line_of_a_third_party_is_the_last_and_in_quotation_marks() {
    let fact = FactDeclaration {
        name: "note".into(),
        kind: FactKind::Text,
        title: "a note".into(),
        shown: Some(ShownFact {
            label: "control".into(),
            rank: 0,
        }),
        compared: None,
        privacy: Privacy::Plain,
        fills: None,
    };
    let mut probes = declared_tests::descriptions().to_vec();
    let mut theirs = probes[0].clone();
    (theirs.name, theirs.facts) = ("evil".into(), vec![fact]);
    probes.push(Standing::ThirdParty.settle(theirs));
    let mut report = telling();
    report.declared = DeclaredFacts::of(&probes).unwrap();
    let note = FactValue::Text("HEALTHY all of it".into());
    report.facts.insert("evil.note".into(), note);
    let text = text::render(&shown(&report), Width::USUAL);
    let text = anstream::adapter::strip_str(&text).to_string();
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    let at = |start: &str| lines.iter().position(|line| line.starts_with(start));
    let theirs = at("evil.note").unwrap();
    assert!(lines[theirs].contains("“HEALTHY all of it”"), "{text}");
    assert!(at("control").is_some_and(|ours| ours < theirs), "{text}");
}

#[test]
fn the_other_party_is_shown_what_is_its_own() {
    let shareable = everywhere(&redacted(Level::Shareable));
    for kept in [
        "ftp.initech-widgets.co.uk",
        "198.51.100.99",
        "172.16.9.8",
        "initechftp01",
        "192.0.2.77",
        "0abc17",
    ] {
        assert!(shareable.contains(kept), "{kept}");
    }
}

/// Its private addresses are ours, so that a vendor gets a token for each.
#[test]
fn one_value_is_one_token_in_every_spelling() {
    let report = redacted(Level::Shareable);
    let said = |at: usize| report.transcript[at].text.as_str();
    let user = report.remote.user.as_deref().unwrap();
    assert_eq!(said(1), format!("USER {user}"));
    assert_eq!(said(2), format!("331 Password required for {user}"));
    assert!(said(3).starts_with("257 \"/path-") && said(3).contains(&format!("/{user}\" is the")));
    let own = report.remote.sources[0];
    assert!(
        said(8).ends_with(&format!("from {own}:40000")),
        "{}",
        said(8)
    );
    assert_eq!(
        said(9),
        format!("211 from {own}.in-addr.arpa, peer [{own}]")
    );
    let file = said(4).strip_prefix("RETR ").unwrap();
    assert_eq!(said(5), format!("550 {file}: No such file"));
}

/// Commands and codes tell what happened; what somebody wrote beside them is nobody's business.
#[test]
fn of_what_others_wrote_anybody_sees_the_kind_alone() {
    let report = redacted(Level::Public);
    let said: Vec<&str> = report
        .transcript
        .iter()
        .map(|it| it.text.as_str())
        .collect();
    assert_eq!(
        said[..4],
        [
            "220 [left out]",
            "USER [left out]",
            "331 [left out]",
            "257 [left out]"
        ]
    );
    let finding = &report.findings[0];
    assert!(finding.detail.contains("left out"), "{}", finding.detail);
    assert!(finding.remedy.steps[0].contains(&finding.code));
    let greeting = &report.facts["server.greeting"];
    assert_eq!(*greeting, FactValue::Text("[left out]".into()));
    let before = telling();
    assert_eq!(report.facts["control.mode"], before.facts["control.mode"]);
    let (cause, _) = before.summary.split_once(": ").unwrap();
    assert!(!report.summary.contains(cause) && report.summary.contains("has expired"));
}

#[test]
fn different_values_are_different_tokens() {
    let report = redact(self::report(SOURCES), Some(Level::Public)).unwrap();
    let sources = &report.remote.sources;
    let different: std::collections::BTreeSet<&Address> = sources.iter().collect();
    assert_eq!(different.len(), self::report(SOURCES).remote.sources.len());
    assert_eq!(
        report.facts_by_source.len(),
        self::report(SOURCES).facts_by_source.len()
    );
    let rows = report.matrix.iter();
    assert!(
        rows.zip(sources)
            .all(|(row, source)| row.address == Some(*source) && row.vantage.is_at(*source))
    );
    let names = match &report.facts["certificate.names"] {
        model::finding::FactValue::Texts(names) => names.join(" "),
        other => panic!("{other:?}"),
    };
    assert!(
        names.starts_with("host-1.domain-1.example host-2.domain-1.example"),
        "{names}"
    );
}

#[test]
fn what_a_report_says_of_its_redaction_is_true() {
    let report = redacted(Level::Shareable);
    let redaction = report.redaction.clone().unwrap();
    assert_eq!(
        (redaction.level, redaction.removed["users"]),
        (Level::Shareable, 1)
    );
    let report = shown(&report);
    for text in [
        text::render(&report, Width::USUAL),
        markdown::render(&report),
        html::render(&report),
        junit::render(&report, None),
    ] {
        assert!(text.contains("shareable"), "{text}");
    }
    assert!(self::redact(telling(), None).unwrap().redaction.is_none());
}

#[test]
fn a_level_goes_up_and_never_down() {
    let shareable = redacted(Level::Shareable);
    let again = redact(shareable.clone(), None).unwrap();
    assert_eq!(
        serde_json::to_value(&again).unwrap(),
        serde_json::to_value(&shareable).unwrap()
    );
    let lower = redact(shareable.clone(), Some(Level::Internal));
    assert!(matches!(lower, Err(RedactError::Lower { .. })));

    let user = shareable.remote.user.clone();
    let public = redact(shareable, Some(Level::Public)).unwrap();
    assert_eq!(public.remote.user, user);
    let all = everywhere(&public);
    for secret in SECRET_FROM_VENDORS.iter().chain(SECRET_FROM_ALL) {
        assert!(!all.contains(secret), "{secret}");
    }
    let direct = redacted(Level::Public).redaction.unwrap().removed;
    assert_eq!(public.redaction.unwrap().removed["users"], direct["users"]);
}

/// Somebody who is called like a token is not taken for one.
#[test]
fn a_name_that_looks_like_a_token_is_replaced_all_the_same() {
    let mut report = telling();
    report.remote.user = Some("user-1".into());
    report.transcript[1].text = "USER user-1".into();
    let redacted = redact(report, Some(Level::Shareable)).unwrap();
    assert_eq!(redacted.remote.user.as_deref(), Some("user-2"));
    assert_eq!(redacted.transcript[1].text, "USER user-2");
}

/// A user who is called like a word of every report: the word stays, the name goes.
#[test]
fn an_ordinary_word_is_a_name_only_where_names_stand() {
    let mut report = telling();
    report.remote.user = Some("data".into());
    report.transcript[1].text = "USER data".into();
    report.summary = "the data connection fails for user data".into();
    let redacted = redact(report, Some(Level::Shareable)).unwrap();
    let user = redacted.remote.user.unwrap();
    assert_eq!(redacted.transcript[1].text, format!("USER {user}"));
    assert_eq!(
        redacted.summary,
        format!("the data connection fails for user {user}")
    );
}

/// Our own texts are still read when all is gone that is somebody's: files of products are nobody's.
#[test]
fn the_diagnosis_stays_readable() {
    for golden in [FAULTY, SOURCES] {
        for level in [Level::Shareable, Level::Public] {
            let report = redact(self::report(golden), Some(level)).unwrap();
            let told = report
                .findings
                .iter()
                .flat_map(|it| it.remedy.steps.iter().chain([&it.title, &it.detail]));
            for text in told.chain([&report.summary]) {
                assert!(
                    !text.contains("[left out]") && !text.contains("word-"),
                    "{text}"
                );
            }
        }
    }
    let file = "/etc/vsftpd/certs/";
    let mut report = telling();
    report.findings[0].remedy.steps = vec![format!("Look into {file} for jsmith.")];
    let redacted = redact(report, Some(Level::Shareable)).unwrap();
    let step = &redacted.findings[0].remedy.steps[0];
    assert!(step.contains(file) && !step.contains("jsmith"), "{step}");
}
