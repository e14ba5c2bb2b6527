//! The password: when it may be sent, and the only place that sends it.
//!
//! The rules stand in one function, [`Login::send`], and are checked at the moment of sending, on the very connection
//! it would be sent on.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::net::{Connection, Failure, Mask};
use crate::settings::SslSetting;
use crate::trust::{Question, Store, Trust, TrustFault};

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

/// What the user allows.
#[derive(Clone, Debug)]
pub struct LoginPolicy {
    /// The SSL setting of the remote.
    pub ssl: SslSetting,
    /// `--allow-cleartext-login`, or `--ssl never` on the command line.
    pub allow_cleartext: bool,
    /// `--allow-unverified-login`, or `--certificate-check off` on the command line.
    pub allow_unverified: bool,
    /// The host name that certificates are checked against.
    pub host: String,
    /// The time to judge certificates by, in seconds since 1970.
    pub now: i64,
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
    /// What a reply on a connection that the password went over makes of it; `open` says that one may still come.
    fn after(self, connection: u32, reply: Option<u16>, open: bool) -> Attempt {
        match (self, reply) {
            (known, None) if open => known,
            (known, Some(100..=199)) => known,
            // 332: the password was right, and more is wanted (RFC 959 section 4.2.2).
            (Attempt::Trying(it), Some(200..=299 | 332)) if it == connection => {
                Attempt::Accepted(Vec::new())
            }
            (Attempt::Trying(it), _) if it == connection => Attempt::Spent,
            (Attempt::Accepted(waiting), reply) if waiting.contains(&connection) => match reply {
                // Accepted elsewhere, and refused here: servers count such refusals and lock accounts for them.
                Some(500..=599) => Attempt::Spent,
                _ => {
                    Attempt::Accepted(waiting.into_iter().filter(|it| *it != connection).collect())
                }
            },
            (known, _) => known,
        }
    }
}

/// The password of one run and the rules for sending it.
pub struct Login {
    credential: Option<Credential>,
    policy: LoginPolicy,
    trust: Trust,
    attempt: Mutex<Attempt>,
}

impl Login {
    /// The login of a run; without a credential nothing can be sent.
    pub fn new(credential: Option<Credential>, policy: LoginPolicy, trust: Trust) -> Login {
        Login {
            credential,
            policy,
            trust,
            attempt: Mutex::new(Attempt::Untried),
        }
    }

    /// The user name, where there is a credential.
    pub fn user(&self) -> Option<&str> {
        self.credential
            .as_ref()
            .map(|credential| credential.user.as_str())
    }

    /// A mask for the password, where there is one.
    pub fn mask(&self) -> Option<Mask> {
        let credential = self.credential.as_ref()?;
        Some(Mask::new(credential.password.expose_secret()))
    }

    /// Forms and sends the `PASS` line, if every rule allows it.
    ///
    /// # Errors
    /// The rule that forbids it.
    pub async fn send(&self, control: &mut Connection, wait: Duration) -> Result<(), Refusal> {
        let credential = self.credential.as_ref().ok_or(Refusal::NotAskedFor)?;
        if !control.is_control() || control.last_reply() != Some(331) {
            return Err(Refusal::NotAskedFor);
        }
        self.protected(control)?;
        self.claim(control.id())?;
        let line = format!("PASS {}\r\n", credential.password.expose_secret());
        control
            .write_secret(line.as_bytes(), "PASS [password]", wait)
            .await
            .map_err(|failure| {
                *self.attempt() = Attempt::Spent;
                Refusal::Failed(failure)
            })
    }

    /// Learns from the replies on the connection that the password went over.
    pub fn observe(&self, control: &Connection) {
        let mut attempt = self.attempt();
        let known = std::mem::replace(&mut *attempt, Attempt::Untried);
        *attempt = known.after(control.id(), control.last_reply(), control.is_open());
    }

    /// The connection must be encrypted to the server that the settings name.
    fn protected(&self, control: &Connection) -> Result<(), Refusal> {
        let Some(session) = control.session() else {
            // That a remote is configured so is no word of the user's: a settings file may say it.
            let agreed = match self.policy.ssl {
                SslSetting::Never | SslSetting::IfAvailable => self.policy.allow_cleartext,
                SslSetting::RequireExplicit | SslSetting::RequireImplicit => false,
            };
            return if agreed {
                Ok(())
            } else {
                Err(Refusal::Cleartext)
            };
        };
        if self.policy.allow_unverified {
            return Ok(());
        }
        if !session.signature_checked {
            return Err(Refusal::Certificate(TrustFault::BadSignature));
        }
        let question = Question {
            chain: &session.chain,
            name: Some(&self.policy.host),
            at: self.policy.now,
            store: Store::Configured,
            anchors: &[],
        };
        self.trust.verify(&question).map_err(Refusal::Certificate)
    }

    /// Until a login has succeeded only one session tries, and none after a refusal.
    fn claim(&self, connection: u32) -> Result<(), Refusal> {
        let mut attempt = self.attempt();
        match &mut *attempt {
            Attempt::Untried => *attempt = Attempt::Trying(connection),
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
mod tests {
    use super::*;

    #[test]
    fn one_session_tries_until_one_has_succeeded() {
        let trying = || Attempt::Trying(1);
        let accepted = || Attempt::Accepted(Vec::new());
        assert_eq!(trying().after(1, None, true), trying());
        assert_eq!(trying().after(2, Some(530), true), trying());
        assert_eq!(trying().after(1, Some(230), true), accepted());
        assert_eq!(trying().after(1, Some(332), true), accepted());
        assert_eq!(trying().after(1, Some(421), true), Attempt::Spent);
        assert_eq!(trying().after(1, None, false), Attempt::Spent);
    }

    #[test]
    fn after_a_refusal_nothing_is_tried_whatever_was_before() {
        let again = || Attempt::Accepted(vec![2, 3]);
        assert_eq!(again().after(2, Some(530), true), Attempt::Spent);
        assert_eq!(Attempt::Spent.after(3, Some(230), true), Attempt::Spent);
        assert_eq!(
            again().after(2, Some(230), true),
            Attempt::Accepted(vec![3])
        );
        // A limit on sessions, or a broken connection, refuses no password; nor does what a session hears later.
        for reply in [Some(421), None] {
            assert_eq!(again().after(2, reply, false), Attempt::Accepted(vec![3]));
        }
        assert_eq!(again().after(1, Some(550), true), again());
    }
}
