//! What is said on a control connection, as the host sees it: for the transcript, and for the code of the last reply.

use std::net::SocketAddr;

use ftp::ReplyReader;

use super::transcript::Transcript;
use model::dialogue::Direction;
use model::failure::Failure;

/// The codes of the replies that came since the last command was sent; one is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReplyCodes {
    /// The first one.
    pub first: Option<u16>,
    /// The last one.
    pub last: Option<u16>,
    /// How many there were.
    pub count: u32,
}

impl ReplyCodes {
    fn hear(&mut self, code: u16) {
        self.first.get_or_insert(code);
        self.last = Some(code);
        self.count = self.count.saturating_add(1);
    }

    /// The code of the reply, where just one came.
    pub fn only(self) -> Option<u16> {
        self.first.filter(|_| self.count == 1)
    }
}

/// As far as the first blank; a guest may write anything.
fn verb(line: &str) -> String {
    let verb = line.split(' ').next().unwrap_or_default();
    model::cleaner::line(verb, LONGEST_VERB)
}

/// In characters.
const LONGEST_VERB: usize = 16;

/// What is said on a control connection: written down line by line, and read for reply codes.
pub(super) struct Dialogue {
    transcript: Transcript,
    pub(super) probe: String,
    line: Vec<u8>,
    reader: ReplyReader,
    pub(super) reply_codes: ReplyCodes,
    /// The verb of the last command.
    last: Option<String>,
    /// Whether a probe has sent TLS records of its own making, so that records may come back.
    by_hand: bool,
}

impl Dialogue {
    pub(super) fn new(transcript: Transcript) -> Dialogue {
        Dialogue {
            transcript,
            probe: String::new(),
            line: Vec::new(),
            reader: ReplyReader::new(),
            reply_codes: ReplyCodes::default(),
            last: None,
            by_hand: false,
        }
    }

    pub(super) fn add(&self, id: u32, direction: Direction, text: &str) {
        self.transcript.add(id, &self.probe, direction, text);
    }

    pub(super) fn event(&self, id: u32, text: &str) {
        self.add(id, Direction::Event, text);
    }

    pub(super) fn failed(&self, id: u32, failure: &Failure) {
        self.transcript.add_failure(id, &self.probe, failure);
    }

    /// A line that holds a secret was sent, and is shown as something else.
    pub(super) fn sent_secret(&mut self, id: u32, to: SocketAddr, shown: &str) {
        self.reply_codes = ReplyCodes::default();
        self.last = Some(verb(shown));
        self.transcript.add_login(id, &self.probe, to, shown);
    }

    /// The verb of the last command; none before the first.
    pub(super) fn last_command(&self) -> Option<&str> {
        self.last.as_deref()
    }

    pub(super) fn sent(&mut self, id: u32, bytes: &[u8]) {
        self.reply_codes = ReplyCodes::default();
        if is_record(bytes) {
            self.by_hand = true;
            self.last = Some("a ClientHello".into());
            let text = format!("{} bytes of TLS records made by hand", bytes.len());
            return self.add(id, Direction::Sent, &text);
        }
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let line = String::from_utf8_lossy(line);
            let line = line.trim_end_matches(['\r', '\n']);
            self.last = Some(verb(line));
            self.add(id, Direction::Sent, line);
        }
    }

    pub(super) fn received(&mut self, id: u32, bytes: &[u8], at_end: bool) {
        // What follows the first piece of a record is no text either; words in clear come as a piece of their own.
        if self.by_hand && (is_record(bytes) || !bytes.is_ascii()) {
            let text = format!("{} bytes of TLS records", bytes.len());
            return self.add(id, Direction::Received, &text);
        }
        self.reader.push(bytes);
        while let Ok(Some(reply)) = self.reader.next() {
            self.reply_codes.hear(reply.code);
        }
        self.line.extend_from_slice(bytes);
        while let Some(end) = self.line.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.line.drain(..=end).collect();
            let (text, _) = ftp::encoding::decode(&line);
            self.add(id, Direction::Received, text.trim_end_matches(['\r', '\n']));
        }
        // A line without end is written down once it is longer than what is kept of it anyway.
        if (at_end && !self.line.is_empty()) || self.line.len() > 4096 {
            let line = std::mem::take(&mut self.line);
            let (text, _) = ftp::encoding::decode(&line);
            self.add(id, Direction::Received, &text);
        }
    }

    pub(super) fn forget(&mut self) {
        self.line.clear();
        self.reader = ReplyReader::new();
        self.reply_codes = ReplyCodes::default();
    }
}

/// A TLS record begins with its type and a version (RFC 8446 section 5.1); no command does.
fn is_record(bytes: &[u8]) -> bool {
    matches!(bytes, [20..=23, 3, ..])
}
