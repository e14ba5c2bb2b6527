//! As much of a ClientHello as the faults need to know (RFC 8446 section 4.1.2).

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// The longest record (RFC 8446 section 5.1).
const LONGEST: usize = 1 << 14;
const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const SERVER_NAME: u16 = 0;
const SUPPORTED_VERSIONS: u16 = 43;

/// What a client offers.
#[derive(Debug, Default)]
pub(super) struct ClientHello {
    /// The newest version that clients before TLS 1.3 would speak.
    pub(super) newest: u16,
    /// The versions as newer clients list them.
    pub(super) versions: Option<Vec<u16>>,
    pub(super) ciphers: Vec<u16>,
    /// The name of the server that is asked for (RFC 6066 section 3); empty where it cannot be read.
    pub(super) server_name: Option<String>,
    /// Whether it has extensions at all, as it has since TLS 1.0.
    pub(super) extended: bool,
}

/// Reads one TLS record.
pub(super) async fn record(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut record = vec![0; 5];
    stream.read_exact(&mut record).await?;
    let length = usize::from(u16::from_be_bytes([record[3], record[4]]));
    if record[0] != HANDSHAKE || length > LONGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    record.resize(5 + length, 0);
    stream.read_exact(&mut record[5..]).await?;
    Ok(record)
}

impl ClientHello {
    /// Reads a hello that fits one record, as all but exotic ones do.
    pub(super) fn parse(record: &[u8]) -> Option<Self> {
        let mut message = Bytes(record.get(5..)?);
        if message.number(1)? != usize::from(CLIENT_HELLO) {
            return None;
        }
        let mut body = message.block(3)?;
        let newest = body.short()?;
        body.skip(32)?;
        body.block(1)?;
        let ciphers = body.block(2)?.shorts();
        body.block(1)?;
        let mut hello = Self {
            newest,
            ciphers,
            ..Self::default()
        };
        // Very old clients send no extensions at all.
        let mut extensions = body.block(2).unwrap_or(Bytes(&[]));
        hello.extended = !extensions.0.is_empty();
        while let Some(kind) = extensions.short() {
            let mut content = extensions.block(2)?;
            match kind {
                SERVER_NAME => hello.server_name = Some(host_name(content).unwrap_or_default()),
                SUPPORTED_VERSIONS => hello.versions = Some(content.block(1)?.shorts()),
                _ => {}
            }
        }
        Some(hello)
    }

    /// Whether the client would speak this version.
    pub(super) fn speaks(&self, version: u16) -> bool {
        match &self.versions {
            Some(versions) => versions.contains(&version),
            None => version <= self.newest,
        }
    }
}

/// The first name of a list of names, of which each has a type in front.
fn host_name(mut content: Bytes<'_>) -> Option<String> {
    let mut list = content.block(2)?;
    list.skip(1)?;
    String::from_utf8(list.block(2)?.0.to_vec()).ok()
}

/// The rest of a message, read from the front.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn skip(&mut self, count: usize) -> Option<&'a [u8]> {
        let (front, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(front)
    }

    fn number(&mut self, width: usize) -> Option<usize> {
        Some(
            self.skip(width)?
                .iter()
                .fold(0, |number, byte| number << 8 | usize::from(*byte)),
        )
    }

    fn short(&mut self) -> Option<u16> {
        self.skip(2)?.try_into().ok().map(u16::from_be_bytes)
    }

    /// A length of so many bytes, and what it counts.
    fn block(&mut self, width: usize) -> Option<Bytes<'a>> {
        let length = self.number(width)?;
        self.skip(length).map(Bytes)
    }

    fn shorts(&self) -> Vec<u16> {
        self.0
            .chunks_exact(2)
            .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
            .collect()
    }
}
