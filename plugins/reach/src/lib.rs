//! Whether the remote can be reached: every address of its name, a TCP connection to each, and how long that takes.

mod attempt;
mod expected;
mod facts;
mod other_port;
mod verdict;

use probe_sdk::{
    About, Capability, Decision, FactValue, Failure, FailureKind, Finding, IpVersion,
    MALFORMED_REPLY, Owner, Probe, Run, resolve, shared, state, value,
};

use attempt::{Attempt, Attempts};

probe_sdk::codes! {
    NXDOMAIN = "dns.nxdomain";
    NO_ADDRESS = "dns.no-address";
    RESOLVER_FAILED = "dns.resolver-failed";
    PRIVATE_ADDRESS = "dns.private-address";
    NOT_DEDICATED = "dns.not-dedicated-ip";
    ADDRESSES_DIFFER = "dns.addresses-differ";
    REFUSED = "net.connection-refused";
    TIMEOUT = "net.connection-timeout";
    UNREACHABLE = "net.unreachable";
    SOURCE_UNAVAILABLE = "net.source-address-unavailable";
    FAMILY_MISMATCH = "net.address-family-mismatch";
    IPV6_UNREACHABLE = "net.ipv6-unreachable";
}

const CLOSED: probe_sdk::Code = probe_sdk::Code::of_another("net.closed-without-banner");
const SOURCE_BLOCKED: probe_sdk::Code = probe_sdk::Code::of_another("net.source-ip-blocked");

const DNS: &[probe_sdk::Code] = &[
    NXDOMAIN,
    NO_ADDRESS,
    RESOLVER_FAILED,
    PRIVATE_ADDRESS,
    NOT_DEDICATED,
];
const NET: &[probe_sdk::Code] = &[
    REFUSED,
    TIMEOUT,
    UNREACHABLE,
    SOURCE_UNAVAILABLE,
    FAMILY_MISMATCH,
    ADDRESSES_DIFFER,
    IPV6_UNREACHABLE,
];

struct Reach;

impl Probe for Reach {
    const ABOUT: About = About {
        summary: "addresses of the name and a TCP connection to each",
        provides: &[state::CONNECTED],
        capabilities: &[Capability::Names, Capability::Connect],
        codes: CODES,
        also_reports: &[CLOSED, MALFORMED_REPLY],
        facts: facts::FACTS,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let Some(addresses) = addresses(run)? else {
            return Ok(());
        };
        let port = run.remote().port;
        let mut attempts = Attempts::new(addresses, port, run.request().connect_ms);
        let connected = attempts.first_connected();
        let reached = connected.is_some();
        match connected {
            Some((attempt, connection)) => leave(run, &attempt, connection),
            None => other_port::look(run, &attempts),
        }
        let attempts = attempts.all();
        run.note(
            facts::ATTEMPTS,
            FactValue::Rows(attempts.iter().map(Attempt::row).collect()),
        );
        verdict::judge(run, &attempts, reached);
        Ok(())
    }
}

probe_sdk::export!(Reach);

/// The addresses that may be connected to; none where the name leads nowhere, which is then a finding.
fn addresses(run: &mut Run) -> Result<Option<Vec<String>>, Failure> {
    let host = run.remote().host.clone();
    let resolved = resolve(&host);
    expected::compare(run, &resolved);
    let resolved = match resolved {
        Ok(resolved) => resolved,
        Err(failure) => {
            let code = match failure.kind {
                FailureKind::NameNotFound => NXDOMAIN,
                FailureKind::NoAddress => NO_ADDRESS,
                _ => RESOLVER_FAILED,
            };
            let decision = Decision::by_evidence(match failure.kind {
                FailureKind::NameNotFound => {
                    "the answer of DNS that there is no such name (RFC 8020)"
                }
                FailureKind::NoAddress => {
                    "the answer of DNS that the name has no address (RFC 2308 section 2.2)"
                }
                _ => "none of the servers of DNS that were asked gave an answer",
            });
            run.found(
                Finding::new(code, failure.detail.clone())
                    .because(decision)
                    .evidence("name", &host),
            );
            if code != RESOLVER_FAILED {
                run.clear(&[RESOLVER_FAILED]);
            }
            run.behind_fault(
                "addresses and connections",
                CODES,
                &format!("{} stands in the way", code.name),
            );
            return Ok(None);
        }
    };
    run.note(
        facts::ADDRESSES,
        value::texts(resolved.iter().map(|found| found.ip.clone())),
    );
    let (granted, narrow): (Vec<_>, Vec<_>) = resolved.into_iter().partition(|found| found.granted);
    if !narrow.is_empty() {
        let narrow: Vec<String> = narrow.into_iter().map(|found| found.ip).collect();
        let detail = "The name resolves to an address that only the server's own network can reach. It was not \
                      connected to; to test inside that network, give the address itself as the host.";
        run.found(
            Finding::new(PRIVATE_ADDRESS, detail)
                .because(Decision::by_evidence(
                    "IANA's registries of special addresses",
                ))
                .evidence("name", &host)
                .evidence("address", narrow.join(", ")),
        );
    }
    if granted.is_empty() {
        run.rest_clear(DNS);
        run.behind_fault(
            "connections",
            NET,
            &format!("{} stands in the way", PRIVATE_ADDRESS.name),
        );
        return Ok(None);
    }
    let addresses = granted.into_iter().map(|found| found.ip).collect();
    let addresses = of_the_version(run, addresses);
    run.rest_clear(DNS);
    Ok(addresses.filter(|addresses| fits_the_source(run, addresses)))
}

/// A connection joins two addresses of one version of IP. Where the source address is of the one and the remote has the other
/// only, none can leave from it.
fn fits_the_source(run: &mut Run, addresses: &[String]) -> bool {
    let is_v6 = |address: &String| address.contains(':');
    let Some(source) = run.request().source.clone() else {
        return true;
    };
    if addresses.is_empty() || addresses.iter().any(|it| is_v6(it) == is_v6(&source)) {
        return true;
    }
    let (ours, theirs) = match is_v6(&source) {
        true => ("IPv6", "IPv4"),
        false => ("IPv4", "IPv6"),
    };
    let detail = format!(
        "The remote has {theirs} addresses only, and {source} is an {ours} address: no connection can leave from it to there."
    );
    run.found(
        Finding::new(FAMILY_MISMATCH, detail)
            .because(Decision::by_evidence(
                "every address that DNS has for the name",
            ))
            .evidence("source address", &source)
            .evidence("addresses", addresses.join(", ")),
    );
    run.behind_fault(
        "connections",
        NET,
        &format!("{} stands in the way", FAMILY_MISMATCH.name),
    );
    false
}

/// The addresses of the IP version that the settings allow.
fn of_the_version(run: &mut Run, addresses: Vec<String>) -> Option<Vec<String>> {
    let (version, other) = match run.remote().ip_version {
        None => return Some(addresses),
        Some(IpVersion::V4) => ("IPv4", "6"),
        Some(IpVersion::V6) => ("IPv6", "4"),
    };
    let (allowed, others): (Vec<_>, Vec<_>) = addresses
        .into_iter()
        .partition(|address| run.allows_address(address));
    let reason = format!("the settings allow {version} only");
    if !others.is_empty() {
        let check = format!("the addresses {}", others.join(", "));
        run.not_applicable(&check, &[IPV6_UNREACHABLE], &reason);
    }
    if allowed.is_empty() {
        let detail = format!("The name has no {version} address, and {reason}.");
        run.found(
            Finding::new(NO_ADDRESS, detail)
                .because(Decision::by_evidence(
                    "every address that DNS has for the name",
                ))
                .evidence("name", &run.remote().host)
                .evidence("addresses", others.join(", "))
                .owner(Owner::Settings)
                .patch(&[("ip_version", other)]),
        );
        run.behind_fault(
            "connections",
            NET,
            &format!("{} stands in the way", NO_ADDRESS.name),
        );
        return None;
    }
    Some(allowed)
}

fn leave(run: &mut Run, attempt: &Attempt, connection: probe_sdk::Connection) {
    run.note(facts::SERVER, value::text(attempt.ip.clone()));
    run.note(shared::CONTROL_PORT, value::number(attempt.port));
    if let Ok(established) = &attempt.result {
        run.note(facts::SOURCE, value::text(established.local.ip.clone()));
        run.note(facts::CONNECT_US, value::number(established.took_us));
    }
    run.provide(state::CONNECTED, Some(connection));
}
