//! The floor, measured: a client that does nothing but list, one command at a time. It waits for what a server makes it wait
//! for, and for nothing else.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, NamedGroup, RootCertStore, StreamOwned};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

const WHAT: &str = "the strict client";

/// Nothing healthy takes nearly as long.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where to list, and as whom.
#[derive(Debug, Serialize, Deserialize)]
pub struct Listing {
    pub server: Ipv4Addr,
    pub port: u16,
    pub implicit: bool,
    pub user: String,
    pub password_file: PathBuf,
    /// The CA to trust.
    pub authority: PathBuf,
}

/// What came of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Listed {
    /// When the reply came that ends the listing.
    pub after: Duration,
    /// Of the listing.
    pub bytes: usize,
}

type Secured = BufReader<StreamOwned<ClientConnection, TcpStream>>;

/// Lists the directory where the login lands.
pub fn list(listing: &Listing) -> Result<Listed, Failure> {
    let tls = tls(listing)?;
    let password = fs::read_to_string(&listing.password_file);
    let password = password.map_err(Failure::system("the password"))?;
    let began = Instant::now();
    let mut control = log_in(listing, &tls, password.trim_end())?;
    for command in ["PBSZ 0", "PROT P"] {
        ask(&mut control, command, "2")?;
    }
    let port = port(&ask(&mut control, "EPSV", "229")?)?;
    let bytes = transfer(listing, &tls, &mut control, port)?;
    // Some say 150 as soon as they know the command, some with the data.
    let mut reply = hear(&mut control)?;
    if reply.starts_with('1') {
        reply = hear(&mut control)?;
    }
    expect(reply, "2")?;
    let after = began.elapsed();
    let _ = control.get_mut().write_all(b"QUIT\r\n");
    Ok(Listed { after, bytes })
}

fn log_in(listing: &Listing, tls: &Arc<ClientConfig>, password: &str) -> Result<Secured, Failure> {
    let mut stream = connect(listing, listing.port)?;
    if !listing.implicit {
        let mut clear = BufReader::new(stream);
        expect(hear(&mut clear)?, "220")?;
        ask(&mut clear, "AUTH TLS", "234")?;
        stream = clear.into_inner();
    }
    let mut control = BufReader::new(secure(listing, tls, stream)?);
    if listing.implicit {
        expect(hear(&mut control)?, "220")?;
    }
    ask(&mut control, &format!("USER {}", listing.user), "331")?;
    ask(&mut control, &format!("PASS {password}"), "230")?;
    Ok(control)
}

/// The command sets out together with the ClientHello: with the SYN nothing would come sooner. Both ways of the data
/// connection are closed before the last reply is waited for: some servers say it only then.
fn transfer(
    listing: &Listing,
    tls: &Arc<ClientConfig>,
    control: &mut Secured,
    port: u16,
) -> Result<usize, Failure> {
    let data = connect(listing, port)?;
    say(control, "LIST")?;
    let mut data = secure(listing, tls, data)?;
    let mut bytes = Vec::new();
    match data.read_to_end(&mut bytes) {
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(broken(error)),
        _ => {}
    }
    data.conn.send_close_notify();
    // Gone already is as good.
    let _ = data.flush();
    Ok(bytes.len())
}

fn connect(listing: &Listing, port: u16) -> Result<TcpStream, Failure> {
    let to = SocketAddr::from((listing.server, port));
    let stream = TcpStream::connect_timeout(&to, PATIENCE).map_err(broken)?;
    stream.set_nodelay(true).map_err(broken)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(broken)?;
    Ok(stream)
}

/// The handshake, with the session of an earlier one where the server gave anything to resume with.
fn secure(
    listing: &Listing,
    tls: &Arc<ClientConfig>,
    mut stream: TcpStream,
) -> Result<StreamOwned<ClientConnection, TcpStream>, Failure> {
    let name = ServerName::IpAddress(std::net::IpAddr::from(listing.server).into());
    let session = ClientConnection::new(Arc::clone(tls), name);
    let mut session = session.map_err(|error| said(error.to_string()))?;
    while session.is_handshaking() {
        session.complete_io(&mut stream).map_err(broken)?;
    }
    // As the check does: the system would wait for something to send along.
    socket2::SockRef::from(&stream)
        .set_tcp_quickack(true)
        .map_err(broken)?;
    Ok(StreamOwned::new(session, stream))
}

fn tls(listing: &Listing) -> Result<Arc<ClientConfig>, Failure> {
    let unusable = |error: &dyn std::fmt::Display| said(format!("the CA: {error}"));
    let authority =
        CertificateDer::from_pem_file(&listing.authority).map_err(|error| unusable(&error))?;
    let mut roots = RootCertStore::empty();
    roots.add(authority).map_err(|error| unusable(&error))?;
    // With the key share that every server knows, as the check has it: none has to ask for another.
    let mut provider = aws_lc_rs::default_provider();
    let groups = &mut provider.kx_groups;
    groups.sort_by_key(|group| group.name() != NamedGroup::secp256r1);
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| said(error.to_string()))?;
    let config = config.with_root_certificates(roots);
    Ok(Arc::new(config.with_no_client_auth()))
}

fn ask<S: Read + Write>(
    control: &mut BufReader<S>,
    command: &str,
    wanted: &str,
) -> Result<String, Failure> {
    say(control, command)?;
    expect(hear(control)?, wanted)
}

fn say<S: Read + Write>(control: &mut BufReader<S>, command: &str) -> Result<(), Failure> {
    let stream = control.get_mut();
    let sent = stream.write_all(format!("{command}\r\n").as_bytes());
    sent.and_then(|()| stream.flush()).map_err(broken)
}

/// The last line of the next reply.
fn hear(control: &mut impl BufRead) -> Result<String, Failure> {
    let mut code = None;
    loop {
        let mut line = String::new();
        if control.read_line(&mut line).map_err(broken)? == 0 {
            return Err(said("the end".into()));
        }
        let ends = line.as_bytes().get(3) == Some(&b' ');
        let code = code.get_or_insert_with(|| line.chars().take(3).collect::<String>());
        if ends && line.starts_with(code.as_str()) {
            return Ok(line);
        }
    }
}

fn expect(reply: String, wanted: &str) -> Result<String, Failure> {
    match reply.starts_with(wanted) {
        true => Ok(reply),
        false => Err(said(reply)),
    }
}

/// RFC 2428 section 3.
fn port(reply: &str) -> Result<u16, Failure> {
    let port = reply.rsplit('|').nth(1).and_then(|port| port.parse().ok());
    port.ok_or_else(|| said(reply.into()))
}

fn broken(error: io::Error) -> Failure {
    Failure::system(WHAT)(error)
}

fn said(said: String) -> Failure {
    Failure::Unhealthy {
        what: WHAT.into(),
        said,
    }
}
