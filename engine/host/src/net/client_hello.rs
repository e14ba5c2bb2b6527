//! A ClientHello that a probe makes by hand, to see what a server makes of offers that no TLS library sends.
//!
//! It goes to a server that may speak no TLS at all. So it has to be one, and nothing in it may be a command to a server
//! that reads it as text.

/// A record with a handshake message (RFC 8446 section 5.1).
pub(super) const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
/// The header of a record, and of a message in it, in bytes.
const RECORD: usize = 5;
const MESSAGE: usize = 4;
/// RFC 8446 section 5.1.
const LONGEST: usize = 1 << 14;
/// The shortest verb of FTP has three letters (CWD).
const SHORTEST_VERB: usize = 3;
/// Telnet's "interpret as command" (RFC 854).
const IAC: u8 = 255;

/// Why bytes are no ClientHello that may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAHello {
    /// The header of a record has the version 3.0 to 3.4.
    #[error("no record of TLS has such a version")]
    Version,
    /// Too short or too long.
    #[error("no ClientHello has such a length")]
    Length,
    /// Not one message, and no other.
    #[error("the record has something else in it than one ClientHello")]
    Message,
    /// A server that does not speak TLS could take a part of it for a command.
    #[error("a server that does not speak TLS may read a command in it")]
    Command,
}

/// Whether these bytes, which begin as a record, are a whole hello; false while more must come. `host` is the name that it
/// may ask for.
///
/// # Errors
/// It is none, or may not be sent.
pub(super) fn is_whole(bytes: &[u8], host: &str) -> Result<bool, NotAHello> {
    if bytes.get(1).is_some_and(|major| *major != 3) || bytes.get(2).is_some_and(|it| *it > 4) {
        return Err(NotAHello::Version);
    }
    let Some(length) = number(bytes, RECORD - 2, 2) else {
        return Ok(false);
    };
    if !(MESSAGE..=LONGEST).contains(&length) {
        return Err(NotAHello::Length);
    }
    if bytes.len() < RECORD + length {
        return Ok(false);
    }
    let message = number(bytes, RECORD + 1, MESSAGE - 1);
    if bytes[RECORD] != CLIENT_HELLO || message != Some(length - MESSAGE) {
        return Err(NotAHello::Message);
    }
    match may_be_read_as_a_command(bytes, host) {
        true => Err(NotAHello::Command),
        false => Ok(true),
    }
}

/// A number of so many bytes (RFC 8446 section 3.3).
fn number(bytes: &[u8], at: usize, width: usize) -> Option<usize> {
    let bytes = bytes.get(at..at + width)?;
    Some(
        bytes
            .iter()
            .fold(0, |sum, byte| sum << 8 | usize::from(*byte)),
    )
}

/// Whether a server could find a command in it. Servers differ on what ends a line, on what they do with Telnet's codes and
/// on whether they pass over what is not printable; in each reading no line may begin with a word of letters. The name that
/// the hello asks for is the user's word, and no letters to this.
fn may_be_read_as_a_command(bytes: &[u8], host: &str) -> bool {
    let bytes = without_name(bytes, host);
    let ends: [&[u8]; 3] = [b"\n", b"\r\n", b"\r\n\0"];
    ends.into_iter()
        .flat_map(|ends| bytes.split(|byte| ends.contains(byte)))
        .flat_map(|line| [printable(line), printable(&without_telnet(line))])
        .any(|line| begins_with_a_word(&line))
}

/// With dots for the host's name, where its length stands before it (RFC 6066 section 3).
fn without_name(bytes: &[u8], host: &str) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let Ok(length) = u16::try_from(host.len()) else {
        return bytes;
    };
    let name = [&length.to_be_bytes()[..], host.as_bytes()].concat();
    let found = bytes.windows(name.len()).position(|it| it == name);
    if let Some(at) = found {
        bytes[at + 2..at + name.len()].fill(b'.');
    }
    bytes
}

fn begins_with_a_word(line: &str) -> bool {
    let word = line.trim_start().split(' ').next().unwrap_or_default();
    word.len() >= SHORTEST_VERB && word.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn printable(line: &[u8]) -> String {
    let text = line.iter().filter(|byte| (b' '..=b'~').contains(byte));
    text.map(|byte| char::from(*byte)).collect()
}

/// Without Telnet commands: IAC, the command, and for WILL, WONT, DO and DONT (251 to 254) the option.
fn without_telnet(line: &[u8]) -> Vec<u8> {
    let mut rest = line;
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

#[cfg(test)]
mod tests {
    use hello::{ClientHello, Extensions, Group, Suite, Version};

    use super::*;

    fn hellos(server_name: Option<&str>) -> Vec<Vec<u8>> {
        let with = |highest, suites, groups: Option<&'static [Group]>| {
            let extensions = groups.map(|groups| Extensions {
                server_name,
                groups,
            });
            let hello = ClientHello {
                highest,
                suites,
                extensions,
            };
            hello.to_bytes()
        };
        let versions = [
            Version::Ssl3,
            Version::Tls10,
            Version::Tls11,
            Version::Tls12,
        ];
        let mut hellos = Vec::new();
        for highest in versions {
            hellos.push(with(highest, Suite::WIDE, Some(Group::WIDE)));
            hellos.push(with(highest, Suite::OURS, Some(Group::OURS)));
            hellos.push(with(highest, Suite::WIDE, None));
        }
        hellos
    }

    /// A record with a hello whose random bytes are these.
    pub(in crate::net) fn forged(random: &[u8]) -> Vec<u8> {
        let mut body = vec![3, 3];
        body.extend(random);
        let length = u16::try_from(body.len()).unwrap();
        let mut record = vec![HANDSHAKE, 3, 1];
        record.extend((length + 4).to_be_bytes());
        record.extend([CLIENT_HELLO, 0]);
        record.extend(length.to_be_bytes());
        record.extend(body);
        record
    }

    #[test]
    fn hellos_of_ours_may_be_sent_whatever_the_host_is_called() {
        let long = "a".repeat(253);
        let hosts = [
            "ftp.example.com",
            "localhost",
            "ftpserver",
            "ftp",
            "nas",
            "ten.letter",
            "xn--bcher-kva.example",
            &long,
        ];
        for host in hosts {
            for hello in hellos(Some(host)).into_iter().chain(hellos(None)) {
                assert_eq!(is_whole(&hello, host), Ok(true), "{host}");
                for cut in 0..hello.len() {
                    assert_eq!(is_whole(&hello[..cut], host), Ok(false), "{host}");
                }
            }
        }
    }

    #[test]
    fn a_hello_carries_no_command() {
        let words: &[&[u8]] = &[
            b"\r\nUSER admin\r\nPASS secret\r\n",
            b"\nRCMD id\n",
            b"\rREIN\r",
            b"\0DELE f\0",
            b"\n  site exec id\n",
            b"\nU\x01S\x02ER x\n",
            b"\n\xff\xf1USER x\n",
            b"\n\xff\xfb1USER x\n",
            b"\n\xff\xfbXUSER x\n",
            b"\nABOR",
            b"\nftp x\n",
        ];
        for random in words {
            let hello = forged(random);
            let text = String::from_utf8_lossy(random);
            assert_eq!(is_whole(&hello, "ftp"), Err(NotAHello::Command), "{text}");
        }
        assert_eq!(is_whole(&forged(b"\x00\x01 ab \n12"), "ftp"), Ok(true));
    }

    #[test]
    fn what_is_no_hello_is_refused_as_soon_as_that_shows() {
        let table: &[(&[u8], NotAHello)] = &[
            (b"\x16\x02", NotAHello::Version),
            (b"\x16\x03\x09", NotAHello::Version),
            (b"\x16\x03\x01\x00\x00", NotAHello::Length),
            (b"\x16\x03\x01\xff\xff", NotAHello::Length),
            (b"\x16\x03\x01\x00\x04\x02\x00\x00\x00", NotAHello::Message),
            (b"\x16\x03\x01\x00\x05\x01\x00\x00\x00x", NotAHello::Message),
        ];
        for (bytes, why) in table {
            assert_eq!(is_whole(bytes, "ftp"), Err(*why), "{bytes:?}");
        }
    }
}
