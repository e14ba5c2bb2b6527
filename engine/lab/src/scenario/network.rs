//! What stands between client and server, and what the resolver says. Only the suite has networks and resolvers.

use std::net::{IpAddr, Ipv4Addr};

use serde::Deserialize;

/// Client and server in namespaces of their own, with what stands between them.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Network {
    /// The port of the lab's server.
    #[serde(default = "ftp")]
    pub port: u16,
    /// The server also listens for IPv6.
    #[serde(default)]
    pub ipv6: bool,
    /// Further addresses of the client, which the server answers to.
    #[serde(default)]
    pub client_addresses: Vec<Ipv4Addr>,
    /// What a firewall does.
    #[serde(default)]
    pub faults: Vec<NetworkFault>,
}

fn ftp() -> u16 {
    21
}

/// What a firewall does.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkFault {
    /// Silence on the server's ports from the first to the last.
    DropPorts(u16, u16),
    /// A reset there.
    RejectPorts(u16, u16),
    /// Connections open, and nothing passes.
    StallPorts(u16, u16),
    /// Silence for one address of the client.
    DropSource(IpAddr),
    /// A reset for one address of the client.
    RejectSource(IpAddr),
    /// An ICMP message for one address of the client: a rule forbids it.
    ProhibitSource(IpAddr),
    /// An ICMP message for one address of the client: the port is not there, as firewalls say by default.
    RefuseByIcmp(IpAddr),
    /// An ICMP message for one address of the client: there is no way on.
    TurnBack(IpAddr),
    /// Silence on the data ports for one address of the client.
    DropDataFrom(IpAddr),
    /// The client's inside address arrives as its first one. A switch: `{ masquerade = true }`.
    Masquerade(bool),
    /// Packets above this size vanish.
    DropLargerThan(u16),
    /// The client has no way to this address.
    NoRouteTo(IpAddr),
}

/// What the resolver says of a name.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Answer {
    /// These addresses.
    Addresses(Vec<IpAddr>),
    /// No address.
    Without(Without),
    /// Records of several kinds.
    Records(Records),
}

/// What else a name may say.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Records {
    /// The name it is an alias of.
    pub cname: Option<String>,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// The names that an address leads to.
    pub ptr: Vec<String>,
    /// Its texts.
    pub txt: Vec<String>,
    /// The types of records, as `AAAA`, about which no answer comes.
    pub unanswered: Vec<String>,
}

/// Answers without an address.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Without {
    /// There is no such name.
    Nxdomain,
    /// There is, and it has no address.
    NoAddress,
    /// SERVFAIL.
    Servfail,
    /// No answer.
    Silent,
}
