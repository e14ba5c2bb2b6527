//! What one data connection showed.

use std::net::IpAddr;

use probe_sdk::ftp::{Announced, Reply};
use probe_sdk::session::{Answer, Method, Offer, Refusal, Transferred};
use probe_sdk::{Failure, FailureKind, TlsSession};

use crate::ending::Ending;
use crate::second_way::Declined;

/// One data connection, from the question for a port to the end of what went over it.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) method: Method,
    pub(crate) offer: Option<Offer>,
    /// The transfer command, without its argument; none where only the port was tried.
    pub(crate) verb: Option<&'static str>,
    /// From the start of the TCP connection to its end or failure, in milliseconds.
    pub(crate) took_ms: Option<u64>,
    pub(crate) result: Outcome,
}

/// How far it came.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// No port was offered.
    NoPort,
    /// The port did not open.
    PortFailed(Failure),
    /// It was refused after the server had been asked for another port, so that the server may have closed it itself.
    Overtaken,
    /// It opened, and nothing was sent over it.
    Opened,
    /// It opened, and the transfer was refused or broke.
    Refused(Box<Refusal>),
    Done(Transferred),
    /// It opened, and the server had a reason to transfer nothing that is no fault.
    Declined(Declined),
    /// The session ended, or fell silent, when a port was asked for, and so did the next one.
    Ended(Ending),
    /// A port was offered and not dialled: it says nothing about the way.
    Undialled(String),
    /// The user's limit on connections leaves no room for one.
    NoRoom(String),
    /// We could not look: the dialogue broke before a data connection.
    NotLooked(String),
}

impl Outcome {
    /// A TCP connection that could not be had.
    pub(crate) fn unconnected(failure: Failure) -> Outcome {
        match failure.kind {
            FailureKind::Busy => Outcome::NoRoom(failure.detail),
            FailureKind::NotPermitted => Outcome::Undialled(failure.detail),
            // It had been accepted, or there would be a refusal.
            FailureKind::Reset => Outcome::Refused(Box::new(Refusal {
                answer: Answer::Handshake,
                reply: None,
                session: None,
                failure: Some(failure),
                started: false,
                passed: 0,
                data_ended: false,
            })),
            FailureKind::BudgetExhausted | FailureKind::Closed | FailureKind::InvalidArgument => {
                Outcome::NotLooked(failure.detail)
            }
            _ => Outcome::PortFailed(failure),
        }
    }
}

impl Sample {
    pub(crate) fn port(&self) -> Option<u16> {
        match &self.offer {
            Some(Offer::Port { port, .. }) => Some(port.number),
            _ => None,
        }
    }

    /// Whether the server answered the question for a port, be it by ending the session.
    pub(crate) fn was_answered(&self) -> bool {
        self.offer.is_some() || self.ending().is_some()
    }

    pub(crate) fn ending(&self) -> Option<&Ending> {
        match &self.result {
            Outcome::Ended(ending) => Some(ending),
            _ => None,
        }
    }

    pub(crate) fn declined(&self) -> Option<&Declined> {
        match &self.result {
            Outcome::Declined(declined) => Some(declined),
            _ => None,
        }
    }

    /// Whether the port was offered at this address.
    pub(crate) fn offer_is_of(&self, address: &IpAddr) -> bool {
        matches!(&self.offer, Some(Offer::Port { announced: Some((ip, _)), .. }) if ip == address)
    }

    /// Whether PASV announced another host, and the port was tried at the control connection's peer instead: where it does
    /// not open there, that says nothing about the port.
    pub(crate) fn elsewhere(&self) -> bool {
        matches!(
            &self.offer,
            Some(Offer::Port { port, announced: Some((_, Announced::Foreign | Announced::Narrower)), .. })
                if port.at.is_none()
        )
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
        matches!(self.result, Outcome::PortFailed(_)) && !self.elsewhere()
    }

    /// Whether the port did not open, be it for a reason that counts for nothing.
    pub(crate) fn fails(&self) -> bool {
        self.port_failed() || matches!(self.result, Outcome::Overtaken)
    }

    /// Whether packets to the port vanished.
    pub(crate) fn silent(&self) -> bool {
        matches!(&self.result, Outcome::PortFailed(failure) if failure.kind == FailureKind::TimedOut)
    }

    /// Whether TCP came about.
    pub(crate) fn port_opened(&self) -> bool {
        matches!(
            self.result,
            Outcome::Opened | Outcome::Refused(_) | Outcome::Done(_) | Outcome::Declined(_)
        )
    }

    pub(crate) fn done(&self) -> Option<&Transferred> {
        match &self.result {
            Outcome::Done(transferred) => Some(transferred),
            _ => None,
        }
    }

    pub(crate) fn refusal(&self) -> Option<&Refusal> {
        match &self.result {
            Outcome::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    pub(crate) fn listing(&self) -> Option<&Transferred> {
        self.done().filter(|_| self.verb == Some("LIST"))
    }

    /// A listing in any form.
    pub(crate) fn lists(&self) -> bool {
        self.done().is_some() && matches!(self.verb, Some("LIST" | "NLST" | "MLSD"))
    }

    /// The TLS of the data connection, however the transfer ended.
    pub(crate) fn session(&self) -> Option<&TlsSession> {
        match &self.result {
            Outcome::Done(transferred) => transferred.session.as_ref(),
            Outcome::Refused(refusal) => refusal.session.as_ref(),
            _ => None,
        }
    }

    /// Whether the port opened and then neither side of the session said anything.
    pub(crate) fn ignored(&self) -> bool {
        self.refusal().is_some_and(|it| {
            it.reply.is_none() && it.session.is_none() && it.failure.is_none() && it.passed == 0
        })
    }

    /// What became of the port, in words; none where there was no port.
    pub(crate) fn became(&self) -> Option<String> {
        self.port()?;
        Some(match &self.result {
            Outcome::NoPort => return None,
            Outcome::PortFailed(failure) => match failure.kind {
                FailureKind::Refused => "refused".to_string(),
                FailureKind::TimedOut => "no answer".to_string(),
                _ => failure.detail.clone(),
            },
            Outcome::Overtaken => "refused after the next port was requested: not counted".into(),
            Outcome::Refused(_) if self.ignored() => "open, then ignored".to_string(),
            Outcome::Refused(_) => "open, transfer refused".to_string(),
            Outcome::Opened | Outcome::Done(_) => "open".to_string(),
            Outcome::Declined(declined) => format!("open, {}", declined.words()),
            Outcome::Ended(_) => return None,
            Outcome::Undialled(why) | Outcome::NoRoom(why) | Outcome::NotLooked(why) => why.clone(),
        })
    }

    /// The port and what became of it.
    pub(crate) fn row(&self) -> Option<String> {
        let (port, method) = (self.port()?, self.method.name());
        Some(format!("{port} ({method}): {}", self.became()?))
    }
}
