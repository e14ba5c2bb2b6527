//! From the bytes of a line to text that is safe to print.

use super::Deviation;
use super::telnet::{self, Sequence};
use crate::encoding;

/// Decodes one line without its line end, notes what was replaced or left out.
pub(crate) fn decode(line: &[u8], deviations: &mut Vec<Deviation>) -> String {
    let bytes = without_telnet(line, deviations);
    if std::str::from_utf8(&bytes).is_err() {
        Deviation::NotUtf8.note(deviations);
    }
    let (text, encoding) = encoding::decode(&bytes);
    if let Some(name) = encoding {
        Deviation::InEncoding(name).note(deviations);
    }
    let content = text.trim_end_matches('\r');
    if content.len() < text.len() {
        Deviation::BareCarriageReturn.note(deviations);
    }
    content
        .chars()
        .map(|character| printable(character, deviations))
        .collect()
}

fn without_telnet(line: &[u8], deviations: &mut Vec<Deviation>) -> Vec<u8> {
    let mut kept = Vec::with_capacity(line.len());
    let mut at = 0;
    while let Some(&byte) = line.get(at) {
        let sequence = if byte == telnet::IAC {
            telnet::sequence(&line[at..])
        } else {
            Sequence::Data
        };
        match sequence {
            Sequence::Command(length) => {
                Deviation::TelnetCommand.note(deviations);
                at += length;
            }
            Sequence::Escaped => {
                kept.push(byte);
                at += 2;
            }
            Sequence::Incomplete | Sequence::Data => {
                kept.push(byte);
                at += 1;
            }
        }
    }
    kept
}

/// Replaces what would act on a terminal instead of being read there. A server is not to be trusted
/// with it.
fn printable(character: char, deviations: &mut Vec<Deviation>) -> char {
    match character {
        '\t' => return character,
        '\r' => Deviation::BareCarriageReturn.note(deviations),
        _ if character.is_control() || turns_direction(character) => {
            Deviation::ControlCharacter.note(deviations)
        }
        _ => return character,
    }
    char::REPLACEMENT_CHARACTER
}

/// Embeddings, overrides and isolates of the bidirectional algorithm: they can make one text look
/// like another.
fn turns_direction(character: char) -> bool {
    matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use Deviation::{BareCarriageReturn, ControlCharacter, InEncoding, NotUtf8, TelnetCommand};

    #[test]
    fn decoded() {
        let table: [(&[u8], &str, &[Deviation]); 12] = [
            (b"220 plain", "220 plain", &[]),
            ("220 grüß".as_bytes(), "220 grüß", &[]),
            (
                b"220 gr\xFC\xDF",
                "220 grüß",
                &[NotUtf8, InEncoding("windows-1252")],
            ),
            (b"220 a\tb", "220 a\tb", &[]),
            (b"220 a\0b", "220 a\u{FFFD}b", &[ControlCharacter]),
            (
                b"220 \x1B[31mred",
                "220 \u{FFFD}[31mred",
                &[ControlCharacter],
            ),
            (
                "220 \u{9B}31m".as_bytes(),
                "220 \u{FFFD}31m",
                &[ControlCharacter],
            ),
            (
                "220 \u{202E}txt".as_bytes(),
                "220 \u{FFFD}txt",
                &[ControlCharacter],
            ),
            (b"220 a\rb", "220 a\u{FFFD}b", &[BareCarriageReturn]),
            (b"220 a\r", "220 a", &[BareCarriageReturn]),
            (b"\xFF\xFB\x01\xFF\xFD\x03220 a", "220 a", &[TelnetCommand]),
            (b"220 \xFF\xFFa", "220 \u{FFFD}a", &[NotUtf8]),
        ];
        for (bytes, text, expected) in table {
            let mut deviations = Vec::new();
            assert_eq!(
                decode(bytes, &mut deviations),
                text,
                "{}",
                bytes.escape_ascii()
            );
            assert_eq!(deviations, expected, "{}", bytes.escape_ascii());
        }
    }
}
