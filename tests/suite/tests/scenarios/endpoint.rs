//! An HTTP server that answers each path as a trial says, word for word, and remembers what it was asked.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use libtest_mimic::Failed;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio_rustls::TlsAcceptor;

/// What a path is answered with.
#[derive(Clone, Debug)]
pub enum Reply {
    /// 200, and this as JSON.
    Json(String),
    /// These bytes, and the connection is closed.
    Bytes(String),
    /// Nothing, until the client goes away.
    Nothing,
}

/// Moves a client on.
pub fn redirection(to: &str) -> Reply {
    Reply::Bytes(format!(
        "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"
    ))
}

/// A running server; it ends with this.
#[derive(Debug)]
pub struct Endpoint {
    address: SocketAddr,
    authority_pem: Option<String>,
    known: Arc<Known>,
    _runtime: Runtime,
}

#[derive(Debug, Default)]
struct Known {
    replies: Mutex<BTreeMap<String, Reply>>,
    requests: Mutex<Vec<String>>,
}

impl Endpoint {
    /// Starts one in clear text on a free port of loopback.
    pub fn start() -> Result<Endpoint, Failed> {
        Endpoint::start_with(None, None)
    }

    /// Starts one with TLS, and a CA of its own.
    pub fn start_tls() -> Result<Endpoint, Failed> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = params.self_signed(&key)?;
        let authority = Issuer::from_params(&params, &key);
        let own = KeyPair::generate()?;
        let leaf = CertificateParams::new(vec!["127.0.0.1".into()])?.signed_by(&own, &authority)?;
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let private = PrivatePkcs8KeyDer::from(own.serialize_der());
        let config = ServerConfig::builder_with_provider(provider.into())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], private.into())?;
        Endpoint::start_with(Some(TlsAcceptor::from(Arc::new(config))), Some(root.pem()))
    }

    fn start_with(
        tls: Option<TlsAcceptor>,
        authority_pem: Option<String>,
    ) -> Result<Endpoint, Failed> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let address = listener.local_addr()?;
        let known = Arc::<Known>::default();
        runtime.spawn(accept(listener, tls, Arc::clone(&known)));
        Ok(Endpoint {
            address,
            authority_pem,
            known,
            _runtime: runtime,
        })
    }

    /// The URL of a path here.
    pub fn url(&self, path: &str) -> String {
        let scheme = match self.authority_pem {
            Some(_) => "https",
            None => "http",
        };
        format!("{scheme}://{}{path}", self.address)
    }

    /// What a client is to trust.
    pub fn authority_pem(&self) -> &str {
        self.authority_pem.as_deref().unwrap_or_default()
    }

    /// Answers a path with this from now on; other paths are not found.
    pub fn answer(&self, path: &str, reply: Reply) {
        let mut replies = self.known.replies.lock();
        let replies = replies.as_mut().unwrap_or_else(PoisonError::get_mut);
        replies.insert(path.into(), reply);
    }

    /// The heads of all requests so far.
    pub fn requests(&self) -> Vec<String> {
        let requests = self.known.requests.lock();
        requests.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, known: Arc<Known>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (tls, known) = (tls.clone(), Arc::clone(&known));
        // A client that goes away early is what some trials are about.
        tokio::spawn(async move {
            match tls {
                None => serve(stream, &known).await,
                Some(tls) => serve(tls.accept(stream).await?, &known).await,
            }
        });
    }
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, known: &Known) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default();
    let reply = {
        let replies = known.replies.lock();
        let replies = replies.unwrap_or_else(PoisonError::into_inner);
        replies.get(path).cloned()
    };
    let requests = known.requests.lock();
    requests.unwrap_or_else(PoisonError::into_inner).push(head);
    let bytes = match reply {
        None => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".into(),
        Some(Reply::Bytes(bytes)) => bytes,
        Some(Reply::Json(body)) => format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ),
        Some(Reply::Nothing) => {
            // Ends with an error when the client does.
            return stream.read_u8().await.map(drop);
        }
    };
    stream.write_all(bytes.as_bytes()).await?;
    stream.shutdown().await
}
