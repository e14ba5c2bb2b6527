//! A session that transfers: a control connection that is logged in, its data connections, and transfers over them.

mod early;
mod opening;
mod passive;
mod payload;
mod transfer;

pub use early::Early;
pub use opening::{NOT_READY_MS, NotOpened, Opening};
pub use passive::{DataPort, Method, Offer};
pub use payload::{Answer, Payload, Refusal, Transferred};

use std::net::IpAddr;

use ftp::Announced;

use crate::{
    Connection, Control, Failure, FailureKind, Operation, PassiveMode, Request, Run, TlsOptions,
    TlsVersion, name,
};

/// Data ports below this are services' own, and are never dialled (RFC 6335 section 6).
const FIRST_DATA_PORT: u16 = 1024;

/// A control connection that is logged in, and what its data connections need to know of it.
pub struct Session {
    /// The dialogue.
    pub control: Control,
    /// The address of the control connection's peer.
    pub peer: String,
    /// Whether data connections are secured.
    pub tls: bool,
    /// How long a data connection may take, in milliseconds.
    pub connect_ms: u32,
    /// False once the dialogue is out of step or the connection over.
    pub usable: bool,
    /// Whether data connections offer to resume the session of the control connection; true unless somebody changes it.
    pub resume: bool,
    /// Whether every transfer waits a moment for the first reply before its data connection is secured, as uploads do.
    pub hears_first: bool,
    /// How long the end of a data connection is waited for once its transfer was called complete, in milliseconds. What
    /// comes late is waited for as long as something comes.
    pub end_ms: u32,
    /// How long a transfer may stand still before it is given up, in milliseconds: the reply time-out, unless somebody
    /// changes it.
    pub standstill_ms: u32,
    /// Whether each question for a port follows a `PRET` that names the transfer.
    pub pret: bool,
    /// Addresses beside the peer's that data connections may go to, where the server announces them.
    granted: Vec<IpAddr>,
    /// The name for SNI and for the session to resume: the control connection's (RFC 4217 section 15.1.1).
    server_name: Option<String>,
    highest: Option<TlsVersion>,
    /// What is known of the remote, to open another session with.
    request: Request,
}

impl Session {
    /// The session that another probe left in the state this probe takes.
    ///
    /// # Errors
    /// Where there is none.
    pub fn taken(run: &Run) -> Result<Session, Failure> {
        let is_secured = run.text(name::CONTROL_MODE) != Some("clear");
        let control = Control::taken(run.request().reply_ms, is_secured)?;
        Ok(Session::on(run, control, run.server_name(), None))
    }

    fn on(
        run: &Run,
        mut control: Control,
        server_name: Option<String>,
        highest: Option<TlsVersion>,
    ) -> Session {
        if let Some(ms) = run.number(name::SERVER_REPLY_MS) {
            control.took_before(u32::try_from(ms).unwrap_or_default());
        }
        Session {
            standstill_ms: control.reply_ms(),
            control,
            peer: run.control_endpoint().ip,
            tls: run.text(name::CONTROL_MODE) != Some("clear"),
            connect_ms: run.request().connect_ms,
            usable: true,
            resume: true,
            hears_first: false,
            end_ms: run.request().reply_ms,
            pret: run.flag(name::DATA_PRET),
            granted: run
                .texts(name::DATA_GRANTED_ADDRESSES)
                .iter()
                .filter_map(|address| address.parse().ok())
                .collect(),
            server_name,
            highest,
            request: run.request().clone(),
        }
    }

    /// One more session like the first one of the run, but for what is changed.
    ///
    /// # Errors
    /// As [`open`](Session::open).
    pub fn another(&self, change: impl FnOnce(&mut Opening)) -> Result<Session, NotOpened> {
        let run = Run::new(self.request.clone());
        let mut opening = Opening::like_the_first(&run);
        change(&mut opening);
        Session::open(&run, &opening)
    }

    /// Whether data ports may be asked for so: the settings may allow one way only, and RFC 959's PASV has no room for an
    /// IPv6 address (RFC 2428 section 1).
    #[must_use]
    pub fn allows(&self, method: Method) -> bool {
        match self.only_method() {
            Some(only) => only == method,
            None => true,
        }
    }

    /// The only way to ask for a data port, where there is but one.
    #[must_use]
    pub fn only_method(&self) -> Option<Method> {
        if self.is_ipv6() {
            return Some(Method::Epsv);
        }
        self.request.remote.passive_mode.map(|mode| match mode {
            PassiveMode::Epsv => Method::Epsv,
            PassiveMode::Pasv => Method::Pasv,
        })
    }

    /// The only way that the settings allow, whether it can work here or not.
    #[must_use]
    pub fn configured_method(&self) -> Option<PassiveMode> {
        self.request.remote.passive_mode
    }

    /// RFC 959's PASV has no room for an IPv6 address (RFC 2428 section 1).
    #[must_use]
    pub fn is_ipv6(&self) -> bool {
        self.peer.contains(':')
    }

    /// Connects to a port that the server announced: at the address of the control connection, or at the announced one
    /// where the user granted that. The announced address of another host is never dialled else.
    ///
    /// # Errors
    /// How the connection failed.
    pub fn connect(&self, port: DataPort) -> Result<Connection, Failure> {
        let data = self.begin(port)?;
        data.established(self.connect_ms)?;
        Ok(data)
    }

    /// As [`connect`](Session::connect), without waiting for the TCP handshake.
    ///
    /// # Errors
    /// Why the connection could not even be begun; one to a port below 1024, or to the control port, is not.
    pub fn begin(&self, port: DataPort) -> Result<Connection, Failure> {
        let DataPort { number, at } = port;
        if number < FIRST_DATA_PORT || number == self.request.remote.port {
            return Err(Failure {
                operation: Operation::Connect,
                kind: FailureKind::NotPermitted,
                detail: format!("port {number} is not for data and was not tried"),
                told_by: None,
            });
        }
        let at = at.map(|at| at.to_string());
        Connection::open_data(self.control.connection(), number, at.as_deref())
    }

    /// Where a port is dialled that was announced with this address.
    fn dialled(&self, announced: Option<(IpAddr, Announced)>) -> Option<IpAddr> {
        match announced? {
            (ip, Announced::Foreign | Announced::Narrower) => {
                self.granted.contains(&ip).then_some(ip)
            }
            (_, Announced::SameAsPeer | Announced::UsePeer) => None,
        }
    }

    /// How a data connection is secured: with the name of the control connection, so that it resumes that session.
    fn tls_options(&self) -> TlsOptions {
        TlsOptions {
            server_name: self.server_name.clone(),
            resume: self.resume,
            highest: self.highest,
        }
    }
}
