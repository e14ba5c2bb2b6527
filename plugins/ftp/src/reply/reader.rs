use std::mem;

use super::head::Separator;
use super::line::{self, Line};
use super::notes::{close, note_form, note_head};
use super::telnet;
use super::text::decode;
use super::{Deviation, Head, Reply, ReplyError};

/// Bytes of a line from which it is noted as overlong. RFC 959 sets no bound; clients with fixed
/// buffers commonly reserve 1024.
pub const LONG_LINE: usize = 1024;
/// Bytes of a line beyond which reading stops. No server writes such lines, so the peer is broken
/// or hostile.
pub const MAX_LINE: usize = 16 * 1024;
/// Lines of a reply from which it is noted. The longest FEAT, HELP and banner texts stay well
/// below.
pub const MANY_LINES: usize = 500;
/// Lines of a reply beyond which reading stops. A directory listed with STAT may be long, but not
/// longer.
pub const MAX_LINES: usize = 10_000;
/// Bytes kept while no reply is complete: room for the longest listing, little enough for a
/// sandbox's memory.
pub const MAX_BUFFERED: usize = 1024 * 1024;
/// First bytes carried by [`ReplyError::NotFtp`]: enough to recognise another protocol and to show
/// a line of it.
pub const NOT_FTP_BYTES: usize = 64;

/// The code of a greeting (RFC 959 section 5.4).
const READY: u16 = 220;

/// Cuts the bytes of a control connection into replies (RFC 959 section 4.2).
///
/// The same bytes give the same replies however the network splits them, as long as
/// [`next`](ReplyReader::next) is called before [`MAX_BUFFERED`] bytes pile up.
#[derive(Debug, Default)]
pub struct ReplyReader {
    /// Everything not yet part of a finished reply.
    buffer: Vec<u8>,
    /// How much of the buffer is already in `open`.
    read: usize,
    open: Option<Reply>,
    /// Deviations that stood before the reply to come.
    noted: Vec<Deviation>,
    skipped: usize,
    /// Whether a reply came already: stray text does not make an FTP server another service.
    spoken: bool,
    overflowed: bool,
}

impl ReplyReader {
    /// A reader for a new connection.
    pub fn new() -> ReplyReader {
        ReplyReader::default()
    }

    /// Takes bytes as they came from the peer. Bytes beyond [`MAX_BUFFERED`] are dropped and
    /// reported by [`next`](ReplyReader::next).
    pub fn push(&mut self, bytes: &[u8]) {
        let room = MAX_BUFFERED - self.buffer.len();
        self.overflowed |= bytes.len() > room;
        self.buffer
            .extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// The next complete reply; `None` until more bytes arrive.
    ///
    /// # Errors
    ///
    /// [`ReplyError`] if the bytes cannot be a reply or pass a bound.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator's end is final, here more bytes may come"
    )]
    pub fn next(&mut self) -> Result<Option<Reply>, ReplyError> {
        self.advance(false)
    }

    /// The reply made of what is left when the peer closed or fell silent: an unterminated line, a
    /// multi-line reply without its end. `None` if nothing is left that makes one. Complete replies
    /// come first, so call it until `None`.
    ///
    /// # Errors
    ///
    /// As [`next`](ReplyReader::next).
    pub fn finish(&mut self) -> Result<Option<Reply>, ReplyError> {
        self.advance(true)
    }

    /// Removes and returns the raw bytes that belong to no finished reply. At the switch to TLS
    /// they must be empty: anything here came in clear text after the answer to AUTH and is not to
    /// be trusted (RFC 4217 section 12.1: TLS begins right after the 234).
    pub fn take_rest(&mut self) -> Vec<u8> {
        let spoken = self.spoken;
        mem::replace(
            self,
            ReplyReader {
                spoken,
                ..ReplyReader::default()
            },
        )
        .buffer
    }

    /// The raw bytes that belong to no finished reply, as evidence when the rest never comes.
    pub fn partial(&self) -> &[u8] {
        &self.buffer
    }

    /// Whether nothing is buffered.
    pub fn idle(&self) -> bool {
        self.buffer.is_empty()
    }

    /// Whether nothing is buffered that could be a part of a reply: empty lines between two replies are none.
    pub fn is_blank(&self) -> bool {
        self.open.is_none() && self.buffer.iter().all(u8::is_ascii_whitespace)
    }

    fn advance(&mut self, silent: bool) -> Result<Option<Reply>, ReplyError> {
        loop {
            self.refuse_other_protocols()?;
            let rest = &self.buffer[self.read..];
            let found = line::find(rest, silent);
            // A CR and the three bytes after it may still turn out to end the line.
            if found.map_or(rest.len().saturating_sub(4), |line| line.length) > MAX_LINE {
                return Err(ReplyError::TooLongLine { limit: MAX_LINE });
            }
            let Some(line) = found else {
                return self.starve(silent);
            };
            if let Some(reply) = self.take_line(line)? {
                return Ok(Some(reply));
            }
        }
    }

    /// Recognises early what will never bring a line end, so that nobody waits for it. The first
    /// bytes alone decide, and only where nothing that may follow makes a reply of them: how many
    /// are there already is up to the network.
    fn refuse_other_protocols(&self) -> Result<(), ReplyError> {
        let alert = matches!(self.buffer[..], [0x15, 0x03, _, 0, 2, _, _, ..]);
        let first = self.buffer.get(..NOT_FTP_BYTES).filter(|_| !self.spoken);
        let wordless = |first: &[u8]| {
            !first.contains(&b'\n')
                && !Head::may_follow(&decode(telnet::settled(first), &mut Vec::new()))
        };
        let alien = self.open.is_none() && (alert || first.is_some_and(wordless));
        if alien { Err(self.not_ftp()) } else { Ok(()) }
    }

    fn not_ftp(&self) -> ReplyError {
        ReplyError::NotFtp {
            first: self.buffer[..self.buffer.len().min(NOT_FTP_BYTES)].to_vec(),
        }
    }

    /// No line is left to read.
    fn starve(&mut self, silent: bool) -> Result<Option<Reply>, ReplyError> {
        if self.overflowed {
            return Err(ReplyError::TooLongBacklog {
                limit: MAX_BUFFERED,
            });
        }
        let cut_off = if silent { self.open.take() } else { None };
        Ok(cut_off.map(|reply| self.complete(close(reply))))
    }

    fn take_line(&mut self, line: Line) -> Result<Option<Reply>, ReplyError> {
        let mut deviations = Vec::new();
        let text = decode(
            &self.buffer[self.read..self.read + line.length],
            &mut deviations,
        );
        note_form(line, &mut deviations);
        match self.open.take() {
            None => self.begin(line, &text, deviations),
            Some(open) => self.go_on(open, line, text, deviations),
        }
    }

    /// A line outside any reply.
    fn begin(
        &mut self,
        line: Line,
        text: &str,
        mut deviations: Vec<Deviation>,
    ) -> Result<Option<Reply>, ReplyError> {
        let Some(head) = Head::parse(text) else {
            if let Some(words) = self.odd_greeting(text) {
                let words = words.to_owned();
                return Ok(Some(self.greeted(line, words, deviations)));
            }
            return self.skip(line, text, deviations).map(|()| None);
        };
        let mut all = mem::take(&mut self.noted);
        note_head(&head, &mut deviations);
        deviations
            .into_iter()
            .for_each(|deviation| deviation.note(&mut all));
        self.read += line.consumed;
        let reply = Reply {
            code: head.code,
            lines: vec![head.text.to_owned()],
            deviations: all,
        };
        if head.separator == Separator::Hyphen {
            self.open = Some(reply);
            return Ok(None);
        }
        Ok(Some(self.complete(reply)))
    }

    /// The words of a greeting whose code has a digit too few or too many: only words that speak of FTP make it one.
    fn odd_greeting<'a>(&self, text: &'a str) -> Option<&'a str> {
        let words = Head::of_odd_length(text).filter(|_| !self.spoken)?;
        let is_ftp = words
            .split(|character: char| !character.is_alphanumeric())
            .any(|word| {
                ["ftp", "ftps", "ftpd"]
                    .iter()
                    .any(|name| word.eq_ignore_ascii_case(name))
            });
        is_ftp.then_some(words)
    }

    /// Takes such a greeting for the 220 that was meant.
    fn greeted(&mut self, line: Line, words: String, mut deviations: Vec<Deviation>) -> Reply {
        let mut all = mem::take(&mut self.noted);
        deviations.push(Deviation::CodeOfOtherLength);
        deviations
            .into_iter()
            .for_each(|deviation| deviation.note(&mut all));
        self.read += line.consumed;
        self.complete(Reply {
            code: READY,
            lines: vec![words],
            deviations: all,
        })
    }

    /// Passes over a line that is no reply: an empty one, or text of a peer that is known to speak
    /// FTP.
    fn skip(
        &mut self,
        line: Line,
        text: &str,
        deviations: Vec<Deviation>,
    ) -> Result<(), ReplyError> {
        let blank = text.trim().is_empty();
        let garbled = deviations.contains(&Deviation::ControlCharacter);
        if !blank && (garbled || !self.spoken) {
            return Err(self.not_ftp());
        }
        self.skipped += 1;
        if self.skipped > MAX_LINES {
            return Err(ReplyError::TooLongReply { limit: MAX_LINES });
        }
        deviations
            .into_iter()
            .for_each(|deviation| deviation.note(&mut self.noted));
        let kind = if blank {
            Deviation::EmptyLine
        } else {
            Deviation::StrayLine
        };
        kind.note(&mut self.noted);
        self.buffer.drain(..line.consumed);
        Ok(())
    }

    /// A further line of a multi-line reply.
    fn go_on(
        &mut self,
        mut open: Reply,
        line: Line,
        text: String,
        deviations: Vec<Deviation>,
    ) -> Result<Option<Reply>, ReplyError> {
        if open.lines.len() == MAX_LINES {
            self.open = Some(open);
            return Err(ReplyError::TooLongReply { limit: MAX_LINES });
        }
        self.read += line.consumed;
        deviations
            .into_iter()
            .for_each(|deviation| deviation.note(&mut open.deviations));
        // An indented code is text: that is how RFC 959 lets a server write one there.
        let head = Head::parse(&text)
            .filter(|head| head.code == open.code && !text.starts_with([' ', '\t']));
        let (kept, last) = match head.map(|head| (head.separator, head.text.to_owned())) {
            Some((Separator::Space, kept)) => (kept, true),
            Some((Separator::Nothing, kept)) => {
                Deviation::EndWithoutSpace.note(&mut open.deviations);
                (kept, true)
            }
            Some((Separator::Hyphen, kept)) => (kept, false),
            Some((Separator::Missing, _)) | None => (text, false),
        };
        open.lines.push(kept);
        if last {
            return Ok(Some(self.complete(open)));
        }
        self.open = Some(open);
        Ok(None)
    }

    fn complete(&mut self, mut reply: Reply) -> Reply {
        if reply.lines.len() > MANY_LINES {
            Deviation::ManyLines.note(&mut reply.deviations);
        }
        self.buffer.drain(..self.read);
        self.read = 0;
        self.skipped = 0;
        self.spoken = true;
        reply
    }
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
