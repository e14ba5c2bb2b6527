//! The path that PWD and MKD announce (RFC 959 appendix II).

use std::{error, fmt};

use crate::reply::Reply;

/// Why a reply names no directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DirectoryError {
    /// The reply has this code instead of 257.
    WrongCode(u16),
    /// No quoted text and no word that begins with a slash.
    NoPath,
    /// The quotation never ends.
    Unclosed,
    /// The quotation is empty.
    Empty,
}

/// The path in a 257 reply. It stands in double quotes, and a quote within it is doubled (RFC 959
/// appendix II). A path without quotes is taken too if it is the first word and begins with a
/// slash.
///
/// # Errors
///
/// [`DirectoryError`].
pub fn parse_257(reply: &Reply) -> Result<String, DirectoryError> {
    if reply.code != 257 {
        return Err(DirectoryError::WrongCode(reply.code));
    }
    let text = reply.text();
    let path = match text.split_once('"') {
        Some((_, quoted)) => unquote(quoted).ok_or(DirectoryError::Unclosed)?,
        None => first_path(&text).ok_or(DirectoryError::NoPath)?,
    };
    if path.is_empty() {
        Err(DirectoryError::Empty)
    } else {
        Ok(path)
    }
}

/// Reads up to the closing quote.
fn unquote(quoted: &str) -> Option<String> {
    let mut path = String::new();
    let mut characters = quoted.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '"' && characters.next_if_eq(&'"').is_none() {
            return Some(path);
        }
        path.push(character);
    }
    None
}

fn first_path(text: &str) -> Option<String> {
    text.split_whitespace()
        .next()
        .filter(|word| word.starts_with('/'))
        .map(str::to_owned)
}

impl fmt::Display for DirectoryError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DirectoryError::WrongCode(code) => write!(out, "code {code:03} instead of 257"),
            DirectoryError::NoPath => out.write_str("no path in the 257 reply"),
            DirectoryError::Unclosed => {
                out.write_str("path without closing quote in the 257 reply")
            }
            DirectoryError::Empty => out.write_str("empty path in the 257 reply"),
        }
    }
}

impl error::Error for DirectoryError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        use DirectoryError::{Empty, NoPath, Unclosed, WrongCode};
        let table = [
            (257, r#""/" is the current directory"#, Ok("/")),
            (257, r#""/home/anna""#, Ok("/home/anna")),
            (257, r#""/a""b" created"#, Ok(r#"/a"b"#)), // RFC 959 appendix II
            (257, r#""""quoted""" is current"#, Ok(r#""quoted""#)),
            (257, r#"Current directory is "/inbox"."#, Ok("/inbox")),
            (257, r#""/with blank " is current"#, Ok("/with blank ")),
            (
                257,
                r#""'ANNA.'" is the working directory name prefix."#,
                Ok("'ANNA.'"),
            ), // z/OS
            (
                257,
                r#""DISK$USER:[ANNA]" is current"#,
                Ok("DISK$USER:[ANNA]"),
            ), // VMS
            (257, r#""C:\ftp" is current"#, Ok(r"C:\ftp")),
            (257, "/home/anna is current", Ok("/home/anna")),
            (257, "home/anna", Err(NoPath)),
            (257, "", Err(NoPath)),
            (257, r#""/home"#, Err(Unclosed)),
            (257, r#""/a"""#, Err(Unclosed)),
            (257, r#""" is current"#, Err(Empty)),
            (550, r#""/" denied"#, Err(WrongCode(550))),
            (250, r#""/""#, Err(WrongCode(250))),
        ];
        for (code, text, expected) in table {
            assert_eq!(
                parse_257(&Reply::single(code, text)),
                expected.map(str::to_owned),
                "{text}"
            );
        }
    }
}
