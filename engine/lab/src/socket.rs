//! Ports that are closed or silent, and connections that end the way they should.

use std::{io, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    time::timeout,
};

/// How long a connection is kept after the last word, so that the client can read it.
const LINGER: Duration = Duration::from_secs(2);
/// How long to wait when a connection cannot be accepted, most likely for want of files.
pub(crate) const SHORTAGE: Duration = Duration::from_millis(50);
/// How much a client may still send in that time.
const LEFTOVERS: u64 = 64 << 10;

/// A port of one of three kinds.
#[derive(Debug)]
pub(crate) enum Port {
    /// Connections are accepted.
    Open(TcpListener),
    /// Connections are refused.
    Closed(
        SocketAddr,
        #[expect(
            dead_code,
            reason = "holding it keeps the port from being given to anybody else"
        )]
        TcpSocket,
    ),
    /// Connections are not answered.
    Filtered(
        SocketAddr,
        #[expect(dead_code, reason = "holding both keeps the queue full")] (TcpListener, TcpStream),
    ),
}

impl Port {
    pub(crate) fn open(at: SocketAddr) -> io::Result<Self> {
        let socket = bound(at)?;
        Ok(Self::Open(socket.listen(64)?))
    }

    /// Bound, but not listening: the system answers with a reset.
    pub(crate) fn closed(at: SocketAddr) -> io::Result<Self> {
        let socket = bound(at)?;
        Ok(Self::Closed(socket.local_addr()?, socket))
    }

    /// The same for a port that was chosen before: whoever has it keeps it.
    ///
    /// # Errors
    /// Somebody has it, or had it a moment ago.
    pub(crate) fn closed_to_all(at: SocketAddr) -> io::Result<Self> {
        let socket = unbound(at)?;
        socket.bind(at)?;
        Ok(Self::Closed(at, socket))
    }

    /// Listening with room for a single connection, which is taken: Linux drops what comes after.
    pub(crate) async fn filtered(at: SocketAddr) -> io::Result<Self> {
        let listener = bound(at)?.listen(0)?;
        let address = listener.local_addr()?;
        let occupant = TcpStream::connect(address).await?;
        Ok(Self::Filtered(address, (listener, occupant)))
    }

    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Open(listener) => listener.local_addr(),
            Self::Closed(address, _) | Self::Filtered(address, _) => Ok(*address),
        }
    }
}

fn unbound(at: SocketAddr) -> io::Result<TcpSocket> {
    if at.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    }
}

fn bound(at: SocketAddr) -> io::Result<TcpSocket> {
    let socket = unbound(at)?;
    if at.port() != 0 {
        socket.set_reuseaddr(true)?;
    }
    socket.bind(at)?;
    Ok(socket)
}

/// Ends a connection so that all that was sent arrives: closing with unread bytes would make the system send a reset,
/// which destroys what the client has not read yet.
pub(crate) async fn close(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let drained = async {
        stream.shutdown().await?;
        tokio::io::copy(&mut stream.take(LEFTOVERS), &mut tokio::io::sink()).await
    };
    // The client may be gone already, and that is as good.
    let _ = timeout(LINGER, drained).await;
}

/// Ends a connection with a reset.
pub(crate) fn reset(stream: TcpStream) {
    // Without the option the client sees an ordinary end; there is nobody to tell.
    let _ = stream.set_zero_linger();
}
