//! What answers on the port, and how it is secured: the greeting, explicit TLS (RFC 4217), implicit TLS, clear text, and
//! whether that is what the settings say.

mod altered;
mod black_hole;
mod demand;
mod explicit;
mod facts;
mod failed;
mod greeting;
mod implicit;
mod old_versions;
mod other_service;
mod place;
mod raw;
mod second_look;
mod secured;
mod silence;
mod stalls;

use probe_sdk::{About, Capability, Code, Connection, Failure, Probe, Run, SslSetting, state};

pub(crate) use place::Place;

probe_sdk::codes! {
    CLOSED = "net.closed-without-banner";
    NOT_FTP = "service.not-ftp";
    NO_BANNER = "service.no-banner";
    SLOW_BANNER = "service.slow-banner";
    TOO_MANY = "service.too-many-connections";
    UNAVAILABLE = "service.unavailable";
    MALFORMED = "service.malformed-reply";
    STOPS = "service.stops-answering";
    CLOSES = "service.closes-session";
    OUT_OF_STEP = "service.replies-out-of-step";
    NOT_SUPPORTED = "ftps.not-supported";
    REQUIRED = "ftps.required-by-server";
    IMPLICIT_ON_EXPLICIT = "ftps.implicit-on-explicit-port";
    EXPLICIT_ON_IMPLICIT = "ftps.explicit-on-implicit-port";
    BANNER_BEFORE_TLS = "ftps.banner-before-tls";
    CLEARTEXT_FALLBACK = "ftps.cleartext-fallback";
    CLEARTEXT_LOGIN = "ftps.cleartext-login-allowed";
    VERSION_UNSUPPORTED = "tls.version-unsupported";
    CIPHER_MISMATCH = "tls.cipher-mismatch";
    SNI_REJECTED = "tls.sni-rejected";
    HANDSHAKE_FAILED = "tls.handshake-failed";
    LEGACY_VERSIONS = "tls.legacy-versions";
    ALTERED = "tls.altered-in-transit";
    STALLS = "tls.handshake-stalls";
}

pub(crate) const CLIENT_CERTIFICATE: Code = Code::of_another("ftps.client-certificate-required");
pub(crate) const RESTRICTED: Code = Code::of_another("ftp.account-restricted");
pub(crate) const SOURCE_BLOCKED: Code = Code::of_another("net.source-ip-blocked");
const TIMEOUT_TOO_SHORT: Code = Code::of_another("settings.timeout-too-short");
pub(crate) const MTU_BLACK_HOLE: Code = Code::of_another("net.mtu-blackhole");

/// The codes that only a control connection can tell about.
const BEHIND_THE_GREETING: &[Code] = &[
    NOT_SUPPORTED,
    REQUIRED,
    IMPLICIT_ON_EXPLICIT,
    EXPLICIT_ON_IMPLICIT,
    BANNER_BEFORE_TLS,
    CLEARTEXT_FALLBACK,
    CLEARTEXT_LOGIN,
    VERSION_UNSUPPORTED,
    CIPHER_MISMATCH,
    SNI_REJECTED,
    HANDSHAKE_FAILED,
    LEGACY_VERSIONS,
    MALFORMED,
    OUT_OF_STEP,
    ALTERED,
    STALLS,
];

struct TlsModes;

impl Probe for TlsModes {
    const ABOUT: About = About {
        summary: "greeting, explicit and implicit TLS, versions and cipher suites",
        consumes: Some(state::CONNECTED),
        provides: &[state::IDENTIFIED, state::SECURED],
        capabilities: &[Capability::Connect, Capability::Speak, Capability::Login],
        codes: CODES,
        also_reports: &[
            CLIENT_CERTIFICATE,
            SOURCE_BLOCKED,
            MTU_BLACK_HOLE,
            TIMEOUT_TOO_SHORT,
        ],
        facts: facts::FACTS,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let place = Place::of(run);
        let connection = Connection::taken()?;
        let secured = match run.remote().ssl {
            SslSetting::RequireImplicit => implicit::first(run, &place, connection),
            SslSetting::IfAvailable | SslSetting::RequireExplicit | SslSetting::Never => {
                explicit::first(run, &place, connection)
            }
        };
        match secured {
            Some(secured) => {
                let (mode, place) = (secured.mode, secured.place.clone());
                secured.leave(run);
                demand::look(run, &place, mode);
                old_versions::look(run, &place, mode);
            }
            None => {
                let fault = run.found_of(&[
                    CLOSED,
                    NOT_FTP,
                    NO_BANNER,
                    TOO_MANY,
                    UNAVAILABLE,
                    SOURCE_BLOCKED,
                    NOT_SUPPORTED,
                    VERSION_UNSUPPORTED,
                    CIPHER_MISMATCH,
                    ALTERED,
                    STALLS,
                    HANDSHAKE_FAILED,
                    CLIENT_CERTIFICATE,
                    CLOSES,
                    STOPS,
                ]);
                let why = fault.map_or("no FTP session was established".into(), |code| {
                    format!("blocked by {}", code.name)
                });
                run.behind_fault("the other modes of TLS", BEHIND_THE_GREETING, &why);
            }
        }
        run.rest_clear(CODES);
        Ok(())
    }
}

probe_sdk::export!(TlsModes);
