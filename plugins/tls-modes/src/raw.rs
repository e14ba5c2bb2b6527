//! A ClientHello made by hand, sent where a client sends its own: after `AUTH`, or at once.

use hello::{ClientHello, End, Extensions, Flight, Group, Reader, ServerHello, Suite, Version};
use probe_sdk::ftp::phase::greeting::{self, Greeting};
use probe_sdk::{Connection, Control, Failure, FailureKind, Patience};

use crate::Place;
use crate::explicit::{self, Asked};
use crate::secured::Mode;

/// An answer comes within a round trip and a signature; more patience only makes a silent server cost more.
const PATIENCE_MS: u32 = 10_000;

/// More than any chain of certificates.
const LONGEST: usize = 64 * 1024;

/// What to offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Offer {
    /// Up to TLS 1.2, and every cipher suite and group there is.
    Everything,
    /// The same, but of suites and groups only those of our TLS library.
    Ours,
    /// Up to TLS 1.2, and only suites without encryption or without a certificate.
    Unencrypted,
    /// Up to TLS 1.0 and without extensions: what the oldest servers can read.
    Bare,
    /// Up to this version, with every suite.
    UpTo(Version),
}

impl Offer {
    fn to_bytes(self, place: &Place) -> Vec<u8> {
        let (highest, suites, groups) = match self {
            Offer::Everything => (Version::Tls12, Suite::WIDE, Some(Group::WIDE)),
            Offer::Ours => (Version::Tls12, Suite::OURS, Some(Group::OURS)),
            Offer::Unencrypted => (Version::Tls12, Suite::UNENCRYPTED, Some(Group::WIDE)),
            Offer::Bare => (Version::Tls10, Suite::WIDE, None),
            Offer::UpTo(highest) => (highest, Suite::WIDE, Some(Group::WIDE)),
        };
        let hello = ClientHello {
            highest,
            suites,
            extensions: groups.map(|groups| Extensions {
                server_name: place.server_name.as_deref(),
                groups,
            }),
        };
        hello.to_bytes()
    }
}

/// What came back.
pub(crate) enum Answer {
    /// The server chose from the offer.
    Chosen(ServerHello, Flight),
    /// It ended the handshake, in these words.
    Refused(String),
    /// Something from which nothing follows: silence, or TLS out of order.
    Unclear(String),
    /// It did not come to the offer: this was in the way.
    NotMade(String),
}

/// Opens a connection, offers, and reads what comes.
pub(crate) fn ask(place: &Place, mode: Mode, offer: Offer) -> Answer {
    let place = place.within(PATIENCE_MS);
    let control = match approach(&place, mode) {
        Ok(control) => control,
        Err(why) => return Answer::NotMade(why),
    };
    let connection = control.connection();
    match connection.write(&offer.to_bytes(&place), place.reply_ms) {
        Ok(()) => read(connection, place.reply_ms),
        Err(failure) => Answer::NotMade(failure.detail),
    }
}

/// What comes in answer to an offer, as it comes: until it ends, or nothing more comes for a moment.
pub(crate) fn bytes(place: &Place, mode: Mode, offer: Offer) -> Option<Vec<u8>> {
    const QUIET_MS: u32 = 500;
    let place = place.within(PATIENCE_MS);
    let control = approach(&place, mode).ok()?;
    let connection = control.connection();
    connection
        .write(&offer.to_bytes(&place), place.reply_ms)
        .ok()?;
    let mut all = connection.read(place.reply_ms).ok()?;
    while all.len() < LONGEST {
        match connection.read(QUIET_MS) {
            Ok(more) if !more.is_empty() => all.extend(more),
            Ok(_) | Err(_) => break,
        }
    }
    Some(all)
}

/// A connection on which a ClientHello is due.
fn approach(place: &Place, mode: Mode) -> Result<Control, String> {
    let mut control = place.control().map_err(|failure| failure.detail)?;
    if mode == Mode::Implicit {
        return Ok(control);
    }
    let greeting = control
        .greeting_within(place.reply_ms)
        .map_err(|error| error.to_string())?;
    if greeting::judge(&greeting) != Greeting::Ready {
        return Err(greeting.to_string());
    }
    match explicit::ask_for_tls(&mut control) {
        Asked::Granted => Ok(control),
        Asked::Refused(replies) => Err(replies),
        Asked::Halted(halt) => Err(format!("{} at {}", halt.manner, halt.at())),
        Asked::Failed(failure) => Err(failure.detail),
    }
}

fn read(connection: &Connection, wait_ms: u32) -> Answer {
    let mut patience = Patience::new(wait_ms);
    let mut reader = Reader::new();
    let mut failure = None;
    while reader.end().is_none() && failure.is_none() {
        match connection.read(patience.left_ms()) {
            Ok(bytes) if bytes.is_empty() => failure = Some(closed()),
            Ok(bytes) => reader.push(&bytes),
            Err(other) => failure = Some(other),
        }
    }
    judge(reader, failure)
}

fn closed() -> Failure {
    Failure {
        operation: probe_sdk::Operation::Handshake,
        kind: FailureKind::Closed,
        detail: "the server closed the connection".into(),
        told_by: None,
    }
}

/// Once there is a ServerHello, it does not matter how the rest ended.
fn judge(reader: Reader, failure: Option<Failure>) -> Answer {
    let (flight, end) = reader.finish();
    if let Some(hello) = flight.hello {
        return Answer::Chosen(hello, flight);
    }
    match (end, failure) {
        (Some(End::Alert(alert)), _) => Answer::Refused(alert.to_string()),
        (Some(End::NotTls(bytes)), _) => match words(&bytes) {
            Some(words) => Answer::Refused(words),
            None => Answer::Unclear("bytes that are neither TLS nor text".into()),
        },
        (Some(End::Broken(problem)), _) => Answer::Unclear(problem.into()),
        (None, Some(failure)) => match failure.kind {
            FailureKind::Closed | FailureKind::Reset | FailureKind::Truncated => {
                Answer::Refused(failure.detail)
            }
            _ => Answer::Unclear(failure.detail),
        },
        (Some(End::Done) | None, _) => Answer::Unclear("nothing came".into()),
    }
}

/// What came in clear text where TLS was due, if it is text: a reply may say why (RFC 4217 section 10.1), and binary
/// that is no record says nothing.
pub(crate) fn words(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes).trim().to_string();
    let readable = !text.is_empty() && !text.contains('\u{fffd}');
    readable.then_some(text)
}
