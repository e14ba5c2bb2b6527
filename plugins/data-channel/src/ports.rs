//! EPSV and PASV side by side, and the ports they announce: which methods work, and which part of the range is open.

use std::collections::BTreeSet;

use probe_sdk::session::{Method, Offer, Session};
use probe_sdk::{Code, Decision, FailureKind, Finding, Owner, Run};

use crate::ending::{Ending, How};
use crate::knock::Again;
use crate::map::{Map, Pattern};
use crate::sample::{Outcome, Sample};
use crate::{
    ALL_BLOCKED, EPSV_BROKEN, FOREIGN_ADDRESS, PASV_BROKEN, PORTS_EXHAUSTED, PRIVATE_ADDRESS,
    SOME_BLOCKED, UNSPECIFIED_ADDRESS,
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
        .filter(|sample| sample.method == method && sample.was_answered())
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

/// So many different ports, or tries of the only one there is, decide about all of them.
const ENOUGH: usize = 2;

/// Judges methods and ports; at least one port was offered.
pub(crate) fn judge(run: &mut Run, session: &Session, samples: &[Sample], again: Option<&Again>) {
    // A method that got no port because none is free is not broken.
    if let Some(finding) = exhausted(samples) {
        run.found(finding);
    } else {
        methods_and_range(run, session, samples, again);
    }
    let codes = &[
        PRIVATE_ADDRESS,
        FOREIGN_ADDRESS,
        UNSPECIFIED_ADDRESS,
        PASV_BROKEN,
        EPSV_BROKEN,
    ];
    if session.is_ipv6() {
        run.not_applicable("PASV", codes, "PASV cannot express an IPv6 address");
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
    let epsv = went(samples, Method::Epsv);
    // RFC 2428 section 1: PASV has no room for an IPv6 address, and a refusal is right.
    let pasv = match session.is_ipv6() {
        true => Went::NotAsked,
        false => went(samples, Method::Pasv),
    };
    let finding = match (epsv, pasv) {
        (Went::Refused | Went::AllFailed, Went::Well) => {
            one_way(EPSV_BROKEN, "PASV", Method::Epsv, samples)
                .cured_by(&[("passive_mode", "pasv")])
        }
        (Went::Well, Went::Refused | Went::AllFailed) => {
            one_way(PASV_BROKEN, "EPSV", Method::Pasv, samples)
                .cured_by(&[("passive_mode", "epsv")])
        }
        (Went::AllFailed | Went::Refused | Went::NotAsked, Went::AllFailed)
        | (Went::AllFailed, Went::Refused | Went::NotAsked) => {
            all_blocked(samples, again).evidence("control connection", &session.peer)
        }
        (Went::SomeFailed | Went::AllFailed, _) | (_, Went::SomeFailed) if run.lost_step() => {
            let reason = "replies came out of step: a port that did not open may be one that was given before";
            return run.could_not_look("the range of the data ports", &[SOME_BLOCKED], reason);
        }
        (Went::SomeFailed | Went::AllFailed, _) | (_, Went::SomeFailed) => {
            some_blocked(samples, again)
        }
        _ => return,
    };
    run.found(finding);
}

/// One command works and the other does not.
fn one_way(code: Code, works: &str, broken: Method, samples: &[Sample]) -> Finding {
    let name = broken.name();
    let ending = samples
        .iter()
        .filter(|it| it.method == broken)
        .find_map(Sample::ending);
    let detail = match ending.and_then(Ending::late_ms) {
        Some(_) => format!(
            "{works} works, but the answer to {name} comes later than the settings allow: clients that use {name} give up before."
        ),
        None => {
            format!("{works} works, but {name} does not: clients that use {name} cannot transfer.")
        }
    };
    let finding = with_replies(Finding::new(code, detail), samples);
    match ending {
        Some(ending) => on_the_way(finding, ending),
        None => finding,
    }
}

/// A session that is reset or closed without a word when a port is asked for looks like a firewall that reads along: it
/// ends what it does not like to pass on.
pub(crate) fn on_the_way(finding: Finding, ending: &Ending) -> Finding {
    let is_cut = matches!(ending.how, How::Closed | How::Broken);
    if ending.said.is_some() || !is_cut {
        return finding;
    }
    let test = "the server's log shows whether it ended the session, or a firewall before it did";
    finding
        .owner(Owner::FirewallAdmin)
        .likely(PRIVATE_ADDRESS, test)
}

fn all_blocked(samples: &[Sample], again: Option<&Again>) -> Finding {
    let (how, in_words) = how(samples);
    let failed = || samples.iter().filter(|sample| sample.port_failed());
    let distinct: BTreeSet<u16> = failed().filter_map(Sample::port).collect();
    let which = match (distinct.len(), failed().count()) {
        (1, 1) => "the only data port that was tried does not open".to_string(),
        (1, tries) => format!(
            "the server gives the same data port each time, and it opened in none of {tries} tries"
        ),
        (ports, _) => format!("none of the {ports} data ports that were tried opened"),
    };
    let detail = format!("The login works, but {which}: {in_words}.");
    let finding = Finding::new(ALL_BLOCKED, detail)
        .evidence("how", how)
        .evidence("ports", rows(samples));
    let finding = match failed().count() >= ENOUGH {
        true => finding.because(Decision::by_counter_test(
            "several tries, one after another",
            "none opens",
        )),
        false => finding.likely(
            SOME_BLOCKED,
            "try more ports of the range with another run, or look at the firewall rule",
        ),
    };
    // With PASV it names another host, which was not dialled: the ports of EPSV may be that host's.
    let finding = match samples.iter().any(Sample::elsewhere) {
        true => finding.likely(
            FOREIGN_ADDRESS,
            "a data connection to the address that PASV announces, which --allow-data-address permits",
        ),
        false => finding,
    };
    tried_again(finding, again)
}

fn some_blocked(samples: &[Sample], again: Option<&Again>) -> Finding {
    let map = map(samples);
    let goes_with = match map.pattern() {
        Pattern::Together { first, last } => format!(
            "All ports that failed lie between {first} and {last}, and none that opened does: the failure depends \
            on the port."
        ),
        Pattern::OpenTogether { first, last } => format!(
            "All ports that opened lie between {first} and {last}, and none that failed does: only that part \
            seems to be open."
        ),
        Pattern::NotByPort { port } => format!(
            "Port {port} failed once and opened another time, so the failure does not depend on the port alone. \
            Several machines behind one address, or a limit on connections, look like this."
        ),
        Pattern::InTurn { every } => format!(
            "In the order in which the ports were asked for, exactly one in {every} failed. A partly closed range \
            looks like this, and so do several machines behind one address."
        ),
        Pattern::None => "The sample is too small to show where the open part ends.".into(),
    };
    let detail =
        format!("Some data ports open and others do not, so transfers fail at random. {goes_with}");
    let finding = Finding::new(SOME_BLOCKED, detail)
        .because(Decision::by_counter_test(
            "other ports of the same server",
            "some open and some do not",
        ))
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
        Some(FailureKind::TimedOut) => {
            format!("{port} does not answer again, so the port is the reason")
        }
        Some(FailureKind::Refused) => {
            format!("{port} now answers with a refusal: packets to it are not always dropped")
        }
        Some(_) => format!("{port} fails again"),
        None => {
            format!(
                "{port} opens now, although the server was not asked for it: a device in between answers for \
            the server"
            )
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
        0 => "The server has no free passive port. Its range is too narrow for the current transfers, or ports \
        stay in use after them."
            .to_string(),
        1 => "The server gave one port and then had none free. Its range is too narrow, or ports stay in use \
        after transfers."
            .to_string(),
        _ => format!(
            "The server gave {given} ports, one after another, and then had none free. Its range is too narrow, \
            or ports stay in use after transfers."
        ),
    };
    let finding = Finding::new(PORTS_EXHAUSTED, detail)
        .because(Decision::by_rule(
            reply,
            "an answer to PASV or EPSV that says that the ports are in use",
        ))
        .evidence("reply", reply);
    Some(match given {
        0 => finding,
        _ => finding.evidence("ports", rows(samples)),
    })
}

/// What became of the ports, each port once, in order.
fn rows(samples: &[Sample]) -> String {
    let mut groups: Vec<(String, BTreeSet<u16>)> = Vec::new();
    for sample in samples {
        let (Some(port), Some(became)) = (sample.port(), sample.became()) else {
            continue;
        };
        match groups.iter_mut().find(|(known, _)| *known == became) {
            Some((_, ports)) => {
                ports.insert(port);
            }
            None => groups.push((became, BTreeSet::from([port]))),
        }
    }
    let groups = groups
        .iter()
        .map(|(became, ports)| format!("{became}: {}", in_ranges(ports)));
    groups.collect::<Vec<_>>().join("; ")
}

/// Ports that follow one another as a range.
fn in_ranges(ports: &BTreeSet<u16>) -> String {
    let mut ranges: Vec<(u16, u16)> = Vec::new();
    for port in ports {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*port) => *last = *port,
            Some(_) | None => ranges.push((*port, *port)),
        }
    }
    let ranges = ranges.into_iter().map(|(first, last)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first}-{last}"),
    });
    ranges.collect::<Vec<_>>().join(", ")
}

/// How the ports fail, in a word and in a sentence.
fn how(samples: &[Sample]) -> (&'static str, &'static str) {
    let refused = samples.iter().any(|sample| {
        matches!(&sample.result, Outcome::PortFailed(failure) if failure.kind == FailureKind::Refused)
    });
    let prohibited = samples.iter().any(|sample| {
        matches!(&sample.result, Outcome::PortFailed(failure) if failure.kind == FailureKind::Prohibited)
    });
    if prohibited {
        return (
            "prohibited",
            "a firewall on the network path reports with an ICMP message that a rule forbids them",
        );
    }
    let silent = samples.iter().any(Sample::silent);
    match (refused, silent) {
        (true, false) => (
            "reset",
            "they are refused at once, which points to a firewall that rejects them, or to an address translation \
            without the range",
        ),
        (false, true) => (
            "dropped",
            "packets to them are silently dropped, which points to a firewall",
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
            let told = match sample {
                Some(sample) => match (sample.ending(), sample.reply(), sample.row()) {
                    (Some(ending), _, _) => ending.words(),
                    (None, Some(reply), Some(row)) => format!("{reply}; {row}"),
                    (None, Some(reply), None) => reply.to_string(),
                    (None, None, _) => "not asked".into(),
                },
                None => "not asked".into(),
            };
            finding.evidence(method.name(), told)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_that_follow_one_another_are_a_range() {
        for (ports, told) in [
            (&[50003, 50001, 50002][..], "50001-50003"),
            (&[7, 5, 4], "4, 5, 7"),
            (&[65535, 65534, 65533, 1], "1, 65533-65535"),
        ] {
            assert_eq!(in_ranges(&ports.iter().copied().collect()), told);
        }
    }
}
