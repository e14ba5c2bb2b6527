//! The record layer (RFC 5246 section 6.2.1), as far as it goes in clear.

/// The longest record: 2^14 and what encryption may add.
const LONGEST: usize = (1 << 14) + 2048;
const HEADER: usize = 5;

/// What a record holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    ChangeCipherSpec,
    Alert,
    Handshake,
    ApplicationData,
}

/// The next thing in a stream of records.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Record(Content, Vec<u8>),
    /// More bytes must come.
    More,
    /// These bytes begin no record.
    NotTls,
}

/// Takes the first record off the front of `bytes`.
pub(crate) fn next(bytes: &mut Vec<u8>) -> Next {
    let content = match bytes.first() {
        None => return Next::More,
        Some(20) => Content::ChangeCipherSpec,
        Some(21) => Content::Alert,
        Some(22) => Content::Handshake,
        Some(23) => Content::ApplicationData,
        Some(_) => return Next::NotTls,
    };
    if bytes.get(1).is_some_and(|major| *major != 3) {
        return Next::NotTls;
    }
    let Some(header) = bytes.get(..HEADER) else {
        return Next::More;
    };
    let length = usize::from(u16::from_be_bytes([header[3], header[4]]));
    if length > LONGEST {
        return Next::NotTls;
    }
    if bytes.len() < HEADER + length {
        return Next::More;
    }
    let payload = bytes.drain(..HEADER + length).skip(HEADER).collect();
    Next::Record(content, payload)
}
