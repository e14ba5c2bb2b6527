//! Services that are not FTP.

use std::{io, net::SocketAddr, sync::Arc};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::timeout,
};

use crate::{
    Channel, Event, Service,
    counters::Live,
    journal::presentable,
    lab::Server,
    socket,
    stream::{Rewound, Stream},
};

/// The longest line that is looked at.
const LONGEST_LINE: u64 = 8 << 10;

/// Serves one connection until the client leaves or the time is up.
pub(crate) async fn serve(
    service: Service,
    stream: TcpStream,
    peer: SocketAddr,
    server: &Arc<Server>,
    live: &Live,
) {
    let note = |event| server.journal.write(live.number, peer, event);
    note(Event::Connected);
    let stream = Rewound::new(Vec::new(), stream);
    let limits = &server.behaviour.limits;
    let stream = match service {
        Service::Https => match server
            .tls
            .secure(Channel::Control, stream, live.number, limits.handshake())
            .await
        {
            Ok(secured) => {
                let (version, resumed) = (secured.version, secured.reuse.resumed());
                note(Event::Secured {
                    channel: Channel::Control,
                    version,
                    resumed,
                });
                Stream::Secure(Box::new(secured.stream))
            }
            Err(failure) => {
                note(Event::NotSecured {
                    channel: Channel::Control,
                    reason: failure.to_string(),
                });
                return;
            }
        },
        _ => Stream::Plain(stream),
    };
    let mut stream = BufReader::new(stream);
    // A client that leaves early or a time that is up is no matter here.
    let _ = timeout(limits.idle(), converse(service, &mut stream, &note)).await;
    socket::close(stream.into_inner()).await;
    note(Event::Closed);
}

async fn converse<S>(
    service: Service,
    stream: &mut BufReader<S>,
    note: &impl Fn(Event),
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let greeting = match service {
        Service::Ssh => "SSH-2.0-OpenSSH_9.6\r\n",
        Service::Smtp => "220 lab.example ESMTP ready\r\n",
        Service::Http | Service::Https => "",
    };
    stream.write_all(greeting.as_bytes()).await?;
    stream.flush().await?;
    loop {
        let mut line = Vec::new();
        if (&mut *stream)
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line)
            .await?
            == 0
        {
            return Ok(());
        }
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        note(Event::Received(presentable(&line, "")));
        let (answer, goes_on) = answer(service, &line);
        stream.write_all(answer.as_bytes()).await?;
        stream.flush().await?;
        if !goes_on {
            return Ok(());
        }
    }
}

/// What the service says to a line, and whether it goes on.
fn answer(service: Service, line: &str) -> (&'static str, bool) {
    let verb = line
        .split(' ')
        .next()
        .unwrap_or_default()
        .to_ascii_uppercase();
    match (service, verb.as_str()) {
        (Service::Ssh, _) => ("Invalid SSH identification string.\r\n", false),
        (Service::Http | Service::Https, _) => {
            let page = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            (page, false)
        }
        (Service::Smtp, "EHLO" | "HELO" | "NOOP" | "RSET") => ("250 OK\r\n", true),
        (Service::Smtp, "QUIT") => ("221 Bye\r\n", false),
        (Service::Smtp, "AUTH") => ("503 Error: send EHLO first\r\n", true),
        (Service::Smtp, _) => ("502 Error: command not recognized\r\n", true),
    }
}
