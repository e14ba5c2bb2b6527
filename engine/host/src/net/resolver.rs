//! Names to addresses and back, and whatever else the names of a zone say.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::op::Query;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::{Hosts, Resolver as Hickory, TokioResolver};
use serde::{Deserialize, Serialize};

use model::cleaner;
use model::failure::{Failure, FailureKind, Operation};

/// More aliases in a row than resolvers follow.
const MAX_ALIASES: usize = 16;
/// As many records of one name as are looked at.
const MAX_ANSWERS: usize = 8;
/// Answers that are kept: a check asks for a few dozen names.
const MAX_KEPT: u64 = 256;
/// As much of a name or a text as is looked at; a name has at most 253 characters.
const MAX_TEXT: usize = 300;

/// Where a name leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its addresses, IPv4 first.
    pub addresses: Vec<IpAddr>,
    /// The names that it is an alias of, nearest first (CNAME, RFC 1034 section 3.6.2).
    pub aliases: Vec<String>,
}

/// An address of a name, and whether this run may connect to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// Looks names up.
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
        // Whoever runs a zone decides how long an answer is.
        options.cache_size = MAX_KEPT;
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
        Ok(self.look_up(name).await?.addresses)
    }

    /// Where a name leads, and by which aliases, in one question.
    ///
    /// # Errors
    /// As for [`addresses`](Resolver::addresses).
    pub async fn look_up(&self, name: &str) -> Result<Found, Failure> {
        let (mut addresses, mut aliases) = (Vec::new(), Vec::new());
        if let Ok(address) = name.parse::<IpAddr>() {
            addresses.push(address);
        } else {
            let absolute = absolute(name)?;
            addresses = self.in_hosts_file(&absolute);
            if addresses.is_empty() {
                let found = self.servers.lookup_ip(absolute).await;
                let found = found.map_err(|error| failure(name, &error))?;
                addresses = found.iter().collect();
                aliases = chain(found.as_lookup());
            }
        }
        addresses.sort_by_key(|address| (address.is_ipv6(), *address));
        addresses.dedup();
        match addresses.is_empty() {
            true => Err(no_address(name)),
            false => Ok(Found { addresses, aliases }),
        }
    }

    /// The names of an address (PTR, RFC 1035 section 3.5), at most eight.
    ///
    /// # Errors
    /// There is none, or nothing could be learned.
    pub async fn names(&self, address: IpAddr) -> Result<Vec<String>, Failure> {
        let found = self.servers.reverse_lookup(address.to_canonical()).await;
        let found = found.map_err(|error| failure(&address.to_string(), &error))?;
        Ok(pointers(&found))
    }

    /// The IPv4 addresses of a name, at most eight; a name is meant as it stands, and the hosts file is not asked.
    ///
    /// # Errors
    /// As for [`addresses`](Resolver::addresses).
    pub async fn ipv4(&self, name: &str) -> Result<Vec<Ipv4Addr>, Failure> {
        let found = self.servers.ipv4_lookup(absolute(name)?).await;
        let found = found.map_err(|error| failure(name, &error))?;
        Ok(data(&found, |data| match data {
            RData::A(address) => Some(address.0),
            _ => None,
        }))
    }

    /// The texts of a name (TXT, RFC 1035 section 3.3.14), printable, at most eight.
    ///
    /// # Errors
    /// As for [`addresses`](Resolver::addresses).
    pub async fn texts(&self, name: &str) -> Result<Vec<String>, Failure> {
        let found = self.servers.txt_lookup(absolute(name)?).await;
        let found = found.map_err(|error| failure(name, &error))?;
        Ok(readable(&found))
    }

    /// What stands there is all there is, as for every program on the machine: a name with an IPv4 address in the file
    /// is not looked up for an IPv6 address elsewhere.
    fn in_hosts_file(&self, name: &Name) -> Vec<IpAddr> {
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

/// A name with a dot is meant as it stands: no search domain of this machine may complete it. It is taken as DNS knows names,
/// with underscores where there are some: letters, digits and hyphens are a rule for hosts (RFC 952), not for DNS (RFC 2181
/// section 11).
fn absolute(name: &str) -> Result<Name, Failure> {
    let whole = if name.contains('.') && !name.ends_with('.') {
        format!("{name}.")
    } else {
        name.into()
    };
    // In lower case: the spelling of a question is nobody's to choose.
    let parsed = if whole.is_ascii() {
        Name::from_ascii(whole.to_ascii_lowercase())
    } else {
        Name::from_utf8(&whole)
    };
    parsed.map_err(|error| {
        Failure::new(
            Operation::Resolve,
            FailureKind::InvalidArgument,
            format_args!("{name} is no name that DNS could know: {error}"),
        )
    })
}

/// A name as people write it, whatever its owner put into it.
fn plain(name: &Name) -> String {
    let text = name.to_ascii();
    cleaner::line(text.strip_suffix('.').unwrap_or(&text), MAX_TEXT)
}

/// The names that the name asked for is an alias of, nearest first.
pub(super) fn chain(found: &Lookup) -> Vec<String> {
    let answers = found.answers();
    let mut at = found.query().name().clone();
    let mut chain = Vec::new();
    while let Some(target) = answers.iter().find_map(|record| match &record.data {
        RData::CNAME(target) if record.name == at => Some(&target.0),
        _ => None,
    }) {
        if chain.len() == MAX_ALIASES {
            break;
        }
        chain.push(plain(target));
        at = target.clone();
    }
    chain
}

/// The names of an address.
pub(super) fn pointers(found: &Lookup) -> Vec<String> {
    data(found, |data| match data {
        RData::PTR(name) => Some(plain(&name.0)),
        _ => None,
    })
}

/// The texts of a name.
pub(super) fn readable(found: &Lookup) -> Vec<String> {
    data(found, |data| match data {
        RData::TXT(text) => {
            let bytes: Vec<u8> = text.txt_data.iter().flatten().copied().collect();
            Some(cleaner::line(&String::from_utf8_lossy(&bytes), MAX_TEXT))
        }
        _ => None,
    })
}

/// What is wanted of the answers, a few of them: whoever runs the zone decides how many there are.
fn data<T>(found: &Lookup, wanted: impl Fn(&RData) -> Option<T>) -> Vec<T> {
    let records = found.answers().iter();
    records
        .filter_map(|record| wanted(&record.data))
        .take(MAX_ANSWERS)
        .collect()
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
