//! Commands to the server (RFC 959 section 5.3), safe against what a name or password may contain.

use std::{error, fmt};

use crate::reply::telnet::IAC;

/// Commands whose argument is a secret (RFC 959 section 4.1.1; ADAT: RFC 2228 section 3).
const SECRET: [&str; 3] = ["PASS", "ACCT", "ADAT"];

/// The longest argument, in bytes: with its verb and the line's end it stays below the limit of
/// servers that read 512 bytes at a time.
pub const LONGEST_ARGUMENT: usize = 480;

/// One command line. `Display` and `Debug` hide the argument of PASS, ACCT and ADAT.
#[derive(Clone, PartialEq, Eq)]
pub struct Command {
    verb: String,
    argument: Option<Vec<u8>>,
}

/// Why a command cannot be sent. The offending value is left out: it may be a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandError {
    /// The verb is empty or not ASCII letters and digits (RFC 959 section 5.3: alphabetic codes).
    Verb,
    /// The argument contains a control character, or what some servers take for the end of a line:
    /// it could end the line and begin another command (RFC 959 section 5.3.2).
    LineBreak,
    /// The argument contains a byte 255, which opens a Telnet command (RFC 854; F-L12). RFC 959
    /// section 3.1 would have it doubled, which some servers undo and others do not: it cannot be
    /// sent so that all read the same.
    Telnet,
    /// The argument is longer than [`LONGEST_ARGUMENT`]: servers may cut the line in two.
    TooLong,
}

impl Command {
    /// A command without argument, such as `PASV`. The verb is sent in upper case.
    ///
    /// # Errors
    ///
    /// [`CommandError::Verb`].
    pub fn new(verb: &str) -> Result<Command, CommandError> {
        if verb.is_empty() || !verb.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(CommandError::Verb);
        }
        Ok(Command {
            verb: verb.to_ascii_uppercase(),
            argument: None,
        })
    }

    /// A command with its argument. Blanks are kept: they may belong to a password. Names whose
    /// character set is not UTF-8 are given as bytes (RFC 3659 section 7.3).
    ///
    /// # Errors
    ///
    /// [`CommandError`].
    pub fn with(verb: &str, argument: impl AsRef<[u8]>) -> Result<Command, CommandError> {
        let argument = argument.as_ref();
        sendable(argument)?;
        Ok(Command {
            argument: Some(argument.to_vec()),
            ..Command::new(verb)?
        })
    }

    /// The verb in upper case.
    pub fn verb(&self) -> &str {
        &self.verb
    }

    /// The line as sent, CR LF included.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut line = self.verb.clone().into_bytes();
        if let Some(argument) = &self.argument {
            line.push(b' ');
            line.extend_from_slice(argument);
        }
        line.extend_from_slice(b"\r\n");
        line
    }
}

/// Whether the text can be the argument of a command, in a way that every server reads alike.
pub fn is_safe_argument(argument: &str) -> bool {
    sendable(argument.as_bytes()).is_ok()
}

/// Names are UTF-8 (RFC 2640), or each byte a character.
fn sendable(argument: &[u8]) -> Result<(), CommandError> {
    let breaks = match std::str::from_utf8(argument) {
        Ok(text) => text.chars().any(breaks_line),
        Err(_) => argument.iter().any(|&byte| breaks_line(byte.into())),
    };
    if breaks {
        Err(CommandError::LineBreak)
    } else if argument.contains(&IAC) {
        Err(CommandError::Telnet)
    } else if argument.len() > LONGEST_ARGUMENT {
        Err(CommandError::TooLong)
    } else {
        Ok(())
    }
}

/// The line separators of Unicode end a line for servers whose library thinks so.
fn breaks_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

impl fmt::Display for Command {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.verb)?;
        match &self.argument {
            None => Ok(()),
            Some(_) if SECRET.contains(&self.verb.as_str()) => out.write_str(" ***"),
            Some(argument) => write!(out, " {}", String::from_utf8_lossy(argument)),
        }
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Command({self})")
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            CommandError::Verb => "command word is not made of letters",
            CommandError::LineBreak => {
                "argument contains a line break or another control character"
            }
            CommandError::Telnet => "argument contains the byte 255, which servers read as Telnet",
            CommandError::TooLong => "argument is so long that servers may cut the line in two",
        })
    }
}

impl error::Error for CommandError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let table: [(&str, &[u8], &[u8], &str); 8] = [
            ("USER", b"anna", b"USER anna\r\n", "USER anna"),
            ("pass", b" two words ", b"PASS  two words \r\n", "PASS ***"),
            ("PASS", b"", b"PASS \r\n", "PASS ***"),
            ("ACCT", b"42", b"ACCT 42\r\n", "ACCT ***"),
            ("ADAT", b"c2Vj", b"ADAT c2Vj\r\n", "ADAT ***"),
            ("CWD", b"a\xFCb", b"CWD a\xFCb\r\n", "CWD a\u{FFFD}b"),
            (
                "CWD",
                "größe".as_bytes(),
                "CWD größe\r\n".as_bytes(),
                "CWD größe",
            ),
            ("RETR", b"a b", b"RETR a b\r\n", "RETR a b"),
        ];
        for (verb, argument, line, shown) in table {
            let command = Command::with(verb, argument).expect(shown);
            assert_eq!(command.to_bytes(), line, "{shown}");
            assert_eq!(command.to_string(), shown);
            assert_eq!(format!("{command:?}"), format!("Command({shown})"));
        }
        assert_eq!(
            Command::new("pasv").map(|command| command.to_bytes()),
            Ok(b"PASV\r\n".to_vec())
        );
    }

    #[test]
    fn refused() {
        for argument in [
            "a\rb",
            "a\nDELE b",
            "a\0b",
            "\r\n",
            "a\tb",
            "a\u{85}b",
            "a\u{2028}b",
        ] {
            assert_eq!(
                Command::with("CWD", argument),
                Err(CommandError::LineBreak),
                "{argument:?}"
            );
            assert!(!is_safe_argument(argument), "{argument:?}");
        }
        let long = "a".repeat(LONGEST_ARGUMENT + 1);
        assert_eq!(Command::with("CWD", &long), Err(CommandError::TooLong));
        assert!(!is_safe_argument(&long) && is_safe_argument(&long[1..]));
        assert_eq!(Command::with("CWD", b"a\xFFb"), Err(CommandError::Telnet)); // F-L12
        for verb in ["", "US ER", "PASS x", "PASS\r\n", "ÜSER"] {
            assert_eq!(Command::new(verb), Err(CommandError::Verb), "{verb:?}");
        }
        assert!(is_safe_argument("") && is_safe_argument(" ü\"@: "));
    }
}
