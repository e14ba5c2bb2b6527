use serde_json::json;

use super::*;

fn read(answer: &Value) -> Result<(Vec<String>, Vec<String>), AnswerError> {
    read_at(answer, &Mapping::default())
}

/// The dedicated and the published list.
fn read_at(answer: &Value, mapping: &Mapping) -> Result<(Vec<String>, Vec<String>), AnswerError> {
    let lists = lists(answer.to_string().as_bytes(), None, mapping)?;
    let texts = |set| lists.of(set).iter().map(ToString::to_string).collect();
    Ok((
        texts(PublishedSet::Dedicated),
        texts(PublishedSet::Published),
    ))
}

fn expected(dedicated: &[&str], published: &[&str]) -> (Vec<String>, Vec<String>) {
    let texts = |list: &[&str]| list.iter().map(ToString::to_string).collect();
    (texts(dedicated), texts(published))
}

#[test]
fn the_usual_shapes_need_no_mapping() {
    let both = expected(&["203.0.113.7", "203.0.113.8"], &["198.51.100.0/24"]);
    for answer in [
        json!({"published": ["198.51.100.0/24"], "dedicated": ["203.0.113.7", "203.0.113.8"]}),
        json!([
            {"id": "Site", "associated_with": "Site", "group_id": 1, "ip_addresses": ["203.0.113.7", "203.0.113.8"]},
            {"id": "Public", "associated_with": "Public", "ip_addresses": ["198.51.100.0/24"]},
        ]),
        json!({"data": [
            {"dedicated": false, "ip_addresses": ["198.51.100.0/24"]},
            {"dedicated": true, "ip_addresses": ["203.0.113.7", "203.0.113.8"]},
        ]}),
        json!({
            "publishedIpAddresses": [{"ip_prefix": "198.51.100.0/24", "region": "eu"}],
            "dedicatedIpAddresses": [{"ip_address": "203.0.113.7"}, {"ip_address": "203.0.113.8"}],
        }),
    ] {
        assert_eq!(read(&answer).as_ref(), Ok(&both), "{answer}");
    }
    assert_eq!(
        read(&json!(["198.51.100.1", {"address": "2001:db8::/32"}])),
        Ok(expected(&[], &["198.51.100.1", "2001:db8::/32"]))
    );
    assert_eq!(
        read(&json!({"ip_addresses": ["198.51.100.1"], "dedicated": null})),
        Ok(expected(&[], &["198.51.100.1"]))
    );
}

#[test]
fn pointers_win_over_names() {
    let answer = json!({"data": [{"id": "Site", "ip_addresses": ["198.51.100.1"]}, ["203.0.113.7"]], "old": ["x"]});
    let mapping = Mapping {
        published: vec!["/data/0/ip_addresses".into()],
        dedicated: vec!["/data/1".into()],
    };
    assert_eq!(
        read_at(&answer, &mapping),
        Ok(expected(&["203.0.113.7"], &["198.51.100.1"]))
    );
    let nowhere = Mapping {
        published: vec!["/data/2".into()],
        dedicated: Vec::new(),
    };
    assert_eq!(
        read_at(&answer, &nowhere),
        Err(AnswerError::NothingAt("/data/2".into()))
    );
}

#[test]
fn a_pointer_is_told_in_one_line_whatever_was_typed() {
    let answer = json!({"a\nb": [7], "c\u{1b}[2J": {"x": 1}});
    let told = |pointer: &str| {
        let mapping = Mapping {
            published: Vec::new(),
            dedicated: vec![pointer.into()],
        };
        read_at(&answer, &mapping).unwrap_err().to_string()
    };
    for (pointer, shown) in [
        ("/a\nc", "the answer has nothing at /a / c"),
        (
            "/a\nb",
            "the answer has a number where an address should be, at /a / b/0",
        ),
        ("/c\u{1b}[2J", "at /c\u{fffd}[2J;"),
    ] {
        let told = told(pointer);
        assert!(told.contains(shown), "{told:?}");
        assert!(!told.contains(char::is_control), "{told:?}");
    }
    assert!(told(&"/x".repeat(500)).ends_with("/x/x…"));
}

#[test]
fn one_bad_entry_makes_a_bad_answer_and_is_named() {
    let texts = |answer: Value| read(&answer).unwrap_err().to_string();
    assert_eq!(
        texts(json!({"published": ["198.51.100.1", {"ip": "host.example"}]})),
        "the answer has \"host.example\" where an address should be, at /published/1/ip"
    );
    assert!(texts(json!(["0.0.0.0/0"])).contains("it covers every address"));
    assert!(
        texts(json!({"dedicated": 7}))
            .contains("a number where an address should be, at /dedicated")
    );
    assert!(texts(json!({"error": "no such site"})).contains("at the top"));
    assert!(texts(json!([{"a/b": []}])).contains("at /0;"));
    assert!(texts(json!(7)).contains("a number"));
    assert!(!texts(json!(["\u{1b}[2J"])).contains('\u{1b}'));
}

#[test]
fn nothing_is_not_a_list() {
    for answer in [
        json!([]),
        json!({"published": [], "dedicated": []}),
        json!({"data": []}),
    ] {
        assert_eq!(read(&answer), Err(AnswerError::Empty), "{answer}");
    }
    let many: Vec<String> = (0..=MAX_ENTRIES)
        .map(|n| format!("10.{}.{}.1", n / 256, n % 256))
        .collect();
    assert_eq!(read(&json!(many)), Err(AnswerError::TooMany));
}

#[test]
fn what_is_no_json_is_told_apart() {
    let error = |answer: &str, content_type| {
        lists(answer.as_bytes(), content_type, &Mapping::default()).unwrap_err()
    };
    assert_eq!(error(" <!DOCTYPE html><p>", None), AnswerError::WebPage);
    assert_eq!(error("Sign in", Some("text/html")), AnswerError::WebPage);
    assert_eq!(
        error("[\"198.51.100.1\", \"198.5", None),
        AnswerError::Truncated {
            line: 1,
            column: 23
        }
    );
    assert_eq!(
        error("", None).to_string(),
        "the answer is not JSON: it is empty"
    );
    assert_eq!(
        error("198.51.100.1\n", Some("text/plain")).to_string(),
        "the answer is not JSON but text/plain"
    );
    let nested = "[".repeat(100_000);
    assert!(matches!(error(&nested, None), AnswerError::NotJson(_)));
}
