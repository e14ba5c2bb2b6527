//! Texts of strangers on their way to people: the mask, the cleaner, the pages of codes.

use host::net::seams;
use model::finding::{Code, Owner, Severity};
use model::mask::Mask;
use model::remedy::{Page, Values, in_general};

use crate::input::{fields, first_line, lines, pieces};

/// What stands in the place of a secret.
const MASKED: &str = "[password]";
/// As short a secret as is masked wherever it stands, in characters.
const SHORT: usize = 4;

/// No form of a secret is in what leaves the mask, wherever a read cuts it, and nothing else is changed. In the first line
/// the secret; the next byte says how the rest is cut.
pub fn mask(bytes: &[u8]) {
    let (secret, rest) = first_line(bytes);
    let (Ok(secret), Some((sizes, stream))) = (std::str::from_utf8(secret), rest.split_first())
    else {
        return;
    };
    if secret.chars().count() < SHORT || secret.len() > 200 {
        return;
    }
    let out = seams::masked(secret, pieces(stream, *sizes));
    let whole = Mask::new(secret).text(&String::from_utf8_lossy(stream));
    let forms = [
        secret.as_bytes().to_vec(),
        hex(secret, false),
        hex(secret, true),
    ];
    for form in forms.iter().filter(|form| !meets_the_mask(form)) {
        assert!(!contains(&out, form), "{}", form.escape_ascii());
        assert!(!contains(whole.as_bytes(), form), "{whole}");
    }
    for form in utf16(secret).iter().filter(|form| !meets_the_mask(form)) {
        assert!(!contains(&out, form), "{}", form.escape_ascii());
    }
    if !contains(&out, MASKED.as_bytes()) {
        assert_eq!(out, *stream, "nothing was masked");
    }
    if !whole.contains(MASKED) {
        assert_eq!(whole, String::from_utf8_lossy(stream));
    }
}

fn hex(secret: &str, upper: bool) -> Vec<u8> {
    let digits = secret.bytes().map(|byte| match upper {
        true => format!("{byte:02X}"),
        false => format!("{byte:02x}"),
    });
    digits.collect::<String>().into_bytes()
}

fn utf16(secret: &str) -> [Vec<u8>; 2] {
    [u16::to_le_bytes, u16::to_be_bytes]
        .map(|bytes| secret.encode_utf16().flat_map(bytes).collect())
}

/// A secret that begins as the mask ends, or the other way round, may come about anew where the mask stands: that tells
/// nobody anything.
fn meets_the_mask(form: &[u8]) -> bool {
    let mask = MASKED.as_bytes();
    let overlaps = |a: &[u8], b: &[u8]| {
        (1..=a.len().min(b.len())).any(|length| a[a.len() - length..] == b[..length])
    };
    overlaps(mask, form) || overlaps(form, mask) || contains(mask, form) || contains(form, mask)
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// Whether a terminal, or somebody who reads, could take it for something else than text.
pub(crate) fn steers(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What was cleaned is one line, steers nothing, is as long as was asked for at most, and stays as it is when it is cleaned
/// again. In the first byte the length.
pub fn cleaner(bytes: &[u8]) {
    let Some((most, bytes)) = bytes.split_first() else {
        return;
    };
    let most = usize::from(*most);
    let clean = seams::cleaned(&String::from_utf8_lossy(bytes), most);
    assert!(!clean.chars().any(steers), "{clean:?}");
    // One more says that it was cut.
    assert!(clean.chars().count() <= most + 1, "{clean:?}");
    assert_eq!(seams::cleaned(&clean, most + 1), clean);
}

/// What stands around and within a value that is quoted, in bytes, where much of it is replaced.
const QUOTED: usize = 16_384;

/// Pages and values of strangers: what a value holds is not read as a page, and a text does not grow but by its values. The
/// lines before the first empty one are values.
pub fn template(bytes: &[u8]) {
    let end = bytes.windows(2).position(|pair| pair == b"\n\n");
    let (head, page) = bytes.split_at(end.unwrap_or(0));
    let mut values = Values::default();
    let mut longest = 0;
    for line in lines(head).take(20) {
        if let [name, value] = &fields(line)[..] {
            values.see(name, value);
            longest += value.len() + QUOTED;
        }
    }
    let text = String::from_utf8_lossy(page).into_owned();
    let page = Page(&text);
    // The shortest word in braces has three bytes.
    let bound = (text.len() + 1) * (longest + 3);
    let mut texts = page.steps(Some("vsftpd"), &values);
    texts.push(page.message(Owner::ServerAdmin, &values));
    let directives = page.directives(Some("vsftpd"), &values);
    texts.extend(directives.into_iter().map(|it| it.text));
    assert!(texts.iter().map(String::len).sum::<usize>() <= bound);
    assert!(in_general(&text).len() <= text.len());
    // A sentence of which a value is not known is left out.
    let plain = Page("## Message\n\nat {host}\n").message(Owner::Settings, &Values::default());
    assert_eq!(plain, "");
    let code = Code {
        name: "fuzzed.code".into(),
        title: "it is fuzzed".into(),
        severity: Severity::Error,
        owner: Owner::Settings,
        explains: Vec::new(),
        eased_by_certificate_check: false,
        page: text.clone(),
    };
    assert!(report::explain(&code).contains("fuzzed.code"));
}
