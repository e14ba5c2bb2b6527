//! Do the names lead where they should? A custom domain is to lead to the addresses that belong to it; the account's own
//! name leads there too or to the general pool, depending on whose certificate is used.

use std::net::IpAddr;

use probe_sdk::{
    Decision, FactValue, Failure, FailureKind, Finding, Resolved, Run, aliases, expected_addresses,
    expected_names, resolve, value,
};

use crate::NOT_DEDICATED;
use crate::facts;

/// Where a name leads.
enum Way {
    /// By these aliases to these addresses.
    To {
        aliases: Vec<String>,
        addresses: Vec<IpAddr>,
    },
    /// Nowhere, as far as the resolver knows all there is to know.
    Nowhere(String),
    /// Nothing is known.
    Unknown(String),
}

/// A name that something is expected of.
struct Expected {
    name: String,
    addresses: Vec<IpAddr>,
    way: Way,
}

/// Compares what the host's name and the other names resolve to with what is expected of them.
pub(crate) fn compare(run: &mut Run, host: &Result<Vec<Resolved>, Failure>) {
    let name = run.remote().host.clone();
    let of_host = Expected {
        addresses: parsed(expected_addresses().iter().map(String::as_str)),
        way: way(&name, host),
        name,
    };
    note_host(run, &of_host);
    let mut all = Vec::new();
    // Where the host's own name leads nowhere, that is a finding of its own.
    if !of_host.addresses.is_empty() && host.is_ok() {
        all.push(of_host);
    }
    all.extend(
        expected_names()
            .into_iter()
            .map(|(name, addresses)| Expected {
                addresses: parsed(addresses.iter().map(String::as_str)),
                way: way(&name, &resolve(&name)),
                name,
            }),
    );
    if all.is_empty() && host.is_ok() {
        let reason = "no addresses are expected: --expect-address was not given";
        return run.not_applicable("the addresses expected", &[NOT_DEDICATED], reason);
    }
    if !all.is_empty() {
        run.note(
            facts::NAMES,
            FactValue::Rows(all.iter().map(Expected::row).collect()),
        );
    }
    let remarks: Vec<String> = all.iter().flat_map(Expected::remarks).collect();
    if !remarks.is_empty() {
        run.note(facts::REMARKS, value::text(remarks.join("; ")));
    }
    report(run, &all);
    for expected in &all {
        if let Way::Unknown(why) = &expected.way {
            let check = format!("where {} leads", expected.name);
            run.could_not_look(&check, &[NOT_DEDICATED], why);
        }
    }
}

fn way(name: &str, resolved: &Result<Vec<Resolved>, Failure>) -> Way {
    match resolved {
        Ok(resolved) => Way::To {
            aliases: aliases(name).unwrap_or_default(),
            addresses: parsed(resolved.iter().map(|found| found.ip.as_str())),
        },
        Err(failure) => match failure.kind {
            FailureKind::NameNotFound => Way::Nowhere("nothing: the name does not exist".into()),
            FailureKind::NoAddress => Way::Nowhere("nothing: the name has no address".into()),
            _ => Way::Unknown(failure.detail.clone()),
        },
    }
}

fn note_host(run: &mut Run, host: &Expected) {
    let Way::To { aliases, addresses } = &host.way else {
        return;
    };
    if !aliases.is_empty() {
        run.note(facts::ALIASES, value::texts(aliases.iter().cloned()));
        run.note(facts::WAY, value::text(host.steps()));
    }
    if !host.addresses.is_empty() {
        let missing = without(&host.addresses, addresses);
        run.note(facts::EXPECTED, value::texts(texts(&host.addresses)));
        run.note(facts::EXPECTED_AND_MISSING, value::texts(texts(&missing)));
        run.note(
            facts::IPV6_BESIDE_EXPECTED,
            value::texts(texts(&host.strangers().0)),
        );
    }
}

/// One finding for all names that lead elsewhere.
fn report(run: &mut Run, all: &[Expected]) {
    let wrong: Vec<(&Expected, String)> = all
        .iter()
        .filter_map(|expected| Some((expected, expected.complaint()?)))
        .collect();
    if wrong.is_empty() {
        return;
    }
    let details: Vec<&str> = wrong.iter().map(|(_, detail)| detail.as_str()).collect();
    let finding = Finding::new(NOT_DEDICATED, details.join(" ")).because(Decision::by_evidence(
        "the addresses of the name, compared with those that the settings expect",
    ));
    let mut finding = match wrong.as_slice() {
        [(expected, _)] => expected.told(finding),
        // A line for each name: who reads it has to see what belongs together.
        _ => wrong.iter().fold(finding, |finding, (expected, _)| {
            let wanted = texts(&expected.addresses).join(", ");
            let line = format!("{}; expected: {wanted}", expected.steps());
            finding.evidence("leads elsewhere", line)
        }),
    };
    for remark in wrong.iter().flat_map(|(expected, _)| expected.remarks()) {
        finding = finding.evidence("beside", remark);
    }
    run.found(finding);
}

impl Expected {
    /// What is there and not expected: IPv6 addresses beside expected IPv4 ones, and the rest. Dedicated addresses are IPv4
    /// only: an IPv6 address beside them is another way in, and no fault by itself.
    fn strangers(&self) -> (Vec<IpAddr>, Vec<IpAddr>) {
        let Way::To { addresses, .. } = &self.way else {
            return Default::default();
        };
        let only_ipv4 = self.addresses.iter().all(IpAddr::is_ipv4);
        without(addresses, &self.addresses)
            .into_iter()
            .partition(|address| only_ipv4 && address.is_ipv6())
    }

    fn missing(&self) -> Vec<IpAddr> {
        match &self.way {
            Way::To { addresses, .. } => without(&self.addresses, addresses),
            Way::Nowhere(_) | Way::Unknown(_) => Vec::new(),
        }
    }

    /// What is wrong with where it leads.
    fn complaint(&self) -> Option<String> {
        let name = &self.name;
        let nothing_right = self.missing().len() == self.addresses.len();
        match &self.way {
            Way::Unknown(_) => None,
            Way::Nowhere(_) => Some(format!("{name} leads nowhere.")),
            Way::To { .. } if nothing_right => Some(format!(
                "{name} does not resolve to any of the expected addresses."
            )),
            Way::To { .. } if !self.strangers().1.is_empty() => Some(format!(
                "{name} resolves to the expected addresses and to others. A client that picks one of the others \
                reaches a different server."
            )),
            Way::To { .. } => None,
        }
    }

    /// What is no fault and good to know.
    fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        let (ipv6, _) = self.strangers();
        if !ipv6.is_empty() {
            remarks.push(format!(
                "{} also resolves to {}. Clients that prefer IPv6 go there, and not to the expected addresses, \
                which are IPv4 only",
                self.name,
                texts(&ipv6).join(", ")
            ));
        }
        let missing = self.missing();
        if !missing.is_empty() && missing.len() < self.addresses.len() {
            remarks.push(format!(
                "{} does not resolve to {}, which is also expected",
                self.name,
                texts(&missing).join(", ")
            ));
        }
        remarks
    }

    /// The evidence where this is the only name that is wrong.
    fn told(&self, finding: Finding) -> Finding {
        let finding = finding
            .evidence("name", &self.name)
            .evidence("resolves to", self.target())
            .evidence("expected", texts(&self.addresses).join(", "));
        match &self.way {
            Way::To { aliases, .. } if !aliases.is_empty() => {
                finding.evidence("by way of", self.steps())
            }
            _ => finding,
        }
    }

    fn target(&self) -> String {
        match &self.way {
            Way::To { addresses, .. } => texts(addresses).join(", "),
            Way::Nowhere(why) | Way::Unknown(why) => why.clone(),
        }
    }

    /// The name, its aliases and its addresses, in the order they are followed.
    fn steps(&self) -> String {
        let aliases: &[String] = match &self.way {
            Way::To { aliases, .. } => aliases,
            Way::Nowhere(_) | Way::Unknown(_) => &[],
        };
        let names = std::iter::once(&self.name).chain(aliases).cloned();
        let steps: Vec<String> = names.chain([self.target()]).collect();
        steps.join(" -> ")
    }

    fn row(&self) -> Vec<(String, String)> {
        let result = match (&self.way, self.complaint()) {
            (Way::Unknown(_), _) => "not known",
            (_, Some(_)) => "leads elsewhere",
            (_, None) => "as expected",
        };
        [
            ("name", self.name.clone()),
            ("way", self.steps()),
            ("expected", texts(&self.addresses).join(", ")),
            ("result", result.to_string()),
        ]
        .map(|(label, cell)| (label.to_string(), cell))
        .to_vec()
    }
}

fn parsed<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<IpAddr> {
    texts.filter_map(|text| text.parse().ok()).collect()
}

fn without(all: &[IpAddr], others: &[IpAddr]) -> Vec<IpAddr> {
    let not_among = |address: &&IpAddr| !others.contains(address);
    all.iter().filter(not_among).copied().collect()
}

fn texts(addresses: &[IpAddr]) -> Vec<String> {
    addresses.iter().map(IpAddr::to_string).collect()
}
