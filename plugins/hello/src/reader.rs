//! Reads a server's first flight as it comes, in whatever pieces, and stops where it ends.

use crate::message::{self, Step};
use crate::record::{self, Content, Next};
use crate::{Alert, Flight};

/// More than any honest first flight: chains of a few certificates are some 10 KiB.
const MOST_BYTES: usize = 256 << 10;
/// A chain of many large certificates still fits.
const LONGEST_MESSAGE: usize = 128 << 10;
/// Warnings and empty records that say nothing must end some time.
const MOST_RECORDS: usize = 256;
/// As much of something that is not TLS as tells what it is.
const KEPT: usize = 1024;

/// How a flight ended, from what was read of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// ServerHelloDone: the server has said all it says in clear.
    Done,
    /// The server gave up, or took its leave.
    Alert(Alert),
    /// These bytes begin no TLS record.
    NotTls(Vec<u8>),
    /// TLS that is out of order; in words.
    Broken(&'static str),
}

/// Takes bytes in and makes a [`Flight`] of them. What it keeps is bounded, whatever comes.
#[derive(Debug, Default)]
pub struct Reader {
    /// Bytes of a record that is not complete.
    bytes: Vec<u8>,
    /// Handshake messages out of records; one may lie in several, and several in one (RFC 5246 section 6.2.1).
    messages: Vec<u8>,
    taken: usize,
    records: usize,
    flight: Flight,
    end: Option<End>,
}

impl Reader {
    /// A reader that has seen nothing.
    #[must_use]
    pub fn new() -> Reader {
        Reader::default()
    }

    /// Takes what came. After the end nothing more is looked at.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.end.is_some() {
            return;
        }
        self.taken += bytes.len();
        if self.taken > MOST_BYTES {
            self.end = Some(End::Broken("a first flight that does not end"));
            return;
        }
        self.bytes.extend_from_slice(bytes);
        while self.end.is_none() {
            match record::next(&mut self.bytes) {
                Next::More => return,
                Next::NotTls => {
                    self.bytes.truncate(KEPT);
                    self.end = Some(End::NotTls(std::mem::take(&mut self.bytes)));
                }
                Next::Record(content, payload) => self.end = self.record(content, &payload),
            }
        }
    }

    /// How it ended, once it has.
    #[must_use]
    pub fn end(&self) -> Option<&End> {
        self.end.as_ref()
    }

    /// What was said, and how it ended; none where it did not come to an end.
    #[must_use]
    pub fn finish(self) -> (Flight, Option<End>) {
        (self.flight, self.end)
    }

    fn record(&mut self, content: Content, payload: &[u8]) -> Option<End> {
        self.records += 1;
        if self.records > MOST_RECORDS {
            return Some(End::Broken("more records than a first flight has"));
        }
        match content {
            Content::Alert => self.alert(payload),
            Content::Handshake => {
                self.messages.extend_from_slice(payload);
                self.handshake()
            }
            Content::ChangeCipherSpec | Content::ApplicationData => Some(End::Broken(
                "an encrypted record before the keys are agreed",
            )),
        }
    }

    fn alert(&mut self, payload: &[u8]) -> Option<End> {
        let [level, description] = *payload else {
            return Some(End::Broken("an alert that cannot be read"));
        };
        let alert = Alert::from_wire(level, description);
        if alert.ends() {
            return Some(End::Alert(alert));
        }
        self.flight.warning = Some(alert);
        None
    }

    fn handshake(&mut self) -> Option<End> {
        loop {
            let length = message::length(&self.messages)?;
            if length > LONGEST_MESSAGE {
                return Some(End::Broken("a handshake message longer than any has to be"));
            }
            if self.messages.len() < length {
                return None;
            }
            let message: Vec<u8> = self.messages.drain(..length).collect();
            match message::read(&message, &mut self.flight) {
                Ok(Step::GoesOn) => {}
                Ok(Step::Done) => return Some(End::Done),
                Err(problem) => return Some(End::Broken(problem)),
            }
        }
    }
}
