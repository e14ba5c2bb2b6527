//! Telnet commands, which RFC 959 section 2.3 allows on the control connection and nobody sends on
//! purpose any more.

use std::ops::RangeInclusive;

/// "Interpret as command": the byte that opens every Telnet command (RFC 854).
pub(crate) const IAC: u8 = 0xFF;

/// WILL, WONT, DO, DONT: followed by the option they are about (RFC 854).
const NEGOTIATION: RangeInclusive<u8> = 251..=254;
/// Opens a subnegotiation, which IAC SE closes (RFC 854).
const SUBNEGOTIATION: u8 = 250;
const SUBNEGOTIATION_END: u8 = 240;
/// All one-byte commands, with the later end-of-record group of RFC 1184 and RFC 885.
const COMMANDS: RangeInclusive<u8> = 236..=249;

/// Longest subnegotiation taken for one. Beyond it the bytes are text in some 8-bit character set.
const MAX_SUBNEGOTIATION: usize = 64;

/// What stands at an IAC byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sequence {
    /// A command of so many bytes.
    Command(usize),
    /// IAC twice: one data byte 255.
    Escaped,
    /// More bytes are needed to tell.
    Incomplete,
    /// No command: a plain byte 255, as in Latin-1 text.
    Data,
}

/// Reads the sequence at the start of `bytes`, whose first byte is IAC.
pub(crate) fn sequence(bytes: &[u8]) -> Sequence {
    match bytes.get(1) {
        None => Sequence::Incomplete,
        Some(&IAC) => Sequence::Escaped,
        Some(&SUBNEGOTIATION) => subnegotiation(bytes),
        Some(command) if NEGOTIATION.contains(command) && bytes.len() < 3 => Sequence::Incomplete,
        Some(command) if NEGOTIATION.contains(command) => Sequence::Command(3),
        Some(command) if COMMANDS.contains(command) => Sequence::Command(2),
        Some(_) => Sequence::Data,
    }
}

/// The bytes up to the first sequence that more bytes are needed for.
pub(crate) fn settled(bytes: &[u8]) -> &[u8] {
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += match byte {
            IAC => match sequence(&bytes[at..]) {
                Sequence::Command(length) => length,
                Sequence::Escaped => 2,
                Sequence::Data => 1,
                Sequence::Incomplete => return &bytes[..at],
            },
            _ => 1,
        };
    }
    bytes
}

fn subnegotiation(bytes: &[u8]) -> Sequence {
    for (index, pair) in bytes
        .windows(2)
        .enumerate()
        .skip(2)
        .take(MAX_SUBNEGOTIATION)
    {
        match pair {
            [IAC, SUBNEGOTIATION_END] => return Sequence::Command(index + 2),
            // A line end first: this was text all along, and waiting for its end would swallow the
            // next reply.
            [b'\n', _] => return Sequence::Data,
            _ => {}
        }
    }
    let undecided = bytes.len() < MAX_SUBNEGOTIATION + 3 && bytes.last() != Some(&b'\n');
    if undecided {
        Sequence::Incomplete
    } else {
        Sequence::Data
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences() {
        let table: [(&[u8], Sequence); 12] = [
            (b"\xFF", Sequence::Incomplete),
            (b"\xFF\xFF", Sequence::Escaped),
            (b"\xFF\xFB", Sequence::Incomplete),
            (b"\xFF\xFB\x01", Sequence::Command(3)), // WILL ECHO
            (b"\xFF\xFE\n220", Sequence::Command(3)), // DONT, with an option that looks like LF
            (b"\xFF\xF2", Sequence::Command(2)),     // data mark, once part of ABOR
            (b"\xFF\xF4", Sequence::Command(2)),     // interrupt process
            (b"\xFF a", Sequence::Data),             // Latin-1
            (b"\xFF\xFA\x18\x01", Sequence::Incomplete),
            (b"\xFF\xFA\x18\x01\xFF\xF0220", Sequence::Command(6)),
            (b"\xFF\xFAtext\r\n", Sequence::Data),
            (b"\xFF\xFA\n", Sequence::Data),
        ];
        for (bytes, expected) in table {
            assert_eq!(sequence(bytes), expected, "{}", bytes.escape_ascii());
        }
        let endless = [&b"\xFF\xFA"[..], &[b'x'; 200]].concat();
        assert_eq!(sequence(&endless), Sequence::Data);
    }

    #[test]
    fn settled_up_to_what_is_cut() {
        let table: [(&[u8], usize); 6] = [
            (b"220 a", 5),
            (b"\xFF\xFB\x01a", 4),
            (b"a\xFF\xFF\xFF", 3),
            (b"\xFF\xFB\x01\xFF\xFB", 3),
            (b"a\xFF\xFAxterm\xFF\xFF", 1),
            (b"\xFF a", 3),
        ];
        for (bytes, length) in table {
            assert_eq!(settled(bytes).len(), length, "{}", bytes.escape_ascii());
        }
    }
}
