//! The data channel: EPSV and PASV, the address that is announced, the port, TLS with resumption of the control session,
//! a listing, and the end of it.

mod findings;
mod passive;
mod protection;
mod refused;
mod sample;
mod transfer;

use probe_sdk::{About, Code, Connection, Control, Depth, Failure, Probe, Run, state, value};

use passive::Method;
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
        let connection = Connection::taken()?;
        let mut channel = Channel::new(run, Control::new(connection, run.request().reply_ms));
        if protection::switch_on(run, &mut channel) {
            look(run, &mut channel);
        }
        run.rest_clear(CODES);
        if channel.usable {
            run.leave(state::LOGGED_IN, Some(channel.control.into_connection()));
        }
        Ok(())
    }
}

probe_sdk::export!(DataChannel);

/// The session whose data channel is looked at.
pub(crate) struct Channel {
    pub(crate) control: Control,
    /// The control connection's peer.
    pub(crate) peer: String,
    /// The name for SNI and for the session to resume: the control connection's (RFC 4217 section 15.1.1).
    pub(crate) server_name: Option<String>,
    pub(crate) tls: bool,
    pub(crate) connect_ms: u32,
    /// False once the dialogue is out of step or the connection over.
    pub(crate) usable: bool,
}

impl Channel {
    fn new(run: &Run, control: Control) -> Channel {
        Channel {
            control,
            peer: run.control_endpoint().ip,
            server_name: run.server_name(),
            tls: run.text("control.mode") != Some("clear"),
            connect_ms: run.request().connect_ms,
            usable: true,
        }
    }

    /// RFC 959's PASV has no room for an IPv6 address (RFC 2428 section 1).
    pub(crate) fn is_ipv6(&self) -> bool {
        self.peer.contains(':')
    }
}

/// EPSV first, as RFC 2428 section 4 has it for two parties; PASV beside it, since that is what many clients use.
fn look(run: &mut Run, channel: &mut Channel) {
    let mut samples = vec![sample::take(channel, Method::Epsv)];
    let wants_pasv = run.request().depth != Depth::Quick || !samples[0].listed();
    if channel.usable && wants_pasv && !channel.is_ipv6() {
        samples.push(sample::take(channel, Method::Pasv));
    }
    more_ports(channel, &mut samples);
    note(run, &samples);
    findings::judge(run, channel, &samples);
}

/// Where a port did not open, a few more tell whether all are closed; the sample of a whole range is another matter.
/// The method whose port failed is asked again first: servers hand ports out in turn, and so every second port being
/// closed could be taken for one method being broken.
fn more_ports(channel: &mut Channel, samples: &mut Vec<Sample>) {
    const IN_ALL: usize = 4;
    while channel.usable && samples.len() < IN_ALL && samples.iter().any(Sample::port_failed) {
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
        samples.push(sample::take(channel, method));
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
        run.note("data.listing-bytes", value::number(listing.bytes));
        run.note("data.security", value::text(listing.security.clone()));
    }
    let sessions: Vec<String> = samples
        .iter()
        .filter_map(Sample::listing)
        .map(|listing| listing.security.clone())
        .collect();
    run.note("data.sessions", value::texts(sessions));
}
