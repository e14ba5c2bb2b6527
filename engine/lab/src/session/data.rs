//! The bytes of a data connection: how they are sent, taken, and cut short.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{socket, stream::Stream};

/// How much is sent at a time.
const CHUNK: usize = 16 << 10;

/// How a download ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// As it should.
    Proper,
    /// Without `close_notify`.
    Unannounced,
    /// All of it, then a reset.
    ResetAtEnd,
    /// Half of it, then as it should.
    Short,
    /// Half of it, then a reset.
    Reset,
    /// So many bytes, then nothing more.
    Stalled(usize),
    /// All of it, and the connection stays open.
    Left,
    /// Not at all.
    Endless,
}

/// Sends a download to its end and returns how many bytes that were. The final reply is due if this comes back well.
pub(super) async fn send(stream: &mut Stream, content: &[u8], ending: Ending) -> io::Result<usize> {
    let due = match ending {
        Ending::Short | Ending::Reset => &content[..content.len() / 2],
        Ending::Stalled(after) => &content[..after.min(content.len())],
        Ending::Proper
        | Ending::Unannounced
        | Ending::ResetAtEnd
        | Ending::Left
        | Ending::Endless => content,
    };
    for chunk in due.chunks(CHUNK) {
        stream.write_all(chunk).await?;
    }
    stream.flush().await?;
    match ending {
        Ending::Proper | Ending::Short => stream.shutdown().await?,
        Ending::Unannounced => end_in_clear(stream).await?,
        Ending::Stalled(after) if after >= content.len() => stream.shutdown().await?,
        Ending::Stalled(_) => std::future::pending().await,
        Ending::ResetAtEnd => {
            if let Some(stream) = stream.take() {
                socket::reset(stream.into_tcp());
            }
        }
        Ending::Reset => {
            if let Some(stream) = stream.take() {
                socket::reset(stream.into_tcp());
            }
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ending::Left => {}
        Ending::Endless => endless(stream).await?,
    }
    Ok(due.len())
}

/// Ends the connection below TLS.
async fn end_in_clear(stream: &mut Stream) -> io::Result<()> {
    match stream.raw() {
        Some(stream) => stream.shutdown().await,
        None => Ok(()),
    }
}

/// Lists files that are not there until the client or the time limit puts an end to it.
async fn endless(stream: &mut Stream) -> io::Result<()> {
    let lines = "-rw-r--r--    1 lab      lab              1024 Jan 01  2024 one-more-file.txt\r\n"
        .repeat(128);
    loop {
        stream.write_all(lines.as_bytes()).await?;
    }
}

/// An upload.
pub(super) struct Received {
    pub(super) content: Vec<u8>,
    /// Whether the client said that this is the end, or just left.
    pub(super) ended_properly: bool,
    /// Whether there was more than `limit`.
    pub(super) too_long: bool,
}

/// Takes an upload to its end.
pub(super) async fn receive(stream: &mut Stream, limit: usize) -> io::Result<Received> {
    let mut received = Received {
        content: Vec::new(),
        ended_properly: true,
        too_long: false,
    };
    loop {
        match stream.read_buf(&mut received.content).await {
            Ok(0) => break,
            Ok(_) if received.content.len() > limit => {
                received.too_long = true;
                break;
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                received.ended_properly = false;
                break;
            }
            Err(error) => return Err(error),
        }
    }
    // The client may have closed already.
    let _ = stream.shutdown().await;
    Ok(received)
}
