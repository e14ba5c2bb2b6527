//! EPSV and PASV side by side, and the ports they announce: which methods work, and which part of the range is open.

use probe_sdk::session::{Method, Offer, Session};
use probe_sdk::{FailureKind, Finding, Run};

use crate::knock::Again;
use crate::map::{Map, Pattern};
use crate::sample::{Outcome, Sample};
use crate::{
    ALL_BLOCKED, EPSV_BROKEN, FOREIGN_ADDRESS, PASV_BROKEN, PORTS_EXHAUSTED, PRIVATE_ADDRESS,
    SOME_BLOCKED,
};

/// How one method went over all its samples.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Went {
    NotAsked,
    Refused,
    AllFailed,
    SomeFailed,
    Well,
}

fn went(samples: &[Sample], method: Method) -> Went {
    let of: Vec<&Sample> = samples
        .iter()
        // Without an answer to the question for a port, the method was not tested.
        .filter(|sample| sample.method == method && sample.offer.is_some())
        .collect();
    let failed = of.iter().filter(|sample| sample.port_failed()).count();
    let opened = of.iter().filter(|sample| sample.port_opened()).count();
    match (failed, opened) {
        _ if of.is_empty() => Went::NotAsked,
        (0, 0) if of.iter().any(|sample| sample.port().is_some()) => Went::NotAsked,
        (0, 0) => Went::Refused,
        (_, 0) => Went::AllFailed,
        (0, _) => Went::Well,
        _ => Went::SomeFailed,
    }
}

/// The ports that were tried and say something about the range: a method that never works says something about itself.
pub(crate) fn map(samples: &[Sample]) -> Map {
    let working = [Method::Epsv, Method::Pasv].map(|method| (method, went(samples, method)));
    let some_work = working.iter().any(|(_, went)| *went == Went::Well);
    let counts = |method: Method| {
        let dead = working.contains(&(method, Went::AllFailed));
        !(dead && some_work)
    };
    Map::new(samples.iter().filter_map(|sample| {
        let tried = sample.port_opened() || sample.port_failed();
        let port = sample.port().filter(|_| tried && counts(sample.method))?;
        Some((port, sample.port_opened()))
    }))
}

/// Judges methods and ports; at least one port was offered.
pub(crate) fn judge(run: &mut Run, session: &Session, samples: &[Sample], again: Option<&Again>) {
    // A method that got no port because none is free is not broken.
    if let Some(finding) = exhausted(samples) {
        run.found(finding);
    } else {
        methods_and_range(run, session, samples, again);
    }
    let codes = &[PRIVATE_ADDRESS, FOREIGN_ADDRESS, PASV_BROKEN, EPSV_BROKEN];
    if session.is_ipv6() {
        run.not_applicable("PASV", codes, "PASV has no room for an IPv6 address");
    } else if session.only_method() == Some(Method::Epsv) {
        run.not_applicable("PASV", codes, "the settings allow EPSV only");
    } else if session.only_method() == Some(Method::Pasv) {
        let codes = &[PASV_BROKEN, EPSV_BROKEN];
        run.not_applicable("EPSV", codes, "the settings allow PASV only");
    } else if went(samples, Method::Pasv) == Went::NotAsked {
        let reason = if run.is_brief() {
            "--depth quick"
        } else {
            "the session did not come to it"
        };
        run.not_applicable("PASV", codes, reason);
    }
}

fn methods_and_range(run: &mut Run, session: &Session, samples: &[Sample], again: Option<&Again>) {
    let (epsv, pasv) = (went(samples, Method::Epsv), went(samples, Method::Pasv));
    let broken = |works: &str, does_not: &str| {
        format!(
            "{works} works and {does_not} does not: clients that use {does_not} cannot transfer."
        )
    };
    let finding = match (epsv, pasv) {
        (Went::Refused | Went::AllFailed, Went::Well) => {
            with_replies(Finding::new(EPSV_BROKEN, broken("PASV", "EPSV")), samples)
                .cured_by(&[("passive_mode", "pasv")])
        }
        (Went::Well, Went::Refused | Went::AllFailed) => {
            with_replies(Finding::new(PASV_BROKEN, broken("EPSV", "PASV")), samples)
                .cured_by(&[("passive_mode", "epsv")])
        }
        (Went::AllFailed | Went::Refused | Went::NotAsked, Went::AllFailed)
        | (Went::AllFailed, Went::Refused | Went::NotAsked) => {
            all_blocked(samples, again).evidence("control connection", &session.peer)
        }
        (Went::SomeFailed | Went::AllFailed, _) | (_, Went::SomeFailed) => {
            some_blocked(samples, again)
        }
        _ => return,
    };
    run.found(finding);
}

fn all_blocked(samples: &[Sample], again: Option<&Again>) -> Finding {
    let (how, in_words) = how(samples);
    let detail = format!(
        "The login works, and none of the {} data ports that were tried opens: {in_words}.",
        samples.iter().filter(|sample| sample.port_failed()).count(),
    );
    let finding = Finding::new(ALL_BLOCKED, detail)
        .evidence("how", how)
        .evidence("ports", rows(samples));
    tried_again(finding, again)
}

fn some_blocked(samples: &[Sample], again: Option<&Again>) -> Finding {
    let map = map(samples);
    let goes_with = match map.pattern() {
        Pattern::Together { first, last } => format!(
            "All ports that failed lie from {first} to {last}, and none that opened does: it depends on the port."
        ),
        Pattern::OpenTogether { first, last } => format!(
            "All ports that opened lie from {first} to {last}, and none that failed does: only that part seems to be open."
        ),
        Pattern::NotByPort { port } => format!(
            "Port {port} failed once and opened another time, so it does not depend on the port alone: several machines \
             behind one address, or a limit on connections, look like that."
        ),
        Pattern::InTurn { every } => format!(
            "Of the ports in the order they were asked for, one in {every} failed in strict turn: besides a range that is \
             partly closed, several machines behind one address look like that."
        ),
        Pattern::None => "So small a sample does not show where the border lies.".into(),
    };
    let detail = format!(
        "Some data ports open and others do not: transfers fail by chance, one port at a time. {goes_with}"
    );
    let finding = Finding::new(SOME_BLOCKED, detail)
        .evidence("ports", rows(samples))
        .evidence("sample", map.excludes());
    tried_again(finding, again)
}

/// What a silent port said when it was tried once more.
fn tried_again(finding: Finding, again: Option<&Again>) -> Finding {
    let Some(Again { port, failure }) = again else {
        return finding;
    };
    let said = match failure.as_ref().map(|failure| failure.kind) {
        Some(FailureKind::TimedOut) => format!("{port} is silent again: it is this port"),
        Some(FailureKind::Refused) => {
            format!("{port} answers now, with a refusal: packets to it do not always vanish")
        }
        Some(_) => format!("{port} fails again"),
        None => {
            format!("{port} opens now, without being asked for: something answers for the server")
        }
    };
    finding.evidence("tried again", said)
}

/// The finding that no port is free, where a server said so.
pub(crate) fn exhausted(samples: &[Sample]) -> Option<Finding> {
    let reply = samples.iter().find_map(|sample| match &sample.offer {
        Some(Offer::Busy(reply)) => Some(reply),
        _ => None,
    })?;
    let given = samples.iter().filter(|it| it.port().is_some()).count();
    let detail = match given {
        0 => "The server has no passive port free: its range is too narrow for the transfers that are going on, or \
              ports are kept busy after them."
            .to_string(),
        1 => "The server gave one port and then had none free: its range is too narrow, or ports are kept busy after \
              transfers."
            .to_string(),
        _ => format!(
            "The server gave {given} ports, one after another, and then had none free: its range is too narrow, or ports \
             are kept busy after transfers."
        ),
    };
    let finding = Finding::new(PORTS_EXHAUSTED, detail).evidence("reply", reply);
    Some(match given {
        0 => finding,
        _ => finding.evidence("ports", rows(samples)),
    })
}

fn rows(samples: &[Sample]) -> String {
    let rows: Vec<String> = samples.iter().filter_map(Sample::row).collect();
    rows.join("; ")
}

/// How the ports fail, in a word and in a sentence.
fn how(samples: &[Sample]) -> (&'static str, &'static str) {
    let refused = samples.iter().any(|sample| {
        matches!(&sample.result, Outcome::PortFailed(failure) if failure.kind == FailureKind::Refused)
    });
    let silent = samples.iter().any(Sample::silent);
    match (refused, silent) {
        (true, false) => (
            "reset",
            "they are refused at once, as by a firewall that rejects or an address translation without the range",
        ),
        (false, true) => (
            "dropped",
            "packets to them vanish, as in a firewall that drops",
        ),
        _ => ("mixed", "some are refused, some do not answer"),
    }
}

/// What each method was answered, and what became of its first port.
pub(crate) fn with_replies(finding: Finding, samples: &[Sample]) -> Finding {
    [Method::Epsv, Method::Pasv]
        .into_iter()
        .fold(finding, |finding, method| {
            let sample = samples.iter().find(|sample| sample.method == method);
            match sample.and_then(|sample| Some((sample.reply()?, sample.row()))) {
                Some((reply, Some(row))) => {
                    finding.evidence(method.name(), format!("{reply}; {row}"))
                }
                Some((reply, None)) => finding.evidence(method.name(), reply),
                None => finding.evidence(method.name(), "not asked"),
            }
        })
}
