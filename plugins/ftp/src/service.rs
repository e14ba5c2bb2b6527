//! Which service answers, judged by the first bytes it sends.

use std::fmt;

use crate::phase::Weight;
use crate::reply::telnet::{self, Sequence};
use crate::reply::{Head, text};

/// The service behind a port. [`Display`](fmt::Display) names it for a sentence: "an SSH server".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Service {
    /// A three-digit reply (RFC 959 section 4.2) other than 4yz.
    Ftp,
    /// A 4yz reply: FTP, but not now.
    FtpBusy,
    /// An SSH identification (RFC 4253 section 4.2), perhaps after other lines.
    Ssh,
    /// A status line or a page of HTTP (RFC 9112 section 4).
    Http,
    /// A three-digit reply with the wording of SMTP (RFC 5321 section 4.2). A hint: both protocols
    /// greet with 220 (F-G07).
    Smtp,
    /// A POP3 status (RFC 1939 section 3).
    Pop3,
    /// An untagged IMAP greeting (RFC 9051 section 7.1).
    Imap,
    /// A TLS record (RFC 8446 section 5.1) other than a readable alert.
    TlsRecord,
    /// A TLS alert in clear (RFC 8446 section 6).
    TlsAlert {
        /// 1 is a warning, 2 is fatal.
        level: u8,
        /// The number of the alert, such as 70 for `protocol_version`.
        description: u8,
    },
    /// Telnet negotiation (RFC 854) and no FTP reply after it.
    Telnet,
    /// Bytes of none of these, among them binary protocols such as MySQL's.
    Unknown,
    /// No byte at all.
    Silent,
}

impl Service {
    /// Classifies the first bytes a peer sends. A few dozen are enough; a packet cut inside the
    /// first word may give [`Service::Unknown`].
    pub fn recognise(bytes: &[u8]) -> Service {
        match bytes {
            [] => Service::Silent,
            [0x15, 3, 0..=4, 0, 2, level, description, ..] => Service::TlsAlert {
                level: *level,
                description: *description,
            },
            [0x14..=0x17, 3, 0..=4, ..] => Service::TlsRecord,
            [telnet::IAC, ..] => after_telnet(bytes),
            _ => by_first_line(bytes),
        }
    }

    /// How sure that is: the wording that tells SMTP from FTP is only a hint, as is the silence of
    /// a silent peer.
    pub fn weight(self) -> Weight {
        match self {
            Service::Smtp | Service::Unknown | Service::Silent => Weight::Likely,
            _ => Weight::Certain,
        }
    }

    /// Whether the peer may be the FTP server that was looked for.
    pub fn is_ftp(self) -> bool {
        matches!(self, Service::Ftp | Service::FtpBusy)
    }
}

/// FTP runs over Telnet and may negotiate before its greeting (RFC 959 section 2.3).
fn after_telnet(bytes: &[u8]) -> Service {
    let mut rest = bytes;
    while rest.first() == Some(&telnet::IAC) {
        match telnet::sequence(rest) {
            Sequence::Command(length) => rest = &rest[length..],
            Sequence::Incomplete => return Service::Telnet,
            Sequence::Escaped | Sequence::Data => return Service::Unknown,
        }
    }
    match by_first_line(rest) {
        Service::Unknown => Service::Telnet,
        service => service,
    }
}

fn by_first_line(bytes: &[u8]) -> Service {
    let mut lines = bytes
        .split(|&byte| byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty());
    let Some(first) = lines.next() else {
        return Service::Unknown;
    };
    let line = text::decode(first, &mut Vec::new());
    if let Some(head) = Head::parse(&line).filter(Head::in_range) {
        return by_reply(&head);
    }
    let upper = line.to_uppercase();
    let begins = |words: &[&str]| words.iter().any(|word| upper.starts_with(word));
    if begins(&["SSH-"]) || lines.any(|line| line.starts_with(b"SSH-")) {
        Service::Ssh
    } else if begins(&["HTTP/", "<!DOCTYPE HTML", "<HTML"]) {
        Service::Http
    } else if begins(&["+OK", "-ERR"]) {
        Service::Pop3
    } else if begins(&["* OK", "* PREAUTH", "* BYE"]) {
        Service::Imap
    } else {
        Service::Unknown
    }
}

fn by_reply(head: &Head<'_>) -> Service {
    // Words that stand alone: a host name such as smtp.example.com must not count.
    let words: Vec<String> = head
        .text
        .split_whitespace()
        .map(|word| {
            word.trim_matches(|character: char| character.is_ascii_punctuation())
                .to_uppercase()
        })
        .collect();
    let says = |names: &[&str]| words.iter().any(|word| names.contains(&word.as_str()));
    let enhanced = head
        .text
        .split_whitespace()
        .next()
        .is_some_and(|word| is_enhanced_status(word, head.code));
    if !says(&["FTP", "FTPD", "FTPS"]) && (says(&["SMTP", "ESMTP", "LMTP"]) || enhanced) {
        return Service::Smtp;
    }
    // News servers greet with these (RFC 3977 section 5.1), FTP with 220.
    if matches!(head.code, 200 | 201) && says(&["NNTP", "NNRP", "NEWS", "INTERNETNEWS"]) {
        return Service::Unknown;
    }
    if head.code / 100 == 4 {
        Service::FtpBusy
    } else {
        Service::Ftp
    }
}

/// `4.3.2` after `421`: SMTP's enhanced status codes (RFC 2034), which FTP does not have.
fn is_enhanced_status(word: &str, code: u16) -> bool {
    let fields: Vec<&str> = word.split('.').collect();
    let numeric = |field: &&str| {
        (1..=3).contains(&field.len()) && field.bytes().all(|byte| byte.is_ascii_digit())
    };
    fields.len() == 3 && fields.iter().all(numeric) && fields[0] == (code / 100).to_string()
}

impl fmt::Display for Service {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Service::Ftp => "an FTP server",
            Service::FtpBusy => "an FTP server that is not available now",
            Service::Ssh => "an SSH server",
            Service::Http => "an HTTP server",
            Service::Smtp => "an SMTP server",
            Service::Pop3 => "a POP3 server",
            Service::Imap => "an IMAP server",
            Service::TlsRecord => "a TLS server",
            Service::TlsAlert { level, description } => {
                return write!(out, "a TLS server (alert {description}, level {level})");
            }
            Service::Telnet => "a Telnet server",
            Service::Unknown => "an unknown service",
            Service::Silent => "a silent server",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Service::*;

    #[test]
    fn recognised() {
        let table: &[(&[u8], Service)] = &[
            (b"", Silent),
            (b"220 Ready\r\n", Ftp),
            (b"220-Welcome\r\n", Ftp),
            (b"220\r\n", Ftp),
            (b"\r\n220 Ready\r\n", Ftp),
            (b"120 Ready in 3 minutes\r\n", Ftp),
            (b"500 OOPS: cannot read config\r\n", Ftp),
            (b"530 No access\r\n", Ftp),
            (b"220 smtp.example.com FTP server ready\r\n", Ftp),
            (b"220 smtp.example.com ready\r\n", Ftp),
            (b"220 192.0.2.1 ready\r\n", Ftp),
            (b"\xFF\xFB\x01220 Ready\r\n", Ftp),
            (b"421 Too many users\r\n", FtpBusy),
            (b"220 mail.example.com ESMTP\r\n", Smtp), // F-G07
            (b"220 ftp.example.com ESMTP ready\r\n", Smtp),
            (b"220 mail (SMTP).\r\n", Smtp),
            (b"421 4.3.2 try later\r\n", Smtp),
            (b"554 5.7.1 no\r\n", Smtp),
            (b"SSH-2.0-OpenSSH_9.6\r\n", Ssh), // F-G02
            (b"Be warned\r\nSSH-2.0-x\r\n", Ssh),
            (b"HTTP/1.1 400 Bad Request\r\n", Http), // F-G03
            (b"<html><body>400</body>", Http),
            (b"<!doctype html>", Http),
            (b"+OK ready\r\n", Pop3),
            (b"-ERR busy\r\n", Pop3),
            (b"* OK [CAPABILITY IMAP4rev1]\r\n", Imap),
            (b"* BYE overloaded\r\n", Imap),
            (b"\x16\x03\x03\x00\x7A\x02\x00", TlsRecord),
            (b"\x15\x03\x03\x00\x1A\x00\x00", TlsRecord), // encrypted alert
            (
                b"\x15\x03\x03\x00\x02\x02\x46",
                TlsAlert {
                    level: 2,
                    description: 70,
                },
            ), // F-A07
            (
                b"\x15\x03\x01\x00\x02\x01\x00",
                TlsAlert {
                    level: 1,
                    description: 0,
                },
            ),
            (b"\xFF\xFB\x01\xFF\xFD\x03", Telnet),
            (b"\xFF\xFD\x18\r\nlogin: ", Telnet),
            (b"\xFF\xFD", Telnet),
            (b"J\0\0\0\x0A8.0.36\0", Unknown), // MySQL
            (b"200 news.example.com InterNetNews server\r\n", Unknown),
            (b"RFB 003.008\n", Unknown),
            (b"\r\n", Unknown),
            (b"22", Unknown),
            (b"2200 x\r\n", Unknown),
            (b"999 x\r\n", Unknown),
            (b"\xFFabc", Unknown),
        ];
        for (bytes, expected) in table {
            assert_eq!(
                Service::recognise(bytes),
                *expected,
                "{}",
                bytes.escape_ascii()
            );
        }
    }

    #[test]
    fn smtp_is_only_a_hint() {
        assert_eq!(Smtp.weight(), Weight::Likely);
        assert_eq!(Ssh.weight(), Weight::Certain);
        assert!(FtpBusy.is_ftp() && !Smtp.is_ftp());
    }

    #[test]
    fn names() {
        assert_eq!(Ssh.to_string(), "an SSH server");
        assert_eq!(
            TlsAlert {
                level: 2,
                description: 40
            }
            .to_string(),
            "a TLS server (alert 40, level 2)"
        );
    }
}
