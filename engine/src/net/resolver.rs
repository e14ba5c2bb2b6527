//! Names to addresses.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::op::Query;
use hickory_resolver::proto::rr::{Name, RecordType};
use hickory_resolver::{Hosts, Resolver as Hickory, TokioResolver};

use super::{Failure, FailureKind, Operation};

/// An address of a name, and whether this run may connect to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The address.
    pub address: IpAddr,
    /// Whether the grant covers it.
    pub granted: bool,
}

/// Why there is no resolver.
#[derive(Debug, thiserror::Error)]
#[error("the system's resolver configuration cannot be read: {0}")]
pub struct ResolverError(#[from] NetError);

/// Looks names up; answers are kept for the run.
pub struct Resolver {
    servers: TokioResolver,
    hosts: Hosts,
}

impl Resolver {
    /// The system's resolver (and hosts file), or the one the user names.
    ///
    /// # Errors
    /// Where the system's configuration cannot be read.
    pub fn new(server: Option<SocketAddr>) -> Result<Resolver, ResolverError> {
        let mut builder = match server {
            None => Hickory::builder_tokio()?,
            Some(server) => {
                Hickory::builder_with_config(only(server), TokioRuntimeProvider::default())
            }
        };
        let options = builder.options_mut();
        options.timeout = Duration::from_secs(3);
        options.attempts = 2;
        options.use_hosts_file = ResolveHosts::Never;
        Ok(Resolver {
            servers: builder.build()?,
            hosts: match server {
                None => Hosts::from_system().unwrap_or_default(),
                Some(_) => Hosts::default(),
            },
        })
    }

    /// The addresses of a name, IPv4 first; an address is its own.
    ///
    /// # Errors
    /// The name does not exist, has no address, or nothing could be learned of it.
    pub async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, Failure> {
        if let Ok(address) = name.parse::<IpAddr>() {
            return Ok(vec![address]);
        }
        // A name with a dot is meant as it stands: no search domain of this machine may complete it.
        let absolute = if name.contains('.') && !name.ends_with('.') {
            format!("{name}.")
        } else {
            name.into()
        };
        let mut addresses = self.in_hosts_file(&absolute);
        if addresses.is_empty() {
            let found = self.servers.lookup_ip(absolute).await;
            addresses = found
                .map_err(|error| failure(name, &error))?
                .iter()
                .collect();
        }
        addresses.sort_by_key(|address| (address.is_ipv6(), *address));
        addresses.dedup();
        if addresses.is_empty() {
            return Err(no_address(name));
        }
        Ok(addresses)
    }

    /// What stands there is all there is, as for every program on the machine: a name with an IPv4 address in the file
    /// is not looked up for an IPv6 address elsewhere.
    fn in_hosts_file(&self, name: &str) -> Vec<IpAddr> {
        let Ok(name) = Name::from_utf8(name) else {
            return Vec::new();
        };
        [RecordType::A, RecordType::AAAA]
            .into_iter()
            .filter_map(|kind| {
                self.hosts
                    .lookup_static_host(&Query::query(name.clone(), kind))
            })
            .flat_map(|found| found.answers().to_vec())
            .filter_map(|record| record.data.ip_addr())
            .collect()
    }
}

impl std::fmt::Debug for Resolver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Resolver")
    }
}

fn only(server: SocketAddr) -> ResolverConfig {
    let mut connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()];
    for connection in &mut connections {
        connection.port = server.port();
    }
    ResolverConfig::from_name_servers(vec![NameServerConfig::new(
        server.ip(),
        true,
        connections.to_vec(),
    )])
}

fn failure(name: &str, error: &NetError) -> Failure {
    if error.is_nx_domain() {
        Failure::new(
            Operation::Resolve,
            FailureKind::NameNotFound,
            format_args!("the name {name} does not exist"),
        )
    } else if error.is_no_records_found() {
        no_address(name)
    } else {
        let kind = match error {
            NetError::Timeout => FailureKind::TimedOut,
            _ => FailureKind::ResolverFailed,
        };
        Failure::new(
            Operation::Resolve,
            kind,
            format_args!("the resolver gave no answer on {name}: {error}"),
        )
    }
}

fn no_address(name: &str) -> Failure {
    Failure::new(
        Operation::Resolve,
        FailureKind::NoAddress,
        format_args!("the name {name} has no address record"),
    )
}
