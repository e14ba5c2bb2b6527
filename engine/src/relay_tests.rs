//! Who may go on, with what, and in whose turn.

use super::*;
use crate::finding::FactValue;

fn probe(name: &str, takes: Option<&str>, after: &[&str], leaves: &[&str]) -> Description {
    let strings = |list: &[&str]| list.iter().map(ToString::to_string).collect();
    Description {
        standing: Standing::BuiltIn,
        name: name.into(),
        version: "0".into(),
        summary: String::new(),
        takes: takes.map(Into::into),
        after: strings(after),
        leaves: strings(leaves),
        from_depth: None,
        capabilities: Default::default(),
        codes: Vec::new(),
        also_reports: Vec::new(),
    }
}

fn stranger(name: &str, takes: Option<&str>, after: &[&str], leaves: &[&str]) -> Description {
    Standing::ThirdParty.settle(probe(name, takes, after, leaves))
}

fn leaves(relay: &Relay, probe: &Description, state: &str) {
    let connection = Some(Handed::Replayed(1));
    relay.leave(probe, state, connection, Vec::new()).unwrap();
}

#[tokio::test]
async fn a_state_that_nobody_leaves_is_out_of_reach_at_once() {
    let lonely = probe("lonely", None, &["logged-in"], &[]);
    let relay = Relay::new([&lonely]);
    assert_eq!(
        relay.reach(&lonely).await,
        Err(OutOfReach::NobodyLeaves("logged-in".into()))
    );
}

#[tokio::test]
async fn a_probe_waits_for_its_state_and_gets_the_facts() {
    let (first, second) = (
        probe("first", None, &[], &["open"]),
        probe("second", None, &["open"], &[]),
    );
    let relay = Relay::new([&first, &second]);
    let fact = fact("a.b");
    let (reached, ()) = tokio::join!(relay.reach(&second), async {
        assert_eq!(
            relay.leave(&first, "open", None, vec![fact.clone()]),
            Ok(())
        );
    });
    assert_eq!(reached, Ok(vec![fact]));
}

#[tokio::test]
async fn a_state_its_probe_never_reached_is_out_of_reach() {
    let (first, second) = (
        probe("first", None, &[], &["open"]),
        probe("second", Some("open"), &[], &[]),
    );
    let relay = Relay::new([&first, &second]);
    relay.ended(&first).await;
    let by = vec!["first".to_string()];
    assert_eq!(
        relay.reach(&second).await,
        Err(OutOfReach::NotReached {
            state: "open".into(),
            by
        })
    );
}

#[tokio::test]
async fn a_probe_that_ends_before_its_turn_takes_nobody_elses() {
    let login = probe("login", None, &[], &["logged-in"]);
    let first = probe("first", Some("logged-in"), &[], &["transferring"]);
    let second = probe("second", Some("logged-in"), &[], &[]);
    let third = probe("third", Some("logged-in"), &["transferring"], &[]);
    let relay = Relay::new([&login, &first, &second, &third]);
    leaves(&relay, &login, "logged-in");
    relay.ended(&login).await;
    assert!(relay.take(&first).is_some());
    leaves(&relay, &first, "logged-in");
    relay.ended(&first).await;
    assert!(relay.reach(&third).await.is_err());
    relay.ended(&third).await;
    let patience = Duration::from_secs(5);
    let reached = tokio::time::timeout(patience, relay.reach(&second)).await;
    assert_eq!(
        reached.expect("it is the second one's turn"),
        Ok(Vec::new())
    );
    assert!(relay.take(&second).is_some());
}

#[tokio::test]
async fn a_connection_that_is_not_handed_back_was_used_up_by_whoever_took_it() {
    let login = probe("login", None, &[], &["logged-in"]);
    let first = probe("first", Some("logged-in"), &[], &[]);
    let second = probe("second", Some("logged-in"), &[], &[]);
    let relay = Relay::new([&login, &first, &second]);
    leaves(&relay, &login, "logged-in");
    assert!(relay.take(&first).is_some());
    relay.ended(&first).await;
    let (state, by) = ("logged-in".into(), "first".into());
    let used_up = OutOfReach::UsedUp { state, by };
    assert_eq!(relay.reach(&second).await, Err(used_up));
}

#[tokio::test]
async fn an_undeclared_state_is_refused() {
    let first = probe("first", None, &[], &["open"]);
    assert_eq!(
        Relay::new([&first]).leave(&first, "logged-in", None, Vec::new()),
        Err(NotLeft::Undeclared("logged-in".into()))
    );
}

fn fact(name: &str) -> Fact {
    Fact {
        name: name.into(),
        value: crate::finding::FactValue::Flag(true),
    }
}

fn names(facts: &[Fact]) -> Vec<&str> {
    facts.iter().map(|fact| fact.name.as_str()).collect()
}

#[tokio::test]
async fn third_parties_come_last_whatever_the_order() {
    let stranger = stranger("evil", Some("logged-in"), &[], &[]);
    let login = probe("login", None, &[], &["logged-in"]);
    let lists = probe("lists", Some("logged-in"), &[], &[]);
    let beside = probe("beside", None, &[], &[]);
    let relay = Relay::new([&stranger, &login, &lists, &beside]);
    leaves(&relay, &login, "logged-in");
    relay.ended(&login).await;
    let waits = |patience| tokio::time::timeout(patience, relay.reach(&stranger));
    assert!(waits(Duration::from_millis(20)).await.is_err());
    assert!(relay.reach(&lists).await.is_ok() && relay.take(&lists).is_some());
    leaves(&relay, &lists, "logged-in");
    relay.ended(&lists).await;
    assert!(
        waits(Duration::from_millis(20)).await.is_err(),
        "one that takes nothing goes on"
    );
    relay.ended(&beside).await;
    let reached = waits(Duration::from_secs(5)).await;
    assert_eq!(reached.expect("it is its turn"), Ok(Vec::new()));
    assert!(relay.take(&stranger).is_some());
}

#[tokio::test]
async fn third_parties_reach_no_state_of_ours() {
    let forger = stranger("evil", None, &[], &["logged-in", "own"]);
    let lists = probe("lists", Some("logged-in"), &[], &[]);
    let waits = stranger("waits", None, &["evil.own"], &[]);
    let relay = Relay::new([&forger, &lists, &waits]);
    leaves(&relay, &forger, "logged-in");
    leaves(&relay, &forger, "own");
    let reached = relay.reached().into_iter().collect::<Vec<_>>();
    assert_eq!(reached, ["evil.logged-in", "evil.own"]);
    let nobody = Err(OutOfReach::NobodyLeaves("logged-in".into()));
    assert_eq!(relay.reach(&lists).await, nobody);
    relay.ended(&lists).await;
    assert!(relay.reach(&waits).await.is_ok());
}

#[tokio::test]
async fn probes_of_ours_are_told_what_probes_of_ours_say() {
    let login = probe("login", None, &[], &["logged-in"]);
    let forger = stranger("evil", None, &[], &["own"]);
    let relay = Relay::new([&login, &forger]);
    let said = vec![fact("login.directory"), fact("evil.own")];
    assert_eq!(relay.leave(&forger, "own", None, said), Ok(()));
    let said = vec![fact("login.directory")];
    assert_eq!(relay.leave(&login, "logged-in", None, said), Ok(()));
    assert_eq!(names(&relay.facts(Standing::BuiltIn)), ["login.directory"]);
    let all = ["evil.login.directory", "evil.own", "login.directory"];
    assert_eq!(names(&relay.facts(Standing::ThirdParty)), all);
}

#[tokio::test]
async fn nobody_says_for_the_host_what_is_left() {
    let ours = probe("transfers", None, &[], &["open"]);
    let theirs = stranger("evil", None, &[], &["open"]);
    let relay = Relay::new([&ours, &theirs]);
    let said = relay.leave(&ours, "open", None, vec![fact("writes.left")]);
    assert!(matches!(said, Err(NotLeft::Reserved(_))), "{said:?}");
    assert!(relay.reached().is_empty());
    assert_eq!(
        relay.leave(&theirs, "open", None, vec![fact("writes.left")]),
        Ok(())
    );
    assert!(relay.facts(Standing::BuiltIn).is_empty());
}

#[tokio::test]
async fn handing_back_reaches_nothing() {
    let early = stranger("evil", Some("logged-in"), &[], &[]);
    let login = probe("login", None, &[], &["logged-in"]);
    let relay = Relay::new([&login, &early]);
    leaves(&relay, &early, "logged-in");
    assert!(relay.reached().is_empty());
}

#[test]
fn there_is_an_end_to_what_is_handed_on_and_what_is_replaced_makes_room() {
    let first = probe("first", None, &[], &["open"]);
    let relay = Relay::new([&first]);
    let leave = |name: String| {
        let value = FactValue::Text("x".repeat(FACTS / 4));
        relay.leave(&first, "open", None, vec![Fact { name, value }])
    };
    for _ in 0..20 {
        assert_eq!(leave("a.b".into()), Ok(()));
    }
    let left = (0..20).take_while(|n| leave(format!("a.f{n}")).is_ok());
    assert_eq!(left.count(), 2);
    assert_eq!(leave("a.c".into()), Err(NotLeft::NoRoom));
}
