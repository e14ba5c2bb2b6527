//! The commands that a probe sends, before they leave: what changes something on the remote is told from what does not.
//!
//! A guest is not trusted to spell. Commands in pieces, several in one write, lower case, leading blanks, Telnet codes
//! (RFC 854) and lines so long that a server cuts them in two are all read as the most lenient server would read them;
//! what may be sent has to be spelt as RFC 959 section 5.3 has it.

use super::Forbidden;

/// Changes something wherever it is understood. MAIL and its kin send mail (RFC 765), COMB joins files, SMNT and REIN
/// change the session that others go on with.
const CHANGING: &[&str] = &[
    "STOR", "STOU", "APPE", "DELE", "RMD", "XRMD", "MKD", "XMKD", "RNFR", "RNTO", "MFMT", "MFCT",
    "MFF", "MDTM", "SITE", "SMNT", "REIN", "COMB", "MAIL", "MLFL", "MSND", "MSOM", "MSAM", "XSEN",
];
/// Some servers cut longer lines and take the rest for a command of its own, in bytes.
const CUT: usize = 500;
/// As much of a line as is shown, in characters.
const SHOWN: usize = 60;
/// Telnet's "interpret as command" (RFC 854).
const IAC: u8 = 255;

/// What a command would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Makes a file or directory of this path.
    Make(String),
    /// Removes it.
    Remove(String),
    /// Changes its time, or begins to rename it.
    Alter(String),
    /// Cannot be held to a path.
    Unbounded(String),
}

impl Change {
    /// The path, or the command where there is none.
    pub(super) fn what(self) -> String {
        match self {
            Change::Make(what)
            | Change::Remove(what)
            | Change::Alter(what)
            | Change::Unbounded(what) => what,
        }
    }
}

/// What a probe sends on one control connection.
#[derive(Debug, Default)]
pub(super) struct Commands {
    /// The line that has not ended yet.
    line: Vec<u8>,
    /// How much of it has left.
    sent: usize,
    /// Something else than text was sent: a handshake of the probe's own, which must stay without its second flight, or
    /// what is said after it could not be read.
    mute: bool,
}

impl Commands {
    /// What may leave now. A line that may change something stays here until it is whole and `permit` has agreed.
    ///
    /// # Errors
    /// What `permit` says, or that a command cannot be read with certainty.
    pub(super) fn pass(
        &mut self,
        bytes: &[u8],
        mut permit: impl FnMut(Change) -> Result<(), Forbidden>,
    ) -> Result<Vec<u8>, Forbidden> {
        if self.mute && !bytes.is_empty() {
            return Err(Forbidden::AfterBinary);
        }
        self.mute = bytes.iter().copied().any(is_binary);
        let mut leaving = Vec::new();
        for byte in bytes {
            self.line.push(*byte);
            if *byte == b'\n' {
                if let Some(change) = change(&self.line)? {
                    permit(change)?;
                }
                leaving.extend_from_slice(&self.line[self.sent..]);
                self.forget();
            }
        }
        if !segments(&self.line).any(may_change) {
            leaving.extend_from_slice(&self.line[self.sent..]);
            self.sent = self.line.len();
        }
        Ok(leaving)
    }

    /// A new dialogue begins: what was not sent never is.
    pub(super) fn forget(&mut self) {
        self.line.clear();
        self.sent = 0;
    }
}

/// What stands between line ends: servers differ on whether CR and NUL end a line or are passed over.
fn segments(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends: [&[u8]; 3] = [b"\n", b"\r\n", b"\r\n\0"];
    ends.into_iter()
        .flat_map(|ends| line.split(|byte| ends.contains(byte)))
        .filter(|segment| !segment.is_empty())
}

/// What a whole line would change.
fn change(line: &[u8]) -> Result<Option<Change>, Forbidden> {
    if !segments(line).any(may_change) {
        return Ok(None);
    }
    let unreadable = || Forbidden::Unreadable(cleaned(line).trim().chars().take(SHOWN).collect());
    let text = line.strip_suffix(b"\r\n").ok_or_else(unreadable)?;
    let text = std::str::from_utf8(text).map_err(|_| unreadable())?;
    if text.len() > CUT || text.chars().any(char::is_control) {
        return Err(unreadable());
    }
    let (verb, argument) = text.split_once(' ').unwrap_or((text, ""));
    let verb = verb.to_ascii_uppercase();
    if !CHANGING.contains(&verb.as_str()) {
        return Err(unreadable());
    }
    Ok(meaning(&verb, argument))
}

fn meaning(verb: &str, argument: &str) -> Option<Change> {
    let path = || argument.to_string();
    // A time, or facts, and then the path.
    let second = || argument.split_once(' ').map(|(_, path)| path.to_string());
    let unbounded = || Change::Unbounded(format!("{verb} {argument}").trim().into());
    Some(match verb {
        "STOR" | "APPE" | "MKD" | "XMKD" | "RNTO" => Change::Make(path()),
        "DELE" | "RMD" | "XRMD" => Change::Remove(path()),
        "RNFR" => Change::Alter(path()),
        "MFMT" | "MFCT" | "MFF" => second().map_or_else(unbounded, Change::Alter),
        // With one argument it asks for a time (RFC 3659 section 3), with two it sets one.
        "MDTM" => match argument.split_once(' ') {
            Some((time, path)) if is_number(time.get(..8).unwrap_or_default()) => {
                Change::Alter(path.into())
            }
            _ => return None,
        },
        "SITE" => return site(argument, unbounded),
        _ => unbounded(),
    })
}

/// `SITE UTIME` in its two forms, and questions.
fn site(argument: &str, unbounded: impl Fn() -> Change) -> Option<Change> {
    let words: Vec<&str> = argument.split(' ').collect();
    let is = |word: &str, name: &str| word.eq_ignore_ascii_case(name);
    match words.as_slice() {
        [one] if ["HELP", "QUOTA", "IDLE"].iter().any(|name| is(one, name)) => None,
        [utime, time, path] if is(utime, "UTIME") && is_number(time) => {
            Some(Change::Alter((*path).into()))
        }
        [utime, path, times @ .., zone]
            if is(utime, "UTIME")
                && is(zone, "UTC")
                && times.len() == 3
                && times.iter().all(|time| is_number(time)) =>
        {
            Some(Change::Alter((*path).into()))
        }
        _ => Some(unbounded()),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether some server could read a command that changes something here.
fn may_change(segment: &[u8]) -> bool {
    let readings = [cleaned(segment), cleaned(&without_telnet(segment))];
    readings.iter().any(|text| {
        let verb = text.trim_start().split(' ').next().unwrap_or_default();
        let cut = text.len() > CUT
            && CHANGING
                .iter()
                .any(|verb| text.contains(&format!("{verb} ")));
        cut || CHANGING.contains(&verb)
    })
}

/// Upper case, without what is not printable; a tab is a blank.
fn cleaned(segment: &[u8]) -> String {
    segment
        .iter()
        .map(|byte| if *byte == b'\t' { b' ' } else { *byte })
        .filter(|byte| (b' '..=b'~').contains(byte))
        .map(|byte| char::from(byte).to_ascii_uppercase())
        .collect()
}

/// Without Telnet commands: IAC, the command, and for WILL, WONT, DO and DONT (251 to 254) the option.
fn without_telnet(segment: &[u8]) -> Vec<u8> {
    let mut rest = segment;
    let mut text = Vec::new();
    loop {
        rest = match rest {
            [] => return text,
            [IAC, 251..=254, _, rest @ ..] | [IAC, _, rest @ ..] => rest,
            [byte, rest @ ..] => {
                text.push(*byte);
                rest
            }
        };
    }
}

/// No text has these.
fn is_binary(byte: u8) -> bool {
    byte.is_ascii_control() && !matches!(byte, b'\t' | b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(_: Change) -> Result<(), Forbidden> {
        Ok(())
    }

    fn none(change: Change) -> Result<(), Forbidden> {
        Err(Forbidden::NotPermitted(format!("{change:?}")))
    }

    #[test]
    fn harmless_commands_leave_at_once() {
        let mut commands = Commands::default();
        for text in [
            "USER jo\r\n",
            "NO",
            "OP\r\nPWD\r\n",
            "MDTM remote.txt\r\n",
            "MDTM two words\r\n",
            "SITE HELP\r\n",
            "STORE\r\n",
            "RETR DELE\r\n",
            "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
        ] {
            assert_eq!(
                commands.pass(text.as_bytes(), none).as_deref(),
                Ok(text.as_bytes()),
                "{text}"
            );
        }
    }

    #[test]
    fn changes_are_seen_in_every_spelling() {
        let long = format!("CWD {}DELE f\r\n", "a".repeat(600));
        let spellings: &[&[u8]] = &[
            b"DELE f\r\n",
            b"dele f\n",
            b"  \tDELE f\r\n",
            b"\xff\xf1DELE f\r\n",
            b"DE\xff\xfbALE f\r\n",
            b"D\x00ELE f\r\n",
            b"NOOP\x00DELE f\r\n",
            b"D\x01ELE f\r\n",
            b"NOOP\r\nDELE f\r\n",
            b"NOOP\rDELE f\r\n",
            b"\x16\x03\x01\x00\nDELE f\r\n",
            b"STOR f\r\n",
            b"STOU\r\n",
            b"MDTM 20240102030405 f\r\n",
            b"MFMT 20240102030405 f\r\n",
            b"SITE CHMOD 777 f\r\n",
            b"site exec rm\r\n",
            b"REIN\r\n",
            long.as_bytes(),
        ];
        for spelling in spellings {
            let mut commands = Commands::default();
            let text = String::from_utf8_lossy(spelling);
            assert!(commands.pass(spelling, none).is_err(), "{text}");
            let mut commands = Commands::default();
            let mut left = Vec::new();
            let stopped = spelling
                .chunks(1)
                .any(|byte| match commands.pass(byte, none) {
                    Ok(bytes) => {
                        left.extend(bytes);
                        false
                    }
                    Err(_) => true,
                });
            assert!(stopped, "{text} byte by byte");
            assert!(!left.ends_with(b" f"), "{text} left before it was judged");
        }
    }

    #[test]
    fn a_line_waits_until_it_is_whole() {
        let mut commands = Commands::default();
        let mut seen = Vec::new();
        let mut permit = |change| {
            seen.push(change);
            Ok(())
        };
        assert_eq!(commands.pass(b"STOR rd", &mut permit), Ok(Vec::new()));
        assert_eq!(
            commands.pass(b"-1\r\nNOOP\r\n", &mut permit).as_deref(),
            Ok(&b"STOR rd-1\r\nNOOP\r\n"[..])
        );
        assert_eq!(seen, [Change::Make("rd-1".into())]);
    }

    #[test]
    fn the_path_is_where_the_command_has_it() {
        let table = [
            ("MKD a b", Change::Make("a b".into())),
            ("RNFR x", Change::Alter("x".into())),
            ("MFMT 20240102030405 d/x", Change::Alter("d/x".into())),
            ("MDTM 20240102030405 x", Change::Alter("x".into())),
            ("SITE UTIME 20240102030405 x", Change::Alter("x".into())),
            ("SITE UTIME x 2024 2024 2024 UTC", Change::Alter("x".into())),
            ("SITE UTIME x y", Change::Unbounded("SITE UTIME x y".into())),
            ("RMD x", Change::Remove("x".into())),
            ("STOU", Change::Unbounded("STOU".into())),
        ];
        for (line, expected) in table {
            let read = change(format!("{line}\r\n").as_bytes());
            assert_eq!(read, Ok(Some(expected)), "{line}");
        }
    }

    #[test]
    fn what_is_permitted_is_spelt_properly() {
        for line in [
            &b" STOR f\r\n"[..],
            b"STOR f\n",
            b"STOR f\rx\r\n",
            b"NOOP\rSTOR f\r\n",
            b"ST\xff\xf1OR f\r\n",
        ] {
            assert!(Commands::default().pass(line, all).is_err(), "{line:?}");
        }
    }

    #[test]
    fn a_handshake_of_its_own_ends_what_a_probe_may_say() {
        let mut commands = Commands::default();
        let hello = b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\xff\n\x80";
        assert_eq!(commands.pass(hello, none).as_deref(), Ok(&hello[..]));
        assert_eq!(commands.pass(b"x", none), Err(Forbidden::AfterBinary));
    }
}
