//! The bytes that are sent, and what became of them.

/// As many packets as it takes to meet what is wrong with long transfers, and no burden to anybody.
pub(crate) const LARGE: usize = 64 * 1024;
/// Nothing that comes back is longer than what was sent; a bit more shows that it is.
pub(crate) const MOST: usize = 2 * LARGE;

/// A small file of bytes that transfers as text would change: line ends of all kinds, NUL, Ctrl-Z, 255.
pub(crate) fn small() -> Vec<u8> {
    let awkward = b"remote-doctor\r\n\n\n\r\r\x00\x1a\xff\xff\xf4end\n";
    awkward.iter().copied().chain(0..=u8::MAX).collect()
}

/// A file that no part of resembles another, so that a piece that is missing, doubled or moved shows.
pub(crate) fn large() -> Vec<u8> {
    let mut state: u32 = 0x2545_f491;
    (0..LARGE)
        .map(|_| {
            // Marsaglia's xorshift, whose numbers do not repeat within this length.
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state.to_be_bytes()[0]
        })
        .collect()
}

/// How bytes that came back differ from those that were sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    /// Nothing came back.
    Empty,
    /// Only the beginning, so many bytes.
    Short(usize),
    /// Line ends were changed: it was treated as text.
    Text,
    /// Something else, from this byte on.
    Other(usize),
}

/// None where they are the same.
pub(crate) fn difference(sent: &[u8], received: &[u8]) -> Option<Difference> {
    if sent == received {
        None
    } else if received.is_empty() {
        Some(Difference::Empty)
    } else if sent.starts_with(received) {
        Some(Difference::Short(received.len()))
    } else if without_line_ends(sent) == without_line_ends(received) {
        Some(Difference::Text)
    } else {
        let same = sent.iter().zip(received).take_while(|(a, b)| a == b);
        Some(Difference::Other(same.count()))
    }
}

/// What a transfer as text leaves alone.
fn without_line_ends(bytes: &[u8]) -> Vec<u8> {
    let kept = |byte: &u8| !matches!(byte, b'\r' | b'\n');
    bytes.iter().copied().filter(kept).collect()
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Difference::Empty => f.write_str("no byte"),
            Difference::Short(bytes) => write!(f, "only the first {bytes} bytes"),
            Difference::Text => f.write_str("line ends changed, as in a transfer as text"),
            Difference::Other(at) => write!(f, "other bytes, from the byte {at} on"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_told_apart() {
        let sent = small();
        assert_eq!(difference(&sent, &sent), None);
        assert_eq!(difference(&sent, b""), Some(Difference::Empty));
        assert_eq!(difference(&sent, &sent[..9]), Some(Difference::Short(9)));
        let text: Vec<u8> = sent
            .iter()
            .flat_map(|byte| match byte {
                b'\n' => vec![b'\r', b'\n'],
                byte => vec![*byte],
            })
            .collect();
        assert_eq!(difference(&sent, &text), Some(Difference::Text));
        let mut other = sent.clone();
        other[20] ^= 1;
        assert_eq!(difference(&sent, &other), Some(Difference::Other(20)));
    }

    #[test]
    fn no_part_of_the_large_file_resembles_another() {
        let large = large();
        let mut pieces: Vec<&[u8]> = large.chunks_exact(8).collect();
        pieces.sort_unstable();
        pieces.dedup();
        assert_eq!(pieces.len(), LARGE / 8);
    }
}
