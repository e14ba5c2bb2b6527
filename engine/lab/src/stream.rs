//! One connection, in clear or under TLS.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::server::TlsStream;

use crate::Filter;

/// A TCP connection of which some bytes were read already and are read again.
#[derive(Debug)]
pub(crate) struct Rewound {
    ahead: Vec<u8>,
    stream: TcpStream,
    /// What changes bytes on their way to the client.
    filter: Option<Filter>,
    /// Changed bytes that are not written yet.
    behind: Vec<u8>,
}

impl Rewound {
    pub(crate) fn new(ahead: Vec<u8>, stream: TcpStream) -> Self {
        Self {
            ahead,
            stream,
            filter: None,
            behind: Vec::new(),
        }
    }

    /// Puts bytes back in front of everything else.
    pub(crate) fn unread(&mut self, mut bytes: Vec<u8>) {
        bytes.append(&mut self.ahead);
        self.ahead = bytes;
    }

    /// From here on everything that is written passes this.
    pub(crate) fn filter(&mut self, filter: Filter) {
        self.filter = Some(filter);
    }

    /// Writes what the filter made; nothing else may overtake it.
    fn poll_behind(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.behind.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.behind))?;
            self.behind.drain(..written);
        }
        Poll::Ready(Ok(()))
    }

    /// Whether the client came over IPv6; an IPv4 client of a socket for both has an address of that shape too.
    pub(crate) fn is_ipv6(&self) -> bool {
        let peer = self.stream.peer_addr();
        peer.is_ok_and(|peer| peer.ip().to_canonical().is_ipv6())
    }

    pub(crate) fn into_tcp(self) -> TcpStream {
        self.stream
    }
}

impl AsyncRead for Rewound {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.ahead.is_empty() {
            return Pin::new(&mut self.stream).poll_read(cx, buf);
        }
        let count = self.ahead.len().min(buf.remaining());
        buf.put_slice(&self.ahead[..count]);
        self.ahead.drain(..count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Rewound {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Some(filter) = self.filter else {
            return Pin::new(&mut self.stream).poll_write(cx, buf);
        };
        ready!(self.poll_behind(cx))?;
        self.behind = filter.pass(buf);
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_behind(cx))?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// One connection, in clear or under TLS.
#[derive(Debug)]
pub(crate) enum Stream {
    /// In clear.
    Plain(Rewound),
    /// Under TLS.
    Secure(Box<TlsStream<Rewound>>),
    /// Taken away for a handshake that did not come back.
    Gone,
}

impl Stream {
    /// The connection itself, for words that ignore the TLS around them.
    pub(crate) fn raw(&mut self) -> Option<&mut Rewound> {
        match self {
            Self::Plain(stream) => Some(stream),
            Self::Secure(stream) => Some(stream.get_mut().0),
            Self::Gone => None,
        }
    }

    /// Takes the connection out, without any TLS around it.
    pub(crate) fn take(&mut self) -> Option<Rewound> {
        match std::mem::replace(self, Self::Gone) {
            Self::Plain(stream) => Some(stream),
            Self::Secure(stream) => Some(stream.into_inner().0),
            Self::Gone => None,
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Secure(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Gone => Poll::Ready(Ok(())),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            Self::Secure(stream) => Pin::new(stream).poll_write(cx, buf),
            Self::Gone => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Secure(stream) => Pin::new(stream).poll_flush(cx),
            Self::Gone => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Secure(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Gone => Poll::Ready(Ok(())),
        }
    }
}
