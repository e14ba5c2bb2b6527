//! Connections, as a probe uses them.

use crate::imports::{handoff, net};
use crate::{Endpoint, Failure, FailureKind, Operation};

pub use net::{Established, Resolved, TlsOptions, TlsSession, TlsVersion};

/// A TCP connection, with or without TLS in it. Dropping it closes it.
pub struct Connection(net::Connection);

impl Connection {
    /// Begins a control connection to one of the remote's own addresses.
    ///
    /// # Errors
    /// Where the host cannot begin: the address is not granted, no connection is free.
    pub fn open(to: &Endpoint) -> Result<Connection, Failure> {
        net::connect(to).map(Connection)
    }

    /// As [`open`](Connection::open), with a bound on the size of TCP segments, in bytes of payload (RFC 9293 section
    /// 3.7.1): on the control connection and on its data connections, both ways.
    ///
    /// # Errors
    /// As [`open`](Connection::open).
    pub fn open_with(to: &Endpoint, max_segment: Option<u16>) -> Result<Connection, Failure> {
        net::connect_with(to, net::ConnectOptions { max_segment }).map(Connection)
    }

    /// Begins a data connection to the peer of a control connection, or to another address that the user granted.
    ///
    /// # Errors
    /// As [`open`](Connection::open); also where the control connection is over.
    pub fn open_data(
        control: &Connection,
        port: u16,
        address: Option<&str>,
    ) -> Result<Connection, Failure> {
        net::connect_data(&control.0, port, address).map(Connection)
    }

    /// The connection of the state this probe declared to take.
    ///
    /// # Errors
    /// Where there is none: the probe declared no state, or took it before.
    pub fn taken() -> Result<Connection, Failure> {
        handoff::take().map(Connection).ok_or_else(|| Failure {
            operation: Operation::Connect,
            kind: FailureKind::InvalidArgument,
            detail: "the connection was not handed over".into(),
            told_by: None,
        })
    }

    /// Waits up to `wait_ms` milliseconds for the TCP handshake.
    ///
    /// # Errors
    /// How the connection failed.
    pub fn established(&self, wait_ms: u32) -> Result<Established, Failure> {
        self.0.established(wait_ms)
    }

    /// Up to 65,536 bytes; none is an orderly end.
    ///
    /// # Errors
    /// A reset, a truncation, or nothing within `wait_ms` milliseconds.
    pub fn read(&self, wait_ms: u32) -> Result<Vec<u8>, Failure> {
        self.0.read(65_536, wait_ms)
    }

    /// Everything up to the orderly end, at most `limit` bytes; the end tells whether it was one.
    ///
    /// # Errors
    /// Never loses what was read: the failure comes beside the bytes.
    pub fn read_to_end(&self, limit: usize, wait_ms: u32) -> (Vec<u8>, Result<(), Failure>) {
        let mut all = Vec::new();
        loop {
            match self.read(wait_ms) {
                Ok(bytes) if bytes.is_empty() => return (all, Ok(())),
                Ok(bytes) => all.extend(bytes),
                Err(failure) => return (all, Err(failure)),
            }
            if all.len() >= limit {
                all.truncate(limit);
                return (all, Ok(()));
            }
        }
    }

    /// Writes all of `bytes`.
    ///
    /// # Errors
    /// How writing failed.
    pub fn write(&self, bytes: &[u8], wait_ms: u32) -> Result<(), Failure> {
        self.0.write(bytes, wait_ms)
    }

    /// Begins a TLS handshake as the client.
    ///
    /// # Errors
    /// Where there is TLS already or the connection is not open.
    pub fn start_tls(&self, options: &TlsOptions) -> Result<(), Failure> {
        self.0.start_tls(options)
    }

    /// Waits up to `wait_ms` milliseconds for the end of the handshake.
    ///
    /// # Errors
    /// How the handshake failed.
    pub fn secured(&self, wait_ms: u32) -> Result<TlsSession, Failure> {
        self.0.secured(wait_ms)
    }

    /// The bytes that came where a TLS record was due.
    #[must_use]
    pub fn unparsed(&self) -> Vec<u8> {
        self.0.unparsed()
    }

    /// Says that no more will be written: close_notify within TLS, then FIN.
    ///
    /// # Errors
    /// How that failed.
    pub fn finish(&self, wait_ms: u32) -> Result<(), Failure> {
        self.0.finish(wait_ms)
    }

    pub(crate) fn unread(&self, bytes: &[u8]) -> Result<(), Failure> {
        self.0.unread(bytes)
    }

    pub(crate) fn raw(&self) -> &net::Connection {
        &self.0
    }

    pub(crate) fn into_raw(self) -> net::Connection {
        self.0
    }
}

/// The name of a version, as people write it.
#[must_use]
pub fn version_name(version: TlsVersion) -> &'static str {
    match version {
        TlsVersion::Tls12 => "TLS 1.2",
        TlsVersion::Tls13 => "TLS 1.3",
    }
}

/// Waits up to `wait_ms` milliseconds until the next step on one of the connections would not wait; the indexes of
/// those.
#[must_use]
pub fn ready(connections: &[&Connection], wait_ms: u32) -> Vec<usize> {
    let raw: Vec<_> = connections.iter().map(|connection| &connection.0).collect();
    net::ready(&raw, wait_ms)
        .into_iter()
        .map(|index| index as usize)
        .collect()
}

/// The most connections to the remote that this run may have open at a time, control and data connections alike.
#[must_use]
pub fn most_connections() -> usize {
    net::most_connections() as usize
}

/// Says that `tried` of `total` data ports are tried already, for people who watch the run.
pub fn plan_data_ports(tried: usize, total: usize) {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    net::plan_data_ports(number(tried), number(total));
}

/// What the host name is expected to resolve to; empty where nothing is expected.
#[must_use]
pub fn expected_addresses() -> Vec<String> {
    net::expected_addresses()
}

/// Other names that are to lead somewhere, each with its addresses.
#[must_use]
pub fn expected_names() -> Vec<(String, Vec<String>)> {
    net::expected_names()
        .into_iter()
        .map(|expected| (expected.name, expected.addresses))
        .collect()
}

/// The names that a name is an alias of, nearest first.
///
/// # Errors
/// Why the name could not be resolved.
pub fn aliases(name: &str) -> Result<Vec<String>, Failure> {
    net::aliases(name)
}

/// The addresses of a name.
///
/// # Errors
/// Why the name could not be resolved.
pub fn resolve(name: &str) -> Result<Vec<Resolved>, Failure> {
    net::resolve(name)
}
