//! The certificates of issuers, served over HTTP where other certificates say that they are (RFC 5280 section 4.2.2.1).

use std::{io, net::IpAddr, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::timeout,
};

use crate::socket;

/// The longest request that is read, in bytes.
const LONGEST_REQUEST: u64 = 8 << 10;
/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a client finds where a certificate says that its issuer can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Issuers {
    /// The issuer's certificate.
    Served,
    /// Nothing: 404.
    Gone,
    /// The certificate of somebody else.
    Mistaken,
}

/// A place for the certificates of issuers, before they are there.
pub(crate) struct Shelf {
    kind: Issuers,
    listener: TcpListener,
    base: String,
}

/// One certificate on the shelf.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    /// The last part of its address.
    pub(crate) name: &'static str,
    /// Encoded.
    pub(crate) der: Vec<u8>,
}

impl Shelf {
    pub(crate) async fn new(kind: Issuers, at: IpAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((at, 0)).await?;
        let base = format!("http://{}", listener.local_addr()?);
        Ok(Self {
            kind,
            listener,
            base,
        })
    }

    /// What the addresses of all certificates begin with, without the last slash.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Answers requests until it is dropped.
    pub(crate) async fn serve(self, issuers: Vec<Published>) {
        let issuers: Arc<[Published]> = issuers.into();
        let mut requests = JoinSet::new();
        loop {
            tokio::select! {
                incoming = self.listener.accept() => match incoming {
                    Ok((stream, _)) => {
                        let answering = answer(stream, self.kind, Arc::clone(&issuers));
                        requests.spawn(timeout(PATIENCE, answering));
                    }
                    Err(_) => tokio::time::sleep(socket::SHORTAGE).await,
                },
                Some(_) = requests.join_next() => {}
            }
        }
    }
}

async fn answer(stream: TcpStream, kind: Issuers, issuers: Arc<[Published]>) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut asked = String::new();
    let mut reading = (&mut stream).take(LONGEST_REQUEST);
    reading.read_line(&mut asked).await?;
    // The headers, to the empty line.
    let mut header = String::new();
    while reading.read_line(&mut header).await? > 2 {
        header.clear();
    }
    let path = asked.split(' ').nth(1).unwrap_or_default();
    let place = issuers
        .iter()
        .position(|issuer| path.strip_prefix('/') == Some(issuer.name));
    let found = place.and_then(|place| match kind {
        Issuers::Served => issuers.get(place),
        Issuers::Mistaken => issuers.iter().rev().nth(place),
        Issuers::Gone => None,
    });
    let (status, body) = match found {
        Some(issuer) => ("200 OK", issuer.der.as_slice()),
        None => ("404 Not Found", b"".as_slice()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/pkix-cert\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await?;
    stream.shutdown().await
}
