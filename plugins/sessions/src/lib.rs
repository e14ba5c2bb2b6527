//! How many sessions the remote accepts at a time, and whether the settings allow more than that. The probe loads the
//! remote, so it runs only at depth `full`.

mod facts;
mod ladder;

use std::collections::BTreeSet;
use std::net::IpAddr;

use probe_sdk::session::Session;
use probe_sdk::{
    About, Capability, Code, Depth, Failure, FailureKind, Finding, MALFORMED_REPLY, Probe, Run,
    elapsed_us, most_connections, pause, quoted, shared, state, value,
};

use ladder::{Ladder, Step};

probe_sdk::codes! {
    LIMIT_TOO_HIGH = "settings.connection-limit-too-high";
}

const NOT_STATIC: Code = Code::of_another("source.not-static");

/// How long a session is left idle, in milliseconds.
const IDLE_MS: u32 = 15_000;

struct Sessions;

impl Probe for Sessions {
    const ABOUT: About = About {
        summary: "sessions at a time, and a session left idle",
        consumes: Some(state::LOGGED_IN),
        from_depth: Depth::Full,
        capabilities: &[Capability::Connect, Capability::Speak, Capability::Login],
        codes: CODES,
        also_reports: &[NOT_STATIC, MALFORMED_REPLY],
        facts: facts::FACTS,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let first = Session::taken(run)?;
        look(run);
        run.rest_clear(CODES);
        run.provide(state::LOGGED_IN, Some(first.control.into_connection()));
        Ok(())
    }
}

probe_sdk::export!(Sessions);

fn look(run: &mut Run) {
    let allowed = most_connections();
    if allowed < 2 {
        let reason = "the settings allow one session, and it works";
        return run.not_applicable("sessions at a time", CODES, reason);
    }
    let mut ladder = Ladder::climb(run, allowed);
    run.note(facts::AT_A_TIME, value::number(ladder.held()));
    run.note(facts::ALLOWED_BY_SETTINGS, value::number(allowed));
    seen_from_several(run, ladder.vantages(run));
    run.note(
        facts::GREETING_MS,
        value::texts(ladder.took_ms().map(|ms| ms.to_string())),
    );
    match ladder.stopped() {
        None => idle(run, &mut ladder),
        Some(Step::Refused(why)) => {
            let why = why.clone();
            refused(run, ladder, allowed, &why);
        }
        Some(Step::NotTried(why)) => {
            let why = why.clone();
            run.could_not_look("sessions at a time", CODES, &why);
        }
    }
}

/// The remote sees the sessions come from one address, unless it is chosen anew for each on the way.
fn seen_from_several(run: &mut Run, mut vantages: BTreeSet<IpAddr>) {
    vantages.extend(
        run.text(shared::SEEN_AS)
            .and_then(|first| first.parse::<IpAddr>().ok()),
    );
    if vantages.len() < 2 {
        return;
    }
    let all: Vec<String> = vantages.iter().map(ToString::to_string).collect();
    let detail = "The remote sees our sessions come from several addresses, although all leave from one. An \
    address translation on the network path chooses a new one for each. An allow list with only one of them \
    blocks some sessions.";
    run.found(Finding::new(NOT_STATIC, detail).evidence("seen as", all.join(", ")));
}

/// One session more was refused. Was it one too many, or would none be let in any more?
fn refused(run: &mut Run, ladder: Ladder, allowed: usize, why: &str) {
    let held = ladder.held();
    let stated = ladder.limit_was_stated();
    let room_helps = ladder.one_leaves_one_comes(run);
    if !stated && room_helps.is_err() {
        let reason = format!(
            "with {held} sessions open, one more was refused ({why}); with one fewer, it was refused again. So \
            the number is not the reason"
        );
        return run.could_not_look("sessions at a time", CODES, &reason);
    }
    let recommended = recommended(held);
    let detail = format!(
        "The settings allow {allowed} connections at a time, but the remote accepts {held} and refuses the next \
        one. Under load, transfers fail at random."
    );
    let headroom = format!(
        "{recommended} of {held}, which leaves room for a new session that opens before the server has released \
        an old one"
    );
    let finding = Finding::new(LIMIT_TOO_HIGH, detail)
        .evidence("allowed by the settings", allowed)
        .evidence("taken by the remote", held)
        .evidence("refusal", why)
        .evidence(
            "one session fewer",
            match room_helps {
                Ok(()) => "accepts the next one".to_string(),
                Err(why) => format!("does not accept the next one at once: {why}"),
            },
        )
        .evidence("recommended", headroom);
    run.found(finding.cured_by(&[("max_connections", &recommended.to_string())]));
}

/// Services open a new session before the server has counted an old one out, so a limit is not used to its last.
fn recommended(held: usize) -> usize {
    (held * 4 / 5).max(1)
}

/// Leaves a session alone for a while: some servers and firewalls end idle sessions quickly, so that long transfers lose
/// their control connection (F-D26, F-D28).
fn idle(run: &mut Run, ladder: &mut Ladder) {
    let Some(session) = ladder.last() else { return };
    let began = elapsed_us();
    pause(IDLE_MS);
    let seconds = (elapsed_us() - began) / 1_000_000;
    let kept = match session.control.command("NOOP") {
        Ok(reply) if reply.is_positive() => format!("{seconds} s and longer"),
        Ok(reply) => format!("less than {seconds} s: {}", quoted(reply)),
        Err(error) if error.kind() == Some(FailureKind::TimedOut) => {
            format!("less than {seconds} s: no answer any more")
        }
        Err(error) => format!("less than {seconds} s: {error}"),
    };
    run.note(facts::IDLE_KEPT, value::text(kept));
}

#[cfg(test)]
mod tests {
    use super::recommended;

    #[test]
    fn a_limit_is_not_used_to_its_last() {
        assert_eq!(recommended(1), 1);
        assert_eq!(recommended(3), 2);
        assert_eq!(recommended(10), 8);
    }
}
