//! The FTP dialogue on a connection.

use ftp::exchange::{Fit, fit};
use ftp::phase::greeting::{self, Greeting};
use ftp::{Asked, Command, Reply, ReplyError, ReplyReader};

use crate::halt::{self, Halt};
use crate::login::{Credential, Refusal};
use crate::step::Exchanges;
use crate::{Connection, Failure, FailureKind, Patience, TlsOptions, TlsSession};
use crate::{deviations, step};

/// Why no reply could be had.
#[derive(Debug)]
pub enum DialogueError {
    /// The connection failed.
    Failure(Failure),
    /// What came is no FTP reply.
    Reply(ReplyError),
}

impl DialogueError {
    /// The failure of the connection, if it was that.
    #[must_use]
    pub fn kind(&self) -> Option<FailureKind> {
        match self {
            DialogueError::Failure(failure) => Some(failure.kind),
            DialogueError::Reply(_) => None,
        }
    }
}

impl From<Failure> for DialogueError {
    fn from(failure: Failure) -> Self {
        DialogueError::Failure(failure)
    }
}

impl std::fmt::Display for DialogueError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            DialogueError::Failure(failure) => write!(f, "{}", failure.detail),
            DialogueError::Reply(error) => write!(f, "{error}"),
        }
    }
}

/// A control connection: commands out, replies in.
pub struct Control {
    connection: Connection,
    reader: ReplyReader,
    reply_ms: u32,
    is_secured: bool,
    /// The session that goes from probe to probe: what ails it is reported even where the probe does not look.
    is_main: bool,
    /// On the heap: a connection is handed on often, and this is most of it.
    exchanges: Box<Exchanges>,
}

impl Control {
    /// Speaks FTP on a connection, waiting up to `reply_ms` milliseconds for each reply.
    #[must_use]
    pub fn new(connection: Connection, reply_ms: u32) -> Control {
        Control {
            connection,
            reader: ReplyReader::new(),
            reply_ms,
            is_secured: false,
            is_main: false,
            exchanges: Box::default(),
        }
    }

    /// The same for the session that goes from probe to probe: `is_secured` says whether it is within TLS.
    ///
    /// # Errors
    /// As [`Connection::taken`].
    pub fn taken(reply_ms: u32, is_secured: bool) -> Result<Control, Failure> {
        Ok(Control {
            is_secured,
            is_main: true,
            ..Control::new(Connection::taken()?, reply_ms)
        })
    }

    /// Makes this the session that goes on in place of the first one.
    #[must_use]
    pub fn into_main(self) -> Control {
        Control {
            is_main: true,
            ..self
        }
    }

    /// The next reply.
    ///
    /// # Errors
    /// The connection failed, ended or stayed silent; or what came is no reply.
    pub fn reply(&mut self) -> Result<Reply, DialogueError> {
        self.reply_within(self.reply_ms)
    }

    /// The next reply, waiting up to `wait_ms` milliseconds.
    ///
    /// # Errors
    /// As [`reply`](Control::reply).
    pub fn reply_within(&mut self, wait_ms: u32) -> Result<Reply, DialogueError> {
        match self.read_reply(wait_ms) {
            Ok(reply) => {
                deviations::note(&reply);
                self.exchanges.heard(&reply);
                Ok(reply)
            }
            Err(error) => {
                if let DialogueError::Reply(what) = &error {
                    deviations::note_unreadable(self.asked(), what);
                }
                // A short wait that ends in silence is a look, no halt.
                if self.is_main
                    && (wait_ms >= self.reply_ms || error.kind() != Some(FailureKind::TimedOut))
                    && let Some(halt) = Halt::seen(self, &error)
                {
                    halt::note(halt);
                }
                Err(error)
            }
        }
    }

    fn read_reply(&mut self, wait_ms: u32) -> Result<Reply, DialogueError> {
        let mut patience = None;
        loop {
            if let Some(reply) = self.reader.next().map_err(DialogueError::Reply)? {
                return Ok(reply);
            }
            let patience = patience.get_or_insert_with(|| {
                let patience = Patience::new(wait_ms);
                self.exchanges.waits_from(patience.began_us(wait_ms));
                patience
            });
            let bytes = match self.connection.read(patience.left_ms()) {
                Ok(bytes) => bytes,
                // A reply that begins and does not end in all the time a reply has is taken as far as it goes.
                Err(failure)
                    if failure.kind == FailureKind::TimedOut && wait_ms >= self.reply_ms =>
                {
                    return match self.reader.finish().map_err(DialogueError::Reply)? {
                        Some(reply) => Ok(reply),
                        None => Err(failure.into()),
                    };
                }
                Err(failure) => return Err(failure.into()),
            };
            if bytes.is_empty() {
                // Some servers close without ending their last line.
                if let Some(reply) = self.reader.finish().map_err(DialogueError::Reply)? {
                    return Ok(reply);
                }
                return Err(DialogueError::Failure(Failure {
                    operation: crate::Operation::Read,
                    kind: FailureKind::Closed,
                    detail: "the server closed the connection".into(),
                    told_by: None,
                }));
            }
            self.reader.push(&bytes);
        }
    }

    /// The greeting, waiting up to `wait_ms` milliseconds for it to begin: a 120 announces it (RFC 959 section 5.4).
    ///
    /// # Errors
    /// As [`reply`](Control::reply).
    pub fn greeting_within(&mut self, wait_ms: u32) -> Result<Reply, DialogueError> {
        let first = self.reply_within(wait_ms)?;
        if greeting::judge(&first) == Greeting::Wait {
            return self.reply();
        }
        Ok(first)
    }

    /// Sends one command and reads its reply.
    ///
    /// # Errors
    /// As [`reply`](Control::reply); a command that would break the line is refused.
    pub fn command(&mut self, command: &str) -> Result<Reply, DialogueError> {
        self.send(command)?;
        let reply = self.reply()?;
        self.in_step(reply)
    }

    /// The reply to the last command, where this one belongs to another: the session is brought back into step with a
    /// `NOOP`, and what was out of step becomes a finding when the probe ends, if that is its to report.
    fn in_step(&mut self, reply: Reply) -> Result<Reply, DialogueError> {
        if step::follows_the_greeting(self.asked(), self.asked_before(), &reply) {
            return self.passed_over(&reply, self.reply_ms, true);
        }
        if !step::can_be_brought_back(self.asked(), &reply) {
            return Ok(reply);
        }
        let slip = self.exchanges.slip(&reply);
        let (reply, is_behind) = step::bring_back(self, reply)?;
        if is_behind && self.is_main {
            step::note(slip.with_answer(&reply));
        }
        Ok(reply)
    }

    /// The next reply to a transfer, waiting up to `wait_ms` milliseconds. One that can only belong to the command before is
    /// passed over: that was answered twice.
    pub(crate) fn transfer_reply_within(&mut self, wait_ms: u32) -> Result<Reply, DialogueError> {
        let odd = self.reply_within(wait_ms)?;
        if fit(Asked::Transfer, &odd) == Fit::Possible {
            return Ok(odd);
        }
        self.passed_over(&odd, wait_ms, self.is_main)
    }

    /// The reply behind one that belongs to another command.
    fn passed_over(
        &mut self,
        odd: &Reply,
        wait_ms: u32,
        is_noted: bool,
    ) -> Result<Reply, DialogueError> {
        let slip = self.exchanges.slip(odd);
        let reply = self.reply_within(wait_ms)?;
        if is_noted {
            step::note(slip.with_answer(&reply));
        }
        Ok(reply)
    }

    /// Sends one command; the reply is read later.
    ///
    /// # Errors
    /// The connection failed.
    pub fn send(&mut self, command: &str) -> Result<(), DialogueError> {
        let command = match command.split_once(' ') {
            Some((verb, argument)) => Command::with(verb, argument),
            None => Command::new(command),
        };
        let command = command.map_err(|error| Failure {
            operation: crate::Operation::Write,
            kind: FailureKind::InvalidArgument,
            detail: error.to_string(),
            told_by: None,
        })?;
        self.exchanges.asked(command.to_string());
        Ok(self.connection.write(&command.to_bytes(), self.reply_ms)?)
    }

    /// Lets the host form and send the `PASS` line; its reply is read later.
    ///
    /// # Errors
    /// The rule that forbids it, or how sending failed.
    pub fn send_password(&mut self, credential: &Credential) -> Result<(), Refusal> {
        self.exchanges.asked("PASS ***".into());
        credential.send_password(self.connection.raw(), self.reply_ms)
    }

    /// Takes leave: `QUIT`, and then the server ends the connection. Its end is waited for, since a server that allows
    /// few sessions counts this one until then.
    pub fn quit(mut self) {
        const LAST_WORDS: usize = 4096;
        const LAST_WORDS_MS: u32 = 2_000;
        if self.send("QUIT").is_ok() {
            let wait_ms = self.reply_ms.min(LAST_WORDS_MS);
            // However it ends, it is over.
            let _ = self.connection.read_to_end(LAST_WORDS, wait_ms);
        }
    }

    /// Begins TLS and waits for the end of the handshake. What was read in clear and not consumed is dropped
    /// (RFC 4217 section 15).
    ///
    /// # Errors
    /// How the handshake failed.
    pub fn secure(&mut self, options: &TlsOptions) -> Result<TlsSession, Failure> {
        self.reader = ReplyReader::new();
        self.connection.start_tls(options)?;
        let session = self.connection.secured(self.reply_ms)?;
        self.is_secured = true;
        Ok(session)
    }

    /// Whether TLS was begun here, or stood when the session was taken over.
    #[must_use]
    pub fn is_secured(&self) -> bool {
        self.is_secured
    }

    /// The last command, without secrets; empty before the first.
    #[must_use]
    pub fn asked(&self) -> &str {
        self.exchanges.last()
    }

    /// The commands before the last one, without secrets.
    #[must_use]
    pub fn asked_before(&self) -> &[String] {
        self.exchanges.before()
    }

    /// The bytes that came and are no whole reply yet.
    #[must_use]
    pub fn partial(&self) -> &[u8] {
        self.reader.partial()
    }

    /// What the server said in clear text where TLS was due, if that is a reply: some say so why they end a session (vsftpd's
    /// `500 OOPS`).
    #[must_use]
    pub fn said_in_clear(&self) -> Option<Reply> {
        Reply::first_of(&self.connection.unparsed())
    }

    /// The connection, to wait on it or to open data connections for it.
    #[must_use]
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Whether bytes of a reply are already here, so that waiting for the connection would miss them.
    #[must_use]
    pub fn has_bytes(&self) -> bool {
        !self.reader.idle()
    }

    /// How long the usual reply of this session takes, in milliseconds: the median of what passed from one wait for a reply to
    /// the next, which costs no look at the clock. None before three commands.
    #[must_use]
    pub fn usual_reply_ms(&self) -> Option<u32> {
        self.exchanges.usual_ms()
    }

    /// How long replies are waited for, in milliseconds.
    #[must_use]
    pub fn reply_ms(&self) -> u32 {
        self.reply_ms
    }

    /// The connection, with what was read and not consumed put back.
    #[must_use]
    pub fn into_connection(mut self) -> Connection {
        let rest = self.reader.take_rest();
        if !rest.is_empty() {
            // Only a connection that is over refuses its bytes back, and the next reader will see that itself.
            let _ = self.connection.unread(&rest);
        }
        self.connection
    }
}
