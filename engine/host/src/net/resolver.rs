//! Names to addresses and back, and whatever else the names of a zone say.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4};
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::op::Query;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::{Hosts, Resolver as Hickory, ResolverBuilder, TokioResolver};
use serde::{Deserialize, Serialize};

use model::cleaner;
use model::failure::{Failure, FailureKind, Operation};

/// Asked where nothing says whom to ask.
const OF_THIS_MACHINE: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 53));
/// More aliases in a row than resolvers follow.
const MAX_ALIASES: usize = 16;
/// As many records of one name as are looked at.
const MAX_ANSWERS: usize = 8;
/// Answers that are kept: a check asks for a few dozen names.
const MAX_KEPT: u64 = 256;
/// How long an answer about one family of addresses is waited for where the other one is there. A client waits for 50 ms (RFC 8305
/// section 3); whoever looks for faults wants to know of both.
const OTHER_FAMILY: Duration = Duration::from_secs(1);
/// As many servers of DNS are asked at a time: a slow one is not waited for where another has the answer.
const SIDE_BY_SIDE: usize = 3;
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
    /// Whether the policy covers it.
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
    /// Where the system's configuration cannot be read. Where there is none, as in a container of one program, the name server
    /// of this machine is asked (resolv.conf(5)).
    pub fn new(server: Option<SocketAddr>) -> Result<Resolver, ResolverError> {
        let hosts = || Hosts::from_system().unwrap_or_default();
        match server {
            None => match Hickory::builder_tokio() {
                Err(NetError::Io(error)) if error.kind() == ErrorKind::NotFound => {
                    Resolver::built(asking(&[OF_THIS_MACHINE]), hosts())
                }
                builder => Resolver::built(builder?, hosts()),
            },
            Some(server) => Resolver::asking(&[server]),
        }
    }

    /// One that asks these servers alone.
    pub(super) fn asking(servers: &[SocketAddr]) -> Result<Resolver, ResolverError> {
        Resolver::built(asking(servers), Hosts::default())
    }

    fn built(
        mut builder: ResolverBuilder<TokioRuntimeProvider>,
        hosts: Hosts,
    ) -> Result<Resolver, ResolverError> {
        let options = builder.options_mut();
        options.timeout = Duration::from_secs(3);
        options.attempts = 2;
        options.num_concurrent_reqs = SIDE_BY_SIDE;
        // Whoever runs a zone decides how long an answer is.
        options.cache_size = MAX_KEPT;
        options.use_hosts_file = ResolveHosts::Never;
        Ok(Resolver {
            servers: builder.build()?,
            hosts,
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
                for found in self
                    .both_families(absolute)
                    .await
                    .map_err(|error| failure(name, &error))?
                {
                    addresses.extend(found.answers().iter().filter_map(|it| it.data.ip_addr()));
                    if aliases.is_empty() {
                        aliases = chain(&found);
                    }
                }
            }
        }
        addresses.sort_by_key(|address| (address.is_ipv6(), *address));
        addresses.dedup();
        match addresses.is_empty() {
            true => Err(no_address(name)),
            false => Ok(Found { addresses, aliases }),
        }
    }

    /// What is known of a name's IPv4 and IPv6 addresses, asked for side by side.
    async fn both_families(&self, name: Name) -> Result<Vec<Lookup>, NetError> {
        let v4 = pin!(self.servers.lookup(name.clone(), RecordType::A));
        let v6 = pin!(self.servers.lookup(name, RecordType::AAAA));
        let (first, other) = match select(v4, v6).await {
            Either::Left((v4, v6)) => (v4, Either::Left(v6)),
            Either::Right((v6, v4)) => (v6, Either::Right(v4)),
        };
        let other = async {
            match other {
                Either::Left(other) => other.await,
                Either::Right(other) => other.await,
            }
        };
        let has_address =
            |found: &Lookup| found.answers().iter().any(|it| it.data.ip_addr().is_some());
        match first {
            // An alias alone is no answer yet.
            Ok(first) if !has_address(&first) => {
                Ok(std::iter::once(first).chain(other.await.ok()).collect())
            }
            Ok(first) => {
                let other = tokio::time::timeout(OTHER_FAMILY, other).await;
                Ok([Some(first), other.ok().and_then(Result::ok)]
                    .into_iter()
                    .flatten()
                    .collect())
            }
            Err(first) => match other.await {
                Ok(other) => Ok(vec![other]),
                // That there is none of one family says nothing of the other, of which nothing is known.
                Err(other) if first.is_no_records_found() && !first.is_nx_domain() => Err(other),
                Err(_) => Err(first),
            },
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
            format_args!("{name} is not a valid DNS name: {error}"),
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

/// One that asks these servers alone, before its options are set.
fn asking(servers: &[SocketAddr]) -> ResolverBuilder<TokioRuntimeProvider> {
    let config = only(servers);
    Hickory::builder_with_config(config, TokioRuntimeProvider::default())
}

fn only(servers: &[SocketAddr]) -> ResolverConfig {
    let servers = servers.iter().map(|server| {
        let mut connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()];
        for connection in &mut connections {
            connection.port = server.port();
        }
        NameServerConfig::new(server.ip(), true, connections.to_vec())
    });
    ResolverConfig::from_name_servers(servers.collect())
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
            format_args!("the resolver gave no answer for {name}: {error}"),
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
