//! What the data connections mean, taken together.

use probe_sdk::ftp::{Announced, Reply};
use probe_sdk::session::{Method, Offer, Session};
use probe_sdk::{Code, Finding, Run};

use crate::refused;
use crate::sample::{Outcome, Sample};
use crate::{
    ALL_BLOCKED, BEHIND_THE_PORT, CODES, EPSV_BROKEN, FOREIGN_ADDRESS, NO_NOTIFY, PASSIVE_REFUSED,
    PASV_BROKEN, PORTS_EXHAUSTED, PRIVATE_ADDRESS, PROTECTION_REQUIRED, SOME_BLOCKED,
};

/// Codes that need a port to be offered, beside those that need one to be open.
const BEHIND_THE_OFFER: &[Code] = &[ALL_BLOCKED, SOME_BLOCKED, EPSV_BROKEN, PASV_BROKEN];

/// Codes that the two methods tell side by side.
const METHODS: &[Code] = &[EPSV_BROKEN, PASV_BROKEN, PRIVATE_ADDRESS, FOREIGN_ADDRESS];

pub(crate) fn judge(run: &mut Run, session: &Session, samples: &[Sample]) {
    announced_address(run, session, samples);
    if let Some(why) = samples.iter().find_map(Sample::no_room) {
        return run.not_permitted("data connections", CODES, why);
    }
    if samples.iter().all(|sample| sample.port().is_none()) {
        return no_port(run, session, samples);
    }
    methods_and_ports(run, session, samples);
    if let Some(refusal) = samples.iter().find_map(|sample| match &sample.result {
        Outcome::Refused(refusal) => Some(refusal),
        _ => None,
    }) {
        refused::judge(run, session, refusal, samples);
    } else if samples.iter().all(|sample| !sample.port_opened()) {
        run.behind_fault(
            "transfers",
            BEHIND_THE_PORT,
            "no data connection came about",
        );
    }
    if samples
        .iter()
        .filter_map(Sample::listing)
        .any(|listing| !listing.closed_properly)
    {
        let detail = "The server ends the data connection without saying so in TLS. Strict clients take the file or \
                      listing for cut short, and nobody can tell whether it is.";
        run.found(
            Finding::new(NO_NOTIFY, detail).evidence("data connection", "ended by TCP alone"),
        );
    }
    if let Some(why) = samples.iter().find_map(|sample| match &sample.result {
        Outcome::NotLooked(why) => Some(why.clone()),
        _ => None,
    }) {
        match run.found_of(BEHIND_THE_PORT) {
            // A server that ends the session over a transfer it refused.
            Some(code) => {
                let reason = format!("{} stands in the way", code.name);
                run.behind_fault("more data connections", METHODS, &reason);
            }
            None if samples.iter().any(Sample::listed) => {}
            None => run.could_not_look("data connections", CODES, &why),
        }
    }
}

/// PASV announces an address; EPSV cannot.
fn announced_address(run: &mut Run, session: &Session, samples: &[Sample]) {
    let announced = samples.iter().find_map(|sample| match &sample.offer {
        Some(Offer::Port {
            reply,
            announced: Some((ip, judged)),
            ..
        }) => Some((reply, ip, judged, sample)),
        _ => None,
    });
    let Some((reply, ip, judged, sample)) = announced else {
        return;
    };
    let works = match &sample.result {
        Outcome::Listed(_) | Outcome::Refused(_) => {
            "opens at the address of the control connection"
        }
        Outcome::PortFailed(_) => "does not open at the address of the control connection either",
        Outcome::NoPort | Outcome::NoRoom(_) | Outcome::NotLooked(_) => "was not tried",
    };
    let (code, detail) = match judged {
        Announced::Narrower => (
            PRIVATE_ADDRESS,
            format!(
                "In answer to PASV the server announces {ip}, an address that only its own network can reach. Clients \
                 that believe it cannot transfer anything."
            ),
        ),
        Announced::Foreign => (
            FOREIGN_ADDRESS,
            format!(
                "In answer to PASV the server announces {ip}, which is another host than the one it answers from."
            ),
        ),
        Announced::SameAsPeer | Announced::UsePeer => return,
    };
    run.found(
        Finding::new(code, detail)
            .evidence("announced", ip)
            .evidence("control connection", &session.peer)
            .evidence("reply", reply)
            .evidence("the announced port", works),
    );
}

/// Neither method gave a port.
fn no_port(run: &mut Run, session: &Session, samples: &[Sample]) {
    if let Some(why) = samples.iter().find_map(|sample| match &sample.result {
        Outcome::NotLooked(why) => Some(why.clone()),
        _ => None,
    }) {
        return run.could_not_look("data connections", CODES, &why);
    }
    let unprotected = samples.iter().find_map(|sample| match &sample.offer {
        Some(Offer::Unprotected(reply)) if !session.tls => Some(reply),
        _ => None,
    });
    let finding = match (unprotected, busy(samples)) {
        (Some(reply), _) => {
            let detail = "The server transfers data only over TLS, and this session has none.";
            Finding::new(PROTECTION_REQUIRED, detail).evidence("reply", reply)
        }
        (None, Some(reply)) => exhausted(reply),
        (None, None) => {
            let detail = "The server refuses passive mode, EPSV and PASV alike. Clients behind a firewall, as ours, \
                          cannot transfer without it.";
            with_replies(Finding::new(PASSIVE_REFUSED, detail), samples)
        }
    };
    run.found(finding);
    let rest: Vec<Code> = BEHIND_THE_OFFER
        .iter()
        .chain(BEHIND_THE_PORT)
        .copied()
        .filter(|code| !run.has_found(*code))
        .collect();
    run.behind_fault(
        "data connections and listings",
        &rest,
        "no data port was offered",
    );
}

/// The reply that says that no port is free.
fn busy(samples: &[Sample]) -> Option<&Reply> {
    samples.iter().find_map(|sample| match &sample.offer {
        Some(Offer::Busy(reply)) => Some(reply),
        _ => None,
    })
}

fn exhausted(reply: &Reply) -> Finding {
    let detail = "The server has no passive port free: its range is too narrow for the transfers that are going on, or \
                  ports are kept busy after them.";
    Finding::new(PORTS_EXHAUSTED, detail).evidence("reply", reply)
}

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
        (0, 0) => Went::Refused,
        (_, 0) => Went::AllFailed,
        (0, _) => Went::Well,
        _ => Went::SomeFailed,
    }
}

fn methods_and_ports(run: &mut Run, session: &Session, samples: &[Sample]) {
    // A method that got no port because none is free is not broken.
    if let Some(reply) = busy(samples) {
        return run.found(exhausted(reply));
    }
    let (epsv, pasv) = (went(samples, Method::Epsv), went(samples, Method::Pasv));
    let ports: Vec<String> = samples.iter().filter_map(Sample::row).collect();
    let ports = ports.join("; ");
    let broken = |works: &str, does_not: &str| {
        format!(
            "{works} works and {does_not} does not: clients that use {does_not} cannot transfer."
        )
    };
    match (epsv, pasv) {
        (Went::Refused | Went::AllFailed, Went::Well) => {
            run.found(with_replies(
                Finding::new(EPSV_BROKEN, broken("PASV", "EPSV")),
                samples,
            ));
        }
        (Went::Well, Went::Refused | Went::AllFailed) => {
            run.found(with_replies(
                Finding::new(PASV_BROKEN, broken("EPSV", "PASV")),
                samples,
            ));
        }
        (Went::AllFailed | Went::Refused | Went::NotAsked, Went::AllFailed)
        | (Went::AllFailed, Went::Refused | Went::NotAsked) => {
            let detail = format!(
                "The login works, and none of the {} data ports that were tried opens: {}.",
                samples.iter().filter(|sample| sample.port_failed()).count(),
                how(samples)
            );
            run.found(
                Finding::new(ALL_BLOCKED, detail)
                    .evidence("ports", ports)
                    .evidence("control connection", &session.peer),
            );
        }
        (Went::SomeFailed, _) | (_, Went::SomeFailed) => {
            let detail = "Some data ports open and others do not: transfers fail by chance, one port at a time. A sample \
                          this small shows that part of the range is closed, not how much of it.";
            run.found(Finding::new(SOME_BLOCKED, detail).evidence("ports", ports));
        }
        _ => {}
    }
    if session.is_ipv6() {
        let reason = "PASV has no room for an IPv6 address";
        run.not_applicable(
            "PASV",
            &[PRIVATE_ADDRESS, FOREIGN_ADDRESS, PASV_BROKEN, EPSV_BROKEN],
            reason,
        );
    } else if pasv == Went::NotAsked {
        run.not_applicable(
            "PASV",
            &[PRIVATE_ADDRESS, FOREIGN_ADDRESS, PASV_BROKEN, EPSV_BROKEN],
            "--depth quick",
        );
    }
}

fn how(samples: &[Sample]) -> &'static str {
    use probe_sdk::FailureKind;
    let refused = samples.iter().any(|sample| {
        matches!(&sample.result, Outcome::PortFailed(failure) if failure.kind == FailureKind::Refused)
    });
    let silent = samples.iter().any(|sample| {
        matches!(&sample.result, Outcome::PortFailed(failure) if failure.kind == FailureKind::TimedOut)
    });
    match (refused, silent) {
        (true, false) => {
            "they are refused at once, as by a firewall that rejects or an address translation without the range"
        }
        (false, true) => "packets to them vanish, as in a firewall that drops",
        _ => "some are refused, some do not answer",
    }
}

fn with_replies(finding: Finding, samples: &[Sample]) -> Finding {
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
