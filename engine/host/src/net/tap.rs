//! Reads along below TLS, to keep what a server says in clear text where a TLS record was due.
//!
//! vsftpd writes `500 OOPS: …` into the TLS stream, a plain port answers a ClientHello with its greeting: the TLS
//! library can only say that the record is invalid, and the words that explain the fault would be lost.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// As much as a reply of a few lines.
const KEPT: usize = 1024;
/// How long the rest of a line may take behind its beginning: servers write such words in pieces.
const REST_OF_A_LINE: Duration = Duration::from_millis(300);

/// The bytes that came where a TLS record was due.
#[derive(Clone, Debug, Default)]
pub(super) struct Unparsed(Arc<Mutex<Framing>>);

impl Unparsed {
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.lock().stray.clone()
    }

    /// Whether words have begun, and their line has not ended.
    fn is_unfinished(&self) -> bool {
        let framing = self.lock();
        let words = framing.stray.as_slice();
        let is_text = words.first().is_some_and(u8::is_ascii_graphic);
        is_text && words.len() < KEPT && !words.contains(&b'\n')
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Framing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Follows the record layer: five bytes of header, then as many as it says (RFC 8446 section 5.1).
#[derive(Debug, Default)]
struct Framing {
    header: Vec<u8>,
    remaining: usize,
    stray: Vec<u8>,
}

impl Framing {
    fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if !self.stray.is_empty() {
                let room = KEPT.saturating_sub(self.stray.len()).min(bytes.len());
                self.stray.extend_from_slice(&bytes[..room]);
                return;
            }
            if self.remaining > 0 {
                let skipped = self.remaining.min(bytes.len());
                self.remaining -= skipped;
                bytes = &bytes[skipped..];
                continue;
            }
            self.header.push(bytes[0]);
            bytes = &bytes[1..];
            match *self.header.as_slice() {
                [20..=24] | [_, 3] | [_, _, _] | [_, _, _, _] => {}
                [_, _, _, high, low] => {
                    self.remaining = usize::from(u16::from_be_bytes([high, low]));
                    self.header.clear();
                }
                _ => self.stray = std::mem::take(&mut self.header),
            }
        }
    }
}

/// A TCP stream whose reads are followed.
#[derive(Debug)]
pub(super) struct Tap {
    stream: TcpStream,
    unparsed: Unparsed,
    /// A server that ends a handshake says why in an alert and closes, perhaps before all of our answer is written. A
    /// write that comes too late then waits for the read that finds the alert, or nothing.
    handshaking: bool,
    late: Option<io::Error>,
    /// The beginning of a line in clear text, which the TLS library is not to see before its end.
    held: Vec<u8>,
    /// How long its end is waited for.
    grace: Option<Pin<Box<Sleep>>>,
}

impl Tap {
    pub(super) fn new(stream: TcpStream) -> (Tap, Unparsed) {
        let unparsed = Unparsed::default();
        (
            Tap {
                stream,
                unparsed: unparsed.clone(),
                handshaking: true,
                late: None,
                held: Vec::new(),
                grace: None,
            },
            unparsed,
        )
    }

    /// From here on a write that comes too late fails at once, and what comes is acknowledged at once.
    pub(super) fn handshake_ended(&mut self) {
        self.handshaking = false;
        acknowledge_at_once(&self.stream);
    }

    /// Whether the rest of a line is still waited for.
    fn poll_grace(&mut self, cx: &mut Context<'_>) -> bool {
        let grace = self
            .grace
            .get_or_insert_with(|| Box::pin(sleep(REST_OF_A_LINE)));
        grace.as_mut().poll(cx).is_pending()
    }

    /// Gives what was held back, as far as there is room. It is no TLS, so that nobody asks for the rest.
    fn release(&mut self, buf: &mut ReadBuf<'_>) {
        let held = std::mem::take(&mut self.held);
        buf.put_slice(&held[..held.len().min(buf.remaining())]);
    }

    fn written(
        &mut self,
        written: Poll<io::Result<usize>>,
        length: usize,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Err(error)) if self.handshaking && is_gone(&error) => {
                self.late = Some(error);
                Poll::Ready(Ok(length))
            }
            written => written,
        }
    }
}

/// After an answer the system holds an acknowledgement back for up to 40 ms, in case there is something to send with it
/// (RFC 9293 section 3.8.6.3). Servers that hold the end of their data back until the data before it is acknowledged (section
/// 3.7.4; Pure-FTPd) are waited for so much longer. Where it cannot be had, it takes that long.
fn acknowledge_at_once(stream: &TcpStream) {
    #[cfg(target_os = "linux")]
    let _ = socket2::SockRef::from(stream).set_tcp_quickack(true);
    #[cfg(not(target_os = "linux"))]
    let _ = stream;
}

fn is_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset
    )
}

impl AsyncRead for Tap {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            let before = buf.filled().len();
            let read = Pin::new(&mut self.stream).poll_read(cx, buf);
            let Poll::Ready(Ok(())) = read else {
                let waits = read.is_pending() && !self.held.is_empty() && self.poll_grace(cx);
                return match self.held.is_empty() || waits {
                    true => read,
                    false => Poll::Ready(Ok(self.release(buf))),
                };
            };
            let came = &buf.filled()[before..];
            if came.is_empty() {
                return match self.late.take() {
                    Some(error) if self.held.is_empty() => Poll::Ready(Err(error)),
                    _ => Poll::Ready(Ok(self.release(buf))),
                };
            }
            self.unparsed.lock().feed(came);
            if !self.unparsed.is_unfinished() && self.held.is_empty() {
                return read;
            }
            self.held.extend_from_slice(came);
            buf.set_filled(before);
            if !self.unparsed.is_unfinished() {
                return Poll::Ready(Ok(self.release(buf)));
            }
        }
    }
}

impl AsyncWrite for Tap {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.written(written, buf.len())
    }

    /// All records of a flight in one packet.
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.written(written, bufs.iter().map(|buf| buf.len()).sum())
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stray(chunks: &[&[u8]]) -> Vec<u8> {
        let mut framing = Framing::default();
        for chunk in chunks {
            framing.feed(chunk);
        }
        framing.stray
    }

    #[test]
    fn records_leave_nothing() {
        assert_eq!(stray(&[&[22, 3, 3, 0, 2, 1], &[2, 23, 3, 3, 0, 1, 9]]), b"");
    }

    #[test]
    fn clear_text_after_a_record_is_kept_whole() {
        assert_eq!(
            stray(&[&[23, 3, 3, 0, 1, 9], b"5", b"00 OOPS: no home\r\n"]),
            b"500 OOPS: no home\r\n"
        );
    }

    #[test]
    fn clear_text_instead_of_a_record_is_kept_and_bounded() {
        assert_eq!(stray(&[b"220 ready\r\n"]), b"220 ready\r\n");
        assert_eq!(stray(&[&[b'x'; 5000]]).len(), KEPT);
    }

    #[tokio::test]
    async fn words_in_pieces_are_heard_to_the_end_of_their_line() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let (mut server, _) = listener.accept().await.unwrap();
        let (mut tap, unparsed) = Tap::new(stream);
        let speaking = async {
            for piece in ["500 OOPS: ", "no home", "\r\n"] {
                server.write_all(piece.as_bytes()).await.unwrap();
                sleep(Duration::from_millis(20)).await;
            }
        };
        let mut said = [0; 64];
        let (length, ()) = tokio::join!(tap.read(&mut said), speaking);
        assert_eq!(&said[..length.unwrap()], b"500 OOPS: no home\r\n");
        assert_eq!(unparsed.bytes(), b"500 OOPS: no home\r\n");
        // A line that nobody ends is given as it is.
        let (mut tap, unparsed) = Tap::new(
            TcpStream::connect(listener.local_addr().unwrap())
                .await
                .unwrap(),
        );
        let (mut server, _) = listener.accept().await.unwrap();
        server.write_all(b"whoever").await.unwrap();
        assert_eq!(tap.read(&mut said).await.unwrap(), 7);
        assert_eq!(unparsed.bytes(), b"whoever");
    }

    #[tokio::test]
    async fn a_late_write_does_not_hide_what_was_said_before() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let (mut server, _) = listener.accept().await.unwrap();
        let (mut tap, _) = Tap::new(stream);
        tap.write_all(b"unread").await.unwrap();
        server.readable().await.unwrap();
        server.write_all(b"alert").await.unwrap();
        // With bytes left unread this resets the connection.
        drop(server);
        for _ in 0..3 {
            tap.write_all(b"late").await.unwrap();
        }
        let mut said = [0; 5];
        tap.read_exact(&mut said).await.unwrap();
        assert_eq!(&said, b"alert");
        assert!(tap.read_u8().await.is_err());
        tap.handshake_ended();
        assert!(tap.write_all(b"late").await.is_err());
    }
}
