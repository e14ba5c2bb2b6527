//! The log of what clients did and what they were told.

use std::{
    collections::VecDeque,
    fmt,
    net::SocketAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::watch;

/// Entries that are kept; the oldest go first.
const KEPT: usize = 10_000;
/// Characters of one entry that are kept.
const LONGEST: usize = 1_000;

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// When, counted from the start of the server.
    pub at: Duration,
    /// The number of the control connection it belongs to, from 1.
    pub connection: usize,
    /// The client's end of that connection.
    pub peer: SocketAddr,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A control connection was accepted.
    Connected,
    /// A command came in. Passwords are masked, control characters escaped.
    Received(String),
    /// A line of a reply went out. Passwords are masked, control characters escaped.
    Sent(String),
    /// A TLS handshake was completed.
    Secured {
        /// Whose handshake.
        channel: Channel,
        /// `TLSv1_2` or `TLSv1_3`.
        version: String,
        /// Whether an earlier session was resumed.
        resumed: bool,
    },
    /// A TLS handshake failed.
    NotSecured {
        /// Whose handshake.
        channel: Channel,
        /// What the TLS library said.
        reason: String,
    },
    /// A data connection was accepted.
    DataConnected {
        /// The server's port.
        port: u16,
        /// The client's end.
        peer: SocketAddr,
    },
    /// A data connection ended.
    DataClosed {
        /// Bytes sent or received, without those of TLS.
        bytes: usize,
    },
    /// The control connection ended.
    Closed,
}

/// One of the two kinds of connection of FTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Commands and replies.
    Control,
    /// Listings and files.
    Data,
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Control => "control",
            Self::Data => "data",
        })
    }
}

impl fmt::Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:8.3} #{} ", self.at.as_secs_f64(), self.connection)?;
        match &self.event {
            Event::Connected => write!(f, "connected from {}", self.peer),
            Event::Received(line) => write!(f, "> {line}"),
            Event::Sent(line) => write!(f, "< {line}"),
            Event::Secured {
                channel,
                version,
                resumed,
            } => {
                write!(
                    f,
                    "{channel} secured with {version}{}",
                    if *resumed { ", resumed" } else { "" }
                )
            }
            Event::NotSecured { channel, reason } => write!(f, "{channel} not secured: {reason}"),
            Event::DataConnected { port, peer } => {
                write!(f, "data connection from {peer} on port {port}")
            }
            Event::DataClosed { bytes } => write!(f, "data connection closed after {bytes} bytes"),
            Event::Closed => f.write_str("closed"),
        }
    }
}

/// The log of one server, shared by its sessions.
#[derive(Debug)]
pub(crate) struct Journal {
    started: Instant,
    kept: Mutex<Kept>,
    /// How many entries were ever written.
    written: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct Kept {
    /// How many older entries are gone.
    dropped: usize,
    entries: VecDeque<Exchange>,
}

impl Journal {
    pub(crate) fn new() -> Self {
        Self {
            started: Instant::now(),
            kept: Mutex::default(),
            written: watch::Sender::new(0),
        }
    }

    pub(crate) fn write(&self, connection: usize, peer: SocketAddr, event: Event) {
        let exchange = Exchange {
            at: self.started.elapsed(),
            connection,
            peer,
            event,
        };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.entries.len() == KEPT {
            kept.entries.pop_front();
            kept.dropped += 1;
        }
        kept.entries.push_back(exchange);
        self.written.send_replace(kept.dropped + kept.entries.len());
    }

    /// All kept entries from the nth ever written, and how many were ever written.
    pub(crate) fn from(&self, nth: usize) -> (Vec<Exchange>, usize) {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = kept
            .entries
            .iter()
            .skip(nth.saturating_sub(kept.dropped))
            .cloned()
            .collect();
        (entries, kept.dropped + kept.entries.len())
    }

    /// Waits until more than `nth` entries were written.
    pub(crate) async fn beyond(&self, nth: usize) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = self
            .written
            .subscribe()
            .wait_for(|written| *written > nth)
            .await;
    }
}

/// Text from or for a client, fit for a log: bounded, without control characters and without the secret.
pub(crate) fn presentable(text: &str, secret: &str) -> String {
    let masked = if secret.is_empty() {
        text.to_owned()
    } else {
        text.replace(secret, "****")
    };
    let mut shown = String::new();
    for character in masked.chars().take(LONGEST) {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}
