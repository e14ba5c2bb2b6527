//! What a probe sends: the filter before the wire.

use host::net::seams::Filter;

use crate::input::pieces;

/// Verbs that change something, read a file, or are the host's alone, wherever they are understood.
const KEPT: &[&str] = &[
    "STOR", "STOU", "APPE", "DELE", "RMD", "XRMD", "MKD", "XMKD", "RNFR", "RNTO", "SMNT", "REIN",
    "MFMT", "RETR", "PASS", "PORT", "EPRT", "RCMD", "DLTL",
];

/// Where nothing may be written or read, nothing leaves that a server could read as a command that does, however it is cut;
/// what leaves is a beginning of what was sent; and the only user name that leaves is the settings' own. The first byte says
/// how it is cut.
pub fn commands(bytes: &[u8]) {
    let Some((sizes, bytes)) = bytes.split_first() else {
        return;
    };
    for pieces in [vec![bytes], pieces(bytes, *sizes).collect()] {
        let mut filter = Filter::new();
        let mut left = Vec::new();
        let mut whole = true;
        for piece in pieces {
            match filter.pass(piece) {
                Some(leaving) => left.extend(leaving),
                None => {
                    whole = false;
                    break;
                }
            }
        }
        assert!(bytes.starts_with(&left), "what leaves is not what was sent");
        if whole && bytes.ends_with(b"\r\n") && bytes[0] != HANDSHAKE {
            assert_eq!(left, bytes, "something stays behind");
        }
        if left.first() != Some(&HANDSHAKE) {
            left_lines(&left);
        }
    }
}

/// The first byte of a handshake made by hand (RFC 8446 section 5.1); nothing is said after it.
const HANDSHAKE: u8 = 22;

fn left_lines(left: &[u8]) {
    // Servers differ on what ends a line.
    let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n' | 0);
    for line in left.split(is_end) {
        let text = String::from_utf8_lossy(line);
        let (verb, argument) = text.trim_start().split_once(' ').unwrap_or((&text, ""));
        let verb = verb.to_ascii_uppercase();
        assert!(!KEPT.contains(&verb.as_str()), "{text} left");
        assert!(verb != "USER" || argument == Filter::USER, "{text} left");
    }
}
