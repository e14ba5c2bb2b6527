//! Who may go on, with what, and in whose turn.

use super::*;
use model::finding::FactValue;

fn probe(name: &str, takes: Option<&str>, after: &[&str], leaves: &[&str]) -> Description {
    let strings = |list: &[&str]| list.iter().map(ToString::to_string).collect();
    Description {
        consumes: takes.map(Into::into),
        requires: strings(after),
        provides: strings(leaves),
        ..Description::of(Standing::BuiltIn, name)
    }
}

fn stranger(name: &str, takes: Option<&str>, after: &[&str], leaves: &[&str]) -> Description {
    Standing::ThirdParty.settle(probe(name, takes, after, leaves))
}

fn leaves(handoff: &Handoff, probe: &Description, state: &str) {
    let connection = Some(Handed::Replayed(1));
    handoff
        .provide(probe, state, connection, Vec::new())
        .unwrap();
}

#[tokio::test]
async fn a_state_that_nobody_leaves_is_out_of_reach_at_once() {
    let lonely = probe("lonely", None, &["logged-in"], &[]);
    let handoff = Handoff::new([&lonely]);
    assert_eq!(
        handoff.reach(&lonely).await,
        Err(SkipReason::NobodyProvides("logged-in".into()))
    );
}

#[tokio::test]
async fn a_probe_waits_for_its_state_and_gets_the_facts() {
    let (first, second) = (
        probe("first", None, &[], &["open"]),
        probe("second", None, &["open"], &[]),
    );
    let handoff = Handoff::new([&first, &second]);
    let fact = fact("a.b");
    let (reached, ()) = tokio::join!(handoff.reach(&second), async {
        assert_eq!(
            handoff.provide(&first, "open", None, vec![fact.clone()]),
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
    let handoff = Handoff::new([&first, &second]);
    handoff.ended(&first).await;
    let by = vec!["first".to_string()];
    assert_eq!(
        handoff.reach(&second).await,
        Err(SkipReason::NotReached {
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
    let handoff = Handoff::new([&login, &first, &second, &third]);
    leaves(&handoff, &login, "logged-in");
    handoff.ended(&login).await;
    assert!(handoff.take(&first).is_some());
    leaves(&handoff, &first, "logged-in");
    handoff.ended(&first).await;
    assert!(handoff.reach(&third).await.is_err());
    handoff.ended(&third).await;
    let patience = Duration::from_secs(5);
    let reached = tokio::time::timeout(patience, handoff.reach(&second)).await;
    assert_eq!(
        reached.expect("it is the second one's turn"),
        Ok(Vec::new())
    );
    assert!(handoff.take(&second).is_some());
}

#[tokio::test]
async fn a_connection_that_is_not_handed_back_was_used_up_by_whoever_took_it() {
    let login = probe("login", None, &[], &["logged-in"]);
    let first = probe("first", Some("logged-in"), &[], &[]);
    let second = probe("second", Some("logged-in"), &[], &[]);
    let handoff = Handoff::new([&login, &first, &second]);
    leaves(&handoff, &login, "logged-in");
    assert!(handoff.take(&first).is_some());
    handoff.ended(&first).await;
    let (state, by) = ("logged-in".into(), "first".into());
    let used_up = SkipReason::UsedUp { state, by };
    assert_eq!(handoff.reach(&second).await, Err(used_up));
}

#[tokio::test]
async fn an_undeclared_state_is_refused() {
    let first = probe("first", None, &[], &["open"]);
    assert_eq!(
        Handoff::new([&first]).provide(&first, "logged-in", None, Vec::new()),
        Err(NotProvided::Undeclared("logged-in".into()))
    );
}

fn fact(name: &str) -> Fact {
    Fact {
        name: name.into(),
        value: model::finding::FactValue::Flag(true),
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
    let handoff = Handoff::new([&stranger, &login, &lists, &beside]);
    leaves(&handoff, &login, "logged-in");
    handoff.ended(&login).await;
    let waits = |patience| tokio::time::timeout(patience, handoff.reach(&stranger));
    assert!(waits(Duration::from_millis(20)).await.is_err());
    assert!(handoff.reach(&lists).await.is_ok() && handoff.take(&lists).is_some());
    leaves(&handoff, &lists, "logged-in");
    handoff.ended(&lists).await;
    assert!(
        waits(Duration::from_millis(20)).await.is_err(),
        "one that takes nothing goes on"
    );
    handoff.ended(&beside).await;
    let reached = waits(Duration::from_secs(5)).await;
    assert_eq!(reached.expect("it is its turn"), Ok(Vec::new()));
    assert!(handoff.take(&stranger).is_some());
}

#[tokio::test]
async fn third_parties_reach_no_state_of_ours() {
    let forger = stranger("evil", None, &[], &["logged-in", "own"]);
    let lists = probe("lists", Some("logged-in"), &[], &[]);
    let waits = stranger("waits", None, &["evil.own"], &[]);
    let handoff = Handoff::new([&forger, &lists, &waits]);
    leaves(&handoff, &forger, "logged-in");
    leaves(&handoff, &forger, "own");
    let reached = handoff.reached().into_iter().collect::<Vec<_>>();
    assert_eq!(reached, ["evil.logged-in", "evil.own"]);
    let nobody = Err(SkipReason::NobodyProvides("logged-in".into()));
    assert_eq!(handoff.reach(&lists).await, nobody);
    handoff.ended(&lists).await;
    assert!(handoff.reach(&waits).await.is_ok());
}

#[tokio::test]
async fn probes_of_ours_are_told_what_probes_of_ours_say() {
    let login = probe("login", None, &[], &["logged-in"]);
    let forger = stranger("evil", None, &[], &["own"]);
    let handoff = Handoff::new([&login, &forger]);
    let said = vec![fact("login.directory"), fact("evil.own")];
    assert_eq!(handoff.provide(&forger, "own", None, said), Ok(()));
    let said = vec![fact("login.directory")];
    assert_eq!(handoff.provide(&login, "logged-in", None, said), Ok(()));
    assert_eq!(
        names(&handoff.facts(Standing::BuiltIn)),
        ["login.directory"]
    );
    let all = ["evil.login.directory", "evil.own", "login.directory"];
    assert_eq!(names(&handoff.facts(Standing::ThirdParty)), all);
}

#[tokio::test]
async fn nobody_says_for_the_host_what_is_left() {
    let ours = probe("transfers", None, &[], &["open"]);
    let theirs = stranger("evil", None, &[], &["open"]);
    let handoff = Handoff::new([&ours, &theirs]);
    let said = handoff.provide(&ours, "open", None, vec![fact("writes.left")]);
    assert!(matches!(said, Err(NotProvided::Reserved(_))), "{said:?}");
    assert!(handoff.reached().is_empty());
    assert_eq!(
        handoff.provide(&theirs, "open", None, vec![fact("writes.left")]),
        Ok(())
    );
    assert!(handoff.facts(Standing::BuiltIn).is_empty());
}

#[tokio::test]
async fn handing_back_reaches_nothing() {
    let early = stranger("evil", Some("logged-in"), &[], &[]);
    let login = probe("login", None, &[], &["logged-in"]);
    let handoff = Handoff::new([&login, &early]);
    leaves(&handoff, &early, "logged-in");
    assert!(handoff.reached().is_empty());
}

#[test]
fn there_is_an_end_to_what_is_handed_on_and_what_is_replaced_makes_room() {
    let first = probe("first", None, &[], &["open"]);
    let handoff = Handoff::new([&first]);
    let leave = |name: String| {
        let value = FactValue::Text("x".repeat(FACTS / 4));
        handoff.provide(&first, "open", None, vec![Fact { name, value }])
    };
    for _ in 0..20 {
        assert_eq!(leave("a.b".into()), Ok(()));
    }
    let left = (0..20).take_while(|n| leave(format!("a.f{n}")).is_ok());
    assert_eq!(left.count(), 2);
    assert_eq!(leave("a.c".into()), Err(NotProvided::NoRoom));
}
