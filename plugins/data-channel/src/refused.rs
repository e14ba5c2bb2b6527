//! The data port opened, and the listing did not come: which of the many reasons it was.

use probe_sdk::ftp::phase::transfer::TransferAnswer;
use probe_sdk::halt::{CLOSES_SESSION, STOPS_ANSWERING};
use probe_sdk::session::{Answer, Refusal, Session, Transferred};
use probe_sdk::{Code, Decision, Failure, FailureKind, Finding, Run, TlsVersion, quoted};

use crate::again::{self, Silent};
use crate::lost::{self, AGAIN_AND_AGAIN, OFTEN};
use crate::protection::{self, Protection};
use crate::resumption::first_not_resumed;
use crate::sample::Sample;
use crate::second_way::{self, SecondWay, Verdict};
use crate::{
    AFFINITY_LOST, BEHIND_THE_PORT, HOME_UNAVAILABLE, LIST_DENIED, PEER_REJECTED,
    PROTECTION_REFUSED, PROTECTION_REQUIRED, REUSE_BROKEN, REUSE_REQUIRED, Seen, TLS_FAILED,
    TLS_STALLS, TRUNCATED,
};

/// The port opened, and the listing did not come.
pub(crate) fn judge(
    run: &mut Run,
    session: &Session,
    refusal: &Refusal,
    samples: &[Sample],
    seen: &Seen,
) {
    if let Some(second_way) = &seen.second_way
        && second_way::refusal_of(refusal).is_some()
    {
        return listing(run, refusal, second_way);
    }
    let resumed_before = samples
        .iter()
        .filter_map(Sample::done)
        .any(Transferred::resumed);
    let Some(code) = code(session, refusal, samples, seen) else {
        let reply = refusal.reply.as_ref().map(quoted);
        let failure = refusal
            .failure
            .as_ref()
            .map(|failure| failure.detail.clone());
        let seen = reply.or(failure).unwrap_or_else(|| "no reply".into());
        let reason = format!("a transfer failed without a known reason: {seen}");
        return run.could_not_look("the listing of the directory", BEHIND_THE_PORT, &reason);
    };
    let code = match code {
        // There was something to resume with, and it ran out (F-D18).
        code if code == REUSE_REQUIRED && resumed_before => REUSE_BROKEN,
        code => code,
    };
    let finding = Finding::new(code, detail(code, refusal, resumed_before));
    let finding = match decision(code, refusal, seen) {
        Some(decision) => finding.because(decision),
        None => finding,
    };
    let mut finding = with_what_was_seen(finding, code, refusal, samples);
    if let (Some((lost, worked)), true) = (by_chance(samples, seen), code == AFFINITY_LOST) {
        finding = finding.evidence("transfers", format!("{lost} lost, {worked} complete"));
    }
    let first = samples.iter().all(|sample| sample.done().is_none());
    let mut finding = beside(finding, code, refusal, seen, first);
    if code == TLS_STALLS && !refusal.started {
        finding = finding.likely(
            STOPS_ANSWERING,
            "a packet trace on the server shows whether the TLS handshake arrives there: if it does, the server \
            hangs at the transfer",
        );
    }
    if code == REUSE_REQUIRED {
        finding = finding.likely(
            TLS_FAILED,
            "the server also refuses the same transfer over a session that can be resumed (TLS 1.2); its log says \
            why",
        );
    }
    if code == PROTECTION_REQUIRED {
        finding = protection::over_tls(run, finding);
    }
    run.found(finding);
    behind(run, code);
}

/// What refuses a transfer: the server's words in their phase, the end of its data connection, or silence that a second try
/// showed again. Silence that could not be looked at once more decides nothing.
fn decision(code: Code, refusal: &Refusal, seen: &Seen) -> Option<Decision> {
    match (&refusal.reply, &refusal.failure) {
        // One session alone that was lost is not judged.
        (_, Some(failure)) if refusal.answer == Answer::ControlLost => Some(
            Decision::by_counter_test("a second session", &failure.detail),
        ),
        (_, Some(failure)) if is_garbled(refusal) => Some(Decision::by_evidence(format!(
            "what came over the data connection: {}",
            failure.detail
        ))),
        (Some(reply), _) if refusal.answer == Answer::Reply(TransferAnswer::Closing) => {
            Some(Decision::by_counter_test("a second session", reply))
        }
        (Some(reply), _) => Some(Decision::by_rule(reply, "the refusal of a transfer")),
        (None, Some(failure)) => Some(Decision::by_evidence(format!(
            "how the data connection ended: {}",
            failure.detail
        ))),
        (None, None) => {
            let again = seen.silent.as_ref().map(Silent::words);
            let again = again.map(|words| Decision::by_counter_test("a second transfer", words));
            let others =
                || Decision::by_counter_test("transfers by other commands", "they come about");
            again.or_else(|| (code == STOPS_ANSWERING).then(others))
        }
    }
}

/// The reply, and what the data connection saw.
fn with_what_was_seen(
    mut finding: Finding,
    code: Code,
    refusal: &Refusal,
    samples: &[Sample],
) -> Finding {
    if let (Some(number), true) = (first_not_resumed(samples), code == REUSE_BROKEN) {
        finding = finding.evidence(
            "first refused",
            format!("transfer {number} of this session"),
        );
    }
    if let Some(reply) = &refusal.reply {
        finding = finding.evidence("reply", reply);
    }
    if let Some(failure) = &refusal.failure {
        finding = finding.evidence("failure", &failure.detail);
    }
    if let Some(session) = &refusal.session {
        let offered = if session.resumption_offered {
            "offered"
        } else {
            "nothing to offer"
        };
        let resumed = if session.resumed {
            "accepted"
        } else {
            "not accepted"
        };
        finding = finding.evidence("session resumption", format!("{offered}, {resumed}"));
    }
    let refused = samples.iter().find(|sample| sample.refusal().is_some());
    let by_command = code == CLOSES_SESSION || code == STOPS_ANSWERING;
    if let (Some(verb), true) = (refused.and_then(|it| it.verb), by_command) {
        finding = finding.evidence("command", verb);
    }
    match refused.and_then(Sample::port) {
        Some(port) => finding.evidence("data port", port),
        None => finding,
    }
}

/// The rest of what a transfer would have shown.
fn behind(run: &mut Run, code: Code) {
    let rest: Vec<Code> = BEHIND_THE_PORT
        .iter()
        .copied()
        .filter(|other| *other != code)
        .collect();
    run.behind_fault(
        "the rest of a transfer",
        &rest,
        &format!("blocked by {}", code.name),
    );
}

/// A listing was refused before any data, and was asked for in a second way.
fn listing(run: &mut Run, refusal: &Refusal, second_way: &SecondWay) {
    let reply = refusal.reply.as_ref().map_or("no reply".into(), quoted);
    let (code, detail) = match second_way.verdict {
        Verdict::Denied { certain: true } => (
            LIST_DENIED,
            "The server refuses to list the directory, asked in more than one way.",
        ),
        Verdict::Denied { certain: false } => (
            LIST_DENIED,
            "The server refuses to list the directory and does not say why. A missing right is the most likely \
            reason.",
        ),
        Verdict::HomeMissing => (
            HOME_UNAVAILABLE,
            "The login is accepted, but its directory can neither be listed nor entered again: it does not exist.",
        ),
        Verdict::Unreadable => (
            TRUNCATED,
            "The server repeatedly fails to read the directory, and reports an error on its own side.",
        ),
        Verdict::Unknown => {
            let reason = format!(
                "a listing is refused ({reply}), and no other command shows why: {}",
                second_way.words()
            );
            return run.could_not_look("the listing of the directory", BEHIND_THE_PORT, &reason);
        }
    };
    let mut finding = Finding::new(code, detail);
    if let Some(reply) = &refusal.reply {
        finding = finding.evidence("reply", reply);
    }
    for (label, came) in &second_way.seen {
        finding = finding.evidence(label, came);
    }
    let empty = "put a file there and list the directory again: if that works, the directory was only empty";
    let log = "the server's log names the error";
    run.found(match second_way.verdict {
        Verdict::Denied { certain: false } => finding.likely(HOME_UNAVAILABLE, empty),
        Verdict::Unreadable => finding.likely(LIST_DENIED, log),
        Verdict::Denied { certain: true } | Verdict::HomeMissing | Verdict::Unknown => finding
            .because(Decision::by_counter_test(
                "the same asked in another way",
                second_way.words(),
            )),
    });
    behind(run, code);
}

/// What was tried beside the transfer that was refused; `first`: no transfer came before it.
fn beside(
    mut finding: Finding,
    code: Code,
    refusal: &Refusal,
    seen: &Seen,
    first: bool,
) -> Finding {
    if let Some(opens) = seen.unasked {
        let said = if opens {
            "opens, too: a device on the network path answers for the server"
        } else {
            "does not open: the server itself holds the port that it gave"
        };
        finding = finding.evidence("a port that was not asked for", said);
    }
    let about_reuse = code == REUSE_BROKEN || code == REUSE_REQUIRED;
    if let (Some(other), true) = (&seen.other_version, about_reuse) {
        finding = finding.evidence("with TLS 1.2", other.told());
        if other.works() {
            finding = finding.cured_by(&[("highest_tls_version", "1.2")]);
        }
    } else if about_reuse && first && is_tls13(refusal) {
        // Sessions of TLS 1.2 are resumed in another way (RFC 5246 section 7.3). Where transfers fail after a while only,
        // one more transfer would prove nothing.
        finding = finding.patch(&[("highest_tls_version", "1.2")]);
    }
    if let (Protection::Assumed(prot), true) = (&seen.protection, code == PROTECTION_REFUSED) {
        finding = finding.evidence("PROT P", prot);
    }
    if let Some(words) = seen.silent.as_ref().map(Silent::words) {
        finding = finding.evidence("tried again", words);
    }
    let on_the_server =
        "the server's log, or a packet trace on it, shows no data connection at all";
    let reply_says = refusal.reply.is_some();
    if code == PEER_REJECTED && !reply_says {
        finding = finding.likely(TLS_STALLS, on_the_server);
    } else if code == PEER_REJECTED
        && refusal.answer == Answer::Reply(TransferAnswer::NoDataConnection)
    {
        // The words name no address: the connection may as well have reached another machine.
        finding = finding.likely(AFFINITY_LOST, on_the_server);
    } else if code == TLS_STALLS && (reply_says || seen.silent.is_none()) {
        let test =
            "the server's log, or a packet trace on it, shows our handshake on the data connection";
        finding = finding.likely(TLS_FAILED, test);
    } else if code == AFFINITY_LOST {
        let seen_there =
            "the server's log shows the data connection and refuses it for its address";
        finding = finding
            .likely(TLS_STALLS, on_the_server)
            .likely(PEER_REJECTED, seen_there);
    } else if code == TRUNCATED && !reply_says && seen.silent.is_none() {
        let test = "the same transfer breaks off again in another session";
        finding = finding.likely(AFFINITY_LOST, test);
    }
    finding
}

fn is_tls13(refusal: &Refusal) -> bool {
    let session = refusal.session.as_ref();
    session.is_some_and(|session| session.version == TlsVersion::Tls13)
}

/// Whether the server closed a data connection unread, without a word: it did not want it.
fn turned_away(refusal: &Refusal) -> bool {
    let closed = refusal.failure.as_ref().is_some_and(|failure| {
        matches!(
            failure.kind,
            FailureKind::Closed | FailureKind::Truncated | FailureKind::Reset
        )
    });
    closed && !refusal.started && refusal.session.is_none() && refusal.reply.is_none()
}

/// The reply with its phase, and what the data connection saw, give the fault; none where both leave it open.
fn code(session: &Session, refusal: &Refusal, samples: &[Sample], seen: &Seen) -> Option<Code> {
    use TransferAnswer as It;
    let reuse = refusal
        .session
        .as_ref()
        .filter(|session| !session.resumed)
        .map(|session| {
            if session.resumption_offered {
                REUSE_BROKEN
            } else {
                REUSE_REQUIRED
            }
        });
    let secured = refusal.session.is_some();
    let lost = lost::all(&seen.lost, samples);
    if in_clear_text(refusal) {
        // What was assumed is disproved by what comes.
        return Some(match seen.protection {
            Protection::Assumed(_) => PROTECTION_REFUSED,
            Protection::Agreed | Protection::None => TLS_FAILED,
        });
    }
    if is_garbled(refusal) {
        return Some(TLS_FAILED);
    }
    if by_chance(samples, seen).is_some() {
        return Some(AFFINITY_LOST);
    }
    if is_unanswered(refusal) && hangs_alone(samples) {
        return Some(STOPS_ANSWERING);
    }
    Some(match refusal.answer {
        Answer::Reply(It::ProtectionRequired) if session.tls => TLS_FAILED,
        Answer::Reply(It::ProtectionRequired) => PROTECTION_REQUIRED,
        // After 150, and with a handshake that ended well: the server did not like the session.
        Answer::Reply(It::TlsRefused) => match (reuse, secured) {
            (Some(code), _) => code,
            (None, true) => REUSE_BROKEN,
            // Nothing of a handshake came from the server, not even its end: it has seen none.
            (None, false) if refusal.failure.is_none() => TLS_STALLS,
            (None, false) => TLS_FAILED,
        },
        Answer::Reply(It::NoDataConnection) if session.tls && secured => {
            reuse.unwrap_or(TLS_FAILED)
        }
        Answer::Reply(It::PeerAddressRejected) => PEER_REJECTED,
        Answer::Reply(It::NoDataConnection) if session.tls && refusal.failure.is_some() => {
            TLS_FAILED
        }
        Answer::Reply(It::NoDataConnection) => PEER_REJECTED,
        Answer::Reply(It::Broken) if session.tls && !secured && refusal.failure.is_some() => {
            TLS_FAILED
        }
        Answer::Reply(It::Broken) => TRUNCATED,
        Answer::Reply(It::Denied | It::Busy | It::StorageFull) if refusal.started => TRUNCATED,
        Answer::Reply(
            It::Denied | It::Busy | It::StorageFull | It::Unexpected | It::Started | It::Done,
        ) => return None,
        // Something came that is no reply, which is said by itself.
        Answer::ControlLost if refusal.failure.is_none() => return None,
        // Once only, it may have been anything.
        Answer::Reply(It::Closing) | Answer::ControlLost if lost.len() < OFTEN => return None,
        Answer::Reply(It::Closing) | Answer::ControlLost
            if !refusal.started || !lost::is_about_transfers(&lost) =>
        {
            CLOSES_SESSION
        }
        Answer::Handshake if refusal.failure.is_none() => TLS_STALLS,
        Answer::Handshake if turned_away(refusal) => PEER_REJECTED,
        Answer::Handshake => TLS_FAILED,
        Answer::Silence if session.tls && !secured => TLS_STALLS,
        // Servers look at the address before they begin TLS: with that done, it was not the address.
        Answer::Silence if !refusal.started && turned_away(refusal) => PEER_REJECTED,
        Answer::Silence if !refusal.started && refusal.passed == 0 => AFFINITY_LOST,
        Answer::Silence | Answer::ControlLost | Answer::Reply(It::Closing) => TRUNCATED,
    })
}

/// Whether neither connection brought anything, and neither ended.
fn is_unanswered(refusal: &Refusal) -> bool {
    let silent = matches!(refusal.answer, Answer::Silence | Answer::Handshake);
    silent && !refusal.started && refusal.reply.is_none() && refusal.failure.is_none()
}

/// Whether transfers by other commands come about, and none by this one: it is the command, and not the way.
fn hangs_alone(samples: &[Sample]) -> bool {
    let refused = samples.iter().find(|it| it.refusal().is_some());
    let verb = refused.and_then(|it| it.verb);
    let mut done = samples.iter().filter(|it| it.done().is_some()).peekable();
    done.peek().is_some() && done.all(|it| it.verb != verb)
}

/// Bytes came where TLS was due.
fn in_clear_text(refusal: &Refusal) -> bool {
    let not_tls = |failure: &Failure| failure.kind == FailureKind::NotTls;
    refusal.session.is_none() && refusal.failure.as_ref().is_some_and(not_tls)
}

/// The handshake ended well, and what came after it could not be read as TLS.
fn is_garbled(refusal: &Refusal) -> bool {
    let broken = |failure: &Failure| {
        matches!(
            failure.kind,
            FailureKind::TlsBroken | FailureKind::NotTls | FailureKind::TlsAlert(_)
        )
    };
    let done = refusal.answer == Answer::Reply(TransferAnswer::Done);
    done && refusal.session.is_some() && refusal.failure.as_ref().is_some_and(broken)
}

/// Data connections of one kind that are lost and succeed in turn: they do not all reach the same machine. How many were
/// lost, and how many brought a listing.
fn by_chance(samples: &[Sample], seen: &Seen) -> Option<(usize, usize)> {
    let sudden = samples.iter().filter(|it| again::is_sudden(it)).count();
    // One that is silent again when it is repeated is no chance.
    let silent = samples.iter().filter(|it| again::is_silent(it)).count();
    let silent = if seen.stalled > 0 { silent } else { 0 };
    let failed = seen.sudden + seen.stalled + sudden + silent;
    let worked = samples.iter().filter(|it| it.lists()).count();
    (failed > 1 && worked > 0).then_some((failed, worked))
}

fn detail(code: Code, refusal: &Refusal, resumed_before: bool) -> &'static str {
    match code {
        _ if code == REUSE_BROKEN && resumed_before => {
            "The server requires data connections to resume the TLS session of the control connection. The first \
            ones succeeded, but then the server refused one. So the sessions that it issues do not last."
        }
        _ if code == REUSE_REQUIRED => {
            "The server requires data connections to resume the TLS session of the control connection, but issued \
            no session to resume."
        }
        _ if code == REUSE_BROKEN => {
            "The data connection offered to resume the TLS session of the control connection, as the server \
            requires. The server refused the transfer nevertheless."
        }
        _ if code == TLS_STALLS => {
            "The data port accepts the connection, but then does not answer the TLS handshake. A device in \
            between answers for the server, or an inspecting firewall drops the handshake."
        }
        _ if code == TLS_FAILED && is_garbled(refusal) => {
            "The TLS handshake of the data connection succeeds, but the data cannot be decrypted, although the \
            server calls it complete. A device on the network path changes the bytes, or the server mixes them \
            up."
        }
        _ if code == TLS_FAILED => {
            "TLS fails on the data connection, although it works on the control connection."
        }
        _ if code == PEER_REJECTED => {
            "The data port accepts the connection, but the server does not use it: it expects data connections \
            from a different address."
        }
        _ if code == AFFINITY_LOST && refusal.session.is_some() => {
            "The data connection and its TLS handshake succeed, but the server does not use them. The machine \
            that accepts the connection is not the one that holds the control connection."
        }
        _ if code == AFFINITY_LOST => {
            "The server accepts data connections, but does not always use them. They seem to reach a different \
            machine than the control connection."
        }
        _ if code == PROTECTION_REFUSED => {
            "The server uses TLS on the control connection, but refuses to protect data connections and sends \
            data in clear text."
        }
        _ if code == PROTECTION_REQUIRED => {
            "The server transfers data only over TLS, but this session has none."
        }
        _ if code == TRUNCATED && refusal.data_ended => {
            "All of the data seems to have arrived, but the server never called the transfer complete."
        }
        _ if code == TRUNCATED => "The transfer began, but did not complete.",
        _ if code == STOPS_ANSWERING => {
            "The server does not answer a transfer command, in two sessions, although it performs other \
            transfers."
        }
        _ if code == CLOSES_SESSION && refusal.started => AGAIN_AND_AGAIN,
        _ if code == CLOSES_SESSION => {
            "The server ends the session at a transfer command, before the transfer begins, and does so again in \
            a fresh session."
        }
        _ => "The server refuses to list the directory.",
    }
}
