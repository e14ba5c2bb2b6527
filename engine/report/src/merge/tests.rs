//! What reports say that were saved is weighed as if it was seen now: also what third parties said.

use serde_json::{Value, json};

use super::*;

const HEALTHY: &str = include_str!("../../../../tests/golden/healthy.json");

/// A healthy remote, as somebody changed the report of it, seen from two places.
async fn merged(change: impl Fn(&mut Value)) -> Result<Report, MergeError> {
    let catalogue = run::Probes::built_in().await.unwrap().codes;
    let mut changed: Value = serde_json::from_str(HEALTHY).unwrap();
    change(&mut changed);
    let taken = [
        ("desk", changed),
        ("gateway", serde_json::from_str(HEALTHY).unwrap()),
    ];
    let taken = taken.map(|(place, report)| Taken {
        place: place.into(),
        report: serde_json::from_value(report).unwrap(),
    });
    merge(&taken, &catalogue)
}

fn with_stranger(report: &mut Value, signer: Value, findings: &[Value]) {
    let mut probe = report["probes"][0].clone();
    probe["id"] = "evil".into();
    probe["signer"] = signer;
    report["probes"].as_array_mut().unwrap().push(probe);
    let all = report["findings"].as_array_mut().unwrap();
    all.extend(findings.iter().cloned());
}

fn finding(code: &str, severity: &str) -> Value {
    json!({
        "code": code,
        "severity": severity,
        "owner": "settings",
        "probe": "evil",
        "source": null,
        "title": "it is evil",
        "detail": "It was seen.",
        "caused_by": null,
        "evidence": [{"label": "seen", "value": "evil"}],
        "remedy": {"steps": ["none"], "product": null, "message": "none"},
        "confidence": "certain",
        "alternatives": [],
        "settings_patch": {"host": "evil.example", "effect": "cures-all"}
    })
}

#[tokio::test]
async fn two_healthy_reports_are_healthy_together() {
    let report = merged(|_| ()).await.unwrap();
    assert_eq!(
        (report.verdict, report.incomplete),
        (Verdict::Healthy, false)
    );
    assert!(
        report.summary.contains("login and a listing"),
        "{}",
        report.summary
    );
}

#[tokio::test]
async fn what_a_third_party_said_is_its_word() {
    let not_signed = json!({"status": "not-signed"});
    let report = merged(|report| {
        let found = [finding("evil.one", "error"), finding("evil.two", "info")];
        with_stranger(report, not_signed.clone(), &found);
    });
    let report = report.await.unwrap();
    assert_eq!(report.verdict, Verdict::Failing);
    assert_eq!(report.root_causes, ["evil.one"]);
    assert_eq!(report.settings_patch, None);
    assert!(
        report.summary.contains("The third-party probe evil says"),
        "{}",
        report.summary
    );
    for found in report.findings.iter().filter(|it| it.probe == "evil") {
        let patch = found.settings_patch.as_ref().unwrap();
        assert_eq!(
            (found.standing, &patch["effect"]),
            (Standing::ThirdParty, &json!("untried"))
        );
    }
}

#[tokio::test]
async fn a_code_of_ours_by_the_word_of_a_third_party_is_refused() {
    // Signed or not, or by a version that named no signer.
    let signers = [
        json!({"status": "not-signed"}),
        json!({"status": "trusted", "key-id": "0", "key_id": "0", "comment": ""}),
        Value::Null,
    ];
    for signer in signers {
        let said = merged(|report| {
            with_stranger(report, signer.clone(), &[finding("cert.expired", "info")]);
        });
        let borrowed = MergeError::Borrowed {
            place: "desk".into(),
            code: "cert.expired".into(),
            probe: "evil".into(),
        };
        assert_eq!(said.await.err(), Some(borrowed), "{signer}");
    }
}

#[tokio::test]
async fn what_happened_to_a_third_party_is_told() {
    let report = merged(|report| {
        let crashed = finding("probe.crashed", "error");
        with_stranger(report, json!({"status": "not-signed"}), &[crashed]);
    });
    let report = report.await.unwrap();
    assert_eq!(report.verdict, Verdict::Incomplete);
    assert_eq!(report.root_causes, ["probe.crashed"]);
    assert!(
        report.summary.contains("evil gave no result"),
        "{}",
        report.summary
    );
}

#[tokio::test]
async fn a_saved_report_without_a_listing_proves_no_health() {
    for step in ["login", "data"] {
        let report = merged(|report| {
            let missing = json!({"result": "not-tested", "reason": "nobody tried"});
            report["matrix"][0]["steps"][step] = missing;
        });
        let report = report.await.unwrap();
        assert_eq!(report.verdict, Verdict::Incomplete, "{step}");
        assert!(report.summary.contains("desk"), "{}", report.summary);
    }
}

/// Two reports of `sources-differ`, one with the address that gets through and one with the address that is turned away.
async fn apart(change: impl Fn(&mut Value)) -> Report {
    const DIFFER: &str = include_str!("../../../../tests/golden/sources-differ.json");
    let catalogue = run::Probes::built_in().await.unwrap().codes;
    let whole: Value = serde_json::from_str(DIFFER).unwrap();
    let of = |address: &str, drop_findings: bool| {
        let mut part = whole.clone();
        let rows = part["matrix"].as_array_mut().unwrap();
        rows.retain(|row| row.to_string().contains(address));
        part["remote"]["sources"] = json!([address]);
        part["remote"]["dedicated"] = json!([]);
        part["findings"]
            .as_array_mut()
            .unwrap()
            .retain(|it| !drop_findings && it["code"] == "net.closed-without-banner");
        part["root_causes"] = json!([]);
        part
    };
    let through = of("203.0.113.7", true);
    let mut blocked = of("203.0.113.9", false);
    change(&mut blocked);
    let taken = [("desk", through), ("gateway", blocked)].map(|(place, report)| Taken {
        place: place.into(),
        report: serde_json::from_value(report).unwrap(),
    });
    merge(&taken, &catalogue).unwrap()
}

fn blocked(report: &Report) -> Option<&ReportFinding> {
    report
        .findings
        .iter()
        .find(|it| it.code == "net.source-ip-blocked")
}

#[tokio::test]
async fn addresses_are_blamed_only_where_nothing_else_differs() {
    let alike = apart(|_| ()).await;
    let found = blocked(&alike).expect("another address of the same remote got through");
    let evidence = |finding: &ReportFinding| {
        let mut all = finding.evidence.iter();
        all.find(|it| it.label == "the reports differ in")
            .map(|it| it.value.clone())
    };
    assert_eq!(evidence(found), None);
    let usual = found.alternatives.len();
    for (pointer, value, told) in [
        ("/started", json!("2031-01-01T00:00:00Z"), "the time: "),
        ("/tool/version", json!("9.9.9"), "9.9.9"),
        (
            "/remote/certificate_check",
            json!("off"),
            "the certificate check: full and off",
        ),
        (
            "/remote/passive_mode",
            json!("epsv"),
            "the passive command: any and epsv",
        ),
    ] {
        let report = apart(|report| {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            report.pointer_mut(parent).unwrap()[name] = value.clone();
        })
        .await;
        let found = blocked(&report).unwrap();
        assert_eq!(found.confidence, Confidence::Likely, "{pointer}");
        assert_eq!(found.alternatives.len(), usual + 1, "{pointer}");
        assert!(
            evidence(found).unwrap().contains(told),
            "{:?}",
            evidence(found)
        );
    }
}

#[tokio::test]
async fn one_address_is_not_compared_with_itself() {
    let report = apart(|report| report["matrix"][0]["seen_as"] = json!("203.0.113.7")).await;
    assert!(blocked(&report).is_none());
    assert!(
        report
            .findings
            .iter()
            .any(|it| it.code == "net.closed-without-banner")
    );
}
