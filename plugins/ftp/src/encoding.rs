//! Text of a server that is not in UTF-8, as RFC 2640 section 2.2 wants it: a library guesses which encoding it is in.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};

/// Decodes the bytes of a line or of several. With a text that is not in UTF-8 comes the name of the encoding that it seems to
/// be in (WHATWG Encoding Standard section 4.2). Bytes with control characters are no text in any: what is not UTF-8 in them
/// is replaced.
pub fn decode(bytes: &[u8]) -> (Cow<'_, str>, Option<&'static str>) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (Cow::Borrowed(text), None);
    }
    if bytes.iter().any(is_no_text) {
        return (String::from_utf8_lossy(bytes), None);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    let (text, unreadable) = guess.decode_without_bom_handling(bytes);
    match unreadable {
        true => (String::from_utf8_lossy(bytes), None),
        false => (text, Some(guess.name())),
    }
}

fn is_no_text(byte: &u8) -> bool {
    byte.is_ascii_control() && !byte.is_ascii_whitespace() || *byte == u8::MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_guessed_and_named() {
        let table: [(&[u8], &str, &[&str]); 5] = [
            ("Prêt".as_bytes(), "Prêt", &[]),
            (
                b"Gr\xFC\xDFe vom Datentransfer",
                "Grüße vom Datentransfer",
                &["windows-1252"],
            ),
            (
                b"\xBB\xB6\xD3\xAD\xCA\xB9\xD3\xC3\xCE\xC4\xBC\xFE\xB7\xFE\xCE\xF1\xC6\xF7",
                "欢迎使用文件服务器",
                &["GBK", "gb18030"],
            ),
            (
                b"\x83t\x83@\x83C\x83\x8B\x93]\x91\x97\x83T\x81[\x83o\x81[",
                "ファイル転送サーバー",
                &["Shift_JIS"],
            ),
            (
                b"\xE4\xCF\xC2\xD2\xCF \xD0\xCF\xD6\xC1\xCC\xCF\xD7\xC1\xD4\xD8",
                "Добро пожаловать",
                &["KOI8-U", "KOI8-R"],
            ),
        ];
        for (bytes, text, encodings) in table {
            let (decoded, encoding) = decode(bytes);
            assert_eq!(decoded, text);
            assert_eq!(encoding.is_some(), !encodings.is_empty(), "{text}");
            assert!(
                encoding.is_none_or(|it| encodings.contains(&it)),
                "{encoding:?}"
            );
        }
    }

    #[test]
    fn what_is_no_text_is_taken_for_none() {
        let (text, encoding) = decode(b"\x16\x03\x01\xC8\xFE");
        assert_eq!(encoding, None);
        assert!(text.contains(char::REPLACEMENT_CHARACTER));
    }
}
