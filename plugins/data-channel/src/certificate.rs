//! The certificate of data connections: the control connection's, says RFC 4217 section 15.1.1. A resumed session shows
//! none, so that one full handshake may have to be asked for; a server that refuses it demands resumption.

use probe_sdk::ftp::phase::transfer::TransferAnswer;
use probe_sdk::session::{Answer, Refusal};
use probe_sdk::{Depth, Finding, Run, TlsSession, shared, value};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::CERTIFICATE_DIFFERS;
use crate::channel::Channel;
use crate::facts;
use crate::sample::{Outcome, Sample};

const CHECK: &str = "the certificate of data connections";

/// The full handshake of a data connection, if there was one.
fn shown(channel: &Channel) -> Option<&TlsSession> {
    channel
        .samples
        .iter()
        .filter(|sample| sample.done().is_some())
        .filter_map(Sample::session)
        .find(|session| !session.resumed)
}

/// Whether one full handshake is to be asked for. vsftpd ends the whole session after one that it refuses, so that it must
/// be the last thing that is asked of the session, and is left out where the session is wanted for more.
pub(crate) fn may_ask(run: &Run, channel: &Channel) -> bool {
    let request = run.request();
    channel.session.tls
        && request.depth == Depth::Standard
        && !request.allow_writes
        && works_but_for_resumption(channel)
        && channel.has_room()
        && shown(channel).is_none()
}

/// Whether every transfer succeeded, but for those that were refused over TLS with a session that was resumed: a server may
/// refuse just these.
fn works_but_for_resumption(channel: &Channel) -> bool {
    let over_resumption = |refusal: &Refusal| {
        let resumed = refusal.session.as_ref().is_some_and(|it| it.resumed);
        resumed && matches!(refusal.answer, Answer::Reply(TransferAnswer::TlsRefused))
    };
    let refusals = channel.samples.iter().filter_map(Sample::refusal);
    let mut refusals = refusals.peekable();
    channel.transfers_well()
        || channel.session.usable && refusals.peek().is_some() && refusals.all(over_resumption)
}

/// Compares with what a full handshake showed, and asks for one where there was none; `elsewhere` is what became of one in
/// another session.
pub(crate) fn look(run: &mut Run, channel: &mut Channel, elsewhere: Option<Asked>) {
    if !channel.session.tls {
        let reason = "data connections are not secured by TLS";
        return run.not_applicable(CHECK, &[CERTIFICATE_DIFFERS], reason);
    }
    if let Some(session) = shown(channel) {
        run.note(shared::REUSE_REQUIRED, value::flag(false));
        return compare(run, session);
    }
    if channel.samples.iter().all(|sample| sample.done().is_none())
        && !works_but_for_resumption(channel)
    {
        return;
    }
    let asked = may_ask(run, channel)
        .then(|| full_handshake(channel))
        .flatten()
        .or(elsewhere);
    match asked {
        Some(Asked::Accepted(session)) => {
            run.note(shared::REUSE_REQUIRED, value::flag(false));
            compare(run, &session);
        }
        refused => {
            if refused.is_some() {
                run.note(shared::REUSE_REQUIRED, value::flag(true));
                run.note(facts::CLIENTS, value::text(ONLY_RESUMING));
            }
            let reason = "data connections resume the session, so no certificate is sent";
            run.not_applicable(CHECK, &[CERTIFICATE_DIFFERS], reason);
        }
    }
}

/// Why something works in one client and not in another.
const ONLY_RESUMING: &str = "data connections only for clients that resume TLS sessions, as FileZilla and WinSCP do; \
                             others get 425, 450 or 522";

/// What became of a data connection that offered no session to resume.
pub(crate) enum Asked {
    Accepted(TlsSession),
    Refused,
}

/// One transfer that offers no session to resume. Whatever comes of it is no fault: only its port counts.
pub(crate) fn full_handshake(channel: &mut Channel) -> Option<Asked> {
    let before = channel.samples.len();
    let method = channel.method_that_works();
    channel.session.resume = false;
    channel.list(method);
    if channel.samples.len() == before && channel.has_room() {
        // What was asked meanwhile had ended the session.
        channel.list(method);
    }
    channel.session.resume = true;
    let sample = channel.samples.get_mut(before)?;
    if !sample.port_opened() {
        return None;
    }
    match std::mem::replace(&mut sample.result, Outcome::Opened) {
        Outcome::Done(transferred) => transferred.session.map(Asked::Accepted),
        // Refused after a handshake that ended well, or in it.
        Outcome::Refused(refusal) if refusal.session.is_some() || refusal.reply.is_some() => {
            Some(Asked::Refused)
        }
        _ => None,
    }
}

fn compare(run: &mut Run, session: &TlsSession) {
    let (control, data) = (run.chain(), &session.chain);
    let (Some(control), Some(data)) = (control.first(), data.first()) else {
        return run.not_applicable(CHECK, &[CERTIFICATE_DIFFERS], "none was shown");
    };
    if control == data {
        run.note(facts::CERTIFICATE, value::text("the control connection's"));
        return run.clear(&[CERTIFICATE_DIFFERS]);
    }
    run.note(
        facts::CERTIFICATE,
        value::text("different from the control connection's"),
    );
    let detail = "Data connections present a different certificate than the control connection. Careful clients \
    check that both belong to the same server, and refuse the transfer.";
    run.found(
        Finding::new(CERTIFICATE_DIFFERS, detail)
            .evidence("control connection", describe(control))
            .evidence("data connection", describe(data)),
    );
}

/// Subject and serial number: the same name may be in several certificates.
fn describe(der: &[u8]) -> String {
    match X509Certificate::from_der(der) {
        Ok((_, certificate)) => format!(
            "{}, serial number {}",
            certificate.subject(),
            certificate.raw_serial_as_string()
        ),
        Err(_) => format!("unreadable, {} bytes", der.len()),
    }
}
