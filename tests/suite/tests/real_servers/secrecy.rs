//! The password must not leave the program in any form.

use std::process::Output;

use libtest_mimic::{Failed, Trial};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// Looks for the last word of the password, which is rare enough to stand for the whole.
pub fn keeps(password: &str, output: &Output) -> Result<(), String> {
    for (stream, bytes) in [("output", &output.stdout), ("error", &output.stderr)] {
        if let Some(form) = leak(password, bytes) {
            return Err(format!("the password is on standard {stream}: {form}"));
        }
    }
    Ok(())
}

/// The form in which the password is among these bytes.
pub fn leak(password: &str, bytes: &[u8]) -> Option<&'static str> {
    let rare = password.rsplit(' ').next().unwrap_or(password);
    let text = String::from_utf8_lossy(bytes);
    let forms = forms(rare);
    let found = forms.iter().find(|(_, form)| text.contains(form));
    found.map(|(name, _)| *name)
}

/// That this would notice.
pub fn cases() -> Vec<Trial> {
    vec![Trial::test("secrecy::every-form-is-found", || {
        let line = "PASS Lab-only: 7 harbours\r\n";
        let hex = |byte: u8| format!("%{byte:02X}");
        for leak in [
            line.to_string(),
            STANDARD.encode(line),
            STANDARD.encode(&line[1..]),
            URL_SAFE.encode(&line[2..]),
            line.bytes().map(hex).collect(),
            line.bytes().map(hex).collect::<String>().replace('%', ""),
            format!("{:?}", line.as_bytes()),
        ] {
            let output = Output {
                status: std::process::ExitStatus::default(),
                stdout: Vec::new(),
                stderr: leak.clone().into_bytes(),
            };
            if keeps("Lab-only: 7 harbours", &output).is_ok() {
                return Err(Failed::from(format!("{leak} was not noticed")));
            }
        }
        Ok(())
    })]
}

fn forms(word: &str) -> Vec<(&'static str, String)> {
    let hex = |upper: bool, before: &str| -> String {
        let digits = |byte: u8| match upper {
            true => format!("{before}{byte:02X}"),
            false => format!("{before}{byte:02x}"),
        };
        word.bytes().map(digits).collect()
    };
    let mut forms = vec![
        ("as it is", word.to_string()),
        ("backwards", word.chars().rev().collect()),
        ("hexadecimal", hex(false, "")),
        ("hexadecimal", hex(true, "")),
        ("percent-encoded", hex(false, "%")),
        ("percent-encoded", hex(true, "%")),
        (
            "a list of bytes",
            format!("{:?}", word.as_bytes()).replace(['[', ']'], ""),
        ),
    ];
    for offset in 0..3 {
        for engine in [&STANDARD, &URL_SAFE] {
            forms.push(("base64", inside_base64(engine, word, offset)));
        }
    }
    forms
}

/// How the word looks inside a longer text of which `offset` bytes, counted by threes, come before it.
fn inside_base64(engine: &impl Engine, word: &str, offset: usize) -> String {
    let mut bytes = vec![0; offset];
    bytes.extend(word.bytes());
    // Only whole groups of three bytes: what follows the word is not known.
    bytes.truncate(bytes.len() / 3 * 3);
    // The first group is mixed with what comes before.
    engine.encode(bytes)[if offset == 0 { 0 } else { 4 }..].to_string()
}
