use super::*;
use model::finding::FactValue;
use model::matrix::{Cell, Step};

const HEALTHY: &str = include_str!("../../../../tests/golden/healthy.json");
const FAULTY: &str = include_str!("../../../../tests/golden/one-fault.json");
const SOURCES: &str = include_str!("../../../../tests/golden/sources-differ.json");

fn report(golden: &str) -> Report {
    let report: Report = serde_json::from_str(golden).unwrap();
    with_declared(report)
}

fn with_declared(report: Report) -> Report {
    Report {
        declared: crate::declared_tests::built_in(),
        ..report
    }
}

fn baseline(report: Report) -> Baseline {
    Baseline {
        place: "worked.json".into(),
        report,
        renamed_from: None,
    }
}

fn since(then: Report, now: &Report) -> Changes {
    baseline(then).changes(now).unwrap()
}

fn set(report: &mut Report, fact: &str, value: &str) {
    let value = FactValue::Text(value.into());
    report.facts.insert(fact.into(), value);
}

fn what(changes: &[Change]) -> Vec<&str> {
    changes.iter().map(|it| it.what.as_str()).collect()
}

#[test]
fn a_report_has_not_changed_since_itself() {
    for golden in [HEALTHY, FAULTY, SOURCES] {
        let changes = since(report(golden), &report(golden));
        assert!(changes.remote.is_empty() && changes.ours.is_empty());
        assert!(changes.findings.new.is_empty() && changes.findings.gone.is_empty());
        assert!(changes.same.len() > 10);
        let all_well = "Nothing that was looked at both times has changed.";
        assert!(changes.summary.starts_with(all_well), "{}", changes.summary);
    }
}

#[test]
fn what_differs_at_every_look_is_no_change() {
    let mut now = report(HEALTHY);
    for fact in ["reach.connect-us", "tls.handshake-us", "data.listing-bytes"] {
        now.facts.insert(fact.into(), FactValue::Integer(987_654));
    }
    set(
        &mut now,
        "certificate.summary",
        "another number of days left",
    );
    for line in &mut now.transcript {
        line.at_ms += 7;
        line.text = line.text.replace("203.0.113.7:", "203.0.113.7:1");
    }
    assert_eq!(what(&since(report(HEALTHY), &now).remote), [""; 0]);
}

#[test]
fn a_renewed_certificate_is_told_by_all_that_differs_of_it() {
    let mut now = report(HEALTHY);
    set(&mut now, "certificate.sha256", "AA:BB");
    set(&mut now, "certificate.issuer", "CN=Another CA");
    let names = ["ftp.example.com", "new.example.com"].map(String::from);
    now.facts
        .insert("certificate.names".into(), FactValue::Texts(names.into()));
    let changes = since(report(HEALTHY), &now);
    let told = what(&changes.remote);
    assert_eq!(
        told,
        [
            "certificate.sha256",
            "certificate.names",
            "certificate.issuer"
        ]
    );
    assert!(changes.remote.iter().all(|it| it.may_come_from.is_empty()));
    assert!(changes.summary.contains("fingerprint of the certificate"));
}

#[test]
fn what_was_seen_once_only_is_not_compared() {
    let mut now = report(HEALTHY);
    for fact in ["login.directory", "server.features", "data.passive-range"] {
        now.facts.remove(fact);
    }
    let mut then = report(HEALTHY);
    then.facts.remove("tls.version");
    let changes = since(then, &now);
    assert_eq!(what(&changes.remote), [""; 0]);
    let not_compared: Vec<(&str, &str)> = changes
        .not_compared
        .iter()
        .map(|it| (it.what.as_str(), it.reason.as_str()))
        .collect();
    for pair in [
        ("FEAT list", NOT_NOW),
        ("login directory", NOT_NOW),
        ("passive ports", NOT_NOW),
        ("TLS version", NOT_THEN),
    ] {
        assert!(not_compared.contains(&pair), "{pair:?}: {not_compared:?}");
    }
}

#[test]
fn ports_that_a_sample_may_have_missed_are_no_change() {
    let range = |range: &str| {
        let mut now = report(FAULTY);
        set(&mut now, "data.passive-range", range);
        what(&since(report(FAULTY), &now).remote).contains(&"data.passive-range")
    };
    // 14 ports from 50972 to 51029 were seen.
    assert!(!range("50980-51010"), "inside");
    assert!(!range("50965-51035"), "as near as a sample cannot exclude");
    assert!(range("40000-40100"), "elsewhere");
    assert!(range("50972-65000"), "much wider");
}

#[test]
fn an_announced_address_is_read_from_the_dialogue() {
    let mut now = report(FAULTY);
    for line in &mut now.transcript {
        line.text = line.text.replace("198,51,100,20", "10,0,0,5");
    }
    let changes = since(report(FAULTY), &now);
    assert_eq!(what(&changes.remote), ["data.announced-addresses"]);
    assert_eq!(changes.remote[0].before, ["198.51.100.20"]);
    assert_eq!(changes.remote[0].now, ["10.0.0.5"]);
}

#[test]
fn what_may_come_from_our_settings_is_told_apart() {
    let mut now = report(HEALTHY);
    now.remote.port = 990;
    now.remote.user = Some("another".into());
    set(&mut now, "login.directory", "/other");
    set(&mut now, "dns.way", "not compared");
    now.facts.insert(
        "dns.addresses".into(),
        FactValue::Texts(vec!["192.0.2.9".into()]),
    );
    let changes = since(report(HEALTHY), &now);
    assert_eq!(what(&changes.ours), ["port", "user"]);
    let from = |name: &str| {
        let mut all = changes.remote.iter();
        all.find(|it| it.what == name)
            .unwrap()
            .may_come_from
            .clone()
    };
    assert_eq!(from("login.directory"), ["port", "user"]);
    assert!(from("dns.addresses").is_empty());
}

#[test]
fn findings_come_and_go_only_where_they_were_looked_for() {
    let (mut healthy, mut faulty) = (report(HEALTHY), report(FAULTY));
    faulty.started = healthy.started;
    let code = "data.some-ports-blocked";
    let changes = since(healthy.clone(), &faulty);
    assert_eq!(changes.findings.new[0].code, code);
    let changes = since(faulty.clone(), &healthy);
    assert_eq!(changes.findings.gone[0].code, code);
    assert!(
        changes.summary.contains("was failing itself"),
        "{}",
        changes.summary
    );

    for report in [&mut healthy, &mut faulty] {
        for probe in &mut report.probes {
            probe.clear.retain(|it| it != code);
        }
    }
    let changes = since(healthy.clone(), &faulty);
    assert!(changes.findings.new.is_empty());
    assert!(changes.not_compared.iter().any(|it| it.what == code));
    let changes = since(faulty, &healthy);
    assert!(changes.findings.gone.is_empty());
    assert!(changes.not_compared.iter().any(|it| it.what == code));
}

#[test]
fn a_source_address_that_is_turned_away_now_is_told_with_its_step() {
    let mut now = report(SOURCES);
    let row = &mut now.matrix[1];
    let refused = Cell::Failed {
        code: "net.connection-refused".into(),
        how: None,
    };
    row.steps.insert(Step::Reach, refused);
    let changes = since(report(SOURCES), &now);
    assert_eq!(what(&changes.remote), ["step.reach"]);
    assert_eq!(changes.remote[0].sources, [now.matrix[1].vantage.clone()]);

    now.matrix.remove(1);
    let changes = since(report(SOURCES), &now);
    assert!(changes.remote.is_empty());
    assert!(
        changes
            .not_compared
            .iter()
            .any(|it| it.what.contains("203.0.113.8"))
    );
}

#[test]
fn another_remote_and_a_later_report_are_no_baseline() {
    let now = report(HEALTHY);
    let mut other = report(HEALTHY);
    other.remote.host = "ftp.example.org".into();
    let mut former = baseline(other);
    let refused = former.changes(&now).unwrap_err().to_string();
    for said in [
        "ftp.example.org",
        "ftp.example.com",
        "worked.json",
        "--host",
    ] {
        assert!(refused.contains(said), "{refused}");
    }
    former.renamed_from = Some("FTP.example.org.".into());
    let changes = former.changes(&now).unwrap();
    assert_eq!(what(&changes.ours), ["host"]);
    assert!(same_host("bücher.example", "xn--bcher-kva.example"));

    let mut later = report(HEALTHY);
    later.started += jiff::Span::new().hours(1);
    let refused = baseline(later).changes(&now);
    assert!(matches!(refused, Err(BaselineError::Later { .. })));
}
