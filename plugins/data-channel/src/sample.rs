//! One data connection, from the question for a port to the end of a listing.

use probe_sdk::ftp::Reply;
use probe_sdk::session::{Method, Offer, Payload, Refusal, Session, Transferred};
use probe_sdk::{Failure, FailureKind};

/// Ports after the first that did not answer are not given as long.
const SHORTER_MS: u32 = 3_000;
/// A listing longer than this says nothing more about the channel, in bytes.
const MAX_LISTING: usize = 1024 * 1024;

/// What one data connection showed.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) method: Method,
    pub(crate) offer: Option<Offer>,
    pub(crate) result: Outcome,
}

/// How far it came.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// No port was offered.
    NoPort,
    /// The port did not open.
    PortFailed(Failure),
    /// It opened, and the transfer was refused or broke.
    Refused(Box<Refusal>),
    Listed(Transferred),
    /// The user's limit on connections leaves no room for one.
    NoRoom(String),
    /// We could not look: the dialogue broke before a data connection.
    NotLooked(String),
}

impl Sample {
    pub(crate) fn port(&self) -> Option<u16> {
        match &self.offer {
            Some(Offer::Port { port, .. }) => Some(*port),
            _ => None,
        }
    }

    pub(crate) fn reply(&self) -> Option<&Reply> {
        match self.offer.as_ref()? {
            Offer::Port { reply, .. }
            | Offer::Busy(reply)
            | Offer::Unprotected(reply)
            | Offer::Refused(reply) => Some(reply),
        }
    }

    pub(crate) fn port_failed(&self) -> bool {
        matches!(self.result, Outcome::PortFailed(_))
    }

    /// Why there was no room for a data connection, where that was it.
    pub(crate) fn no_room(&self) -> Option<&str> {
        match &self.result {
            Outcome::NoRoom(why) => Some(why),
            _ => None,
        }
    }

    /// Whether TCP came about.
    pub(crate) fn port_opened(&self) -> bool {
        matches!(self.result, Outcome::Refused(_) | Outcome::Listed(_))
    }

    pub(crate) fn listed(&self) -> bool {
        self.listing().is_some()
    }

    pub(crate) fn listing(&self) -> Option<&Transferred> {
        match &self.result {
            Outcome::Listed(listing) => Some(listing),
            _ => None,
        }
    }

    /// The port and what became of it.
    pub(crate) fn row(&self) -> Option<String> {
        let became = match &self.result {
            Outcome::NoPort => return None,
            Outcome::PortFailed(failure) => match failure.kind {
                FailureKind::Refused => "refused".to_string(),
                FailureKind::TimedOut => "no answer".to_string(),
                _ => failure.detail.clone(),
            },
            Outcome::Refused(_) => "open, transfer refused".to_string(),
            Outcome::Listed(_) => "open".to_string(),
            Outcome::NoRoom(why) | Outcome::NotLooked(why) => why.clone(),
        };
        Some(format!(
            "{} ({}): {became}",
            self.port()?,
            self.method.name()
        ))
    }
}

/// Asks for a port, connects and lists.
pub(crate) fn take(session: &mut Session, method: Method) -> Sample {
    let offer = match session.ask(method) {
        Ok(offer) => offer,
        Err(error) => {
            session.usable = false;
            return Sample {
                method,
                offer: None,
                result: Outcome::NotLooked(error.to_string()),
            };
        }
    };
    let result = match &offer {
        Offer::Port { port, .. } => through(session, *port),
        Offer::Busy(_) | Offer::Unprotected(_) | Offer::Refused(_) => Outcome::NoPort,
    };
    Sample {
        method,
        offer: Some(offer),
        result,
    }
}

/// The announced address of another host is never dialled: the port is tried where the control connection goes.
fn through(session: &mut Session, port: u16) -> Outcome {
    let data = match session.connect(port) {
        Ok(data) => data,
        Err(failure) => {
            return match failure.kind {
                FailureKind::Busy => Outcome::NoRoom(failure.detail),
                FailureKind::BudgetExhausted | FailureKind::NotPermitted => {
                    Outcome::NotLooked(failure.detail)
                }
                FailureKind::Closed | FailureKind::InvalidArgument => {
                    session.usable = false;
                    Outcome::NotLooked(failure.detail)
                }
                FailureKind::TimedOut => {
                    session.connect_ms = session.connect_ms.min(SHORTER_MS);
                    Outcome::PortFailed(failure)
                }
                _ => Outcome::PortFailed(failure),
            };
        }
    };
    let payload = Payload::Receive { most: MAX_LISTING };
    match session.transfer(data, "LIST", payload) {
        Ok(listing) => Outcome::Listed(listing),
        Err(refusal) => Outcome::Refused(refusal),
    }
}
