//! What answers on the port, and how it is secured: the greeting, explicit TLS (RFC 4217), implicit TLS, clear text, and
//! whether that is what the settings say.

mod demand;
mod explicit;
mod greeting;
mod implicit;
mod other_service;
mod secured;
mod silence;

use probe_sdk::{
    About, Code, Connection, Control, Endpoint, Failure, Probe, Run, SslSetting, state,
};

probe_sdk::codes! {
    CLOSED = "net.closed-without-banner";
    NOT_FTP = "service.not-ftp";
    NO_BANNER = "service.no-banner";
    SLOW_BANNER = "service.slow-banner";
    TOO_MANY = "service.too-many-connections";
    UNAVAILABLE = "service.unavailable";
    MALFORMED = "service.malformed-reply";
    NOT_SUPPORTED = "ftps.not-supported";
    REQUIRED = "ftps.required-by-server";
    IMPLICIT_ON_EXPLICIT = "ftps.implicit-on-explicit-port";
    EXPLICIT_ON_IMPLICIT = "ftps.explicit-on-implicit-port";
    BANNER_BEFORE_TLS = "ftps.banner-before-tls";
    CLEARTEXT_FALLBACK = "ftps.cleartext-fallback";
    CLEARTEXT_LOGIN = "ftps.cleartext-login-allowed";
    HANDSHAKE_FAILED = "tls.handshake-failed";
}

pub(crate) const CLIENT_CERTIFICATE: Code = Code::of_another("ftps.client-certificate-required");
pub(crate) const SOURCE_BLOCKED: Code = Code::of_another("net.source-ip-blocked");

/// The codes that only a control connection can tell about.
const BEHIND_THE_GREETING: &[Code] = &[
    NOT_SUPPORTED,
    REQUIRED,
    IMPLICIT_ON_EXPLICIT,
    EXPLICIT_ON_IMPLICIT,
    BANNER_BEFORE_TLS,
    CLEARTEXT_FALLBACK,
    CLEARTEXT_LOGIN,
    HANDSHAKE_FAILED,
    MALFORMED,
];

struct TlsModes;

impl Probe for TlsModes {
    const ABOUT: About = About {
        summary: "greeting, explicit and implicit TLS",
        takes: Some(state::CONNECTED),
        leaves: &[state::IDENTIFIED, state::SECURED],
        codes: CODES,
        also_reports: &[CLIENT_CERTIFICATE, SOURCE_BLOCKED],
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
                let mode = secured.mode;
                secured.leave(run);
                demand::look(run, &place, mode);
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
                    HANDSHAKE_FAILED,
                    CLIENT_CERTIFICATE,
                ]);
                let why = fault.map_or("no FTP session came about".into(), |code| {
                    format!("{} stands in the way", code.name)
                });
                run.behind_fault("the other modes of TLS", BEHIND_THE_GREETING, &why);
            }
        }
        run.rest_clear(CODES);
        Ok(())
    }
}

probe_sdk::export!(TlsModes);

/// Where this probe connects to.
pub(crate) struct Place {
    server_name: Option<String>,
    pub(crate) at: Endpoint,
    pub(crate) connect_ms: u32,
    pub(crate) reply_ms: u32,
}

impl Place {
    fn of(run: &Run) -> Place {
        Place {
            server_name: run.server_name(),
            at: run.control_endpoint(),
            connect_ms: run.request().connect_ms,
            reply_ms: run.request().reply_ms,
        }
    }

    /// One more connection to the same port.
    pub(crate) fn connect(&self) -> Result<Connection, Failure> {
        self.connect_to(self.at.port)
    }

    /// A connection to another port of the same address.
    pub(crate) fn connect_to(&self, port: u16) -> Result<Connection, Failure> {
        let connection = Connection::open(&Endpoint {
            ip: self.at.ip.clone(),
            port,
        })?;
        connection.established(self.connect_ms)?;
        Ok(connection)
    }

    /// The same, to speak FTP on.
    pub(crate) fn control(&self) -> Result<Control, Failure> {
        Ok(Control::new(self.connect()?, self.reply_ms))
    }

    /// A handshake with the name of the remote, as a client does it.
    pub(crate) fn tls(&self) -> probe_sdk::TlsOptions {
        probe_sdk::TlsOptions {
            server_name: self.server_name.clone(),
            resume: true,
            highest: None,
        }
    }
}
