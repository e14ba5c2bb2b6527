//! Whether the remote can be reached: every address of its name, a TCP connection to each, and how long that takes.

mod attempt;
mod expected;
mod facts;
mod other_port;
mod other_version;
mod verdict;

use probe_sdk::{
    About, Capability, Decision, FactValue, Failure, FailureKind, Finding, IpVersion,
    MALFORMED_REPLY, Owner, Probe, Run, THREE_LOST_MS, resolve, shared, state, value,
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
        let Some(Addresses { allowed, left_out }) = addresses(run)? else {
            return Ok(());
        };
        let port = run.remote().port;
        let mut attempts = Attempts::new(allowed, port, run.request().connect_ms);
        let connected =
            attempts.first_connected(THREE_LOST_MS).or_else(|| {
                match other_version::look(run, &mut attempts, left_out) {
                    true => None,
                    false => other_port::look(run, &mut attempts),
                }
            });
        let reached = connected.is_some();
        if let Some((attempt, connection)) = connected {
            leave(run, &attempt, connection);
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

/// Addresses of the remote.
struct Addresses {
    /// Those that may be connected to.
    allowed: Vec<String>,
    /// Those of an IP version that the settings do not allow.
    left_out: Vec<String>,
}

/// The addresses of the name; none where it leads nowhere, which is then a finding.
fn addresses(run: &mut Run) -> Result<Option<Addresses>, Failure> {
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
                    "the DNS answer that the name does not exist (RFC 8020)"
                }
                FailureKind::NoAddress => {
                    "the DNS answer that the name has no address (RFC 2308 section 2.2)"
                }
                _ => "none of the DNS servers gave an answer",
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
                &format!("blocked by {}", code.name),
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
        let detail = "The name resolves to an address that only the server's own network can reach, so the check \
        did not connect to it. To test inside that network, give the address itself as the host.";
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
            &format!("blocked by {}", PRIVATE_ADDRESS.name),
        );
        return Ok(None);
    }
    let addresses = granted.into_iter().map(|found| found.ip).collect();
    let addresses = of_the_version(run, addresses);
    run.rest_clear(DNS);
    Ok(addresses.filter(|it| fits_the_source(run, &it.allowed)))
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
        "The remote has only {theirs} addresses, but {source} is an {ours} address, so no connection is possible \
        between them."
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
        &format!("blocked by {}", FAMILY_MISMATCH.name),
    );
    false
}

/// The addresses of the IP version that the settings allow.
fn of_the_version(run: &mut Run, addresses: Vec<String>) -> Option<Addresses> {
    let (version, other) = match run.remote().ip_version {
        None => {
            return Some(Addresses {
                allowed: addresses,
                left_out: Vec::new(),
            });
        }
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
            &format!("blocked by {}", NO_ADDRESS.name),
        );
        return None;
    }
    Some(Addresses {
        allowed,
        left_out: others,
    })
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
