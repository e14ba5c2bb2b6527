use super::*;
use Deviation::*;

/// Everything the bytes give, the peer having closed after them.
fn read(bytes: &[u8]) -> (Vec<Reply>, Option<ReplyError>) {
    let mut reader = ReplyReader::new();
    reader.push(bytes);
    let mut replies = Vec::new();
    loop {
        match reader.finish() {
            Ok(Some(reply)) => replies.push(reply),
            Ok(None) => return (replies, None),
            Err(error) => return (replies, Some(error)),
        }
    }
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|&line| line.to_owned()).collect()
}

/// Bytes, code, lines, deviations, source.
type OneReply = (
    &'static [u8],
    u16,
    &'static [&'static str],
    &'static [Deviation],
    &'static str,
);

#[test]
#[rustfmt::skip] // one form a line
fn one_reply() {
    let table: &[OneReply] = &[
        (b"220 Ready\r\n", 220, &["Ready"], &[], "RFC 959 section 4.2"),
        (b"220 \r\n", 220, &[""], &[], "an empty text is text"),
        (b"120 Ready in 3 minutes\r\n", 120, &["Ready in 3 minutes"], &[], "F-G09"),
        (b"220-Hello\r\n220 Ready\r\n", 220, &["Hello", "Ready"], &[], "F-G09 multi-line"),
        (b"220-Hello\r\n230 no end\r\n220-more\r\n220 Ready\r\n",
            220, &["Hello", "230 no end", "more", "Ready"], &[], "F-G09 codes inside"),
        (b"220-Hello\r\n 220 indented\r\n220 Ready\r\n",
            220, &["Hello", " 220 indented", "Ready"], &[], "RFC 959: padded code is text"),
        (b"220-Hello\r\n\r\n220 Ready\r\n", 220, &["Hello", "", "Ready"], &[], "empty inner line"),
        (b"220-\r\n220 Ready\r\n", 220, &["", "Ready"], &[], "empty first line"),
        (b"211-Features:\r\n MDTM\r\n SIZE\r\n211 End\r\n", 211, &["Features:", " MDTM", " SIZE", "End"], &[], "RFC 2389"),
        (b"552-Transfer aborted.\r\n STOR: notice: quota\r\n552 12 of 10 bytes\r\n",
            552, &["Transfer aborted.", " STOR: notice: quota", "12 of 10 bytes"], &[], "word without code"),
        (b"220-Hello\r\nplain words\r\n220 Ready\r\n", 220, &["Hello", "plain words", "Ready"], &[], "RFC 959 example"),
        ("220 Grüß Gott\r\n".as_bytes(), 220, &["Grüß Gott"], &[], "RFC 2640"),
        (b"220 Ready\n", 220, &["Ready"], &[BareLineFeed], "F-G09 LF only"),
        (b"220-a\n220 b\n", 220, &["a", "b"], &[BareLineFeed], "noted once"),
        (b"220 Ready\r\r\n", 220, &["Ready"], &[BareCarriageReturn], "line end translated twice"),
        (b"220 Ready\r", 220, &["Ready"], &[BareCarriageReturn], "CR only, then silence"),
        (b"220 a\rb\r\n", 220, &["a\u{FFFD}b"], &[BareCarriageReturn], "CR inside"),
        (b"220 a\r\0b\r\n", 220, &["a\u{FFFD}\u{FFFD}b"], &[BareCarriageReturn, ControlCharacter], "RFC 854 CR NUL"),
        (b"200\r\n", 200, &[""], &[MissingText], "code alone"),
        (b"220Ready\r\n", 220, &["Ready"], &[MissingSpace], "no space"),
        (b"220\tReady\r\n", 220, &["Ready"], &[MissingSpace], "tab"),
        (b"220:Ready\r\n", 220, &[":Ready"], &[MissingSpace], "colon"),
        (b" 220 Ready\r\n", 220, &["Ready"], &[BlankBeforeCode], "indented"),
        (b"\x00220 Ready\r\n", 220, &["Ready"], &[ControlCharacter, BlankBeforeCode], "NUL of a C string"),
        (b"220-Hello\r\n220\r\n", 220, &["Hello", ""], &[EndWithoutSpace], "bare code as end"),
        (b"211-Status\r\n211End\r\n", 211, &["Status", "End"], &[EndWithoutSpace], "no space, then silence"),
        (b"230-Hello\r\n220 Ready\r\n", 230, &["Hello", "Ready"], &[EndWithOtherCode(220)], "other code, then silence"),
        (b"230-Hello\r\n220 Re", 230, &["Hello", "Re"], &[Unterminated, EndWithOtherCode(220)], "and cut off"),
        (b"230-Hello\r\nbye\r\n", 230, &["Hello", "bye"], &[Unfinished], "no end"),
        (b"230-Hello\r\n", 230, &["Hello"], &[Unfinished], "no end, one line"),
        (b"230-Hello\r\n 220 files\r\n", 230, &["Hello", " 220 files"], &[Unfinished], "a padded number ends nothing"),
        (b"421 Too many", 421, &["Too many"], &[Unterminated], "closed in mid-line"),
        (b"620 Odd\r\n", 620, &["Odd"], &[CodeOutOfRange], "first digit"),
        (b"270 Odd\r\n", 270, &["Odd"], &[CodeOutOfRange], "second digit"),
        (b"000 Odd\r\n", 0, &["Odd"], &[CodeOutOfRange], "zeros"),
        (b"631 c2VjcmV0\r\n", 631, &["c2VjcmV0"], &[CodeOutOfRange], "RFC 2228 protected reply"),
        (b"220 caf\xE9\r\n", 220, &["café"], &[NotUtf8, InEncoding("windows-1252")], "F-G09 non-ASCII"),
        (b"220 \xFF\xFF\r\n", 220, &["\u{FFFD}"], &[NotUtf8], "doubled IAC is data"),
        (b"220 a\x1B[2Jb\r\n", 220, &["a\u{FFFD}[2Jb"], &[ControlCharacter], "terminal escape"),
        (b"\xFF\xFB\x01220 Ready\r\n", 220, &["Ready"], &[TelnetCommand], "WILL ECHO first"),
        (b"226 \xFF\xF2ABOR done\r\n", 226, &["ABOR done"], &[TelnetCommand], "data mark"),
        (b"\r\n\r\n220 Ready\r\n", 220, &["Ready"], &[EmptyLine], "blank lines first"),
    ];
    for (bytes, code, lines, deviations, why) in table {
        let (replies, error) = read(bytes);
        assert_eq!(error, None, "{why}");
        assert_eq!(replies.len(), 1, "{why}");
        assert_eq!((replies[0].code, &replies[0].lines[..]), (*code, &owned(lines)[..]), "{why}");
        assert_eq!(replies[0].deviations, *deviations, "{why}");
    }
}

/// Bytes, codes, deviations of the last reply, source.
type SeveralReplies = (
    &'static [u8],
    &'static [u16],
    &'static [Deviation],
    &'static str,
);

#[test]
#[rustfmt::skip] // one form a line
fn several_replies() {
    let table: &[SeveralReplies] = &[
        (b"150 a\r\n226 b\r\n", &[150, 226], &[], "in one packet"),
        (b"220-a\r\n220 b\r\n331 c\r\n", &[220, 331], &[], "multi-line first"),
        (b"220 a\r\n\r\n331 b\r\n", &[220, 331], &[EmptyLine], "blank line between"),
        (b"220 a\r331 b\r\n", &[220, 331], &[], "CR only between"),
        (b"230 a\r\nHave fun\r\n200 b\r\n", &[230, 200], &[StrayLine], "text outside a reply"),
        (b"220 a\r\n\x00331 b\r\n", &[220, 331], &[ControlCharacter, BlankBeforeCode], "C strings"),
        (b"530 a\r\n530 b\r\n530 c\r\n", &[530, 530, 530], &[], "a ClientHello taken for commands"),
    ];
    for (bytes, codes, last_deviations, why) in table {
        let (replies, error) = read(bytes);
        assert_eq!(error, None, "{why}");
        assert_eq!(replies.iter().map(|reply| reply.code).collect::<Vec<_>>(), *codes, "{why}");
        assert_eq!(replies.last().map(|reply| &reply.deviations[..]), Some(*last_deviations), "{why}");
    }
}

#[test]
fn not_ftp() {
    let table: &[(&[u8], &str)] = &[
        (b"SSH-2.0-OpenSSH_9.6\r\n", "F-G02"),
        (b"HTTP/1.1 400 Bad Request\r\n", "F-G03"),
        (b"\x15\x03\x03\x00\x02\x02\x46", "TLS alert 70, F-G04"),
        (
            b"\x15\x03\x03\x00\x02\x02\x0A",
            "TLS alert 10 looks like LF",
        ),
        (b"\x16\x03\x03\x00\x7A\x02", "TLS record"),
        (b"J\0\0\0\x0A8.0.36", "MySQL"),
        (b"+OK ready\r\n", "POP3"),
        (b"2200 no\r\n", "four digits"),
        (b"22 no\r\n", "two digits"),
        (b"Welcome\r\n220 a\r\n", "text before the greeting"),
    ];
    for (bytes, why) in table {
        let (replies, error) = read(bytes);
        assert_eq!(replies, [], "{why}");
        assert_eq!(
            error,
            Some(ReplyError::NotFtp {
                first: bytes.to_vec()
            }),
            "{why}"
        );
    }
}

#[test]
fn alien_bytes_are_named_without_a_line_end() {
    let mut reader = ReplyReader::new();
    reader.push(&[b'x'; NOT_FTP_BYTES - 1]);
    assert_eq!(reader.next(), Ok(None));
    reader.push(b"xx");
    assert_eq!(
        reader.next(),
        Err(ReplyError::NotFtp {
            first: vec![b'x'; NOT_FTP_BYTES]
        })
    );
    reader.take_rest();
    reader.push(b"\x15\x03\x01\x00\x02\x02");
    assert_eq!(reader.next(), Ok(None));
    reader.push(b"\x28");
    assert!(matches!(reader.next(), Err(ReplyError::NotFtp { .. })));
}

#[test]
fn what_may_still_become_a_reply_is_waited_for() {
    // A code that comes late, an empty line, and a Telnet command that is cut.
    let blanks = |rest: &[u8]| [&[b' '; NOT_FTP_BYTES - 2], rest].concat();
    for (bytes, code) in [
        (blanks(b"220 a\r\n"), 220),
        (blanks(b"   \r\n331 a\r\n"), 331),
        (blanks(b"\xFF\xFB\x01230 a\r\n"), 230),
    ] {
        let (begun, rest) = bytes.split_at(NOT_FTP_BYTES);
        let mut reader = ReplyReader::new();
        reader.push(begun);
        assert_eq!(reader.next(), Ok(None), "{}", bytes.escape_ascii());
        reader.push(rest);
        let reply = reader.next().expect("a reply").expect("a whole one");
        assert_eq!(reply.code, code, "{}", bytes.escape_ascii());
    }
}

#[test]
fn alien_bytes_are_the_same_with_a_line_end_behind_them() {
    let first = vec![b'x'; NOT_FTP_BYTES];
    for length in [NOT_FTP_BYTES, MAX_LINE + 5] {
        let bytes = [&vec![b'x'; length][..], b"\r\n"].concat();
        let error = ReplyError::NotFtp {
            first: first.clone(),
        };
        assert_eq!(read(&bytes).1, Some(error), "{length}");
    }
}

#[test]
fn binary_after_the_greeting_is_not_stray_text() {
    let (replies, error) = read(b"220 a\r\n\x16\x03\x01\x02\x00\x01\r\n");
    assert_eq!(replies.len(), 1);
    assert!(matches!(error, Some(ReplyError::NotFtp { .. })));
}

#[test]
fn length_of_lines() {
    let line = |length: usize| [b"220 ".as_slice(), &vec![b'x'; length - 4], b"\r\n"].concat();
    assert_eq!(read(&line(LONG_LINE)).0[0].deviations, []);
    assert_eq!(read(&line(LONG_LINE + 1)).0[0].deviations, [LongLine]);
    assert_eq!(read(&line(MAX_LINE)).0[0].deviations, [LongLine]);
    assert_eq!(
        read(&line(MAX_LINE + 1)).1,
        Some(ReplyError::TooLongLine { limit: MAX_LINE })
    );
}

#[test]
fn number_of_lines() {
    let reply = |lines: usize| ["220-a\r\n".repeat(lines - 1), "220 b\r\n".to_owned()].concat();
    assert_eq!(read(reply(MANY_LINES).as_bytes()).0[0].deviations, []);
    assert_eq!(
        read(reply(MANY_LINES + 1).as_bytes()).0[0].deviations,
        [ManyLines]
    );
    assert_eq!(
        read(reply(MAX_LINES).as_bytes()).0[0].lines.len(),
        MAX_LINES
    );
    let limit = Some(ReplyError::TooLongReply { limit: MAX_LINES });
    assert_eq!(read(reply(MAX_LINES + 1).as_bytes()).1, limit);
    assert_eq!(read("\r\n".repeat(MAX_LINES + 1).as_bytes()).1, limit);
}

#[test]
fn bytes_without_a_reply_are_bounded() {
    let mut reader = ReplyReader::new();
    let lines = ["220-", &"x".repeat(994), "\r\n"].concat();
    for _ in 0..MAX_BUFFERED / 1000 + 1 {
        reader.push(lines.as_bytes());
    }
    assert_eq!(reader.partial().len(), MAX_BUFFERED);
    let limit = Err(ReplyError::TooLongBacklog {
        limit: MAX_BUFFERED,
    });
    assert_eq!(reader.next(), limit);
    assert_eq!(reader.next(), limit, "an error repeats");
    assert_eq!(reader.take_rest().len(), MAX_BUFFERED);
    reader.push(b"220 a\r\n");
    assert!(matches!(reader.next(), Ok(Some(_))));
}

#[test]
fn rest_at_the_switch_to_tls() {
    let mut reader = ReplyReader::new();
    reader.push(b"234 Go ahead\r\n230 injected\r\n");
    assert_eq!(
        reader.next().map(|reply| reply.map(|reply| reply.code)),
        Ok(Some(234))
    );
    assert!(!reader.idle());
    assert_eq!(reader.take_rest(), b"230 injected\r\n", "F-A10");
    assert!(reader.idle());
    assert_eq!(reader.next(), Ok(None));
}

#[test]
fn partial_shows_a_whole_unfinished_reply() {
    let mut reader = ReplyReader::new();
    reader.push(b"220-a\r\n220-b\r\n22");
    assert_eq!(reader.next(), Ok(None));
    assert_eq!(reader.partial(), b"220-a\r\n220-b\r\n22");
    reader.push(b"0 c\r\n");
    assert_eq!(
        reader
            .next()
            .map(|reply| reply.map(|reply| reply.lines.len())),
        Ok(Some(3))
    );
    assert!(reader.idle());
}

#[test]
fn a_greeting_with_a_digit_too_few_or_too_many_is_one_if_it_speaks_of_ftp() {
    for (line, is_read) in [
        ("20 Data logger FTP ready\r\n", true),
        ("2200 ProFTPD Server\r\n", false),
        ("2200 FTP server\r\n", true),
        ("20-Welcome to the FTP service\r\n", true),
        ("20 ready\r\n", false),
        ("02 FTP\r\n", true),
        ("FTP server ready\r\n", false),
    ] {
        let mut reader = ReplyReader::new();
        reader.push(line.as_bytes());
        match reader.next() {
            Ok(Some(reply)) => {
                assert!(is_read, "{line:?}");
                assert_eq!(reply.code, 220, "{line:?}");
                assert!(
                    reply.deviations.contains(&Deviation::CodeOfOtherLength),
                    "{line:?}"
                );
            }
            other => assert!(!is_read, "{line:?}: {other:?}"),
        }
    }
}
