//! As much of an FTP client as it takes to see what the lab does.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::{collections::BTreeSet, io, net::SocketAddr, sync::Arc, time::Duration};

use lab::{Behaviour, Exchange, Fault, Lab};
use rustls::{
    ClientConfig, RootCertStore, SupportedProtocolVersion,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
    version::{TLS12, TLS13},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send + Sync {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync> Stream for T {}

/// Fails instead of hanging.
pub async fn soon<T>(work: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(20), work)
        .await
        .expect("a step that does not hang")
}

/// Asserts that nothing happens. The time is short, since it can only make a wrong server pass, never a right one fail.
pub async fn nothing<T>(work: impl Future<Output = T>) {
    assert!(
        timeout(Duration::from_millis(150), work).await.is_err(),
        "something happened"
    );
}

/// How a client speaks TLS. Connections that share it share their sessions.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl Tls {
    pub fn new(lab: &Lab, versions: &[&'static SupportedProtocolVersion]) -> Self {
        let mut roots = RootCertStore::empty();
        let root =
            CertificateDer::from_pem_slice(lab.authority_pem().as_bytes()).expect("a certificate");
        roots.add(root).expect("a root");
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self {
            config: Arc::new(config),
            name: lab.address().ip().into(),
        }
    }

    pub fn both(lab: &Lab) -> Self {
        Self::new(lab, &[&TLS13, &TLS12])
    }

    /// The same, but with an empty memory.
    pub fn forgetful(&self) -> Self {
        let mut config = ClientConfig::clone(&self.config);
        config.resumption = rustls::client::Resumption::disabled();
        Self {
            config: Arc::new(config),
            name: self.name.clone(),
        }
    }

    pub fn named(mut self, name: &'static str) -> Self {
        self.name = name.try_into().expect("a name");
        self
    }

    pub async fn connect<S: Stream>(&self, stream: S) -> io::Result<TlsStream<S>> {
        TlsConnector::from(Arc::clone(&self.config))
            .connect(self.name.clone(), stream)
            .await
    }
}

/// The server's certificate, if it showed one.
pub fn leaf<S>(stream: &TlsStream<S>) -> Option<CertificateDer<'static>> {
    Some(
        stream
            .get_ref()
            .1
            .peer_certificates()?
            .first()?
            .clone()
            .into_owned(),
    )
}

/// A reply: the code and all lines.
#[derive(Debug)]
pub struct Reply {
    pub code: u16,
    pub lines: Vec<String>,
}

pub struct Client {
    pub stream: Box<dyn Stream>,
    pub address: SocketAddr,
    pub data_tls: Option<Tls>,
    /// The server's certificate on the control connection.
    pub certificate: Option<CertificateDer<'static>>,
    inbox: Vec<u8>,
}

impl Client {
    /// Connects, and reads nothing yet.
    pub async fn connect(lab: &Lab) -> Self {
        let stream = soon(TcpStream::connect(lab.address()))
            .await
            .expect("a connection");
        Self {
            stream: Box::new(stream),
            address: lab.address(),
            data_tls: None,
            certificate: None,
            inbox: Vec::new(),
        }
    }

    /// Connects and reads the greeting.
    pub async fn greeted(lab: &Lab) -> Self {
        let mut client = Self::connect(lab).await;
        assert_eq!(client.reply().await.code, 220);
        client
    }

    /// Connects, and secures the connection in the explicit way.
    pub async fn secured(lab: &Lab, tls: &Tls) -> Self {
        let mut client = Self::greeted(lab).await;
        assert_eq!(client.send("AUTH TLS").await.code, 234);
        client.handshake(tls).await.expect("a handshake")
    }

    /// Logged in without TLS.
    pub async fn plain(lab: &Lab) -> Self {
        let mut client = Self::greeted(lab).await;
        client.login().await;
        client
    }

    /// Logged in, with private data connections.
    pub async fn private(lab: &Lab, tls: &Tls) -> Self {
        let mut client = Self::secured(lab, tls).await;
        client.login().await;
        client.protect(tls).await;
        client
    }

    pub async fn handshake(self, tls: &Tls) -> io::Result<Self> {
        let stream = soon(tls.connect(self.stream)).await?;
        let certificate = leaf(&stream);
        Ok(Self {
            stream: Box::new(stream),
            certificate,
            ..self
        })
    }

    pub async fn login(&mut self) {
        assert_eq!(self.send("USER demo").await.code, 331);
        assert_eq!(self.send("PASS correct horse").await.code, 230);
        assert_eq!(self.send("TYPE I").await.code, 200);
    }

    pub async fn protect(&mut self, tls: &Tls) {
        assert_eq!(self.send("PBSZ 0").await.code, 200);
        assert_eq!(self.send("PROT P").await.code, 200);
        self.data_tls = Some(tls.clone());
    }

    pub async fn write(&mut self, bytes: &[u8]) {
        soon(self.stream.write_all(bytes))
            .await
            .expect("a listener");
        soon(self.stream.flush()).await.expect("a listener");
    }

    pub async fn send(&mut self, command: &str) -> Reply {
        self.write(format!("{command}\r\n").as_bytes()).await;
        self.reply().await
    }

    pub async fn reply(&mut self) -> Reply {
        soon(self.try_reply()).await.expect("a reply")
    }

    pub async fn try_reply(&mut self) -> io::Result<Reply> {
        let mut lines = Vec::new();
        loop {
            let line = self.line().await?;
            let code = line.get(..3).and_then(|code| code.parse().ok());
            lines.push(line);
            let first = lines[0].get(..3).and_then(|code| code.parse::<u16>().ok());
            let ends = lines
                .last()
                .is_some_and(|line| line.as_bytes().get(3) == Some(&b' '));
            if let (Some(code), true) = (code, ends)
                && Some(code) == first
            {
                return Ok(Reply { code, lines });
            }
        }
    }

    pub async fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = self.inbox.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.inbox.drain(..=end).collect();
                return Ok(String::from_utf8_lossy(&line)
                    .trim_end_matches(['\r', '\n'])
                    .to_owned());
            }
            if self.stream.read_buf(&mut self.inbox).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// All that comes until the server closes, or the error it ends with.
    pub async fn rest(&mut self) -> io::Result<Vec<u8>> {
        let mut rest = std::mem::take(&mut self.inbox);
        soon(self.stream.read_to_end(&mut rest)).await.map(|_| rest)
    }

    /// The port that `EPSV` announces.
    pub async fn epsv(&mut self) -> SocketAddr {
        let reply = self.send("EPSV").await;
        assert_eq!(reply.code, 229, "{reply:?}");
        let port = reply.lines[0]
            .split('|')
            .nth(3)
            .and_then(|port| port.parse().ok())
            .expect("a port");
        SocketAddr::new(self.address.ip(), port)
    }

    /// The address that `PASV` announces.
    pub async fn pasv(&mut self) -> SocketAddr {
        let reply = self.send("PASV").await;
        assert_eq!(reply.code, 227, "{reply:?}");
        let numbers = reply.lines[0]
            .split(['(', ')'])
            .nth(1)
            .expect("brackets")
            .split(',');
        let numbers: Vec<u8> = numbers
            .map(|number| number.parse().expect("a number"))
            .collect();
        let [a, b, c, d, high, low] = numbers[..] else {
            panic!("six numbers")
        };
        SocketAddr::from(([a, b, c, d], u16::from_be_bytes([high, low])))
    }

    /// A data connection with a command on its way, before any handshake.
    pub async fn begin(&mut self, command: &str) -> TcpStream {
        let port = self.epsv().await;
        let data = soon(TcpStream::connect(port))
            .await
            .expect("a data connection");
        self.write(format!("{command}\r\n").as_bytes()).await;
        data
    }

    pub async fn data(&self, data: TcpStream) -> io::Result<Box<dyn Stream>> {
        Ok(match &self.data_tls {
            Some(tls) => Box::new(soon(tls.connect(data)).await?),
            None => Box::new(data),
        })
    }

    /// What a command brings, with the last reply.
    pub async fn download(&mut self, command: &str) -> (Vec<u8>, Reply) {
        let data = self.begin(command).await;
        let start = self.reply().await;
        if start.code != 150 {
            return (Vec::new(), start);
        }
        let mut content = Vec::new();
        if let Ok(mut data) = self.data(data).await {
            // What was cut is judged by the test.
            let _ = soon(data.read_to_end(&mut content)).await;
        }
        (content, self.reply().await)
    }

    pub async fn upload(&mut self, command: &str, content: &[u8]) -> Reply {
        let data = self.begin(command).await;
        let start = self.reply().await;
        if start.code != 150 {
            return start;
        }
        let mut data = self.data(data).await.expect("a handshake");
        soon(data.write_all(content)).await.expect("a listener");
        soon(data.shutdown()).await.expect("a listener");
        // Tickets that stay unread would turn the end into a reset.
        let _ = soon(data.read_to_end(&mut Vec::new())).await;
        drop(data);
        self.reply().await
    }
}

pub async fn start(behaviour: Behaviour) -> Lab {
    Lab::start(behaviour).await.expect("a lab")
}

pub async fn faulty(fault: Fault) -> Lab {
    start(Behaviour::faulty([fault])).await
}

/// Waits until the log has an entry of this kind.
pub async fn logged(lab: &Lab, wanted: impl Fn(&Exchange) -> bool) -> Exchange {
    let mut seen = 0;
    loop {
        let (entries, now) = soon(lab.follow(seen)).await;
        if let Some(found) = entries.into_iter().find(&wanted) {
            return found;
        }
        seen = now;
    }
}

/// The names of all variants of an enumeration, which serde tells to those who get one wrong.
pub fn variants<T: DeserializeOwned>() -> BTreeSet<String> {
    let error = serde_json::from_str::<T>("\"none-of-them\"")
        .err()
        .expect("no such variant")
        .to_string();
    let (_, names) = error.split_once("expected one of").expect("a list");
    names
        .split('`')
        .skip(1)
        .step_by(2)
        .map(String::from)
        .collect()
}

/// The name of a variant.
pub fn variant(value: &impl Serialize) -> String {
    match serde_json::to_value(value).expect("a value") {
        Value::String(name) => name,
        value => value
            .as_object()
            .and_then(|object| object.keys().next().cloned())
            .expect("a name"),
    }
}
