//! One more control connection, opened as the first one was: greeting, TLS in the mode that was found, and the login.

use ftp::Reply;
use ftp::phase::auth::{self, AuthAnswer};
use ftp::phase::greeting::{self, Greeting};
use ftp::phase::login::{self, LoginAnswer};
use ftp::{Phase, Weight};

use super::Session;
use crate::login::Refusal;
use crate::{
    Connection, Control, DialogueError, Endpoint, Failure, FailureKind, Run, TlsOptions,
    TlsSession, TlsVersion, name,
};

/// Some servers accept `AUTH` before they are ready for the handshake, and read a ClientHello that comes at once as a
/// command. So long, in milliseconds, the next one waits: far longer than such a server takes.
pub const NOT_READY_MS: u32 = 300;

/// How a further control connection differs from the first one.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Where to.
    pub at: Endpoint,
    /// The name for SNI; none sends no SNI.
    pub server_name: Option<String>,
    /// The highest version of TLS, on data connections too.
    pub highest: Option<TlsVersion>,
    /// The largest TCP segment, in bytes of payload, on data connections too.
    pub max_segment: Option<u16>,
    /// How long replies are waited for, in milliseconds: more patience, or less, than the settings have.
    pub reply_ms: u32,
}

/// Why there is no further connection.
#[derive(Debug)]
pub enum NotOpened {
    /// TCP, or the host's own limits.
    Connection(Failure),
    /// Turned away for the number of connections, at the greeting or the login.
    TooMany(Reply),
    /// The greeting, `AUTH`, the login or the directory was refused for another reason.
    Refused(Reply),
    /// TLS failed.
    Handshake(Failure),
    /// The dialogue broke.
    Dialogue(DialogueError),
    /// The host did not send the password.
    Password(Refusal),
    /// There are no credentials.
    NoCredential,
}

impl std::fmt::Display for NotOpened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NotOpened::Connection(failure) | NotOpened::Handshake(failure) => {
                write!(f, "{}", failure.detail)
            }
            NotOpened::TooMany(reply) | NotOpened::Refused(reply) => {
                write!(f, "{}", ftp::quoted(reply))
            }
            NotOpened::Dialogue(error) => write!(f, "{error}"),
            NotOpened::Password(refusal) => write!(f, "the password was not sent: {refusal:?}"),
            NotOpened::NoCredential => write!(f, "no user was given"),
        }
    }
}

impl From<DialogueError> for NotOpened {
    fn from(error: DialogueError) -> NotOpened {
        NotOpened::Dialogue(error)
    }
}

impl Opening {
    /// A connection like the first one.
    #[must_use]
    pub fn like_the_first(run: &Run) -> Opening {
        Opening {
            at: run.control_endpoint(),
            server_name: run.server_name(),
            highest: None,
            max_segment: run
                .number(name::CONTROL_MAX_SEGMENT)
                .and_then(|bytes| bytes.try_into().ok()),
            reply_ms: run.request().reply_ms,
        }
    }

    /// Opens the control connection and secures it in the mode of the first one (the fact `control.mode`); nobody is
    /// logged in.
    ///
    /// # Errors
    /// The step that failed.
    pub fn control(&self, run: &Run) -> Result<(Control, Option<TlsSession>), NotOpened> {
        let mut control = self.connected(run)?;
        match run.text(name::CONTROL_MODE) {
            Some("implicit") => {
                let session = self.secure(&mut control)?;
                self.greeted(run, &mut control)?;
                Ok((control, Some(session)))
            }
            Some("after-greeting") => {
                self.greeted(run, &mut control)?;
                let session = self.secure(&mut control)?;
                Ok((control, Some(session)))
            }
            Some("explicit") => match self.explicit(run, control, 0) {
                Err(NotOpened::Handshake(failure)) if failure.kind == FailureKind::NotTls => {
                    self.explicit(run, self.connected(run)?, NOT_READY_MS)
                }
                opened => opened,
            },
            _ => {
                self.greeted(run, &mut control)?;
                Ok((control, None))
            }
        }
    }

    /// The same, logged in with what this run logged in with before; nothing else was asked.
    ///
    /// # Errors
    /// The step that failed. The host sends the password only once it was accepted in this run.
    pub fn logged_in(&self, run: &Run) -> Result<Control, NotOpened> {
        let (mut control, _) = self.control(run)?;
        log_in(run, &mut control)?;
        Ok(control)
    }

    /// The connection alone: nothing is read or written yet.
    pub(crate) fn connected(&self, run: &Run) -> Result<Control, NotOpened> {
        let connection =
            Connection::open_with(&self.at, self.max_segment).map_err(NotOpened::Connection)?;
        connection
            .established(run.request().connect_ms)
            .map_err(NotOpened::Connection)?;
        Ok(Control::new(connection, self.reply_ms))
    }

    /// `AUTH`, and so many milliseconds later the handshake.
    fn explicit(
        &self,
        run: &Run,
        mut control: Control,
        pause_ms: u32,
    ) -> Result<(Control, Option<TlsSession>), NotOpened> {
        self.greeted(run, &mut control)?;
        ask_for_tls(&mut control)?;
        if pause_ms > 0 {
            crate::pause(pause_ms);
        }
        let session = self.secure(&mut control)?;
        Ok((control, Some(session)))
    }

    fn secure(&self, control: &mut Control) -> Result<TlsSession, NotOpened> {
        let options = TlsOptions {
            server_name: self.server_name.clone(),
            // There is no earlier session yet; data connections will want this one.
            resume: true,
            highest: self.highest,
        };
        control.secure(&options).map_err(NotOpened::Handshake)
    }

    fn greeted(&self, run: &Run, control: &mut Control) -> Result<(), NotOpened> {
        let greeting = control.greeting_within(patience(run))?;
        match greeting::judge(&greeting) {
            Greeting::Ready => Ok(()),
            Greeting::TooMany => Err(NotOpened::TooMany(greeting)),
            Greeting::Wait | Greeting::Unavailable | Greeting::NotFtp => {
                Err(NotOpened::Refused(greeting))
            }
        }
    }
}

impl Session {
    /// Opens one more session, logs in and goes where the first one went; where that secures its data connections, so does
    /// this one.
    ///
    /// # Errors
    /// The step that failed. The host sends the password only once it was accepted in this run.
    pub fn open(run: &Run, opening: &Opening) -> Result<Session, NotOpened> {
        let (mut control, _) = opening.control(run)?;
        log_in(run, &mut control)?;
        let mut session = Session::on(run, control, opening.server_name.clone(), opening.highest);
        session.peer.clone_from(&opening.at.ip);
        if session.tls {
            // Implicit servers may refuse to be told what they do anyway (F-P04); a refusal shows at the transfer.
            session.control.command("PBSZ 0")?;
            session.control.command("PROT P")?;
        }
        if let Some(path) = run.text(crate::ENTERED).filter(|path| !path.is_empty()) {
            let entered = session.control.command(&format!("CWD {path}"))?;
            if !entered.is_positive() {
                return Err(NotOpened::Refused(entered));
            }
        }
        Ok(session)
    }

    /// Ends the control connection without a word, for a session whose dialogue is out of step.
    pub fn abandon(&mut self) {
        const LAST_WORDS_MS: u32 = 500;
        self.usable = false;
        // Gone already is as good.
        let _ = self.control.connection().finish(LAST_WORDS_MS);
    }

    /// For after a transfer that we cut: some servers end the whole session when a data connection is closed on them. Then
    /// it goes on in another one, if that comes about.
    pub fn renew(&mut self, change: impl FnOnce(&mut Opening)) {
        if !self.usable {
            self.replace(change);
        }
    }

    /// Ends this session and goes on in a fresh one; false where none came about. A server may allow one session only, so
    /// that this one ends first.
    pub fn replace(&mut self, change: impl FnOnce(&mut Opening)) -> bool {
        self.abandon();
        let Ok(session) = self.another(change) else {
            return false;
        };
        let pret = self.pret;
        *self = session;
        self.pret |= pret;
        true
    }
}

/// A greeting that came late comes late again.
fn patience(run: &Run) -> u32 {
    let reply_ms = run.request().reply_ms;
    let came_after = run.number(name::SERVER_GREETING_MS).unwrap_or_default();
    u32::try_from(came_after).map_or(reply_ms, |came_after| reply_ms.max(2 * came_after))
}

/// `AUTH TLS`, or `AUTH SSL` where only that is known (F-A05).
fn ask_for_tls(control: &mut Control) -> Result<(), NotOpened> {
    let reply = control.command("AUTH TLS")?;
    if matches!(auth::judge(&reply), AuthAnswer::Accepted { .. }) {
        return Ok(());
    }
    let reply = control.command("AUTH SSL")?;
    match auth::judge(&reply) {
        AuthAnswer::Accepted { .. } => Ok(()),
        _ => Err(NotOpened::Refused(reply)),
    }
}

fn log_in(run: &Run, control: &mut Control) -> Result<(), NotOpened> {
    let credential = run.credential().ok_or(NotOpened::NoCredential)?;
    let in_clear = run.text(name::CONTROL_MODE) == Some("clear");
    let reply = control.command(&format!("USER {}", credential.user()))?;
    match login::judge(Phase::User, &reply, in_clear) {
        (LoginAnswer::PasswordWanted, _) => {}
        answer => return welcomed(answer, reply),
    }
    control
        .send_password(&credential)
        .map_err(NotOpened::Password)?;
    let reply = control.reply()?;
    welcomed(login::judge(Phase::Pass, &reply, in_clear), reply)
}

fn welcomed((answer, _): (LoginAnswer, Weight), reply: Reply) -> Result<(), NotOpened> {
    match answer {
        LoginAnswer::LoggedIn | LoginAnswer::NoPasswordNeeded => Ok(()),
        LoginAnswer::TooMany => Err(NotOpened::TooMany(reply)),
        _ => Err(NotOpened::Refused(reply)),
    }
}
