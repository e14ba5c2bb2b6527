use data_encoding::{BASE64, BASE64URL, HEXLOWER, HEXUPPER};
use strum::VariantArray;

use super::*;
use crate::remote::PasswordEncoding;

/// Passwords of letters, of marks, of other scripts, and of what formats escape.
const PASSWORDS: [&str; 9] = [
    "c4nary pass/word",
    "hunter22",
    "pässwörd-Größe",
    "p\"ss'w<o>r&d",
    "пароль№7",
    "k4n4rie-Geheim42",
    "a\\b%c+d e",
    "密码-π8",
    // In UTF-16 it has the bytes of line ends in it.
    "geheim不上",
];

fn utf16(text: &str, big: bool) -> Vec<u8> {
    let bytes = |unit: u16| match big {
        true => unit.to_be_bytes(),
        false => unit.to_le_bytes(),
    };
    text.encode_utf16().flat_map(bytes).collect()
}

/// What a server may send back in the place of a password.
fn echoes(password: &str) -> Vec<Vec<u8>> {
    let bytes = password.as_bytes();
    let percent = |set| percent_encoding::utf8_percent_encode(password, set).to_string();
    let shifted = |before: &str| format!("{before}{password}zz");
    let mut all = vec![
        bytes.to_vec(),
        password.to_ascii_uppercase().into_bytes(),
        password.to_ascii_lowercase().into_bytes(),
        percent(percent_encoding::NON_ALPHANUMERIC).into_bytes(),
        percent(percent_encoding::NON_ALPHANUMERIC)
            .to_lowercase()
            .into_bytes(),
        BASE64.encode(bytes).into_bytes(),
        BASE64.encode(shifted("a").as_bytes()).into_bytes(),
        BASE64URL.encode(shifted("ab").as_bytes()).into_bytes(),
        BASE64.encode(shifted("abc").as_bytes()).into_bytes(),
        HEXLOWER.encode(bytes).into_bytes(),
        HEXUPPER.encode(bytes).into_bytes(),
        password.replace('"', "\"\"").into_bytes(),
        utf16(password, false),
        utf16(password, true),
    ];
    let latin: Option<Vec<u8>> = password.chars().map(|c| u8::try_from(c).ok()).collect();
    all.extend(latin);
    all
}

/// What may stand in a text in the place of a password.
fn spelt(password: &str) -> Vec<String> {
    let each = |spell: &dyn Fn(char) -> String| password.chars().map(spell).collect::<String>();
    let hex = |between: &str| {
        let bytes = password.bytes().map(|byte| format!("{byte:02X}"));
        bytes.collect::<Vec<_>>().join(between)
    };
    let mut number = 0;
    let mut now_and_then = |c: char, spelling: String| {
        number += 1;
        if number % 2 == 0 {
            spelling
        } else {
            c.to_string()
        }
    };
    let partly = password
        .chars()
        .map(|c| {
            let mut buffer = [0; 4];
            let bytes = c.encode_utf8(&mut buffer).bytes();
            now_and_then(c, bytes.map(|byte| format!("%{byte:02x}")).collect())
        })
        .collect();
    let html = password
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let mut all = vec![
        partly,
        password.to_uppercase(),
        password.to_lowercase(),
        html.replace('"', "&quot;"),
        html.replace('"', "&#34;").replace('\'', "&#39;"),
        each(&|c| format!("&#x{:X};", u32::from(c))),
        {
            let json = serde_json::to_string(password).unwrap();
            json[1..json.len() - 1].to_owned()
        },
        each(&|c| {
            c.encode_utf16(&mut [0; 2])
                .iter()
                .map(|u| format!("\\u{u:04X}"))
                .collect()
        }),
        each(&|c| format!("\\{c}")),
        each(&|c| format!("{c}\u{fffd}")),
        each(&|c| format!("{c}\u{200b}")),
        hex(":"),
        hex(" "),
        hex(", 0x"),
        hex("\\x"),
        format!("{:?}", password.as_bytes()),
        password.chars().rev().collect(),
        // In the wrong encoding, either way.
        password.bytes().map(char::from).collect(),
    ];
    all.extend(
        echoes(password)
            .iter()
            .map(|it| String::from_utf8_lossy(it).into_owned()),
    );
    all.extend(all.clone().iter().map(|it| crate::cleaner::line(it, 4000)));
    all
}

#[test]
fn every_spelling_is_masked_and_the_rest_is_kept() {
    for password in PASSWORDS {
        let mask = Mask::new(password);
        for form in spelt(password) {
            let told = mask.text(&format!("530 no <{form}> here"));
            assert!(told.contains(MASK), "{password}: {form} in {told}");
            assert!(
                told.starts_with("530 no <") && told.ends_with(" here"),
                "{told}"
            );
            let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
            // What a longer base64 text says before and after it stays.
            assert!(letters(&told) <= 9 + 8 + 9, "{password}: {told}");
        }
    }
}

#[test]
fn an_echo_cut_anywhere_is_masked() {
    for password in PASSWORDS {
        let whole = Mask::new(password);
        for echo in echoes(password) {
            let mut text = b"331 got <".to_vec();
            text.extend(&echo);
            text.extend(b"> thanks\r\n");
            let wanted = whole.stream().whole(&text);
            assert!(
                String::from_utf8_lossy(&wanted).contains(MASK),
                "{password}: {echo:?}"
            );
            for cut in 0..text.len() {
                let mut stream = whole.stream();
                stream.expect_echo();
                let mut out = stream.pass(&text[..cut]);
                out.extend(stream.pass(&text[cut..]));
                out.extend(stream.finish());
                assert_eq!(out, wanted, "{password}: {echo:?} cut at {cut}");
            }
        }
    }
}

#[test]
fn an_echo_in_the_encoding_of_the_server_is_masked() {
    let mut seen = 0;
    for password in [
        "gr\u{fc}nspan",
        "\u{43f}\u{430}\u{440}\u{43e}\u{43b}\u{44c}7",
        "\u{65e5}\u{672c}\u{8a9e}\u{5b57}",
    ] {
        let mask = Mask::new(password);
        for encoding in PasswordEncoding::VARIANTS {
            let Some(echo) = encoding.bytes(password) else {
                continue;
            };
            seen += 1;
            let line = [b"331 got <", echo.as_slice(), b">\r\n"].concat();
            let told = mask.stream().whole(&line);
            assert_eq!(
                told, b"331 got <[password]>\r\n",
                "{password} in {encoding:?}"
            );
        }
    }
    assert!(seen > 9, "{seen}");
}

#[test]
fn a_password_in_single_bytes_is_masked() {
    let mut stream = Mask::new("hunter22").stream();
    stream.expect_echo();
    let mut out = Vec::new();
    for byte in b"220 hunt hunter22 HUNTER22 hunte\r\n" {
        out.extend(stream.pass(&[*byte]));
    }
    assert_eq!(out, b"220 hunt [password] [password] hunte\r\n");
}

#[test]
fn nothing_is_held_over_a_line_end() {
    let mut stream = Mask::new("hunter22").stream();
    stream.expect_echo();
    assert_eq!(stream.pass(b"230 hunt\r\n"), b"230 hunt\r\n");
}

#[test]
fn a_line_end_within_a_form_hides_it_from_nobody() {
    // In UTF-16 the bytes of line ends begin, end and are within these; the last two are no passwords of FTP.
    for secret in [
        "上不č-Њ7",
        "čaj-上海",
        "pass上不",
        "ഊഊab-1",
        "hunt\r22er",
        "hunt\r\n22\n",
    ] {
        let mask = Mask::new(secret);
        for form in [
            secret.as_bytes().to_vec(),
            utf16(secret, false),
            utf16(secret, true),
        ] {
            let text = [b"331 got <", &form[..], b"> thanks\r\n"].concat();
            let wanted = mask.stream().whole(&text);
            let left = wanted.windows(form.len()).any(|part| part == form);
            assert!(!left && wanted.ends_with(b"[password]> thanks\r\n"));
            for cut in 0..text.len() {
                let mut stream = mask.stream();
                stream.expect_echo();
                let mut out = stream.pass(&text[..cut]);
                out.extend(stream.pass(&text[cut..]));
                assert_eq!(out, wanted, "{secret:?}: {form:?} cut at {cut}");
            }
        }
    }
}

#[test]
fn an_honest_line_is_given_at_once_whatever_a_form_begins_with() {
    // In UTF-16 they begin with `N` and LF, with LF, and with CR and LF.
    for secret in ["上海-42", "Ċĉ-42", "ഊഊab-1"] {
        let mut stream = Mask::new(secret).stream();
        stream.expect_echo();
        for line in [&b"530 NO LOGIN\n"[..], b"230 in\n", b"230 in\r\n"] {
            assert_eq!(stream.pass(line), line, "{secret}");
        }
    }
}

#[test]
fn who_does_not_have_the_password_learns_nothing_from_what_is_held() {
    // Byte by byte, as somebody would guess it with a probe that watches.
    for password in PASSWORDS {
        let mut stream = Mask::new(password).stream();
        let bytes = password.as_bytes();
        for end in 1..bytes.len() {
            assert_eq!(stream.pass(&bytes[..end]), &bytes[..end]);
        }
        assert_eq!(stream.finish(), b"");
    }
}

#[test]
fn nothing_goes_from_one_phase_into_the_next() {
    let mut stream = Mask::new("hunter22").stream();
    stream.expect_echo();
    assert_eq!(stream.pass(b"234 go\r\nh"), b"234 go\r\n");
    stream.next_phase();
    assert_eq!(stream.pass(b"220 ready"), b"220 ready");
    assert_eq!(stream.finish(), b"");
    // A data connection beside it begins with nothing of it, too.
    stream.pass(b"hun");
    assert_eq!(stream.beside().pass(b"ter22"), b"ter22");
    assert_eq!(stream.beside().pass(b"-rw hunt"), b"-rw ");
}

#[test]
fn a_short_secret_is_masked_as_a_word_only() {
    let mask = Mask::new("ftp");
    let text = "ftp.example.com vsftpd FTP";
    let masked = "[password].example.com vsftpd [password]";
    assert_eq!(mask.text(text), masked);
    assert_eq!(mask.stream().whole(text.as_bytes()), masked.as_bytes());
    assert_eq!(mask.text("it says ZnRw"), "it says [password]");
    assert_eq!(Mask::new("").text("220 hello"), "220 hello");
}

#[test]
fn who_cuts_a_text_does_not_free_the_secret() {
    let text = format!("{} hunte…", "x".repeat(400));
    assert!(Mask::new("hunter22").text(&text).ends_with("x [password]"));
    assert!(Mask::new("hunter22").text("a hun…").ends_with(" hun…"));
}

#[test]
fn words_of_ours_stay_where_they_are_ours() {
    let ours = |word: &str| ["server", "not-tested"].contains(&word);
    let told = |password: &str, text: &str| {
        let mask = Mask::new(password);
        mask.text_but(text, ours).unwrap_or_else(|| text.to_owned())
    };
    assert_eq!(told("server", "the server says"), "the server says");
    assert_eq!(told("server", "CN=server01"), "CN=[password]01");
    assert_eq!(told("tested", "not-tested"), "not-tested");
    assert_eq!(told("server", "c2VydmVy"), "[password]");
}

#[test]
fn a_certificate_keeps_its_length() {
    let mut der = b"0\x82\x01CN=hunter22\x0c".to_vec();
    assert!(Mask::new("hunter22").cover(&mut der));
    assert_eq!(der, b"0\x82\x01CN=********\x0c");
    assert!(!Mask::new("hunter23").cover(&mut der));
}

/// Numbers that look random, the same on each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % most
    }

    /// A password of four characters or more, of one kind of them or of several.
    fn password(&mut self) -> String {
        let alphabets = [
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
            "0123456789",
            "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ ",
            "äöüßéèñçåøÄÖÜ¡¿£¥§",
            "абвгджзийклмнопрстуфхцчшщэюяЖЦ",
            "密码字符測試パスワード",
            "😀🔑€Ωλ",
        ];
        let kinds = 1 + self.below(3);
        let kinds: Vec<&str> = (0..kinds).map(|_| alphabets[self.below(7)]).collect();
        let length = 4 + self.below(20);
        let one = |_| {
            let alphabet: Vec<char> = kinds[self.below(kinds.len())].chars().collect();
            alphabet[self.below(alphabet.len())]
        };
        (0..length).map(one).collect()
    }
}

#[test]
fn of_any_password_nothing_is_left_in_any_spelling() {
    let mut dice = Dice(0x5eed_1234_abcd_0042);
    for _ in 0..400 {
        let password = dice.password();
        let mask = Mask::new(&password);
        // What is not ASCII is legible to nobody in the wrong encoding, and may be other letters there.
        let latin = password.chars().filter_map(|c| u8::try_from(c).ok());
        let garbled: Vec<String> = [
            utf16(&password, false),
            utf16(&password, true),
            latin.collect(),
        ]
        .iter()
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        .flat_map(|form| [crate::cleaner::line(&form, 4000), form])
        .collect();
        let legible = |form: &String| {
            let shown = form.chars().filter(|c| *c != '\u{fffd}').count();
            shown > 3 && (password.is_ascii() || !garbled.contains(form))
        };
        for form in spelt(&password).into_iter().filter(legible) {
            let told = mask.text(&format!("it says: {form}; no more"));
            assert!(told.contains(MASK), "{password:?}: {form:?} in {told:?}");
            // One letter of a form is no secret; all of it is.
            assert!(!told.contains(&form), "{password:?}: {form:?} in {told:?}");
        }
    }
}

#[test]
fn of_any_password_no_echo_comes_through_wherever_it_is_cut() {
    let mut dice = Dice(0x0bad_cafe_1357_9bdf);
    for _ in 0..200 {
        let password = dice.password();
        let mask = Mask::new(&password);
        for echo in echoes(&password) {
            let text = [b"331 <", &echo[..], b"> go on\r\n220 next\r\n"].concat();
            let (one, two) = (dice.below(text.len()), dice.below(text.len()));
            let (one, two) = (one.min(two), one.max(two));
            let mut stream = mask.stream();
            stream.expect_echo();
            let mut out = stream.pass(&text[..one]);
            out.extend(stream.pass(&text[one..two]));
            out.extend(stream.pass(&text[two..]));
            out.extend(stream.finish());
            let shown = String::from_utf8_lossy(&out);
            assert!(
                shown.contains(MASK),
                "{password:?}: {echo:?} cut at {one} and {two}"
            );
            assert!(shown.ends_with("> go on\r\n220 next\r\n"), "{shown:?}");
            let whole = out.windows(echo.len()).any(|part| part == echo);
            assert!(!whole, "{password:?}: {echo:?} cut at {one} and {two}");
        }
    }
}
