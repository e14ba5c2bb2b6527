//! The FTP dialogue on a connection.

mod error;
mod in_step;
mod waits;

pub use error::DialogueError;

use ftp::phase::greeting::{self, Greeting};
use ftp::{Command, Reply, ReplyReader};

use crate::deviations;
use crate::halt::{self, Halt};
use crate::login::{Credential, Refusal};
use crate::step::Exchanges;
use crate::{Connection, Failure, FailureKind, Patience, TlsOptions, TlsSession};

/// A control connection: commands out, replies in.
pub struct Control {
    connection: Connection,
    reader: ReplyReader,
    reply_ms: u32,
    is_secured: bool,
    /// What the last reply was waited for, in milliseconds.
    waited_ms: u32,
    /// How long a reply took that came before this session was taken over, in milliseconds.
    known_ms: u32,
    /// Whether a reply of this session came without its end.
    leaves_replies_open: bool,
    /// How the connection ended, where a look at it met that first.
    ended: Option<Result<Vec<u8>, Failure>>,
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
            waited_ms: reply_ms,
            known_ms: 0,
            leaves_replies_open: false,
            ended: None,
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
                    && (self.is_full(wait_ms) || error.kind() != Some(FailureKind::TimedOut))
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
        self.waited_ms = wait_ms;
        // Less than the first look at silence is no more than a look.
        let is_look = wait_ms < self.first_look_ms();
        loop {
            if let Some(reply) = self.reader.next().map_err(DialogueError::Reply)? {
                return Ok(reply);
            }
            let patience = patience.get_or_insert_with(|| {
                let patience = Patience::new(wait_ms);
                self.exchanges.waits_from(patience.began_us(wait_ms));
                patience
            });
            // What has begun goes on soon, or not at all.
            let left_ms = match self.reader.is_blank() {
                true => patience.left_ms(),
                false if is_look => patience.left_ms(),
                false => self.pace().mid_reply_ms(self.leaves_replies_open),
            };
            let read = match self.ended.take() {
                Some(ended) => ended,
                None => {
                    let most_ms = self.reply_ms.max(wait_ms);
                    self.connection.read(left_ms.min(most_ms))
                }
            };
            let bytes = match read {
                Ok(bytes) => bytes,
                // A reply that begins and does not end is taken as far as it goes.
                Err(failure) if failure.kind == FailureKind::TimedOut && !is_look => {
                    return match self.reader.finish().map_err(DialogueError::Reply)? {
                        Some(reply) => {
                            self.leaves_replies_open = true;
                            Ok(reply)
                        }
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
        let reply = self.reply_within(self.full_ms())?;
        self.in_step(reply)
    }

    /// The same, waiting no longer than the first look at silence: whoever asks goes on with
    /// [`ask_again`](crate::halt::ask_again), which listens on.
    ///
    /// # Errors
    /// As [`command`](Control::command).
    pub fn command_at_first(&mut self, command: &str) -> Result<Reply, DialogueError> {
        self.send(command)?;
        let reply = self.reply_within(self.first_look_ms())?;
        self.in_step(reply)
    }

    /// Asks what the run can do without, and waits two seconds for the answer at most. None where there is no answer, which is
    /// no fault of the server: the connection is good for nothing more then.
    #[must_use]
    pub fn ask_in_passing(&mut self, question: &str) -> Option<Reply> {
        const PATIENCE_MS: u32 = 2_000;
        self.send(question).ok()?;
        let reply = self.read_reply(self.reply_ms.min(PATIENCE_MS)).ok()?;
        self.exchanges.heard(&reply);
        Some(reply)
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
        self.secure_within(options, self.reply_ms)
    }

    /// The same, waiting up to `wait_ms` milliseconds.
    ///
    /// # Errors
    /// As [`secure`](Control::secure).
    pub fn secure_within(
        &mut self,
        options: &TlsOptions,
        wait_ms: u32,
    ) -> Result<TlsSession, Failure> {
        self.reader = ReplyReader::new();
        self.connection.start_tls(options)?;
        self.secured_within(wait_ms)
    }

    /// Waits up to `wait_ms` milliseconds for the end of a handshake that was begun before.
    ///
    /// # Errors
    /// As [`secure`](Control::secure).
    pub fn secured_within(&mut self, wait_ms: u32) -> Result<TlsSession, Failure> {
        let session = self.connection.secured(wait_ms)?;
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

    /// What was answered, as `COMMAND CODE`; arguments that somebody chose are left out.
    #[must_use]
    pub fn answers(&self) -> Vec<String> {
        self.exchanges.answers()
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
        !self.reader.is_blank()
    }

    /// Takes in what woke the connection, within `wait_ms` milliseconds: whether that is a part of a reply, or its end.
    pub(crate) fn has_spoken(&mut self, wait_ms: u32) -> bool {
        if self.has_bytes() {
            return true;
        }
        match self.connection.read(wait_ms) {
            Ok(bytes) if !bytes.is_empty() => {
                self.reader.push(&bytes);
                self.has_bytes()
            }
            Err(failure) if failure.kind == FailureKind::TimedOut => false,
            // Whoever reads on is to meet the same end.
            ended => {
                self.ended = Some(ended);
                true
            }
        }
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
