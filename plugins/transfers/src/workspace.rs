//! The session, and the commands about one file.

mod paths;
mod trouble;

pub(crate) use paths::{NameKind, Part};
pub(crate) use trouble::Trouble;

use probe_sdk::ftp::phase::transfer::TransferAnswer;
use probe_sdk::ftp::{Class, Reply};
use probe_sdk::session::{
    Answer, DataPort, Method, Offer, Opening, Payload, Refusal, Session, Transferred,
};
use probe_sdk::{Connection, FailureKind, TlsSession, TlsVersion, pause, quoted, writes};

/// Ports that are tried for one transfer: where part of a range is closed, another may be open.
const PORTS: usize = 3;
/// A server that is busy with a file, or a scanner that holds it, is given this long, in milliseconds.
const BUSY_MS: u32 = 1_000;

/// Sessions that are opened where one has nothing left to resume with.
const RENEWALS: usize = 3;

/// The session cannot go on, and why.
#[derive(Debug)]
pub(crate) struct Broken(pub(crate) String);

/// What the server says of the size of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    Known(usize),
    /// There is no such file, says the server.
    Missing,
    /// It does not tell sizes.
    Untold,
}

/// How removing something went.
#[derive(Debug)]
pub(crate) enum Removal {
    Done,
    /// It was not there any more.
    Gone,
    Refused(Reply),
}

/// The session, and what is on the remote because of it.
pub(crate) struct Workspace {
    pub(crate) session: Session,
    name: String,
    /// The kind of names that the server takes, as far as it showed.
    pub(crate) kind: NameKind,
    method: Method,
    /// Paths that are or may be there.
    made: Vec<String>,
    /// How often another session was opened.
    pub(crate) renewals: usize,
}

impl Workspace {
    /// `preferred` is the way to ask for data ports that is tried first.
    pub(crate) fn new(session: Session, name: String, preferred: Method) -> Workspace {
        let method = session.only_method().unwrap_or(preferred);
        Workspace {
            session,
            name,
            kind: NameKind::Text,
            method,
            made: Vec::new(),
            renewals: 0,
        }
    }

    /// What was made and not removed.
    pub(crate) fn made(&self) -> Vec<String> {
        self.made.clone()
    }

    /// Images, not text: RFC 959 section 3.1.1.3.
    pub(crate) fn binary(&mut self) -> Result<(), Broken> {
        self.command("TYPE I").map(drop)
    }

    pub(crate) fn command(&mut self, command: &str) -> Result<Reply, Broken> {
        if !self.session.usable {
            return Err(Broken("the session had ended".into()));
        }
        let reply = match self.session.control.command(command) {
            Ok(reply) => reply,
            Err(error) => {
                self.session.usable = false;
                return Err(Broken(format!("after {command}: {error}")));
            }
        };
        if reply.code == 421 {
            self.session.usable = false;
            return Err(Broken(format!("after {command}: {}", quoted(reply))));
        }
        Ok(reply)
    }

    /// The same, once more where the server is busy (F-S20).
    pub(crate) fn patiently(&mut self, command: &str) -> Result<Reply, Broken> {
        let reply = self.command(command)?;
        if reply.class() != Class::TransientNegative {
            return Ok(reply);
        }
        pause(BUSY_MS);
        self.command(command)
    }

    /// Uploads under a path of this run.
    pub(crate) fn store(&mut self, verb: &str, path: &str, bytes: &[u8]) -> Result<(), Trouble> {
        self.makes(path);
        let command = format!("{verb} {path}");
        let stored = match self.transfer(&command, Payload::Send(bytes)) {
            Err(trouble) if trouble.is_busy() => {
                pause(BUSY_MS);
                self.transfer(&command, Payload::Send(bytes))
            }
            stored => stored,
        };
        stored.map(drop)
    }

    /// Downloads or lists.
    pub(crate) fn fetch(&mut self, command: &str, most: usize) -> Result<Vec<u8>, Trouble> {
        self.transfer(command, Payload::Receive { most })
            .map(|transferred| transferred.bytes)
    }

    fn transfer(&mut self, command: &str, payload: Payload<'_>) -> Result<Transferred, Trouble> {
        loop {
            let data = self.connected(command)?;
            match self.session.transfer(data, command, payload) {
                Err(refusal) if ran_dry(&refusal) && self.renewed() => {}
                moved => return moved.map_err(Trouble::Refused),
            }
        }
    }

    /// Goes on over another session. Some servers send no ticket over the data connection of an upload (ProFTPD) and count
    /// on clients that offer one twice, as those on OpenSSL do. Ours offers each once, so that uploads use them up: no fault
    /// of the server. In TLS 1.2 a session can be resumed as often as one likes.
    fn renewed(&mut self) -> bool {
        self.reopened(|opening| opening.highest = Some(TlsVersion::Tls12)) || self.reopened(|_| ())
    }

    /// Goes on over another session; what is on the remote stays.
    pub(crate) fn reopened(&mut self, change: impl FnOnce(&mut Opening)) -> bool {
        if self.renewals == RENEWALS {
            return false;
        }
        self.renewals += 1;
        // First this one ends: the server may allow one session.
        let _ = self.command("QUIT");
        self.session.usable = false;
        let Ok(session) = self.session.another(change) else {
            return false;
        };
        self.session = session;
        self.binary().is_ok()
    }

    /// What is lost on its way may have been lost by chance: it is made again, over another session. Says whether it was.
    pub(crate) fn once_more_where_lost<T>(
        &mut self,
        first: Result<T, Trouble>,
        again: impl FnOnce(&mut Workspace) -> Result<T, Trouble>,
    ) -> (Result<T, Trouble>, bool) {
        if !first.as_ref().is_err_and(Trouble::lost) || !self.reopened(|_| ()) {
            return (first, false);
        }
        (again(self), true)
    }

    /// The same from a byte on: the reply to REST, which is the last command before the transfer (RFC 3659 section 5.3),
    /// and what came of it. An upload that may not begin there is not begun.
    pub(crate) fn resume(
        &mut self,
        from: usize,
        command: &str,
        payload: Payload<'_>,
    ) -> Result<(Reply, Result<Transferred, Trouble>), Broken> {
        let data = self
            .connected(command)
            .map_err(|trouble| Broken(trouble.words()))?;
        let reply = self.command(&format!("REST {from}"))?;
        if reply.code != 350 && matches!(payload, Payload::Send(_)) {
            let why = format!("REST: {}", quoted(&reply));
            return Ok((reply, Err(Trouble::NoConnection(why))));
        }
        match self.session.transfer(data, command, payload) {
            Err(refusal) if ran_dry(&refusal) && self.renewed() => {
                self.resume(from, command, payload)
            }
            moved => Ok((reply, moved.map_err(Trouble::Refused))),
        }
    }

    /// A data connection.
    fn connected(&mut self, command: &str) -> Result<Connection, Trouble> {
        let mut why = String::from("the session had ended");
        for _ in 0..PORTS {
            if !self.session.usable {
                break;
            }
            match self.port(command) {
                Ok(port) => match self.session.connect(port) {
                    Ok(data) => return Ok(data),
                    Err(failure) if failure.kind == FailureKind::Busy => {
                        return Err(Trouble::NoConnection(failure.detail));
                    }
                    Err(failure) => why = format!("data port {}: {}", port.number, failure.detail),
                },
                Err(refused) => why = refused,
            }
            self.method = match (self.session.only_method(), self.method) {
                (Some(only), _) => only,
                (None, Method::Pasv) => Method::Epsv,
                (None, Method::Epsv) => Method::Pasv,
            };
        }
        Err(Trouble::NoConnection(why))
    }

    fn port(&mut self, command: &str) -> Result<DataPort, String> {
        match self.session.ask(self.method, command) {
            Ok(Offer::Port { port, .. }) => Ok(port),
            Ok(Offer::Busy(reply) | Offer::Unprotected(reply) | Offer::Refused(reply)) => {
                Err(format!("{}: {}", self.method.name(), quoted(reply)))
            }
            Err(error) => {
                self.session.usable = false;
                Err(error.to_string())
            }
        }
    }

    pub(crate) fn size(&mut self, path: &str) -> Result<Size, Broken> {
        let reply = self.command(&format!("SIZE {path}"))?;
        Ok(match (reply.code, reply.text().trim().parse()) {
            (213, Ok(size)) => Size::Known(size),
            (450 | 550 | 553, _) => Size::Missing,
            _ => Size::Untold,
        })
    }

    /// Whether a path is there: any command that says so counts.
    pub(crate) fn exists(&mut self, path: &str) -> Result<bool, Broken> {
        for verb in ["SIZE", "MDTM", "MLST"] {
            if self.command(&format!("{verb} {path}"))?.is_positive() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The command that follows may make this path.
    pub(crate) fn makes(&mut self, path: &str) {
        if !self.made.iter().any(|made| made == path) {
            self.made.push(path.into());
        }
    }

    /// The path is not there.
    pub(crate) fn is_gone(&mut self, path: &str) {
        writes::removed(path);
        self.made.retain(|made| made != path);
    }

    /// Removes a path, and tells a server that may not from one that has nothing to remove.
    pub(crate) fn remove(&mut self, verb: &str, path: &str) -> Result<Removal, Broken> {
        let reply = self.patiently(&format!("{verb} {path}"))?;
        if reply.is_positive() {
            self.is_gone(path);
            return Ok(Removal::Done);
        }
        // A directory has no size, but most servers tell its time; entering it is the surest sign.
        let there = match verb {
            "RMD" => self.enters(path)?,
            _ => self.exists(path)?,
        };
        if !there {
            self.is_gone(path);
            return Ok(Removal::Gone);
        }
        writes::not_removed(path, &reply.to_string());
        Ok(Removal::Refused(reply))
    }

    /// Whether a directory can be entered; the session is where it was afterwards.
    pub(crate) fn enters(&mut self, path: &str) -> Result<bool, Broken> {
        if !self.command(&format!("CWD {path}"))?.is_positive() {
            return Ok(false);
        }
        let back = self.command("CDUP")?;
        if !back.is_positive() {
            // Nothing may be written where we do not know that we are.
            self.session.usable = false;
            return Err(Broken(format!("after CDUP: {back}")));
        }
        Ok(true)
    }
}

/// Whether a data connection was refused that had nothing left to resume the session with.
fn ran_dry(refusal: &Refusal) -> bool {
    let refused = matches!(
        refusal.answer,
        Answer::Reply(TransferAnswer::TlsRefused | TransferAnswer::NoDataConnection)
    );
    let had_nothing = |session: &TlsSession| !session.resumption_offered;
    refused && refusal.session.as_ref().is_some_and(had_nothing)
}
