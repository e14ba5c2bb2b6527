//! The password: when it may be sent, and the only place that sends it.
//!
//! The rules stand in one function, [`Login::send`], and are checked at the moment of sending, on the very connection
//! it would be sent on.

use model::visit::PasswordUse;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::Check;
use crate::net::{AddressPolicy, Connection, ReplyCodes};
use crate::trust::{Question, Store, Trust, TrustFault};
use model::failure::{Failure, FailureKind, Operation};
use model::mask::Mask;
use model::remote::{PasswordEncoding, SslSetting};

/// Why the password was not sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// In clear text, which neither settings nor user allow.
    Cleartext,
    /// The certificate of this connection did not pass the check the remote is configured with.
    Certificate(TrustFault),
    /// The server refused it once.
    AlreadyRejected,
    /// Another session is trying it.
    TriedElsewhere,
    /// The last reply was not 331.
    NotAskedFor,
    /// Sending failed.
    Failed(Failure),
}

/// User name and password of a remote.
#[derive(Clone, Debug)]
pub struct Credential {
    /// The user name, which is no secret.
    pub user: String,
    /// The password.
    pub password: SecretString,
}

/// A password has a character that its encoding does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password has a character that {} does not have: see --password-encoding", .0.as_ref())]
pub struct Unwritable(PasswordEncoding);

impl Credential {
    /// The password that goes over the line is known to be writable as the settings say.
    ///
    /// # Errors
    /// It is not.
    pub fn written_as(self, encoding: Option<PasswordEncoding>) -> Result<Credential, Unwritable> {
        let encoding = encoding.unwrap_or_default();
        match encoding.bytes(self.password.expose_secret()) {
            Some(_) => Ok(self),
            None => Err(Unwritable(encoding)),
        }
    }
}

/// Who is asked before each sending of the password, after all rules allow it.
pub trait LoginGate: std::fmt::Debug + Send + Sync {
    /// Notes that the password is about to be sent. It is sent once this has returned, so that the note is there whatever ends
    /// the program afterwards.
    ///
    /// # Errors
    /// Why it must not be sent, in words for people.
    fn pass(&self) -> Result<(), String>;
}

/// Servers take some seconds to refuse a password.
const ANSWER: Duration = Duration::from_secs(10);

/// Which answers a session waits for before it sends the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Patience {
    /// Every one that is due: a refusal from one source address keeps the password from being tried from the next.
    ForAllAnswers,
    /// The first one in the run.
    ForTheFirst,
}

/// The codes that answer `PASS` with a login (RFC 959 section 5.4, RFC 2228 section 5.4).
const ACCEPTED: [u16; 3] = [202, 230, 232];
/// The password was right, and more is wanted (RFC 959 section 4.2.2).
const MORE_WANTED: u16 = 332;

/// What the server says to `PASS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// Nothing yet.
    None,
    /// The password is right.
    Accepted,
    /// It is refused for good.
    Refused,
    /// Not now, or what is no answer to `PASS`: this says nothing of the password, and it was spent on it.
    OutOfStep,
}

impl Verdict {
    /// The first reply is the answer. One that comes on top and refuses counts, since servers lock accounts for it.
    fn of(reply_codes: ReplyCodes) -> Verdict {
        let is_refusal = |code: Option<u16>| matches!(code, Some(500..=599));
        match reply_codes.first {
            None => Verdict::None,
            first if is_refusal(first) || is_refusal(reply_codes.last) => Verdict::Refused,
            Some(code) if ACCEPTED.contains(&code) || code == MORE_WANTED => Verdict::Accepted,
            Some(_) => Verdict::OutOfStep,
        }
    }
}

/// How far the password got, over all sessions of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Attempt {
    Untried,
    /// On this connection, whose reply has not come.
    Trying(u32),
    /// Once; on the connections listed it was sent again, and the reply has not come.
    Accepted(Vec<u32>),
    /// Refused, or the answer never came: not to be tried again.
    Spent,
}

impl Attempt {
    /// What the replies on a connection that the password went over make of it; `open` says that one may still come.
    fn after(self, connection: u32, reply_codes: ReplyCodes, open: bool) -> Attempt {
        match (self, Verdict::of(reply_codes)) {
            (known, Verdict::None) if open => known,
            (Attempt::Trying(it), verdict) if it == connection => match verdict {
                Verdict::Accepted => Attempt::Accepted(Vec::new()),
                Verdict::None | Verdict::Refused | Verdict::OutOfStep => Attempt::Spent,
            },
            (Attempt::Accepted(waiting), verdict) if waiting.contains(&connection) => match verdict
            {
                // Accepted elsewhere, and refused here: servers count such refusals and lock accounts for them.
                Verdict::Refused => Attempt::Spent,
                Verdict::None | Verdict::Accepted | Verdict::OutOfStep => {
                    Attempt::Accepted(waiting.into_iter().filter(|it| *it != connection).collect())
                }
            },
            (known, _) => known,
        }
    }
}

impl From<PasswordUse> for Attempt {
    fn from(became: PasswordUse) -> Attempt {
        match became {
            PasswordUse::Untried => Attempt::Untried,
            PasswordUse::Accepted => Attempt::Accepted(Vec::new()),
            PasswordUse::Spent => Attempt::Spent,
        }
    }
}

/// The password of one run and the rules for sending it.
pub struct Login {
    credential: Option<Credential>,
    /// Whether the settings of this run stay within the authority of the user.
    within: bool,
    policy: Arc<AddressPolicy>,
    /// The SSL setting of this run.
    ssl: SslSetting,
    /// How the password is written.
    encoding: PasswordEncoding,
    /// The time to judge certificates by, in seconds since 1970.
    now: i64,
    trust: Trust,
    gate: Option<Arc<dyn LoginGate>>,
    attempt: Mutex<Attempt>,
    /// Told where the answer to the password has come.
    decided: Notify,
}

impl Login {
    /// The login of a run, under the authority of the policy. Where the settings of the run go beyond it nothing is sent, as
    /// where the user gave no credential. `before` is what became of the password in the run that this
    /// one goes on from.
    pub fn new(
        check: &Check,
        policy: Arc<AddressPolicy>,
        trust: Trust,
        before: PasswordUse,
    ) -> Login {
        Login {
            credential: check.credential.clone(),
            within: policy.authority().covers(&check.remote).is_ok(),
            policy,
            ssl: check.remote.ssl,
            encoding: check.remote.client.password_encoding.unwrap_or_default(),
            now: check.now,
            trust,
            gate: check.login_gate.clone(),
            attempt: Mutex::new(before.into()),
            decided: Notify::new(),
        }
    }

    /// The user name, where there is a credential for this run.
    pub fn user(&self) -> Option<&str> {
        self.usable().map(|credential| credential.user.as_str())
    }

    fn usable(&self) -> Option<&Credential> {
        self.credential.as_ref().filter(|_| self.within)
    }

    /// A mask for the password, where there is one: an earlier run may have sent it.
    pub fn mask(&self) -> Option<Mask> {
        let credential = self.credential.as_ref()?;
        Some(Mask::new(credential.password.expose_secret()))
    }

    /// Forms and sends the `PASS` line, if every rule allows it.
    ///
    /// # Errors
    /// The rule that forbids it.
    pub async fn send(&self, control: &mut Connection, wait: Duration) -> Result<(), Refusal> {
        let credential = self.usable().ok_or(Refusal::NotAskedFor)?;
        if !control.is_control() || control.reply_codes().only() != Some(331) {
            return Err(Refusal::NotAskedFor);
        }
        self.at_the_remote(control)?;
        self.protected(control)?;
        let line = self.line(credential)?;
        self.claimed(control.id(), wait).await?;
        self.noted()?;
        control
            .write_secret(&line, "PASS [password]", wait)
            .await
            .map_err(|failure| {
                *self.attempt() = Attempt::Spent;
                self.decided.notify_waiters();
                Refusal::Failed(failure)
            })
    }

    /// What may not be noted is not sent, and nobody else need ask.
    fn noted(&self) -> Result<(), Refusal> {
        let Some(gate) = &self.gate else {
            return Ok(());
        };
        gate.pass().map_err(|why| {
            *self.attempt() = Attempt::Spent;
            self.decided.notify_waiters();
            Refusal::Failed(Failure::new(
                Operation::Write,
                FailureKind::NotPermitted,
                why,
            ))
        })
    }

    /// The whole line, as bytes.
    fn line(&self, credential: &Credential) -> Result<Vec<u8>, Refusal> {
        let password = self.encoding.bytes(credential.password.expose_secret());
        let password = password.ok_or_else(|| {
            let what = Unwritable(self.encoding).to_string();
            let kind = FailureKind::InvalidArgument;
            Refusal::Failed(Failure::new(Operation::Write, kind, what))
        })?;
        Ok([b"PASS ", password.as_slice(), b"\r\n"].concat())
    }

    /// Learns from the replies on the connection that the password went over.
    pub fn observe(&self, control: &Connection) {
        let mut attempt = self.attempt();
        let known = std::mem::replace(&mut *attempt, Attempt::Untried);
        *attempt = known.after(control.id(), control.reply_codes(), control.is_open());
        if !matches!(*attempt, Attempt::Trying(_)) {
            self.decided.notify_waiters();
        }
    }

    /// What became of the password. Where an answer is due, nobody is going to hear it.
    pub fn became(&self) -> PasswordUse {
        match &*self.attempt() {
            Attempt::Untried => PasswordUse::Untried,
            Attempt::Accepted(_) => PasswordUse::Accepted,
            Attempt::Trying(_) | Attempt::Spent => PasswordUse::Spent,
        }
    }

    /// The policy admits no other connection; the password is worth a second look.
    fn at_the_remote(&self, control: &Connection) -> Result<(), Refusal> {
        self.policy.control(control.peer()).map_err(|denied| {
            let kind = FailureKind::NotPermitted;
            Refusal::Failed(Failure::new(Operation::Write, kind, denied))
        })
    }

    /// The connection must be encrypted to the server that the user named.
    fn protected(&self, control: &Connection) -> Result<(), Refusal> {
        let authority = self.policy.authority();
        let Some(session) = control.session() else {
            return match authority.clear_text(self.ssl) {
                true => Ok(()),
                false => Err(Refusal::Cleartext),
            };
        };
        if !authority.wants_certificate() {
            return Ok(());
        }
        if !session.signature_checked {
            return Err(Refusal::Certificate(TrustFault::BadSignature));
        }
        let question = Question {
            chain: &session.chain,
            name: Some(authority.host()),
            at: self.now,
            store: Store::Configured,
            anchors: &[],
        };
        self.trust.verify(&question).map_err(Refusal::Certificate)
    }

    /// The right to send the password over this connection. While another session tries it, that one's answer is awaited: as
    /// long as this one may wait where it is the first of the run, and else for a while.
    async fn claimed(&self, connection: u32, wait: Duration) -> Result<(), Refusal> {
        let tries = [
            (Patience::ForAllAnswers, wait.min(ANSWER)),
            (Patience::ForTheFirst, wait.saturating_sub(ANSWER)),
        ];
        for (patience, time) in tries {
            let claimed = self.claimed_at_last(connection, patience);
            if let Ok(claimed) = tokio::time::timeout(time, claimed).await {
                return claimed;
            }
        }
        Err(Refusal::TriedElsewhere)
    }

    async fn claimed_at_last(&self, connection: u32, patience: Patience) -> Result<(), Refusal> {
        loop {
            let decided = self.decided.notified();
            tokio::pin!(decided);
            decided.as_mut().enable();
            match self.claim(connection, patience) {
                Err(Refusal::TriedElsewhere) => decided.await,
                claimed => return claimed,
            }
        }
    }

    /// Until a login has succeeded only one session tries, and none after a refusal.
    fn claim(&self, connection: u32, patience: Patience) -> Result<(), Refusal> {
        let mut attempt = self.attempt();
        match &mut *attempt {
            Attempt::Untried => *attempt = Attempt::Trying(connection),
            Attempt::Accepted(waiting)
                if !waiting.is_empty() && patience == Patience::ForAllAnswers =>
            {
                return Err(Refusal::TriedElsewhere);
            }
            Attempt::Accepted(waiting) => waiting.push(connection),
            Attempt::Trying(_) => return Err(Refusal::TriedElsewhere),
            Attempt::Spent => return Err(Refusal::AlreadyRejected),
        }
        Ok(())
    }

    fn attempt(&self) -> MutexGuard<'_, Attempt> {
        self.attempt.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login")
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "login_tests.rs"]
mod tests;
