use std::net::IpAddr;

use super::*;
use crate::SourceAddress;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn look(local: &str, seen: Option<&str>) -> AddressLookUp {
    AddressLookUp::of(SourceAddress {
        source: Some(ip(local)),
        local: Some(ip(local)),
        seen: seen.map(ip),
        dedicated: false,
    })
}

fn named(name: &str, back: Back) -> AddressLookUp {
    AddressLookUp {
        reverse: Reverse::Names(vec![ReverseName {
            name: name.into(),
            back,
        }]),
        ..look("203.0.113.7", None)
    }
}

fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

fn standing(look: &AddressLookUp, requirement: Requirement) -> RequirementStatus {
    let rows = rows(look, true, now());
    assert_eq!(rows.len(), 5);
    let row = rows.into_iter().find(|row| row.requirement == requirement);
    row.unwrap().standing
}

fn spell(address: &str, first: &str, last: &str, looks: u32) -> Interval {
    let at = |day: &str| format!("{day}T00:00:00Z").parse().unwrap();
    Interval {
        address: ip(address),
        first: at(first),
        last: at(last),
        looks,
    }
}

#[test]
fn nothing_looked_up_is_nothing_known() {
    let plain = look("203.0.113.7", None);
    assert_eq!(
        standing(&plain, Requirement::Public),
        RequirementStatus::Met
    );
    for open in [
        Requirement::Static,
        Requirement::Dedicated,
        Requirement::NotShared,
        Requirement::NotResidential,
    ] {
        assert_eq!(
            standing(&plain, open),
            RequirementStatus::NotKnown,
            "{open}"
        );
    }
    let nowhere = AddressLookUp::of(SourceAddress {
        source: None,
        local: None,
        seen: None,
        dedicated: true,
    });
    for row in rows(&nowhere, true, now()) {
        assert_eq!(row.standing, RequirementStatus::NotKnown);
        assert!(!row.not_known.is_empty());
    }
}

#[test]
fn the_address_the_remote_sees_is_the_one_that_counts() {
    let private = look("10.0.0.5", None);
    assert_eq!(
        standing(&private, Requirement::Public),
        RequirementStatus::NotMet
    );
    assert_eq!(
        standing(&private, Requirement::NotShared),
        RequirementStatus::NotKnown
    );
    let translated = look("10.0.0.5", Some("203.0.113.7"));
    assert_eq!(
        standing(&translated, Requirement::Public),
        RequirementStatus::Met
    );
    assert_eq!(
        standing(&translated, Requirement::NotShared),
        RequirementStatus::Doubtful
    );
    let own = look("203.0.113.7", Some("203.0.113.7"));
    assert_eq!(
        standing(&own, Requirement::NotShared),
        RequirementStatus::Supported
    );
}

#[test]
fn carrier_grade_nat_is_shared_by_definition() {
    for shared in [
        look("100.64.3.4", None),
        look("100.64.3.4", Some("203.0.113.7")),
    ] {
        assert_eq!(
            standing(&shared, Requirement::NotShared),
            RequirementStatus::NotMet
        );
    }
}

#[test]
fn reverse_names_are_hints() {
    let both = [Requirement::Static, Requirement::NotResidential];
    for requirement in both {
        let of = |name: &str, back| standing(&named(name, back), requirement);
        assert_eq!(
            of("p7.dyn.isp.example", Back::Here),
            RequirementStatus::Doubtful
        );
        assert_eq!(
            of("203-0-113-7.isp.example", Back::Here),
            RequirementStatus::Doubtful
        );
        assert_eq!(
            of("203-0-113-7.static.isp.example", Back::Here),
            RequirementStatus::Supported
        );
        let elsewhere = Back::Elsewhere(vec![ip("203.0.113.9")]);
        assert_eq!(
            of("203-0-113-7.static.isp.example", elsewhere),
            RequirementStatus::NotKnown
        );
    }
    let own = named("ftp.customer.example", Back::Here);
    assert_eq!(
        standing(&own, Requirement::Dedicated),
        RequirementStatus::Supported
    );
    let unproved = named("ftp.customer.example", Back::Elsewhere(Vec::new()));
    assert_eq!(
        standing(&unproved, Requirement::Dedicated),
        RequirementStatus::NotKnown
    );
    let pool = named("nat7.pool.isp.example", Back::Here);
    assert_eq!(
        standing(&pool, Requirement::NotShared),
        RequirementStatus::Doubtful
    );
}

#[test]
fn a_policy_list_speaks_only_where_it_answered() {
    let with = |policy: Policy| AddressLookUp {
        policy,
        ..look("203.0.113.7", None)
    };
    let residential = |policy| standing(&with(policy), Requirement::NotResidential);
    let answers = vec![std::net::Ipv4Addr::new(127, 0, 0, 11)];
    let listed = Policy::Listed {
        answers: answers.clone(),
        reason: None,
    };
    assert_eq!(residential(listed), RequirementStatus::Doubtful);
    assert_eq!(residential(Policy::NotListed), RequirementStatus::Supported);
    assert_eq!(
        residential(Policy::NotChecked("silence".into())),
        RequirementStatus::NotKnown
    );
    assert_eq!(
        residential(Policy::ListedOtherwise(answers)),
        RequirementStatus::NotKnown
    );
}

#[test]
fn what_is_marked_is_stated_and_not_proved() {
    let mut marked = look("203.0.113.7", None);
    marked.subject.dedicated = true;
    assert_eq!(
        standing(&marked, Requirement::Dedicated),
        RequirementStatus::Stated
    );
    let mut named = named("ftp.customer.example", Back::Here);
    named.subject.dedicated = true;
    let supported = standing(&named, Requirement::Dedicated);
    assert_eq!(supported, RequirementStatus::Supported);
    assert!(!rows(&named, true, now())[2].not_known.is_empty());
}

#[test]
fn time_tells_what_one_look_cannot() {
    let with = |spells: Vec<Interval>| AddressLookUp {
        spells,
        ..look("203.0.113.7", None)
    };
    let once = with(vec![spell("203.0.113.7", "2026-11-22", "2026-11-22", 5)]);
    assert_eq!(
        standing(&once, Requirement::Static),
        RequirementStatus::NotKnown
    );
    let long = with(vec![spell("203.0.113.7", "2026-08-01", "2026-11-22", 12)]);
    assert_eq!(
        standing(&long, Requirement::Static),
        RequirementStatus::Supported
    );
    let changed = with(vec![
        spell("203.0.113.8", "2026-08-01", "2026-11-01", 9),
        spell("203.0.113.7", "2026-11-05", "2026-11-22", 3),
    ]);
    assert_eq!(
        standing(&changed, Requirement::Static),
        RequirementStatus::NotMet
    );
    let long_ago = with(vec![
        spell("203.0.113.8", "2025-08-01", "2025-11-01", 9),
        spell("203.0.113.7", "2026-01-05", "2026-11-22", 30),
    ]);
    assert_eq!(
        standing(&long_ago, Requirement::Static),
        RequirementStatus::Supported
    );
}
