//! A report as its reader has it: the text, and in it the lines to type.

use std::io::Write;
use std::process::Command;

use libtest_mimic::Failed;
use serde_json::Value;

/// So far in stand lines that are to be typed as they are.
const INDENT: &str = "                  ";

/// Lines to type, with where they go.
#[derive(Clone, Debug)]
pub struct Typed {
    pub product: String,
    pub kind: Kind,
    pub text: String,
}

/// Where lines go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Configuration,
    Command,
}

/// The text of a report, in full.
pub fn of(report: &Value) -> Result<String, Failed> {
    let mut file = tempfile::NamedTempFile::new()?;
    write!(file, "{report}")?;
    let output = Command::new(suite::program())
        .arg("report")
        .arg(file.path())
        // With what to do about notes.
        .arg("--verbose")
        .output()?;
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout)?),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    }
}

/// What the part about one code says to type, in this order: numbered, with the product and the place, and the lines below.
pub fn typed(text: &str, code: &str) -> Vec<Typed> {
    let is_of_code = |line: &&str| {
        let mut words = line.split_whitespace();
        let marked = matches!(words.next(), Some("FAIL" | "WARN" | "note"));
        marked && words.next() == Some(code)
    };
    let part = text.lines().skip_while(|line| !is_of_code(line)).skip(1);
    let part = part.take_while(|line| !line.is_empty());
    let mut all: Vec<Typed> = Vec::new();
    for line in part {
        if let Some(literal) = line.strip_prefix(INDENT) {
            if let Some(typed) = all.last_mut() {
                typed.text.push_str(literal);
                typed.text.push('\n');
            }
        } else if let Some((product, kind)) = place(line) {
            let text = String::new();
            all.push(Typed {
                product,
                kind,
                text,
            });
        }
    }
    all.retain(|it| !it.text.is_empty());
    for typed in &mut all {
        typed.text.truncate(typed.text.trim_end().len());
    }
    all
}

/// "3. vsftpd, in its configuration:"
fn place(line: &str) -> Option<(String, Kind)> {
    let said = line.trim().strip_suffix(':')?;
    let (before, product_and_place) = said.split_once(". ")?;
    let number = before.split_whitespace().next_back()?;
    number.parse::<u8>().ok()?;
    let (product, place) = product_and_place.rsplit_once(", ")?;
    let kind = match place {
        "in its configuration" => Kind::Configuration,
        "in a shell" => Kind::Command,
        _ => return None,
    };
    Some((product.to_owned(), kind))
}
