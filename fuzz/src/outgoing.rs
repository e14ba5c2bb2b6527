//! What a probe sends: the filter before the wire.

use remote_doctor::net::seams::Filter;

use crate::input::pieces;

/// Verbs that change something wherever they are understood.
const CHANGING: &[&str] = &[
    "STOR", "STOU", "APPE", "DELE", "RMD", "MKD", "RNFR", "RNTO", "SMNT", "REIN",
];

/// Where nothing may be written, nothing leaves that a server could read as a command that writes, however it is cut; and
/// what leaves is a beginning of what was sent. The first byte says how it is cut.
pub fn commands(bytes: &[u8]) {
    let Some((sizes, bytes)) = bytes.split_first() else {
        return;
    };
    for pieces in [vec![bytes], pieces(bytes, *sizes).collect()] {
        let mut filter = Filter::default();
        let mut left = Vec::new();
        let mut whole = true;
        for piece in pieces {
            match filter.pass(piece) {
                Ok(leaving) => left.extend(leaving),
                Err(_) => {
                    whole = false;
                    break;
                }
            }
        }
        assert!(bytes.starts_with(&left), "what leaves is not what was sent");
        if whole && bytes.ends_with(b"\r\n") {
            assert_eq!(left, bytes, "something stays behind");
        }
        // Servers differ on what ends a line.
        let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
        for line in left.split(is_end) {
            let line = String::from_utf8_lossy(line).to_ascii_uppercase();
            let verb = line.split(' ').next().unwrap_or_default();
            assert!(!CHANGING.contains(&verb), "{line} left");
        }
    }
}
