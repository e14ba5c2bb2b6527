//! The data connection of a transfer: how it is had, how it is secured, and how it ends.

use facts::name;
use model::finding::Severity;

use super::{Case, Way};
use crate::profile::{Belief, Known, LeavesEpsv, Resumes, Starts, Step, Unprotected, Way as Asks};
use crate::server::{Announced, Goes};
use crate::trouble::Trouble;

/// Faults that may keep our own listing away, and that clients differ over: each has a rule here.
const OURS_ALONE: [&str; 12] = [
    "data.all-ports-blocked",
    "data.closed-without-notify",
    "data.epsv-broken",
    "data.passive-refused",
    "data.pasv-broken",
    "data.pasv-foreign-address",
    "data.pasv-private-address",
    "data.truncated",
    "ftp.list-denied",
    "ftp.path-not-found",
    "ftps.data-protection-refused",
    "ftps.session-reuse-broken",
];

/// Faults of the ports that the server names to clients.
const OF_PORTS: [&str; 3] = [
    "data.pret-required",
    "data.ports-exhausted",
    "data.tls-stalls",
];

pub(super) fn look(case: &Case<'_>, step: Step, way: &mut Way) {
    case.everybody(&of_mode(case), way);
    if !is_active(case) && case.codes.chance.iter().any(|code| case.server.has(code)) {
        way.depends("the data port that the server happens to name");
    }
    for code in &case.codes.somewhere_transfer {
        if let Some(found) = case.server.found(code) {
            way.depends(format!(
                "the source address: from some of them, {}",
                found.title
            ));
        }
    }
    port(case, way);
    if case.is_secured() && !in_clear(case) {
        secured(case, step, way);
    }
    if step != Step::Upload && case.is_secured() {
        ending(case, way);
    }
    nothing_seen(case, way);
}

/// How the server ends what it sends.
fn ending(case: &Case<'_>, way: &mut Way) {
    let Some(found) = case.server.found("data.closed-without-notify") else {
        return;
    };
    let needs = &case.client.data.needs_close_notify;
    let what = "whether it needs close_notify";
    way.unless(needs, |needs| !needs, what, || Trouble::NoCloseNotify);
    let is_reset = |it: &str| it.contains("reset");
    if found.evidence("data connection").is_some_and(is_reset) {
        way.depends("how much a client has read when the server resets its data connection");
    }
}

/// What is about TLS does not concern a client without, and what is about data ports of the server none whom it connects to.
fn of_mode(case: &Case<'_>) -> Vec<String> {
    let is_secured = case.is_secured();
    let about_tls = |code: &str| code.contains("tls") || code.contains("session-reuse");
    let codes = case.codes.transfer.iter();
    codes
        .filter(|code| is_secured || !about_tls(code))
        .filter(|code| !is_active(case) || !OF_PORTS.contains(&code.as_str()))
        .cloned()
        .collect()
}

/// Whether the server connects to the client, as far as the client has it.
fn is_active(case: &Case<'_>) -> bool {
    let ways = case.client.data.ways.as_ref();
    ways.is_some_and(|it| it.is.first() == Some(&Asks::Port))
}

/// Whether the client goes on in clear text where the server refuses to encrypt.
fn in_clear(case: &Case<'_>) -> bool {
    let refused = &case.client.encryption.protection_refused;
    let goes_on = refused
        .as_ref()
        .is_some_and(|it| it.is == Unprotected::GoesOnInClear);
    case.server.has("ftps.data-protection-refused") && goes_on
}

/// Whether the client transfers in clear text, and nobody looked since `PROT P` was refused.
fn nobody_looked(case: &Case<'_>) -> bool {
    case.server.has("ftps.data-protection-refused") && (in_clear(case) || !case.is_secured())
}

/// The ways of a client in their order, until the server gives one.
fn port(case: &Case<'_>, way: &mut Way) {
    let Some(ways) = &case.client.data.ways else {
        return way.no_source("how it asks for data connections");
    };
    let mut ways = ways.is.clone();
    if case.server.is_ipv6() {
        // RFC 2428 section 1: PASV has no room for the address.
        ways.iter_mut()
            .filter(|it| **it == Asks::Pasv)
            .for_each(|it| *it = Asks::Epsv);
        ways.dedup();
    }
    for (index, asks) in ways.iter().enumerate() {
        let is_last = index + 1 == ways.len();
        match case.server.goes(*asks) {
            Some(Goes::Works) => {
                if *asks == Asks::Pasv {
                    announced(case, way);
                }
                return;
            }
            Some(Goes::Refused) => {}
            Some(Goes::Unreadable) => {
                let trouble = Trouble::Unreadable(*asks);
                if *asks != Asks::Epsv || is_last {
                    return way.fails(trouble);
                }
                match &case.client.data.leaves_unreadable_epsv {
                    Some(leaves) if leaves.is => {}
                    Some(_) => return way.fails(trouble),
                    None => {
                        return way
                            .no_source("what it does with an answer to EPSV that names no port");
                    }
                }
            }
            // The control connection is out of step from then on.
            Some(Goes::Unanswered) => return way.fails(Trouble::Unanswered(*asks)),
            Some(bad @ (Goes::Nowhere | Goes::Closed)) => {
                if *asks == Asks::Pasv && elsewhere(case, way) {
                    return;
                }
                let trouble = Trouble::Nowhere(*asks);
                if *asks != Asks::Epsv || is_last {
                    return way.fails(trouble);
                }
                match case.client.data.leaves_epsv.as_ref().map(|it| it.is) {
                    Some(LeavesEpsv::DeadPorts) => {}
                    Some(LeavesEpsv::ClosedPorts) if bad == Goes::Closed => {}
                    Some(LeavesEpsv::ClosedPorts | LeavesEpsv::Never) => return way.fails(trouble),
                    None => {
                        return way.no_source("what it does where the ports of EPSV do not open");
                    }
                }
            }
            // Nobody looked, since nothing was to go in clear text; nothing speaks against it.
            None if nobody_looked(case) && *asks != Asks::Port => return,
            None => {
                return way.not_asked(match asks {
                    Asks::Epsv => "whether EPSV works",
                    Asks::Pasv => "whether PASV works",
                    Asks::Port => "whether the server connects to clients (active mode)",
                });
            }
        }
    }
    way.fails(Trouble::NoWay);
}

/// Ports that do not open at the server's own address may be those of the address that it announces.
fn elsewhere(case: &Case<'_>, way: &mut Way) -> bool {
    let data = &case.client.data;
    let (belief, address) = match case.server.announces() {
        Some((Announced::Private, address)) => (&data.private_address, address),
        Some((Announced::Foreign, address)) => (&data.foreign_address, address),
        Some((Announced::Own | Announced::Unspecified, _)) | None => return false,
    };
    let address = address.unwrap_or("another address").to_owned();
    let Some(known) = belief else {
        way.no_source("what it does with the address that PASV announces");
        return true;
    };
    match known.is {
        Belief::Replaces | Belief::Refuses => way.fails(Trouble::OtherHostNeeded(address)),
        Belief::Believes | Belief::TriesBoth => match case.server.announced_opens() {
            true => {}
            false => way.not_asked(&format!(
                "whether data connections to {address} come about (--allow-data-address)"
            )),
        },
    }
    true
}

/// PASV gave a port that opens at the server's own address.
fn announced(case: &Case<'_>, way: &mut Way) {
    let data = &case.client.data;
    let Some((announced, address)) = case.server.announces() else {
        return way.not_asked("which address PASV announces");
    };
    let address = address.unwrap_or("another address").to_owned();
    let what = "what it does with the address that PASV announces";
    let copes = |it: &Belief| matches!(it, Belief::Replaces | Belief::TriesBoth);
    let mut judge = |belief: &Option<Known<Belief>>, trouble: Trouble| {
        way.unless(belief, copes, what, || trouble);
    };
    match announced {
        Announced::Own => {}
        _ if case.server.announced_opens() => {}
        Announced::Private => judge(&data.private_address, Trouble::PrivateAddress(address)),
        Announced::Foreign => judge(&data.foreign_address, Trouble::ForeignAddress(address)),
        Announced::Unspecified => judge(&data.unspecified_address, Trouble::NoAddress),
    }
}

fn secured(case: &Case<'_>, step: Step, way: &mut Way) {
    let (client, server) = (&case.client.data, case.server);
    if server.has("ftps.data-protection-refused") {
        way.fails(Trouble::ProtectionRefused);
    }
    match (server.demands_resumption(), &client.resumes) {
        (Some(false), Some(resumes))
            if resumes.is == Resumes::Insists && server.gives_sessions() == Some(false) =>
        {
            way.fails(Trouble::ResumptionMissing);
        }
        (Some(true), None) => way.no_source("whether it resumes TLS sessions"),
        (Some(true), Some(resumes)) if resumes.is == Resumes::No => {
            way.fails(Trouble::ResumptionDemanded)
        }
        (None, Some(resumes)) if resumes.is == Resumes::No => {
            way.not_asked("whether the server demands that data connections resume TLS");
        }
        (None, None) => way.no_source("whether it resumes TLS sessions"),
        (Some(_) | None, _) => {}
    }
    reuse_broken(case, way);
    let needs_tickets = client.needs_tickets.as_ref().is_some_and(|it| it.is);
    if server.demands_resumption() == Some(true) && needs_tickets {
        match server.gives_tickets() {
            Some(true) => {}
            Some(false) => way.fails(Trouble::ResumptionDemanded),
            None => way.not_asked("whether the server gives session tickets"),
        }
    }
    let protects = case.client.encryption.protects_implicit.as_ref();
    if case.mode == crate::Mode::Implicit && protects.is_some_and(|it| !it.is) {
        way.not_asked("whether data connections of the implicit port are encrypted without PROT P");
    }
    let starts = match step {
        Step::Download | Step::Upload => client.starts_files.as_ref().or(client.starts.as_ref()),
        Step::Connect | Step::List => client.starts.as_ref(),
    };
    let product = server.text(name::SERVER_PRODUCT).unwrap_or_default();
    let early = client.begins_early_with.as_ref();
    let begins_early = early.is_some_and(|it| it.is.iter().any(|name| name == product));
    match (server.starts_tls_first(), starts.map(|it| it.is)) {
        (_, Some(Starts::BeforeCommand)) if begins_early => {}
        (_, Some(Starts::AtOnce)) => {}
        (Some(true), Some(Starts::AfterReply)) => way.fails(Trouble::TlsBefore150),
        (Some(_), Some(Starts::BeforeCommand)) => way.fails(Trouble::TlsBeforeCommand),
        (None, Some(Starts::BeforeCommand)) => {
            way.not_asked("when the server begins TLS on data connections")
        }
        (Some(true), None) => way.no_source("when it begins TLS on data connections"),
        // Nearly every server begins once it has said 150, and a report that does not say so is of a session like that.
        (Some(false) | None, None) | (Some(false) | None, Some(Starts::AfterReply)) => {}
    }
}

/// A server that refuses data connections over the session that they resume: those that never do may be let in.
fn reuse_broken(case: &Case<'_>, way: &mut Way) {
    let Some(found) = case.server.found("ftps.session-reuse-broken") else {
        return;
    };
    let all_fail = || Trouble::Everybody {
        code: found.code.into(),
        title: found.title.into(),
    };
    let resumes = case.client.data.resumes.as_ref().map(|it| it.is);
    match (case.server.demands_resumption(), resumes) {
        (Some(false), Some(Resumes::No)) => {}
        (Some(_), None) | (None, None) => way.no_source("whether it resumes TLS sessions"),
        (None, Some(Resumes::No)) | (Some(true), Some(_)) => way.fails(all_fail()),
        (Some(false) | None, Some(Resumes::Yes | Resumes::Insists)) => way.fails(all_fail()),
    }
}

/// Nothing was seen to go over a data connection, and no finding that this program judges clients by says why.
fn nothing_seen(case: &Case<'_>, way: &mut Way) {
    let server = case.server;
    let is_judged =
        |code: &str| OURS_ALONE.contains(&code) || case.codes.transfer.iter().any(|it| it == code);
    let explained = || {
        let mut findings = server.findings.iter();
        findings.any(|it| it.severity == Severity::Error && is_judged(it.code))
    };
    if server.transfers() == Some(true)
        || server.text("data.listing-declined").is_some()
        || explained()
    {
        return;
    }
    way.not_asked(match server.flag(name::LOGIN_ACCEPTED) {
        Some(true) => "whether a listing arrives",
        Some(false) | None => "what comes after the login",
    });
}
