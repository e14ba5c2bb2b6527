//! What is an address, a name, a path or a fingerprint by its looks, whoever wrote it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Something that was recognised at the beginning of a text, and how long it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Address(IpAddr),
    /// A host name of several labels.
    Host,
    Mail,
    Path,
    /// A single file by its ending.
    File,
    /// Hexadecimal digits, as fingerprints and serial numbers have them.
    Hex,
}

/// Endings of file names that no host name has.
const ENDINGS: &[&str] = &[
    "conf", "cfg", "ini", "pem", "crt", "cer", "key", "der", "p12", "pfx", "json", "toml", "xml",
    "html", "htm", "txt", "log", "csv", "tsv", "dat", "bin", "tmp", "bak", "part", "exe", "dll",
    "wasm", "gz", "tar", "tgz", "bz2", "xz", "xls", "xlsx", "doc", "docx", "pdf", "jpg", "jpeg",
    "png", "gif", "edi", "xsd", "sql", "yml", "yaml", "partial", "filepart", "lock",
];
/// Nothing that is looked for is longer, in bytes; a hostile text is read to its end only once.
const LONGEST: usize = 2000;
/// So many hexadecimal digits are no word and no year.
const HEX_DIGITS: usize = 16;

/// What begins at this place of a text; `None` in the middle of a word.
pub(super) fn at(text: &str, at: usize) -> Option<(usize, Shape)> {
    let (before, rest) = (text[..at].chars().next_back(), &text[at..]);
    let first = rest.chars().next()?;
    if before.is_some_and(char::is_alphanumeric) {
        return None;
    }
    if first == '/' || is_drive(rest) {
        return path(rest).map(|length| (length, Shape::Path));
    }
    let found = [
        comma_form(rest),
        four(rest),
        six(rest),
        hex(rest),
        name(rest),
    ];
    found
        .into_iter()
        .flatten()
        .max_by_key(|(length, _)| *length)
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> &str {
    let mut chars = text.char_indices();
    let end = chars.find(|(at, c)| *at >= LONGEST || !belongs(*c));
    &text[..end.map_or(text.len(), |(at, _)| at)]
}

/// `203,0,113,7,195,80` (RFC 959 section 4.1.2): the address is the first four numbers.
fn comma_form(text: &str) -> Option<(usize, Shape)> {
    let run = run(text, |c| c.is_ascii_digit() || c == ',' || c == ' ');
    let mut octets = [0_u8; 4];
    let (mut length, mut rest) = (0, run);
    for (index, octet) in octets.iter_mut().enumerate() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        *octet = rest[..digits].parse().ok()?;
        length += digits;
        rest = &rest[digits..];
        if index < 3 {
            let comma = match rest {
                _ if rest.starts_with(", ") => 2,
                _ if rest.starts_with(',') => 1,
                _ => return None,
            };
            length += comma;
            rest = &rest[comma..];
        }
    }
    Some((length, Shape::Address(Ipv4Addr::from(octets).into())))
}

/// Also with leading zeros, as some write them.
fn four(text: &str) -> Option<(usize, Shape)> {
    let run = run(text, |c| c.is_ascii_digit() || c == '.').trim_end_matches('.');
    let octets: Vec<u8> = run
        .split('.')
        .filter(|part| part.len() <= 3)
        .map_while(|part| part.parse().ok())
        .collect();
    let octets: [u8; 4] = octets.try_into().ok()?;
    let whole = run.matches('.').count() == 3;
    whole.then(|| (run.len(), Shape::Address(Ipv4Addr::from(octets).into())))
}

/// In any of its forms (RFC 4291 section 2.2), with or without a zone.
fn six(text: &str) -> Option<(usize, Shape)> {
    let mut run = run(text, |c| c.is_ascii_hexdigit() || c == ':' || c == '.');
    if run.matches(':').count() < 2 || !run.contains(|c: char| c.is_ascii_hexdigit()) {
        return None;
    }
    while !run.is_empty() {
        if let Ok(ip) = run.parse::<Ipv6Addr>() {
            let zone = text[run.len()..].strip_prefix('%');
            let zone = zone.map_or(0, |zone| 1 + self::run(zone, char::is_alphanumeric).len());
            return Some((run.len() + zone, Shape::Address(ip.into())));
        }
        run = run.strip_suffix([':', '.'])?;
    }
    None
}

/// Pairs with colons between them, or digits in one piece.
fn hex(text: &str) -> Option<(usize, Shape)> {
    let pairs = run(text, |c| c.is_ascii_hexdigit() || c == ':').trim_end_matches(':');
    let in_pairs = pairs.matches(':').count() > 4 && pairs.split(':').all(|pair| pair.len() == 2);
    if in_pairs {
        return Some((pairs.len(), Shape::Hex));
    }
    let digits = run(text, char::is_alphanumeric);
    let is_hex = digits.chars().all(|c| c.is_ascii_hexdigit());
    let long = digits.len() >= HEX_DIGITS && digits.contains(|c: char| c.is_ascii_digit());
    (is_hex && long).then_some((digits.len(), Shape::Hex))
}

/// What stands before an `@` where nobody's name does.
const FORMS: &[&str] = &["user", "username", "userid", "login"];

/// A host name, a mail address, or the name of a file.
fn name(text: &str) -> Option<(usize, Shape)> {
    let star = text.strip_prefix("*.").map_or(0, |_| 2);
    let part = |c: char| c.is_alphanumeric() || c == '-' || c == '_' || c == '.';
    let local = run(text, |c| part(c) || c == '+' || c == '%');
    if let Some(domain) = text[local.len()..].strip_prefix('@')
        && !local.is_empty()
    {
        let domain = run(domain, part).trim_end_matches(['.', '-', '_']);
        // `user@host` in the words of a server is a form to fill in.
        let is_form = FORMS.contains(&local.to_lowercase().as_str()) && !domain.contains('.');
        if !domain.is_empty() && !is_form {
            return Some((local.len() + 1 + domain.len(), Shape::Mail));
        }
    }
    let name = run(&text[star..], part).trim_end_matches(['.', '-', '_']);
    let last = name.rsplit('.').next()?;
    let labels = name.split('.').count();
    if labels < 2 || name.split('.').any(str::is_empty) {
        return None;
    }
    if ENDINGS.contains(&last.to_lowercase().as_str()) {
        return Some((star + name.len(), Shape::File));
    }
    let is_top = last.chars().count() > 1 && last.chars().all(char::is_alphabetic);
    let punycode = last.to_lowercase().starts_with("xn--");
    (is_top || punycode).then_some((star + name.len(), Shape::Host))
}

fn is_drive(text: &str) -> bool {
    let mut chars = text.chars();
    let letter = chars.next().is_some_and(|c| c.is_ascii_alphabetic());
    letter && chars.next() == Some(':') && chars.next() == Some('\\')
}

/// From a slash that follows no word up to a blank, a quote or a bracket. A slash alone says nothing, nor does the length
/// of a prefix.
fn path(text: &str) -> Option<usize> {
    let ends = |c: char| c.is_whitespace() || c.is_control() || "\"'`<>|,;()[]{}*?“”".contains(c);
    let run = run(text, |c| !ends(c)).trim_end_matches(['.', ':', '!']);
    let names = run.trim_matches(['/', '\\', '.', '~']);
    let is_number = names.chars().all(|c| c.is_ascii_digit()) && names.len() < 4;
    (!names.is_empty() && !is_number).then_some(run.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str) -> Option<(&str, Shape)> {
        let (length, shape) = at(text, 0)?;
        Some((&text[..length], shape))
    }

    fn address(ip: &str) -> Shape {
        Shape::Address(ip.parse().unwrap())
    }

    #[test]
    fn addresses_in_every_spelling() {
        for (text, length, ip) in [
            ("203.0.113.7:21", 11, "203.0.113.7"),
            ("203.0.113.7.", 11, "203.0.113.7"),
            ("203.000.113.007", 15, "203.0.113.7"),
            ("203,0,113,7,195,80)", 11, "203.0.113.7"),
            ("203, 0, 113, 7, 195, 80", 14, "203.0.113.7"),
            ("2001:db8::7]:21", 11, "2001:db8::7"),
            ("2001:0DB8:0:0:0:0:0:7", 21, "2001:db8::7"),
            ("fe80::1%eth0 is", 12, "fe80::1"),
            ("::ffff:10.0.0.5", 15, "::ffff:10.0.0.5"),
        ] {
            assert_eq!(first(text), Some((&text[..length], address(ip))), "{text}");
        }
        for text in ["1.2.3", "12:30:59", "1,2,3", "300.1.1.1", "::", "TLSv1.3"] {
            assert_eq!(first(text), None, "{text}");
        }
        assert_eq!(at("v10.0.0.5", 1), None);
    }

    #[test]
    fn names_paths_and_fingerprints() {
        for (text, found, shape) in [
            ("ftp.example.com.", "ftp.example.com", Shape::Host),
            ("*.example.com,", "*.example.com", Shape::Host),
            ("bücher.example", "bücher.example", Shape::Host),
            (
                "joe.smith@example.com>",
                "joe.smith@example.com",
                Shape::Mail,
            ),
            ("report.csv is", "report.csv", Shape::File),
            ("/users/joe/in. ", "/users/joe/in", Shape::Path),
            ("C:\\Users\\joe", "C:\\Users\\joe", Shape::Path),
            ("4f:f4:44:90:47:ec:cd", "4f:f4:44:90:47:ec:cd", Shape::Hex),
            ("d875105217 1d", "", Shape::Hex),
            ("d8751052171d52b3 x", "d8751052171d52b3", Shape::Hex),
        ] {
            let wanted = (!found.is_empty()).then_some((found, shape));
            assert_eq!(first(text), wanted, "{text}");
        }
        for text in ["/", "/24", "e.g. this", "3.0.5", "word", "..."] {
            assert_eq!(first(text), None, "{text}");
        }
        assert_eq!(at("and/or", 3), None);
    }
}
