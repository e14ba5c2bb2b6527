//! Reports as a check writes them, and what they say together.

use serde_json::{Value, json};

use super::*;
use crate::render;
use journal::{Id, Run};

const HEALTHY: &str = include_str!("../../../../tests/golden/healthy.json");
const ONE_FAULT: &str = include_str!("../../../../tests/golden/one-fault.json");
const TWO_FAULTS: &str = include_str!("../../../../tests/golden/two-faults.json");

fn read(json: &str) -> Result<Report, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

fn run() -> (Run, Progress) {
    let run = Run {
        id: Id::of(3),
        planned: Timestamp::from_second(1_800_000_000).unwrap(),
        ended: None,
        remotes_from: "remotes.csv".into(),
        options: String::new(),
    };
    let progress = Progress {
        planned: 4,
        accepted: 4,
        ..Progress::default()
    };
    (run, progress)
}

/// Each remote has one report, which stands for all of it.
fn summary(remotes: &[(&str, &str)]) -> Summary {
    let (run, progress) = run();
    let mut summary = Summary::new(&run, &progress);
    for (name, json) in remotes {
        let mut remote = OfRemote::new(name, "ftp.example.com:21");
        remote.add(None, Outcome::Report((*json).into()), read);
        let together = remote.reports.first().map(|(_, report)| report.clone());
        summary.add(&remote, together.as_ref());
    }
    summary.counted()
}

/// A report whose only row gets as far as to this step, from this address.
fn up_to(source: &str, failed: Option<&str>) -> String {
    let mut report: Value = serde_json::from_str(HEALTHY).unwrap();
    let row = &mut report["matrix"][0];
    row["address"] = source.into();
    row["vantage"] = source.into();
    let mut is_behind = false;
    for step in ["reach", "greeting", "tls", "login", "data"] {
        let cell = &mut row["steps"][step];
        if Some(step) == failed {
            is_behind = true;
            *cell = json!({"result": "failed", "code": "net.timeout", "how": "dropped"});
        } else if is_behind {
            *cell = json!({"result": "not-tested", "reason": "a fault stands in the way"});
        }
    }
    report.to_string()
}

#[test]
fn remotes_are_counted_by_cause_and_owner() {
    let summary = summary(&[
        ("a", ONE_FAULT),
        ("b", HEALTHY),
        ("c", TWO_FAULTS),
        ("d", ONE_FAULT),
    ]);
    let fault = read(ONE_FAULT).unwrap();
    let code = &fault.root_causes[0];
    let cause = summary
        .root_causes
        .iter()
        .find(|it| it.code == *code)
        .unwrap();
    assert!(cause.remotes.starts_with(&["a".into()]), "{cause:?}");
    assert!(cause.remotes.contains(&"d".into()), "{cause:?}");
    let owed: Vec<_> = summary.owners.iter().map(|it| it.remotes.len()).collect();
    assert!(owed.is_sorted_by(|one, other| one >= other), "{owed:?}");
    assert_eq!(summary.with(Verdict::Healthy), 1);
    assert_eq!(summary.with(Verdict::Failing), 3);
    let names: Vec<_> = summary.remotes.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c", "d"]);
}

#[test]
fn an_address_that_gets_less_far_than_another_is_turned_away() {
    let (run, progress) = run();
    let mut summary = Summary::new(&run, &progress);
    for (name, first, second) in [
        ("open", None, None),
        ("blocked", None, Some("reach")),
        ("refused", None, Some("login")),
        // The same from everywhere says nothing about an address.
        ("wrong-password", Some("login"), Some("login")),
    ] {
        let mut remote = OfRemote::new(name, "ftp.example.com:21");
        for (source, failed) in [("203.0.113.7", first), ("203.0.113.8", second)] {
            let report = Outcome::Report(up_to(source, failed));
            remote.add(source.parse().ok(), report, read);
        }
        let report = remote.reports[0].1.clone();
        summary.add(&remote, Some(&report));
    }
    let summary = summary.counted();
    let away: Vec<_> = summary
        .sources
        .iter()
        .map(|it| it.turned_away.len())
        .collect();
    assert_eq!(away, [0, 2], "{:?}", summary.sources);
    assert_eq!(summary.sources[1].turned_away, ["blocked", "refused"]);
    let told = render::markdown(&summary);
    let line = "203.0.113.8: 3 of 4 remotes answer; 2 do not let it in, but let another address in: blocked, refused";
    assert!(told.contains(line), "{told}");
}

#[test]
fn what_was_not_tested_is_never_healthy() {
    let (run, progress) = run();
    let mut summary = Summary::new(&run, &progress);
    let mut remote = OfRemote::new("a", "ftp.example.com:21");
    remote.add(None, Outcome::NoReport("there is no password".into()), read);
    remote.add(None, Outcome::Report("[]".into()), read);
    summary.add(&remote, None);
    summary.add_left_out(
        "b",
        "b.example.com:21",
        "b.example.com is on the opt-out list",
    );
    let summary = summary.counted();
    assert_eq!(summary.with(Verdict::Healthy), 0);
    assert_eq!(summary.not_tested.len(), 3, "{:?}", summary.not_tested);
    let junit = render::junit(&summary);
    assert!(
        junit.contains("skipped=\"2\"") || junit.matches("<skipped").count() == 2,
        "{junit}"
    );
}

#[test]
fn what_changed_since_an_earlier_run_is_told_and_what_is_the_same_is_not() {
    let before = summary(&[
        ("same", ONE_FAULT),
        ("broke", HEALTHY),
        ("fixed", ONE_FAULT),
        ("gone", HEALTHY),
    ]);
    let now = summary(&[
        ("same", ONE_FAULT),
        ("broke", ONE_FAULT),
        ("fixed", HEALTHY),
        ("new", HEALTHY),
    ]);
    let now = now.since(&before);
    let changes = now.changes.as_ref().unwrap();
    let told: Vec<_> = changes
        .iter()
        .map(|it| (it.remote.as_str(), it.changed))
        .collect();
    let expected = [
        ("broke", Changed::Worse),
        ("fixed", Changed::Better),
        ("new", Changed::New),
        ("gone", Changed::Gone),
    ];
    assert_eq!(told, expected);
    assert_eq!(changes[0].came, read(ONE_FAULT).unwrap().root_causes);
    assert_eq!(changes[1].went, changes[0].came);
    assert!(render::text(&now, report::style::Width::USUAL).contains("broke · worse"));
}

#[test]
fn names_of_strangers_stay_text_in_every_format() {
    let hostile = "<script>alert(1)</script>|`x` @everyone";
    let summary = summary(&[(hostile, ONE_FAULT), ("=cmd|' /C calc'!A0", HEALTHY)]);
    let html = render::html(&summary);
    assert!(!html.contains("<script"), "{html}");
    let markdown = render::markdown(&summary);
    assert!(!markdown.contains("<script>"), "{markdown}");
    assert!(markdown.contains("`@everyone`"), "{markdown}");
    let csv = render::csv(&summary);
    assert!(csv.contains("\n\"'=cmd"), "{csv}");
    assert_eq!(csv.matches("\r\n").count(), 3, "{csv}");
    let junit = render::junit(&summary);
    assert!(!junit.contains("<script"), "{junit}");
    let json: Value = serde_json::from_str(&render::json(&summary)).unwrap();
    assert_eq!(json["remotes"][0]["name"], hostile);
}

#[test]
fn one_message_is_about_all_remotes_of_an_owner() {
    let part = |remote: &str, message: &str| render::Part {
        remote: remote.into(),
        message: message.into(),
    };
    let owner = Owner::FirewallAdmin;
    assert_eq!(render::message(owner, &[]), None);
    let one = part("a", "Subject: a:21: blocked\n\nOpen it.\n");
    let alone = render::message(owner, std::slice::from_ref(&one)).unwrap();
    assert_eq!(alone, one.message);
    let two = part("b", "Subject: b:21: closed\n\nOpen that.\n");
    let told = render::message(owner, &[one, two]).unwrap();
    assert!(told.starts_with("Subject: 2 remotes need something from the administrator"));
    for line in [
        "1. a: a:21: blocked",
        "2. b: b:21: closed",
        "Open it.",
        "Open that.",
    ] {
        assert!(told.contains(line), "{told}");
    }
    assert_eq!(told.matches("Subject: ").count(), 1);
}
