//! The data channel: EPSV and PASV, the address that the server advertises, a sample of the ports, TLS that resumes the
//! control session each time, listings and a long transfer, and how each of them ends.

mod again;
mod certificate;
mod channel;
mod clear;
mod clients;
mod ending;
mod facts;
mod findings;
mod knock;
mod large;
mod listings;
mod lost;
mod map;
mod ports;
mod pret;
mod protection;
mod question;
mod refused;
mod resumption;
mod sample;
mod second_way;
mod settings;
mod silence;

use probe_sdk::halt::{CLOSES_SESSION, STOPS_ANSWERING};
use probe_sdk::session::{Method, Session};
use probe_sdk::{
    About, Capability, Code, Depth, FactValue, Failure, MALFORMED_REPLY, OUT_OF_STEP, Probe, Run,
    name, shared, state, value,
};

use again::Silent;
use channel::Channel;
use knock::Again;
use lost::Lost;
use protection::Protection;
use resumption::OtherVersion;
use sample::Sample;
use second_way::SecondWay;

probe_sdk::codes! {
    PASSIVE_REFUSED = "data.passive-refused";
    PRIVATE_ADDRESS = "data.pasv-private-address";
    FOREIGN_ADDRESS = "data.pasv-foreign-address";
    UNSPECIFIED_ADDRESS = "data.pasv-unspecified-address";
    PRET_REQUIRED = "data.pret-required";
    PASSIVE_MODE_UNUSABLE = "settings.passive-mode-unusable";
    ALL_BLOCKED = "data.all-ports-blocked";
    SOME_BLOCKED = "data.some-ports-blocked";
    EPSV_BROKEN = "data.epsv-broken";
    PASV_BROKEN = "data.pasv-broken";
    PORTS_EXHAUSTED = "data.ports-exhausted";
    PEER_REJECTED = "data.peer-address-rejected";
    MTU_BLACKHOLE = "net.mtu-blackhole";
    AFFINITY_LOST = "data.affinity-lost";
    TLS_STALLS = "data.tls-stalls";
    TLS_FAILED = "data.tls-failed";
    TRUNCATED = "data.truncated";
    NOT_CLOSED = "data.not-closed";
    TIMEOUT_TOO_SHORT = "settings.timeout-too-short";
    NO_NOTIFY = "data.closed-without-notify";
    CERTIFICATE_DIFFERS = "data.certificate-differs";
    PROTECTION_REFUSED = "ftps.data-protection-refused";
    PROTECTION_REQUIRED = "ftps.data-protection-required";
    REUSE_REQUIRED = "ftps.session-reuse-required";
    REUSE_BROKEN = "ftps.session-reuse-broken";
    LIST_DENIED = "ftp.list-denied";
    LISTING_TRUNCATED = "ftp.listing-truncated";
    NO_MACHINE_LISTING = "ftp.no-machine-listing";
}

/// The directory that the login lands in is not there.
const HOME_UNAVAILABLE: Code = Code::of_another("ftp.home-unavailable");

/// Codes that only an open data port can tell about.
pub(crate) const BEHIND_THE_PORT: &[Code] = &[
    PEER_REJECTED,
    AFFINITY_LOST,
    NOT_CLOSED,
    TIMEOUT_TOO_SHORT,
    MTU_BLACKHOLE,
    TLS_STALLS,
    TLS_FAILED,
    TRUNCATED,
    NO_NOTIFY,
    CERTIFICATE_DIFFERS,
    PROTECTION_REQUIRED,
    REUSE_REQUIRED,
    REUSE_BROKEN,
    LIST_DENIED,
    LISTING_TRUNCATED,
    NO_MACHINE_LISTING,
];

/// With one of these found, no transfer is worth trying.
const IN_THE_WAY: &[Code] = &[
    CLOSES_SESSION,
    PEER_REJECTED,
    AFFINITY_LOST,
    NOT_CLOSED,
    TLS_STALLS,
    TLS_FAILED,
    TRUNCATED,
    PROTECTION_REQUIRED,
    REUSE_REQUIRED,
    REUSE_BROKEN,
];

/// Codes that a single listing says nothing of.
const BEYOND_A_LISTING: &[Code] = &[MTU_BLACKHOLE, LISTING_TRUNCATED, NO_MACHINE_LISTING];

struct DataChannel;

impl Probe for DataChannel {
    const ABOUT: About = About {
        summary: "passive mode, data ports, TLS on the data channel and listings",
        consumes: Some(state::LOGGED_IN),
        provides: &[state::TRANSFERRING],
        capabilities: &[
            Capability::Connect,
            Capability::Data,
            Capability::Speak,
            Capability::Read,
            Capability::Login,
        ],
        codes: CODES,
        also_reports: &[
            HOME_UNAVAILABLE,
            MALFORMED_REPLY,
            STOPS_ANSWERING,
            CLOSES_SESSION,
            OUT_OF_STEP,
        ],
        facts: facts::FACTS,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let mut session = Session::taken(run)?;
        let mut works = false;
        if let Some(protection) = protection::switch_on(run, &mut session) {
            (session, works) = look(run, session, protection);
        }
        run.rest_clear(CODES);
        // A directory that may not be listed can still be one to upload to.
        let works = works || run.has_found(LIST_DENIED);
        if session.usable && works && run.found_of(IN_THE_WAY).is_none() {
            run.provide(state::TRANSFERRING, None);
        }
        if session.usable {
            run.provide(state::LOGGED_IN, Some(session.control.into_connection()));
        }
        Ok(())
    }
}

probe_sdk::export!(DataChannel);

/// How much is looked at.
struct Amount {
    /// Ports in all, where they open.
    ports: usize,
    /// Transfers in one session.
    transfers: usize,
    /// Data connections in all; what is over is for ports that fail.
    connections: usize,
}

impl Amount {
    fn of(depth: Depth) -> Amount {
        match depth {
            Depth::Ladder | Depth::Quick => Amount {
                ports: 4,
                transfers: 1,
                connections: 5,
            },
            Depth::Standard => Amount {
                ports: 8,
                transfers: 6,
                // One of fourteen is left for a second look with other settings.
                connections: 13,
            },
            Depth::Full => Amount {
                ports: 30,
                transfers: 8,
                connections: 44,
            },
        }
    }
}

/// EPSV first, as RFC 2428 section 4 has it for two parties; PASV beside it, since that is what many clients use, unless
/// the settings allow one of them only. Gives the session back, and whether a data connection did what it is for.
fn look(run: &mut Run, session: Session, protection: Protection) -> (Session, bool) {
    let depth = run.request().depth;
    let amount = Amount::of(depth);
    let mut channel = Channel::new(session, amount.connections, run.waits_no_longer());
    let features = run.texts(name::SERVER_FEATURES);
    let lists = |name: &str| features.iter().any(|feature| feature == name);
    channel.lists_pret = lists("PRET");
    channel.lists_machine_readable = lists("MLST");
    channel.list(channel.first_method());
    let mut silent = again::silent(&mut channel);
    let untried = |channel: &Channel| !channel.samples.iter().any(|it| it.method == Method::Pasv);
    let wants_pasv = untried(&channel) && (!run.is_brief() || !channel.transfers_well());
    let method = Method::Pasv;
    if wants_pasv && silent.is_none() && channel.has_room() && channel.gives(method) {
        channel.list(method);
        silent = again::silent(&mut channel);
    }
    settings::other_than_allowed(&mut channel);
    let mut again = failed_ports(&mut channel, &amount);
    again::sudden(&mut channel);
    let second_way = second_way::look(run, &mut channel);
    let unasked = knock::unasked(&mut channel);
    let is_slow = |silent: &Option<Silent>| silent.as_ref().is_some_and(Silent::is_slow);
    if !run.is_brief() && channel.transfers_well() && !is_slow(&silent) {
        at_length(run, &mut channel, &amount);
        again = again.or_else(|| knock::failed_again(&mut channel));
        again::sudden(&mut channel);
        silent = silent.or_else(|| again::silent(&mut channel));
        again::watch(&mut channel);
        listings::judge(run, &mut channel);
    }
    let mut seen = Seen {
        again,
        unasked,
        second_way,
        silent,
        sudden: channel.sudden,
        stalled: channel.stalled,
        lost: channel.lost.clone(),
        protection,
        other_version: None,
    };
    if depth == Depth::Full {
        clear::look(run, &mut channel);
        seen.other_version = resumption::other_version(run, &channel);
    }
    if !run.is_brief() && !is_slow(&seen.silent) {
        let meanwhile = usize::from(certificate::may_ask(run, &channel));
        clients::ask_all_but(&mut channel, meanwhile);
    }
    let elsewhere = seen
        .other_version
        .as_mut()
        .and_then(OtherVersion::take_full);
    certificate::look(run, &mut channel, elsewhere);
    note(run, &channel);
    clients::note(run, &channel);
    findings::judge(run, &channel, &seen);
    listings::denied_in_words(run, &channel.samples);
    if run.is_brief() {
        let check = "long transfers and other forms of a listing";
        let reason = run.brief_reason();
        run.not_applicable(check, BEYOND_A_LISTING, &reason);
    }
    let works = channel
        .samples
        .iter()
        .any(|sample| sample.lists() || sample.declined().is_some());
    (channel.session, works)
}

/// What was seen beside the samples.
struct Seen {
    /// A port that had been silent, tried again.
    again: Option<Again>,
    /// Whether a port opens that the server was not asked for, where one it was asked for was ignored.
    unasked: Option<bool>,
    /// A listing that was refused, asked for in another way.
    second_way: Option<SecondWay>,
    /// A transfer that fell silent, looked at once more.
    silent: Option<Silent>,
    /// Data connections that ended suddenly and not when they were repeated.
    sudden: usize,
    /// Data connections that fell silent and not when they were repeated.
    stalled: usize,
    /// Sessions that broke off over a transfer and not when it was repeated.
    lost: Vec<Lost>,
    /// What the server said to `PROT P`.
    protection: Protection,
    other_version: Option<OtherVersion>,
}

/// Where a port did not open, more of them tell whether all are closed, and whether it goes by the method.
fn failed_ports(channel: &mut Channel, amount: &Amount) -> Option<Again> {
    const TRIES: usize = 2;
    if !channel.samples.iter().any(Sample::port_failed) {
        return None;
    }
    knock::sample(channel, amount.ports);
    // What lies behind a port that opens is to be seen, too.
    for _ in 0..TRIES {
        let open = |sample: &Sample| matches!(sample.result, sample::Outcome::Opened);
        let used = channel
            .samples
            .iter()
            .any(|it| it.port_opened() && !open(it));
        if !used && channel.has_room() && channel.samples.iter().any(open) {
            let method = channel.method_that_works();
            channel.list(method);
        }
    }
    knock::failed_again(channel)
}

/// What takes more than one listing to see. Ports come first: where some fail, nothing is tried that would leave the server
/// waiting for a connection.
fn at_length(run: &mut Run, channel: &mut Channel, amount: &Amount) {
    const IN_CLEAR_TEXT: usize = 4;
    let transfers = if channel.session.tls {
        amount.transfers
    } else {
        IN_CLEAR_TEXT
    };
    clients::prepare(channel);
    knock::sample(
        channel,
        channel.samples.len() + amount.ports.saturating_sub(transfers),
    );
    if !channel.samples.iter().any(Sample::port_failed) {
        listings::machine_readable(run, channel);
    }
    if channel.transfers_well() {
        large::look(run, channel);
    }
    let last_in_full = certificate::may_ask(run, channel);
    resumption::repeat(channel, amount.transfers - usize::from(last_in_full));
    clients::confirm_tls_start(channel);
}

fn note(run: &mut Run, channel: &Channel) {
    let samples = channel.samples.as_slice();
    if channel.session.pret {
        run.note(shared::PRET, value::flag(true));
    }
    if !channel.once.is_empty() {
        run.note(facts::FAILED_ONCE, value::texts(channel.once.clone()));
    }
    if let Some(method) = channel.only_working_method() {
        run.note(facts::METHOD, value::text(method.name()));
    }
    let map = samples.iter().filter_map(|sample| {
        let cells = [
            ("port", sample.port()?.to_string()),
            ("method", sample.method.name().to_string()),
            ("result", sample.became()?),
            (
                "ms",
                sample.took_ms.map_or(String::new(), |ms| ms.to_string()),
            ),
        ];
        Some(cells.map(|(name, cell)| (name.to_string(), cell)).to_vec())
    });
    run.note(facts::PASSIVE_MAP, FactValue::Rows(map.collect()));
    let map = ports::map(samples);
    if let Some((lowest, highest)) = map.range() {
        run.note(
            facts::PASSIVE_RANGE,
            value::text(format!("{lowest}-{highest}")),
        );
        run.note(facts::PASSIVE_SAMPLE, value::text(map.excludes()));
    }
    let listing = samples.iter().find_map(Sample::listing);
    let listed = samples.iter().any(Sample::lists);
    run.note(facts::LISTED, value::flag(listed));
    if let Some(declined) = samples.iter().find_map(Sample::declined) {
        run.note(facts::LISTING_DECLINED, value::text(declined.words()));
    }
    if let Some(listing) = listing {
        run.note(facts::LISTING_BYTES, value::number(listing.bytes.len()));
        run.note(facts::SECURITY, value::text(listing.security()));
    }
    let sessions = samples.iter().filter_map(Sample::done);
    run.note(
        facts::SESSIONS,
        value::texts(sessions.map(|it| it.security())),
    );
    resumption::note(run, samples);
}
