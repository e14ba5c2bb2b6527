//! What a firewall between the two sides would do: packet filter rules where the packets arrive. (A
//! rule where they leave would tell the sender.)

use std::net::IpAddr;
use std::ops::RangeInclusive;

use crate::error::HarnessError;
use crate::namespace::Namespace;
use crate::net::{CLIENT, INSIDE, Net, OTHER_CLIENT};
use crate::program::run;

/// Lines every rule needs before it; they change nothing when they are there already. The names are those that
/// distributions give to the table of a machine's own firewall.
const TABLE: &str = "add table inet filter\n\
     add chain inet filter input { type filter hook input priority 0; }\n";

/// What a firewall says in place of TCP (RFC 1812 section 5.2.7.1).
#[derive(Clone, Copy, Debug)]
pub enum Icmp {
    /// A rule forbids it.
    Prohibited,
    /// The port is not there.
    PortUnreachable,
    /// There is no way on.
    HostUnreachable,
}

impl Net {
    /// Silence on these ports of the server, as behind a firewall that drops.
    pub fn drop_ports(&self, ports: RangeInclusive<u16>) -> Result<(), HarnessError> {
        add(
            self.server_side(),
            &format!("tcp dport {} drop", range(&ports)),
        )
    }

    /// A reset on these ports of the server, as behind a firewall that rejects.
    pub fn reject_ports(&self, ports: RangeInclusive<u16>) -> Result<(), HarnessError> {
        add(
            self.server_side(),
            &format!("tcp dport {} reject with tcp reset", range(&ports)),
        )
    }

    /// Connections to these ports open, and then nothing passes: an inspecting firewall that gives
    /// up.
    pub fn stall_ports(&self, ports: RangeInclusive<u16>) -> Result<(), HarnessError> {
        // The last segment of a write carries PSH; the handshake and bare acknowledgements do not.
        let ports = range(&ports);
        add(
            self.server_side(),
            &format!("tcp dport {ports} tcp flags & psh == psh drop"),
        )?;
        add(
            self.client_side(),
            &format!("tcp sport {ports} tcp flags & psh == psh drop"),
        )
    }

    /// Silence for one address of the client: an allow list without it.
    pub fn drop_source(&self, source: impl Into<IpAddr>) -> Result<(), HarnessError> {
        add(self.server_side(), &format!("{} drop", from(source.into())))
    }

    /// A reset for one address of the client.
    pub fn reject_source(&self, source: impl Into<IpAddr>) -> Result<(), HarnessError> {
        add(
            self.server_side(),
            &format!(
                "{} meta l4proto tcp reject with tcp reset",
                from(source.into())
            ),
        )
    }

    /// An ICMP message in answer to TCP from one address of the client.
    pub fn answer_by_icmp(
        &self,
        source: impl Into<IpAddr>,
        message: Icmp,
    ) -> Result<(), HarnessError> {
        let message = match message {
            Icmp::Prohibited => "admin-prohibited",
            Icmp::PortUnreachable => "port-unreachable",
            Icmp::HostUnreachable => "host-unreachable",
        };
        let from = from(source.into());
        let rule = format!("{from} meta l4proto tcp reject with icmp type {message}");
        add(self.server_side(), &rule)
    }

    /// Silence on the data ports of the server for one address of the client: an allow list that names the control port
    /// alone.
    pub fn drop_data_from(&self, source: impl Into<IpAddr>) -> Result<(), HarnessError> {
        let rule = format!("{} tcp dport 1024-65535 drop", from(source.into()));
        add(self.server_side(), &rule)
    }

    /// Connections from the client's inside address arrive from its first one: an address translation on the way out.
    pub fn masquerade(&self) -> Result<(), HarnessError> {
        let rules = format!(
            "add table ip inside\n\
             add chain ip inside leaving {{ type nat hook postrouting priority 100; }}\n\
             add rule ip inside leaving ip saddr {INSIDE} snat to {CLIENT}\n"
        );
        filter(self.client_side(), &rules)
    }

    /// Connections of the client to these ports arrive from its other address: two ways out, or an
    /// address translation with several addresses.
    pub fn divert_ports(&self, ports: RangeInclusive<u16>) -> Result<(), HarnessError> {
        let ports = range(&ports);
        let rules = format!(
            "add table ip ways\n\
             add chain ip ways leaving {{ type nat hook postrouting priority 100; }}\n\
             add rule ip ways leaving tcp dport {ports} snat to {OTHER_CLIENT}\n"
        );
        filter(self.client_side(), &rules)
    }

    /// Packets to the client above this size, headers included, vanish without an ICMP message: a
    /// path with a smaller MTU and a firewall that eats the news of it.
    pub fn drop_larger_than(&self, bytes: u16) -> Result<(), HarnessError> {
        // On a cable without a wire several segments travel as one packet, which would count as a large one.
        for side in [self.client_side(), self.server_side()] {
            side.configure("link set cable gso_max_segs 1\n")?;
        }
        add(
            self.client_side(),
            &format!("iifname cable meta length > {bytes} drop"),
        )
    }

    /// The client's own network has no way to this address, and says so at once.
    pub fn unroute(&self, address: IpAddr) -> Result<(), HarnessError> {
        self.client_side()
            .configure(&format!("route replace unreachable {address}\n"))
    }

    /// Takes all faults of firewalls away.
    pub fn heal(&self) -> Result<(), HarnessError> {
        for side in [self.client_side(), self.server_side()] {
            filter(side, &format!("{TABLE}flush table inet filter\n"))?;
        }
        Ok(())
    }
}

fn add(side: &Namespace, rule: &str) -> Result<(), HarnessError> {
    filter(side, &format!("{TABLE}add rule inet filter input {rule}\n"))
}

fn filter(side: &Namespace, lines: &str) -> Result<(), HarnessError> {
    run(side.command().args(["nft", "-f", "-"]), lines).map(drop)
}

fn range(ports: &RangeInclusive<u16>) -> String {
    format!("{}-{}", ports.start(), ports.end())
}

fn from(source: IpAddr) -> String {
    match source {
        IpAddr::V4(address) => format!("ip saddr {address}"),
        IpAddr::V6(address) => format!("ip6 saddr {address}"),
    }
}
