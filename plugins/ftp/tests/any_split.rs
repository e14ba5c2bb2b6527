//! The network may cut the bytes anywhere: the replies must not depend on it.

use ftp::{Reply, ReplyError, ReplyReader};

/// Streams that hold every form where a border could matter: line ends, codes, multi-byte
/// characters, Telnet commands.
const STREAMS: &[&[u8]] = &[
    b"220 Ready\r\n331 Password\r\n230 In\r\n",
    b"220-Hello\r\n230 inside\r\n 220 padded\r\n220-more\r\n220 Ready\r\n331 Next\r\n",
    b"220 a\n331 b\n\n\n230 c\n",
    b"220 a\r331 b\r230 c\rd\r\n200 e\r",
    b"220 a\r\r\n\r\n\x00331 b\r\n200\r\n220x\r\n",
    "220-Grüß Gott, 日本語 🦀\r\n220 übrigens\r\n".as_bytes(),
    b"220 caf\xE9 \xFFa\r\n331 \xFF\xFFb\r\n230 \xE2\x82\r\n",
    b"\xFF\xFB\x01\xFF\xFD\n220 a\r\n226 \xFF\xF2b\r\n\xFF\xFA\x18\x01\xFF\xF0331 c\r\n",
    b"552-Aborted\r\n STOR: notice\r\n552 Quota\r\n\r\n250 Done\r\n",
    b"230 a\r\nHave fun\r\n\r\n999 b\r\n 200 c\r\n",
    b"230-Hello\r\n220 other end\r\n",
    b"211-Features\r\n MDTM\r\n211End",
    b"421 Cut of",
    b"220 \x1B[2J\0\r\n",
    b"SSH-2.0-x\r\n",
    b"J\0\0\0\n8.0.36",
    b"\x15\x03\x03\x00\x02\x02\x0A",
    b"220 a\r\n\x16\x03\x01\x00\x05\n",
    b"no FTP, and no line end either, but more than enough bytes to see that it is none",
    // A code, an empty line and a Telnet command that stand across the bytes by which another
    // protocol is told.
    b"                                                              220 far right\r\n",
    b"                                                                  \r\n220 below\r\n",
    b"                                                              \xFF\xFB\x01220 echoed\r\n",
    b"                              \xFF\xFA\x18 a terminal with a long name and mo\xFF\xF0220 named\r\n",
    "                                                             \u{3000}220 wide\r\n".as_bytes(),
];

/// Reads the pieces and asks for replies after each of them, as a client does.
fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Reply>, Option<&'static str>) {
    let mut reader = ReplyReader::new();
    let mut replies = Vec::new();
    for piece in pieces {
        reader.push(piece);
        if let Err(error) = drain(&mut replies, || reader.next()) {
            return (replies, Some(kind(&error)));
        }
    }
    let end = drain(&mut replies, || reader.finish());
    (replies, end.err().as_ref().map(kind))
}

fn drain(
    replies: &mut Vec<Reply>,
    mut next: impl FnMut() -> Result<Option<Reply>, ReplyError>,
) -> Result<(), ReplyError> {
    while let Some(reply) = next()? {
        replies.push(reply);
    }
    Ok(())
}

/// The bytes that an error carries are those that had arrived, so only its kind is the same for all
/// splits.
fn kind(error: &ReplyError) -> &'static str {
    match error {
        ReplyError::NotFtp { .. } => "not FTP",
        ReplyError::TooLongLine { .. } => "line",
        ReplyError::TooLongReply { .. } => "reply",
        ReplyError::TooLongBacklog { .. } => "backlog",
    }
}

#[test]
fn one_byte_at_a_time() {
    for stream in STREAMS {
        assert_eq!(
            read(stream.chunks(1)),
            read([*stream]),
            "{}",
            stream.escape_ascii()
        );
    }
}

#[test]
fn two_pieces_cut_anywhere() {
    for stream in STREAMS {
        let whole = read([*stream]);
        for at in 0..=stream.len() {
            let (first, second) = stream.split_at(at);
            assert_eq!(
                read([first, second]),
                whole,
                "{} cut at {at}",
                stream.escape_ascii()
            );
        }
    }
}

#[test]
fn many_pieces_of_many_sizes() {
    let mut random = Random(1);
    for _ in 0..400 {
        for stream in STREAMS {
            let pieces = random.split(stream);
            assert_eq!(read(pieces.iter().copied()), read([*stream]), "{pieces:?}");
        }
    }
}

#[test]
fn noise_never_panics_and_never_depends_on_borders() {
    let alphabet = b"220 331-\r\n\r\n\0 \xFF\xFA\xF0\xFBab\xC3\xBC\x15\x03";
    let mut random = Random(7);
    for _ in 0..20_000 {
        let length = random.below(48);
        let mut stream = if random.below(2) == 0 {
            b"220 a\r\n".to_vec()
        } else {
            Vec::new()
        };
        stream.extend((0..length).map(|_| alphabet[random.below(alphabet.len())]));
        let whole = read([&stream[..]]);
        let pieces = random.split(&stream);
        assert_eq!(read(pieces.iter().copied()), whole, "{pieces:?}");
        assert_eq!(read(stream.chunks(1)), whole, "{}", stream.escape_ascii());
    }
}

/// Numbers that look random and are the same in every run (Knuth's MMIX generator).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn split<'a>(&mut self, mut bytes: &'a [u8]) -> Vec<&'a [u8]> {
        let mut pieces = Vec::new();
        while !bytes.is_empty() {
            let (piece, rest) = bytes.split_at(1 + self.below(bytes.len().min(9)));
            pieces.push(piece);
            bytes = rest;
        }
        pieces
    }
}
