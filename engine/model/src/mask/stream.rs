//! The mask over what comes on a connection.

use super::{MASK, Mask};

/// Replaces a secret in the bytes of one phase of a connection, also where it is cut over several reads.
pub struct MaskedStream {
    mask: Mask,
    /// Whether the other end has the secret, so that it may come back cut.
    may_echo: bool,
    /// Bytes that may be the beginning of it.
    held: Vec<u8>,
}

impl MaskedStream {
    pub(super) fn new(mask: Mask) -> MaskedStream {
        MaskedStream {
            mask,
            may_echo: false,
            held: Vec::new(),
        }
    }

    /// From now on the other end has the secret.
    pub fn expect_echo(&mut self) {
        self.may_echo = true;
    }

    /// Another phase begins: what was held back of the last one came from somebody else, and is dropped with it.
    pub fn next_phase(&mut self) {
        self.held.clear();
    }

    /// For another connection to the same end.
    pub fn beside(&self) -> MaskedStream {
        MaskedStream {
            may_echo: self.may_echo,
            ..self.mask.stream()
        }
    }

    /// Masks the next bytes. What may be the beginning of the secret is held back until more comes, at most to the end of
    /// its line, or past it where the secret is spelt with the bytes of a line end.
    pub fn pass(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut all = std::mem::take(&mut self.held);
        all.extend_from_slice(bytes);
        let (mut out, at) = self.masked(&all);
        let rest = &all[at..];
        let begun = match self.may_echo {
            true => self.mask.0.forms().begun(rest),
            false => 0,
        };
        let (now, later) = rest.split_at(rest.len() - begun);
        out.extend_from_slice(now);
        self.held = later.to_vec();
        out
    }

    /// The end of the phase: gives what was held back.
    pub fn finish(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.held)
    }

    /// Masks bytes that are no part of the stream.
    pub fn whole(&self, bytes: &[u8]) -> Vec<u8> {
        let (mut out, at) = self.masked(bytes);
        out.extend_from_slice(&bytes[at..]);
        out
    }

    /// All up to the end of the last form, and where that is.
    fn masked(&self, bytes: &[u8]) -> (Vec<u8>, usize) {
        let mut out = Vec::with_capacity(bytes.len());
        let mut at = 0;
        for span in self.mask.0.forms().find(bytes) {
            out.extend_from_slice(&bytes[at..span.start]);
            out.extend_from_slice(MASK.as_bytes());
            at = span.end;
        }
        (out, at)
    }
}

impl std::fmt::Debug for MaskedStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MaskedStream")
    }
}
