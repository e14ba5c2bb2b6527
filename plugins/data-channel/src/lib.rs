//! The data channel: EPSV and PASV, the address that is announced, the port, TLS with resumption of the control session,
//! a listing, and the end of it.

mod findings;
mod protection;
mod refused;
mod sample;

use probe_sdk::session::{Method, Session, Transferred};
use probe_sdk::{About, Code, Depth, Failure, Probe, Run, state, value};

use sample::Sample;

probe_sdk::codes! {
    PASSIVE_REFUSED = "data.passive-refused";
    PRIVATE_ADDRESS = "data.pasv-private-address";
    FOREIGN_ADDRESS = "data.pasv-foreign-address";
    ALL_BLOCKED = "data.all-ports-blocked";
    SOME_BLOCKED = "data.some-ports-blocked";
    EPSV_BROKEN = "data.epsv-broken";
    PASV_BROKEN = "data.pasv-broken";
    PORTS_EXHAUSTED = "data.ports-exhausted";
    PEER_REJECTED = "data.peer-address-rejected";
    TLS_STALLS = "data.tls-stalls";
    TLS_FAILED = "data.tls-failed";
    TRUNCATED = "data.truncated";
    NO_NOTIFY = "data.closed-without-notify";
    PROTECTION_REFUSED = "ftps.data-protection-refused";
    PROTECTION_REQUIRED = "ftps.data-protection-required";
    REUSE_REQUIRED = "ftps.session-reuse-required";
    REUSE_BROKEN = "ftps.session-reuse-broken";
    LIST_DENIED = "ftp.list-denied";
}

/// Codes that only an open data port can tell about.
pub(crate) const BEHIND_THE_PORT: &[Code] = &[
    PEER_REJECTED,
    TLS_STALLS,
    TLS_FAILED,
    TRUNCATED,
    NO_NOTIFY,
    PROTECTION_REQUIRED,
    REUSE_REQUIRED,
    REUSE_BROKEN,
    LIST_DENIED,
];

struct DataChannel;

impl Probe for DataChannel {
    const ABOUT: About = About {
        summary: "passive mode, data ports, TLS on the data channel and a listing",
        takes: Some(state::LOGGED_IN),
        codes: CODES,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let mut session = Session::taken(run)?;
        if protection::switch_on(run, &mut session) {
            look(run, &mut session);
        }
        run.rest_clear(CODES);
        if session.usable {
            run.leave(state::LOGGED_IN, Some(session.control.into_connection()));
        }
        Ok(())
    }
}

probe_sdk::export!(DataChannel);

/// EPSV first, as RFC 2428 section 4 has it for two parties; PASV beside it, since that is what many clients use.
fn look(run: &mut Run, session: &mut Session) {
    let mut samples = vec![sample::take(session, Method::Epsv)];
    let wants_pasv = run.request().depth != Depth::Quick || !samples[0].listed();
    if session.usable && wants_pasv && !session.is_ipv6() {
        samples.push(sample::take(session, Method::Pasv));
    }
    more_ports(session, &mut samples);
    note(run, &samples);
    findings::judge(run, session, &samples);
}

/// Where a port did not open, a few more tell whether all are closed; the sample of a whole range is another matter.
/// The method whose port failed is asked again first: servers hand ports out in turn, and so every second port being
/// closed could be taken for one method being broken.
fn more_ports(session: &mut Session, samples: &mut Vec<Sample>) {
    const IN_ALL: usize = 4;
    while session.usable && samples.len() < IN_ALL && samples.iter().any(Sample::port_failed) {
        let offered = samples
            .iter()
            .filter(|sample| sample.port().is_some())
            .map(|sample| sample.method);
        let asked = |method: Method| samples.iter().filter(move |it| it.method == method);
        let Some(method) = offered.min_by_key(|method| {
            let failed = asked(*method).any(Sample::port_failed);
            (asked(*method).count(), !failed)
        }) else {
            return;
        };
        samples.push(sample::take(session, method));
    }
}

fn note(run: &mut Run, samples: &[Sample]) {
    run.note(
        "data.passive-ports",
        value::texts(samples.iter().filter_map(Sample::row)),
    );
    let listing = samples.iter().find_map(Sample::listing);
    run.note("data.listed", value::flag(listing.is_some()));
    if let Some(listing) = listing {
        run.note("data.listing-bytes", value::number(listing.bytes.len()));
        run.note("data.security", value::text(listing.security()));
    }
    let sessions: Vec<String> = samples
        .iter()
        .filter_map(Sample::listing)
        .map(Transferred::security)
        .collect();
    run.note("data.sessions", value::texts(sessions));
}
