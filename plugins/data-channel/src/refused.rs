//! The data port opened, and the listing did not come: which of the many reasons it was.

use probe_sdk::ftp::phase::transfer::TransferAnswer;
use probe_sdk::session::{Answer, Refusal, Session, Transferred};
use probe_sdk::{Code, FailureKind, Finding, Run, TlsVersion};

use crate::resumption::first_not_resumed;
use crate::sample::Sample;
use crate::{
    BEHIND_THE_PORT, LIST_DENIED, PEER_REJECTED, PROTECTION_REQUIRED, REUSE_BROKEN, REUSE_REQUIRED,
    Seen, TLS_FAILED, TLS_STALLS, TRUNCATED,
};

/// The port opened, and the listing did not come.
pub(crate) fn judge(
    run: &mut Run,
    session: &Session,
    refusal: &Refusal,
    samples: &[Sample],
    seen: &Seen,
) {
    let resumed_before = samples
        .iter()
        .filter_map(Sample::done)
        .any(Transferred::resumed);
    let code = match code(session, refusal) {
        // There was something to resume with, and it ran out (F-D18).
        code if code == REUSE_REQUIRED && resumed_before => REUSE_BROKEN,
        code => code,
    };
    let mut finding = Finding::new(code, detail(code, refusal, resumed_before));
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
    if let Some(port) = refused.and_then(Sample::port) {
        finding = finding.evidence("data port", port);
    }
    let first = samples.iter().all(|sample| sample.done().is_none());
    finding = beside(finding, code, refusal, seen, first);
    if code == REUSE_REQUIRED {
        finding = finding.likely(
            TLS_FAILED,
            "the same transfer over a session that can be resumed (TLS 1.2) is refused, too; the server's log says why",
        );
    }
    run.found(finding);
    let rest: Vec<Code> = BEHIND_THE_PORT
        .iter()
        .copied()
        .filter(|other| *other != code)
        .collect();
    run.behind_fault(
        "the rest of a transfer",
        &rest,
        &format!("{} stands in the way", code.name),
    );
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
            "opens too: something on the way answers for the server"
        } else {
            "does not open: the server itself has the one it gave"
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
    if code == PEER_REJECTED && refusal.reply.is_none() {
        let test = "the server's log, or a packet trace on it, shows no data connection at all";
        finding = finding.likely(TLS_STALLS, test);
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

/// The reply with its phase, and what the data connection saw, give the fault.
fn code(session: &Session, refusal: &Refusal) -> Code {
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
    let tls_stalled = session.tls && refusal.session.is_none();
    match refusal.answer {
        Answer::Reply(TransferAnswer::ProtectionRequired) if session.tls => TLS_FAILED,
        Answer::Reply(TransferAnswer::ProtectionRequired) => PROTECTION_REQUIRED,
        // After 150, and with a handshake that ended well: the server did not like the session.
        Answer::Reply(TransferAnswer::TlsRefused) if session.tls => match (reuse, &refusal.session)
        {
            (Some(code), _) => code,
            (None, Some(_)) => REUSE_BROKEN,
            (None, None) => TLS_FAILED,
        },
        Answer::Reply(TransferAnswer::NoDataConnection)
            if session.tls && refusal.session.is_some() =>
        {
            reuse.unwrap_or(TLS_FAILED)
        }
        Answer::Reply(TransferAnswer::PeerAddressRejected) => PEER_REJECTED,
        Answer::Reply(TransferAnswer::TlsRefused | TransferAnswer::NoDataConnection)
            if tls_stalled && refusal.failure.is_some() =>
        {
            TLS_FAILED
        }
        Answer::Reply(TransferAnswer::NoDataConnection | TransferAnswer::TlsRefused) => {
            PEER_REJECTED
        }
        Answer::Reply(TransferAnswer::Denied | TransferAnswer::Busy) => LIST_DENIED,
        Answer::Reply(TransferAnswer::Broken) => TRUNCATED,
        Answer::Handshake if refusal.failure.is_none() => TLS_STALLS,
        Answer::Handshake if turned_away(refusal) => PEER_REJECTED,
        Answer::Handshake => TLS_FAILED,
        Answer::Silence if tls_stalled => TLS_STALLS,
        Answer::Silence if !refusal.started => PEER_REJECTED,
        Answer::Silence | Answer::ControlLost => TRUNCATED,
        Answer::Reply(_) => LIST_DENIED,
    }
}

fn detail(code: Code, refusal: &Refusal, resumed_before: bool) -> &'static str {
    match code {
        _ if code == REUSE_BROKEN && resumed_before => {
            "The server demands that data connections resume the TLS session of the control connection. The first ones \
             could, and then the server refused one: what it gives out to resume with does not last."
        }
        _ if code == REUSE_REQUIRED => {
            "The server demands that data connections resume the TLS session of the control connection, and gave that \
             session nothing to resume with."
        }
        _ if code == REUSE_BROKEN => {
            "The data connection offered to resume the TLS session of the control connection, as the server wants it, and \
             the server refused the transfer all the same."
        }
        _ if code == TLS_STALLS => {
            "The data port accepts the connection, and then nothing comes back: the TLS handshake never ends. Something \
             between answers for the server, or an inspecting firewall swallows it."
        }
        _ if code == TLS_FAILED => {
            "TLS fails on the data connection, while it works on the control connection."
        }
        _ if code == PEER_REJECTED => {
            "The data port accepts the connection, and the server does not use it: it expects data connections from \
             another address than the one they come from."
        }
        _ if code == PROTECTION_REQUIRED => {
            "The server transfers data only over TLS, and this session has none."
        }
        _ if code == TRUNCATED && refusal.data_ended => {
            "All of the data seems to have come, and the server never called the transfer complete."
        }
        _ if code == TRUNCATED && refusal.started => {
            "The transfer began and did not come to its end."
        }
        _ if code == TRUNCATED => "The session broke off before the listing began.",
        _ => "The server refuses to list the directory.",
    }
}
