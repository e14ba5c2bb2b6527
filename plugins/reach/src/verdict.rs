//! What the attempts mean.

use std::net::IpAddr;

use probe_sdk::ftp::Scope;
use probe_sdk::{Code, Decision, FailureKind, Finding, Owner, Run, how};

use crate::attempt::{self, Attempt};
use crate::{
    ADDRESSES_DIFFER, CLOSED, IPV6_UNREACHABLE, NET, REFUSED, SOURCE_BLOCKED, SOURCE_UNAVAILABLE,
    TIMEOUT, UNREACHABLE,
};

/// Judges every attempt on the configured port. `reached`: one of them came about.
pub(crate) fn judge(run: &mut Run, attempts: &[Attempt], reached: bool) {
    if reached {
        some_failed(run, attempts);
    } else if let Some(code) = all_failed(attempts) {
        if !run.has_found(code) {
            run.found(finding(run, code, attempts, false));
        }
        let reason = format!("blocked by {}", code.name);
        run.behind_fault(
            "comparing the addresses",
            &[ADDRESSES_DIFFER, IPV6_UNREACHABLE],
            &reason,
        );
    } else {
        let why = attempts.first().map_or_else(String::new, Attempt::outcome);
        run.could_not_look("connections", NET, &why);
    }
    run.rest_clear(NET);
}

/// The code for a name none of whose addresses can be reached. A refusal proves that somebody is there, so it wins over
/// silence; what is wrong with ourselves wins over both.
pub(crate) fn all_failed(attempts: &[Attempt]) -> Option<Code> {
    let any = |kind: FailureKind| attempts.iter().any(|attempt| attempt.kind() == Some(kind));
    [
        (FailureKind::AddressNotLocal, SOURCE_UNAVAILABLE),
        (FailureKind::Refused, REFUSED),
        // Open for a moment: the reset was quicker than our look.
        (FailureKind::Reset, CLOSED),
        (FailureKind::Prohibited, UNREACHABLE),
        (FailureKind::TimedOut, TIMEOUT),
        (FailureKind::Unreachable, UNREACHABLE),
    ]
    .into_iter()
    .find_map(|(kind, code)| any(kind).then_some(code))
}

/// The finding for a port that no address opens. `alive`: the host answers on another port.
pub(crate) fn finding(run: &Run, code: Code, attempts: &[Attempt], alive: bool) -> Finding {
    let port = run.remote().port;
    let source = run.request().source.clone();
    let from = source
        .as_ref()
        .map(|source| format!(" from {source}"))
        .unwrap_or_default();
    let first = attempts.first().map_or("", |attempt| attempt.ip.as_str());
    // Another address may have failed in another way.
    let of_this = |it: &&Attempt| all_failed(std::slice::from_ref(*it)) == Some(code);
    let told = attempts.iter().filter(of_this).find_map(Attempt::told_by);
    let prohibited = code == UNREACHABLE
        && attempts
            .iter()
            .any(|it| it.kind() == Some(FailureKind::Prohibited));
    let detail = match code {
        _ if code == REFUSED => match told {
            Some(sender) => format!(
                "{sender} refuses the connection to port {port} of {first} with an ICMP message. A server without \
                a service on that port would refuse by TCP, so this is a firewall rule."
            ),
            None => attempt::refusal(first, port),
        },
        _ if code == TIMEOUT => format!(
            "No answer came from port {port}{from}, not even a refusal: packets are dropped on the network path. \
            The most likely reason is a firewall that does not allow this source address. {}.",
            if alive {
                "The host is up, because another port answers; a wrong port looks the same from here"
            } else {
                "A wrong port, or a host that is down, looks the same from here"
            }
        ),
        _ if code == CLOSED => {
            "The server accepts the connection and resets it before it sends anything. Servers and firewalls do \
            so for source addresses that they do not allow, and load balancers when no healthy server is behind \
            them."
                .into()
        }
        _ if code == SOURCE_UNAVAILABLE => {
            format!("Connections should leave{from}, but this machine does not have that address.")
        }
        _ => match told {
            Some(sender) if prohibited => format!(
                "{sender} reports that a rule forbids the connection{from}: a firewall blocks it there."
            ),
            Some(sender) => format!(
                "{sender}, a router on the network path or the remote itself, reports that it has no route \
                onward{from}."
            ),
            None => format!("This machine has no route to the remote{from}."),
        },
    };
    let mut finding = Finding::new(code, detail);
    for attempt in attempts.iter().take(6) {
        finding = finding.evidence(
            "tried",
            format!(
                "{} port {}: {}",
                attempt.ip,
                attempt.port,
                attempt.outcome()
            ),
        );
    }
    if let Some(how) = how(code, told.is_some(), prohibited) {
        finding = finding.evidence("how", how);
    }
    match told {
        Some(sender) if code == UNREACHABLE || code == REFUSED => on_the_way(
            finding.evidence("told by", sender),
            code,
            prohibited,
            sender,
            first,
        ),
        Some(_) | None => with_alternatives(finding, code, alive),
    }
}

/// Somebody on the way says so. Whose rule or whose way that is, the sender's address tells, more or less.
fn on_the_way(finding: Finding, code: Code, prohibited: bool, sender: &str, to: &str) -> Finding {
    let elsewhere = "run the same check from another network: if it succeeds there, this source address is \
    blocked";
    if prohibited || code == REFUSED {
        let decision = Decision::by_evidence(format!(
            "the ICMP message of {sender}, which only a rule sends"
        ));
        return finding.owner(Owner::FirewallAdmin).because(decision);
    }
    // A private address is in the network that the connection begins in, or else nobody would have heard from it.
    let owner = match sender.parse::<IpAddr>().ok().map(Scope::of) {
        Some(Scope::Public) if sender == to => Owner::ServerAdmin,
        Some(Scope::Public) => Owner::FirewallAdmin,
        Some(_) | None => Owner::Platform,
    };
    finding.owner(owner).likely(SOURCE_BLOCKED, elsewhere)
}

/// How it looks from here, in a word.
fn how(code: Code, told: bool, prohibited: bool) -> Option<&'static str> {
    match code {
        _ if prohibited => Some("prohibited"),
        _ if code == UNREACHABLE && told => Some("turned back"),
        _ if code == TIMEOUT => Some("dropped"),
        _ if code == REFUSED || code == CLOSED => Some("reset"),
        _ if code == UNREACHABLE => Some(how::NO_ROUTE),
        _ if code == SOURCE_UNAVAILABLE => Some("not ours"),
        _ => None,
    }
}

/// What one place on the network cannot tell apart.
fn with_alternatives(finding: Finding, code: Code, alive: bool) -> Finding {
    let elsewhere = "run the same check from an address that is known to be allowed. If the port opens there, \
    this source address is blocked, and the firewall's log says so";
    match code {
        _ if code == TIMEOUT && alive => finding.likely(SOURCE_BLOCKED, elsewhere).likely(
            REFUSED,
            "the server's administrator can see whether the service listens on this port",
        ),
        _ if code == TIMEOUT => finding
            .likely(SOURCE_BLOCKED, elsewhere)
            .likely(
                REFUSED,
                "the server's administrator can see whether the service listens on this port",
            )
            .likely(
                UNREACHABLE,
                "the server's administrator can see whether the machine is up and has this address",
            ),
        _ if code == REFUSED || code == CLOSED => finding.likely(SOURCE_BLOCKED, elsewhere),
        _ => finding.because(Decision::by_evidence(
            "the answer of this system, before any server was asked",
        )),
    }
}

/// Some addresses work and some do not: which fault that is depends on whether the IP version divides them.
fn some_failed(run: &mut Run, attempts: &[Attempt]) {
    let (v6, v4): (Vec<&Attempt>, Vec<&Attempt>) =
        attempts.iter().partition(|attempt| attempt.is_ipv6());
    // No way out for this IP version is a matter of this machine and says nothing about the remote.
    let no_way = |attempt: &&Attempt| {
        matches!(
            attempt.kind(),
            Some(FailureKind::Unreachable | FailureKind::AddressNotLocal | FailureKind::Busy) if attempt.told_by().is_none()
        )
    };
    let failed = |list: &[&Attempt]| {
        list.iter()
            .filter(|attempt| attempt.result.is_err() && !no_way(attempt))
            .count()
    };
    let works = |list: &[&Attempt]| list.iter().any(|attempt| attempt.result.is_ok());
    if works(&v4) && !v6.is_empty() && failed(&v6) == v6.len() {
        let detail = "The name has an IPv6 address that does not answer, while IPv4 works. Clients that prefer \
        IPv6 wait for it until they time out, or fail.";
        run.found(
            with_attempts(Finding::new(IPV6_UNREACHABLE, detail), attempts)
                .cured_by(&[("ip_version", "4")]),
        );
    } else if failed(&v4) + failed(&v6) > 0 {
        let detail = "Some addresses of the name accept connections and others do not. A client that picks one of \
        the others fails, so failures are random.";
        run.found(with_attempts(
            Finding::new(ADDRESSES_DIFFER, detail),
            attempts,
        ));
    }
    if attempts.iter().any(|attempt| no_way(&attempt)) {
        let skipped: Vec<&str> = attempts
            .iter()
            .filter(no_way)
            .map(|attempt| attempt.ip.as_str())
            .collect();
        let reason = "this machine, or this source address, has no route to them";
        run.not_applicable(
            &format!("the addresses {}", skipped.join(", ")),
            &[IPV6_UNREACHABLE],
            reason,
        );
    }
}

fn with_attempts(finding: Finding, attempts: &[Attempt]) -> Finding {
    attempts.iter().fold(finding, |finding, attempt| {
        finding.evidence(&attempt.ip, attempt.outcome())
    })
}
