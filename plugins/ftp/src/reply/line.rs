//! Where a line ends, decided from the bytes alone so that packet borders never matter.

use super::telnet::{self, Sequence};

/// A line found at the start of a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    /// Bytes before the line end.
    pub(super) length: usize,
    /// Bytes including the line end.
    pub(super) consumed: usize,
    /// How it ends.
    pub(super) ending: Ending,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    CrLf,
    Lf,
    Cr,
    /// The bytes stopped.
    Silence,
}

/// Finds the first line. With `silent` no more bytes are expected, so what is left is a line too.
pub(super) fn find(bytes: &[u8], silent: bool) -> Option<Line> {
    let mut at = 0;
    let mut after_cr = false;
    while let Some(&byte) = bytes.get(at) {
        let mut step = 1;
        match byte {
            b'\n' if after_cr => {
                return Some(Line {
                    length: at - 1,
                    consumed: at + 1,
                    ending: Ending::CrLf,
                });
            }
            b'\n' => {
                return Some(Line {
                    length: at,
                    consumed: at + 1,
                    ending: Ending::Lf,
                });
            }
            b'\r' => match begins_reply(&bytes[at + 1..]) {
                Some(true) => {
                    return Some(Line {
                        length: at,
                        consumed: at + 1,
                        ending: Ending::Cr,
                    });
                }
                Some(false) => {}
                None => break,
            },
            telnet::IAC => match telnet::sequence(&bytes[at..]) {
                Sequence::Command(length) => step = length,
                Sequence::Escaped => step = 2,
                Sequence::Incomplete => break,
                Sequence::Data => {}
            },
            _ => {}
        }
        after_cr = byte == b'\r';
        at += step;
    }
    (silent && !bytes.is_empty()).then(|| rest(bytes))
}

fn rest(bytes: &[u8]) -> Line {
    let (length, ending) = match bytes.strip_suffix(b"\r") {
        Some(content) => (content.len(), Ending::Cr),
        None => (bytes.len(), Ending::Silence),
    };
    Line {
        length,
        consumed: bytes.len(),
        ending,
    }
}

/// Whether the bytes after a lone CR begin a reply line. Only then was the CR a line end; anywhere
/// else clients that read to the LF see it inside the text. `None`: too few bytes to tell.
fn begins_reply(bytes: &[u8]) -> Option<bool> {
    for index in 0..4 {
        let fits = match (index, bytes.get(index)?) {
            (0, byte) => (b'1'..=b'5').contains(byte),
            (3, byte) => matches!(byte, b' ' | b'-'),
            (_, byte) => byte.is_ascii_digit(),
        };
        if !fits {
            return Some(false);
        }
    }
    Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Length, bytes consumed, ending.
    type Found = Option<(usize, usize, Ending)>;

    #[test]
    fn line_ends() {
        use Ending::{Cr, CrLf, Lf};
        let table: [(&[u8], Found); 11] = [
            (b"", None),
            (b"220 a", None),
            (b"220 a\r", None),
            (b"220 a\r\n", Some((5, 7, CrLf))),
            (b"220 a\nb", Some((5, 6, Lf))),
            (b"220 a\r\r\n", Some((6, 8, CrLf))), // a text-mode stream translated twice
            (b"220 a\r331 b\r", Some((5, 6, Cr))), // classic line ends of CR only
            (b"220 a\r33", None),                 // may still become either
            (b"220 a\rb\r\n", Some((7, 9, CrLf))), // CR inside the text
            (b"\xFF\xFD\n220\n", Some((6, 7, Lf))), // LF as a Telnet option
            (b"220 a\xFF", None),
        ];
        for (bytes, expected) in table {
            let found = find(bytes, false).map(|line| (line.length, line.consumed, line.ending));
            assert_eq!(found, expected, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn silence_ends_a_line() {
        assert_eq!(find(b"", true), None);
        assert_eq!(
            find(b"421 a", true),
            Some(Line {
                length: 5,
                consumed: 5,
                ending: Ending::Silence
            })
        );
        assert_eq!(
            find(b"421 a\r", true),
            Some(Line {
                length: 5,
                consumed: 6,
                ending: Ending::Cr
            })
        );
    }
}
