//! What the data connections mean, taken together.

use probe_sdk::ftp::Announced;
use probe_sdk::halt::too_late;
use probe_sdk::session::{Method, Offer, Session};
use probe_sdk::{Code, Decision, FailureKind, Finding, Run, value};

use crate::channel::Channel;
use crate::facts;
use crate::sample::{Outcome, Sample};
use crate::second_way::Declined;
use crate::{
    ALL_BLOCKED, BEHIND_THE_PORT, CODES, EPSV_BROKEN, FOREIGN_ADDRESS, NO_NOTIFY, PASSIVE_REFUSED,
    PASV_BROKEN, PRIVATE_ADDRESS, PROTECTION_REQUIRED, SOME_BLOCKED, Seen, TRUNCATED,
    UNSPECIFIED_ADDRESS, lost, ports, pret, protection, refused, settings,
};

/// Codes that need a port to be offered, beside those that need one to be open.
const BEHIND_THE_OFFER: &[Code] = &[ALL_BLOCKED, SOME_BLOCKED, EPSV_BROKEN, PASV_BROKEN];

/// Codes that the two methods tell side by side.
const METHODS: &[Code] = &[
    EPSV_BROKEN,
    PASV_BROKEN,
    PRIVATE_ADDRESS,
    FOREIGN_ADDRESS,
    UNSPECIFIED_ADDRESS,
];

pub(crate) fn judge(run: &mut Run, channel: &Channel, seen: &Seen) {
    let (session, samples) = (&channel.session, channel.samples.as_slice());
    announced_address(run, session, samples);
    pret::judge(run, channel);
    settings::judge(run, session, samples);
    if let Some(why) = samples.iter().find_map(|sample| match &sample.result {
        Outcome::NoRoom(why) => Some(why),
        _ => None,
    }) {
        return run.not_permitted("data connections", CODES, why);
    }
    if samples.iter().all(|sample| sample.port().is_none()) {
        return no_port(run, session, samples);
    }
    ports::judge(run, session, samples, seen.again.as_ref());
    if let Some(silent) = &seen.silent {
        silent.judge(run, run.request().reply_ms);
    }
    undialled_beside(run, samples);
    if let Some(refusal) = samples.iter().find_map(Sample::refusal) {
        refused::judge(run, session, refusal, samples, seen);
    } else if let Some(declined) = samples.iter().find_map(Sample::declined) {
        listed_otherwise(run, declined);
    } else if let Some(why) = undialled(run, samples) {
        run.could_not_look("transfers", BEHIND_THE_PORT, &why);
    } else if samples.iter().all(|sample| !sample.port_opened()) {
        run.behind_fault(
            "transfers",
            BEHIND_THE_PORT,
            "no data connection was established",
        );
    }
    endings(run, session, samples);
    lost::judge(run, &seen.lost);
    not_looked(run, samples);
}

/// One command announces ports that may not be dialled, each time, and the other works: what the first one is worth, nobody
/// has seen.
fn undialled_beside(run: &mut Run, samples: &[Sample]) {
    for (method, code) in [(Method::Epsv, EPSV_BROKEN), (Method::Pasv, PASV_BROKEN)] {
        let of = || samples.iter().filter(|it| it.method == method);
        let why = of().find_map(|sample| match &sample.result {
            Outcome::Undialled(why) => Some(why),
            _ => None,
        });
        let others_open = samples.iter().any(Sample::port_opened);
        let dialled = of().any(|it| it.port_opened() || it.port_failed());
        if let (Some(why), true, false) = (why, others_open, dialled) {
            let check = format!("the ports that {} announces", method.name());
            run.not_permitted(&check, &[code], why);
        }
    }
}

/// Why no port was dialled, where that is all that is known.
fn undialled(run: &Run, samples: &[Sample]) -> Option<String> {
    let found = run.found_of(CODES).is_some();
    if found
        || samples
            .iter()
            .any(|it| it.port_opened() || it.port_failed())
    {
        return None;
    }
    samples.iter().find_map(|sample| match &sample.result {
        Outcome::Undialled(why) => Some(why.clone()),
        _ => None,
    })
}

/// A listing was refused for a reason that is no fault: what it would have shown is not there to be seen.
fn listed_otherwise(run: &mut Run, declined: &Declined) {
    let check = "what a listing shows";
    run.not_applicable(check, BEHIND_THE_PORT, &declined.words());
}

/// How data connections ended that the server called complete. One of several says little: it is no habit.
fn endings(run: &mut Run, session: &Session, samples: &[Sample]) {
    let done = || samples.iter().filter_map(Sample::done);
    let mut improper = done().filter(|transferred| !transferred.closed_properly);
    let Some(transferred) = improper.next() else {
        return;
    };
    if improper.next().is_none() && done().count() > 1 {
        return;
    }
    let reset = transferred.ended_by == Some(FailureKind::Reset);
    let ended = if reset {
        "ended by a reset"
    } else {
        "ended by TCP alone"
    };
    let finding = if session.tls {
        let detail = "The server ends the data connection without a TLS closing alert. Strict clients consider \
        the file or listing truncated, and no client can tell whether it is.";
        Finding::new(NO_NOTIFY, detail)
    } else {
        let detail = "The server calls the transfer complete and resets the data connection, which destroys \
        everything that was not read yet.";
        let test = "the bytes that arrive are as many as the server has, again and again";
        Finding::new(TRUNCATED, detail).likely(NO_NOTIFY, test)
    };
    run.found(
        finding
            .evidence("data connection", ended)
            .evidence("reply", &transferred.reply),
    );
}

fn not_looked(run: &mut Run, samples: &[Sample]) {
    let Some(why) = samples.iter().find_map(|sample| match &sample.result {
        Outcome::NotLooked(why) => Some(why.clone()),
        _ => None,
    }) else {
        return;
    };
    match run.found_of(BEHIND_THE_PORT) {
        // A server that ends the session over a transfer it refused.
        Some(code) => {
            let reason = format!("blocked by {}", code.name);
            run.behind_fault("more data connections", METHODS, &reason);
        }
        None if samples
            .iter()
            .any(|it| it.lists() || it.declined().is_some()) => {}
        None => run.could_not_look("data connections", CODES, &why),
    }
}

/// PASV announces an address; EPSV cannot.
fn announced_address(run: &mut Run, session: &Session, samples: &[Sample]) {
    // RFC 2428 section 1: an address of IPv4 means nothing here, whatever it is.
    if session.is_ipv6() {
        return;
    }
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
    let granted = matches!(&sample.offer, Some(Offer::Port { port, .. }) if port.at.is_some());
    if granted
        && samples
            .iter()
            .any(|it| it.offer_is_of(ip) && it.port_opened())
    {
        // Another host is meant, and the data connection gets there: a load balancer may want it so.
        run.note(facts::ANNOUNCED_ADDRESS, value::text(ip.to_string()));
        return run.clear(&[PRIVATE_ADDRESS, FOREIGN_ADDRESS]);
    }
    let works = match &sample.result {
        _ if granted => "does not open at the announced address, which was tried",
        Outcome::Opened | Outcome::Done(_) | Outcome::Refused(_) | Outcome::Declined(_) => {
            "opens at the address of the control connection"
        }
        Outcome::PortFailed(_) => "does not open at the address of the control connection either",
        Outcome::NoPort
        | Outcome::Overtaken
        | Outcome::Ended(_)
        | Outcome::Undialled(_)
        | Outcome::NoRoom(_)
        | Outcome::NotLooked(_) => "was not tried",
    };
    let (code, detail) = match judged {
        Announced::Narrower => (
            PRIVATE_ADDRESS,
            format!(
                "In its answer to PASV, the server announces {ip}, an address that only its own network can \
                reach. Clients that use it cannot transfer anything."
            ),
        ),
        Announced::Foreign => (
            FOREIGN_ADDRESS,
            format!(
                "In its answer to PASV, the server announces {ip}, which is a different host from the one that \
                answers."
            ),
        ),
        Announced::UsePeer => (
            UNSPECIFIED_ADDRESS,
            format!(
                "In its answer to PASV, the server announces {ip}, which is not a usable address. Some clients \
                use the address of the control connection instead; others fail."
            ),
        ),
        Announced::SameAsPeer => return,
    };
    let finding = Finding::new(code, detail)
        .evidence("announced", ip)
        .evidence("control connection", &session.peer)
        .evidence("reply", reply)
        .evidence("the announced port", works);
    let by_epsv = |sample: &&Sample| sample.method == Method::Epsv;
    let epsv_works = samples.iter().filter(by_epsv).any(|it| it.done().is_some());
    // EPSV announces no address, so there is none to be wrong.
    let epsv = [("passive_mode", "epsv")];
    // On purpose, an address that anybody can reach may be meant; whether a data connection gets there, nobody has seen.
    let finding = if code == FOREIGN_ADDRESS && !granted {
        let test = format!(
            "try a data connection to {ip}, which --allow-data-address {ip} permits: if it succeeds, the server \
            announces it on purpose"
        );
        finding.likely(PASV_BROKEN, &test)
    } else {
        finding.because(Decision::by_rule(
            reply,
            "the announced address, compared with that of the control connection",
        ))
    };
    run.found(match session.only_method() {
        None if epsv_works => finding.cured_by(&epsv),
        Some(Method::Pasv) => finding.patch(&epsv),
        _ => finding,
    });
}

/// What the session that ended, or fell silent, over a question is called; the question was asked in two sessions.
fn passive_refused(session: &Session, samples: &[Sample]) -> Finding {
    let halt = |sample: &Sample| sample.ending()?.halt.clone();
    if let Some(halt) = samples.iter().find_map(halt) {
        return halt.repeated(halt.manner);
    }
    if samples.iter().any(|sample| sample.ending().is_some()) {
        let detail = "No command for a data port gets one: in more than one session, the session ends at the \
        command, or no answer comes. Clients behind a firewall, such as ours, cannot transfer without it.";
        let decision = Decision::by_counter_test("a second session", "the question ends it, too");
        return Finding::new(PASSIVE_REFUSED, detail).because(decision);
    }
    let alone = |method: Method| {
        let name = method.name();
        format!(
            "The server refuses {name}, and the settings allow no other command for a data port."
        )
    };
    let detail = session.only_method().map_or_else(
        || "The server refuses passive mode, both EPSV and PASV. Clients behind a firewall, such as ours, cannot \
        transfer without it.".into(),
        alone,
    );
    let decision = Decision::by_counter_test(
        "each command for a data port that the settings allow",
        "refused",
    );
    Finding::new(PASSIVE_REFUSED, detail).because(decision)
}

/// The questions for a port are answered, and later than the settings wait.
fn answered_late(run: &Run, samples: &[Sample]) -> Option<Finding> {
    let late = |sample: &Sample| Some((sample.method, sample.ending()?.late_ms()?));
    let (method, ms) = samples.iter().find_map(late)?;
    Some(too_late(method.name(), run.request().reply_ms, ms))
}

/// No method that is allowed gave a port.
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
    let finding = match (unprotected, ports::exhausted(samples)) {
        (Some(reply), _) => {
            let detail = "The server transfers data only over TLS, but this session has none.";
            let finding = Finding::new(PROTECTION_REQUIRED, detail)
                .because(Decision::by_rule(
                    reply,
                    "the requirement of PROT P (RFC 4217 section 9)",
                ))
                .evidence("reply", reply);
            protection::over_tls(run, finding)
        }
        (None, Some(exhausted)) => exhausted,
        (None, None) if let Some(late) = answered_late(run, samples) => {
            ports::with_replies(late, samples)
        }
        (None, None) => {
            let finding = ports::with_replies(passive_refused(session, samples), samples);
            let finding = match samples.iter().find_map(Sample::ending) {
                Some(ending) => ports::on_the_way(finding, ending),
                None => finding,
            };
            match session.only_method() {
                Some(Method::Pasv) => finding.patch(&[("passive_mode", "epsv")]),
                Some(Method::Epsv) if !session.is_ipv6() => {
                    finding.patch(&[("passive_mode", "pasv")])
                }
                _ => finding,
            }
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
