//! What the words in braces of a page stand for.

use std::net::IpAddr;

use facts::name;

use super::case::Case;
use super::outline;
use diagnosis::diagnose::Diagnosed;
use model::finding::{FactValue, Owner};
use model::matrix::{Step, VantagePoint};
use model::remedy::Values;
use model::remote::{CertificateCheck, SslSetting};

/// So many ports from so small a part of all ports are no chance: a range is set.
const FEW_PORTS: usize = 4;
const NARROW: u16 = 1_000;
/// Ranges usually begin and end at a multiple of it.
const ROUND: u16 = 100;
/// With so many tries for each port that was seen, chance would hide one more port beside them less often than once in
/// several thousand ranges (e to the power of -9). A narrower range than the server's, printed as the one to open, would
/// leave the fault in place.
const TRIES_FOR_EACH: usize = 9;

/// IANA's registry of ports: SIP, and SIP over TLS. Routers read there what they take for telephony.
const SIP: [u16; 2] = [5060, 5061];

impl Case<'_> {
    /// What is known of the remote and of where we looked from. Nothing of it is in a server's own words.
    pub(super) fn known(&self, found: &Diagnosed) -> Values {
        let mut values = Values::default();
        let mut know = |name: &str, value: Option<String>| values.know(name, value);
        let text = |fact: &str| self.text(fact).map(str::to_owned);
        know("host", Some(self.remote.host.clone()));
        know("port", Some(self.remote.port.to_string()));
        know("ssl", Some(self.remote.ssl.to_string()));
        know("user", self.remote.user.clone());
        // Nothing is recommended that is so already.
        let unchecked = self.remote.certificate_check == CertificateCheck::Off;
        know("unchecked", unchecked.then(|| "yes".into()));
        let may_fall_back = self.remote.ssl == SslSetting::IfAvailable;
        know("may fall back", may_fall_back.then(|| "yes".into()));
        for (word, fact) in self.catalogue.facts().filled() {
            know(word, self.facts.get(fact).and_then(outline::fact));
        }

        // What is closed and given up needs no line that opens it.
        let changes = found.finding.patch.iter().flat_map(|it| &it.changes);
        let mut other_ports = changes
            .filter(|(name, _)| name == "port")
            .map(|(_, port)| port.clone());
        know("other port", other_ports.next_back());

        // Only then does a line for a firewall's reading of FTP mend anything.
        let is_between = found.owner == Owner::FirewallAdmin;
        know("on the way", is_between.then(|| "yes".into()));
        let is_servers = found.owner == Owner::ServerAdmin;
        know("on the server", is_servers.then(|| "yes".into()));
        let is_sips = SIP.contains(&self.remote.port);
        know("port of SIP", is_sips.then(|| "yes".into()));

        let (server, way) = self.turned_away(found);
        know("refused by the server", server.then(|| "yes".into()));
        know("lost on the way", way.then(|| "yes".into()));

        let mut sources: Vec<String> = found.sources.iter().map(|it| self.outside(it)).collect();
        sources.dedup();
        know("sources", Some(sources.join(", ")));
        let first = sources.first().cloned();
        let source = first.or_else(|| text(name::SOURCE_ADDRESS));
        if let Some(ip) = source.as_deref().and_then(|it| it.parse::<IpAddr>().ok()) {
            let same: Vec<&str> = sources
                .iter()
                .filter(|it| {
                    it.parse()
                        .is_ok_and(|it: IpAddr| it.is_ipv4() == ip.is_ipv4())
                })
                .map(String::as_str)
                .collect();
            know("source set", Some(set(&same, &ip.to_string())));
            let (protocol, tables, family, length) = if ip.is_ipv4() {
                ("ip", "iptables", "ipv4", "32")
            } else {
                ("ip6", "ip6tables", "ipv6", "128")
            };
            know("ip", Some(protocol.into()));
            know("iptables", Some(tables.into()));
            know("family", Some(family.into()));
            know("length", Some(length.into()));
        }
        know("source", source);
        if let Some(range) = self.range() {
            know("seen", Some(format!("{}-{}", range.lowest, range.highest)));
            know("whole range", range.is_whole.then(|| "yes".into()));
            let (lowest, highest) = range.outline();
            know("range", Some(format!("{lowest}-{highest}")));
            know("lowest", Some(lowest.to_string()));
            know("highest", Some(highest.to_string()));
            know("beyond", Some((u32::from(highest) + 1).to_string()));
        }
        values
    }

    /// Whether all source addresses of a finding that get less far than others are turned away in the dialogue, or all
    /// before a connection.
    fn turned_away(&self, found: &Diagnosed) -> (bool, bool) {
        let rows = self.rows.iter();
        let rows = rows.filter(|row| found.sources.contains(&row.vantage));
        let steps: Vec<Step> = rows.filter_map(|row| Some(row.failed()?.0)).collect();
        let all = |these: &[Step]| !steps.is_empty() && steps.iter().all(|it| these.contains(it));
        (
            all(&[Step::Greeting, Step::Login]),
            all(&[Step::Reach, Step::Data]),
        )
    }

    /// The range of passive ports, if the ports that were seen show that one is set.
    fn range(&self) -> Option<Range> {
        if self.text(name::SERVER_PRODUCT) == Some("AWS Transfer Family") {
            return Some(AWS_TRANSFER);
        }
        let Some(FactValue::Rows(rows)) = self.facts.get(name::DATA_PASSIVE_MAP) else {
            return None;
        };
        let ports = || rows.iter().filter_map(|row| row.get("port")?.parse().ok());
        let (lowest, highest): (u16, u16) = (ports().min()?, ports().max()?);
        let tries = ports().count();
        let span = usize::from(highest - lowest) + 1;
        (tries >= FEW_PORTS && highest - lowest <= NARROW).then_some(Range {
            lowest,
            highest,
            is_whole: tries >= TRIES_FOR_EACH * span,
        })
    }

    /// The address that the other party has to let in: the one that the remote sees, where it told.
    fn outside(&self, source: &VantagePoint) -> String {
        let row = self.rows.iter().find(|row| row.vantage == *source);
        let seen = row.and_then(|row| row.seen_as);
        seen.map_or_else(|| source.to_string(), |seen| seen.to_string())
    }
}

/// Ports from the lowest to the highest that were seen.
struct Range {
    lowest: u16,
    highest: u16,
    /// Whether there are no others below and above them.
    is_whole: bool,
}

impl Range {
    /// The range that is likely set: people choose round numbers.
    fn outline(&self) -> (u16, u16) {
        if self.is_whole {
            return (self.lowest, self.highest);
        }
        let lowest = (self.lowest / ROUND * ROUND).max(1024);
        let highest = self.highest.div_ceil(ROUND).saturating_mul(ROUND);
        (lowest, highest)
    }
}

/// The one product whose range is the same everywhere.
const AWS_TRANSFER: Range = Range {
    lowest: 8192,
    highest: 8200,
    is_whole: true,
};

/// The evidence of the finding, and what is known beside it.
pub(super) fn with_evidence(mut known: Values, found: &Diagnosed) -> Values {
    for evidence in &found.finding.evidence {
        known.see(&evidence.label, &evidence.value);
    }
    known
}

/// Addresses as nftables takes them.
fn set(addresses: &[&str], one: &str) -> String {
    match addresses {
        [] | [_] => one.to_owned(),
        several => format!("{{ {} }}", several.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_rounded_unless_all_of_it_was_seen() {
        for (lowest, highest, is_whole, outline) in [
            (50_007, 50_093, false, (50_000, 50_100)),
            (40_000, 40_010, true, (40_000, 40_010)),
            (1_030, 1_099, false, (1_024, 1_100)),
            (65_010, 65_530, false, (65_000, 65_535)),
        ] {
            let range = Range {
                lowest,
                highest,
                is_whole,
            };
            assert_eq!(range.outline(), outline);
        }
    }
}
