use super::*;
use diagnosis::codes::engine_code;

fn lists(dedicated: &[&str], published: &[&str]) -> Lists {
    let set = |entries: &[&str]| entries.iter().map(|it| it.parse().unwrap()).collect();
    Lists {
        dedicated: set(dedicated),
        published: set(published),
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn look(before: Option<&SavedLists>, answer: Result<Lists, String>) -> AddressReport {
    let code = engine_code(CHANGED);
    let report = br#"{"schema_version": "1", "remote": {"host": "ftp.example.com", "port": 21,
        "ssl": "if-available", "certificate_check": "full", "user": null, "remote_path": null, "max_connections": null,
        "sources": ["203.0.113.8"], "dedicated": ["203.0.113.8"], "expect_addresses": []}}"#;
    let saved = [
        SavedRemote::read("a.json".into(), report),
        SavedRemote::read("b.json".into(), &report[..40]),
    ];
    AddressReport::new(
        "addresses.json",
        before,
        answer,
        &saved,
        &code,
        at(1_800_000_000),
    )
}

#[test]
fn looks_follow_each_other() {
    let first = look(None, Ok(lists(&["203.0.113.7"], &["198.51.100.1"])));
    assert!(matches!(first.outcome, Comparison::FirstLook { .. }));
    let mut state = first.state(None).unwrap();
    (state.looked, state.since) = (at(1_700_000_100), at(1_700_000_000));

    let same = look(Some(&state), Ok(state.lists.clone()));
    let Comparison::Unchanged { since, .. } = same.outcome else {
        panic!("{same:?}");
    };
    assert_eq!(since, at(1_700_000_000));
    let after = same.state(Some(&state)).unwrap();
    assert_eq!((after.looked, after.since), (at(1_800_000_000), since));

    let failed = look(Some(&state), Err("no answer".into()));
    assert!(failed.state(Some(&state)).is_none() && failed.remotes.is_empty());
    assert_eq!(
        failed.summary,
        "no answer. The saved lists of 2023-11-14 22:15 UTC stay unchanged."
    );
}

#[test]
fn a_change_is_a_finding_with_everything_in_its_message() {
    let before = lists(&["203.0.113.7", "203.0.113.8"], &["198.51.100.1"]);
    let before = SavedLists::new(
        "addresses.json",
        before,
        at(1_700_000_000),
        at(1_700_000_000),
    );
    let many: Vec<String> = (1..=20).map(|n| format!("198.51.100.{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let look = look(Some(&before), Ok(lists(&["203.0.113.7"], &many)));
    assert_eq!(
        look.summary,
        "the addresses changed since the look-up of 2023-11-14 22:13 UTC: 19 new, 1 gone. 1 of 2 saved remotes is affected."
    );
    let [finding] = &look.findings[..] else {
        panic!("{look:?}");
    };
    let evidence: Vec<_> = finding
        .evidence
        .iter()
        .map(|it| it.label.as_str())
        .collect();
    assert_eq!(evidence, ["gone dedicated", "new published"]);
    assert!(
        finding.evidence[1]
            .value
            .ends_with("198.51.100.13 and 7 more")
    );
    let message = &finding.remedy.message;
    assert!(
        message.contains("198.51.100.20") && message.contains("203.0.113.8"),
        "{message}"
    );
    assert!(!message.contains('<'), "{message}");
    assert!(finding.remedy.steps.iter().all(|step| !step.contains('<')));
    assert!(matches!(
        look.remotes[1].standing,
        RemoteStatus::NotKnown { .. }
    ));
    assert_eq!(look.state(Some(&before)).unwrap().since, at(1_800_000_000));
}

#[test]
fn the_json_says_which_way_it_went() {
    let json = serde_json::to_value(look(None, Ok(lists(&[], &["198.51.100.1"])))).unwrap();
    assert_eq!(json["outcome"], "first-look");
    assert_eq!(json["published"][0], "198.51.100.1");
    assert_eq!(json["remotes"][0]["standing"], "not-known");
    let json = serde_json::to_value(look(None, Err("no answer".into()))).unwrap();
    assert_eq!(
        (&json["outcome"], &json["reason"]),
        (&"could-not-look".into(), &"no answer".into())
    );
}
