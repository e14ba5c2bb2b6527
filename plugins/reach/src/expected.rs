//! Does the name lead where it should? A custom domain is to point to the addresses that belong to it.

use std::net::IpAddr;

use probe_sdk::{Finding, Run, expected_addresses, value};

use crate::NOT_DEDICATED;

/// Compares what the name resolves to with what is expected of it.
pub(crate) fn compare<'a>(run: &mut Run, resolved: impl Iterator<Item = &'a str>) {
    let expected = addresses(expected_addresses().iter().map(String::as_str));
    if expected.is_empty() {
        let reason = "nothing is expected of the name: --expect-address was not given";
        return run.not_applicable("the addresses expected", &[NOT_DEDICATED], reason);
    }
    let resolved = addresses(resolved);
    let strange: Vec<IpAddr> = without(&resolved, &expected);
    let missing = without(&expected, &resolved);
    run.note("dns.expected", value::texts(list(&expected)));
    run.note("dns.expected-and-missing", value::texts(list(&missing)));
    // Dedicated addresses are IPv4 only: an IPv6 address beside them is another way in, and is told as a fact.
    let only_ipv4_expected = expected.iter().all(IpAddr::is_ipv4);
    let (ipv6, wrong): (Vec<IpAddr>, Vec<IpAddr>) = strange
        .into_iter()
        .partition(|address| only_ipv4_expected && address.is_ipv6());
    run.note("dns.ipv6-beside-expected", value::texts(list(&ipv6)));
    let nothing_right = missing.len() == expected.len();
    if wrong.is_empty() && !nothing_right {
        return;
    }
    let host = run.remote().host.clone();
    let detail = if nothing_right {
        format!("{host} does not lead to any of the addresses that are expected of it.")
    } else {
        format!(
            "{host} leads to the expected addresses and to others: who gets one of the others lands elsewhere."
        )
    };
    let join = |list: Vec<String>| list.join(", ");
    run.found(
        Finding::new(NOT_DEDICATED, detail)
            .evidence("name", &host)
            .evidence("resolves to", join(list(&resolved)))
            .evidence("expected", join(list(&expected))),
    );
}

fn addresses<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<IpAddr> {
    texts.filter_map(|text| text.parse().ok()).collect()
}

fn without(all: &[IpAddr], others: &[IpAddr]) -> Vec<IpAddr> {
    let not_among = |address: &&IpAddr| !others.contains(address);
    all.iter().filter(not_among).copied().collect()
}

fn list(addresses: &[IpAddr]) -> Vec<String> {
    addresses.iter().map(IpAddr::to_string).collect()
}
