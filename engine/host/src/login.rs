//! The password: when it may be sent, and the only place that sends it.
//!
//! The rules stand in one function, [`Login::send`], and are checked at the moment of sending, on the very connection
//! it would be sent on.

use model::visit::Became;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::Check;
use crate::net::{Answers, Connection, Grant};
use crate::trust::{Question, Store, Trust, TrustFault};
use model::failure::{Failure, FailureKind, Operation};
use model::mask::Mask;
use model::remote::SslSetting;

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
    fn of(answers: Answers) -> Verdict {
        let is_refusal = |code: Option<u16>| matches!(code, Some(500..=599));
        match answers.first {
            None => Verdict::None,
            first if is_refusal(first) || is_refusal(answers.last) => Verdict::Refused,
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
    fn after(self, connection: u32, answers: Answers, open: bool) -> Attempt {
        match (self, Verdict::of(answers)) {
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

impl From<Became> for Attempt {
    fn from(became: Became) -> Attempt {
        match became {
            Became::Untried => Attempt::Untried,
            Became::Accepted => Attempt::Accepted(Vec::new()),
            Became::Spent => Attempt::Spent,
        }
    }
}

/// The password of one run and the rules for sending it.
pub struct Login {
    credential: Option<Credential>,
    /// Whether the settings of this run stay within the authority of the user.
    within: bool,
    grant: Arc<Grant>,
    /// The SSL setting of this run.
    ssl: SslSetting,
    /// The time to judge certificates by, in seconds since 1970.
    now: i64,
    trust: Trust,
    attempt: Mutex<Attempt>,
}

impl Login {
    /// The login of a run, under the authority of the grant. Where the settings of the run go beyond it nothing is sent, as
    /// where the user gave no credential. `before` is what became of the password in the run that this
    /// one goes on from.
    pub fn new(check: &Check, grant: Arc<Grant>, trust: Trust, before: Became) -> Login {
        Login {
            credential: check.credential.clone(),
            within: grant.authority().covers(&check.remote).is_ok(),
            grant,
            ssl: check.remote.ssl,
            now: check.now,
            trust,
            attempt: Mutex::new(before.into()),
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
        if !control.is_control() || control.answers().only() != Some(331) {
            return Err(Refusal::NotAskedFor);
        }
        self.at_the_remote(control)?;
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
        *attempt = known.after(control.id(), control.answers(), control.is_open());
    }

    /// What became of the password. Where an answer is due, nobody is going to hear it.
    pub fn became(&self) -> Became {
        match &*self.attempt() {
            Attempt::Untried => Became::Untried,
            Attempt::Accepted(_) => Became::Accepted,
            Attempt::Trying(_) | Attempt::Spent => Became::Spent,
        }
    }

    /// The grant lets no other connection come about; the password is worth a second look.
    fn at_the_remote(&self, control: &Connection) -> Result<(), Refusal> {
        self.grant.control(control.peer()).map_err(|denied| {
            let kind = FailureKind::NotPermitted;
            Refusal::Failed(Failure::new(Operation::Write, kind, denied))
        })
    }

    /// The connection must be encrypted to the server that the user named.
    fn protected(&self, control: &Connection) -> Result<(), Refusal> {
        let authority = self.grant.authority();
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
    use crate::Asked;
    use crate::check::at;

    fn heard(codes: &[u16]) -> Answers {
        Answers {
            first: codes.first().copied(),
            last: codes.last().copied(),
            count: u32::try_from(codes.len()).unwrap(),
        }
    }

    #[test]
    fn one_session_tries_until_one_has_succeeded() {
        let trying = || Attempt::Trying(1);
        let accepted = || Attempt::Accepted(Vec::new());
        assert_eq!(trying().after(1, heard(&[]), true), trying());
        assert_eq!(trying().after(2, heard(&[530]), true), trying());
        for code in [202, 230, 232, 332] {
            assert_eq!(
                trying().after(1, heard(&[code]), true),
                accepted(),
                "{code}"
            );
        }
        for code in [421, 430, 450, 500, 530, 550] {
            assert_eq!(
                trying().after(1, heard(&[code]), true),
                Attempt::Spent,
                "{code}"
            );
        }
        assert_eq!(trying().after(1, heard(&[]), false), Attempt::Spent);
    }

    #[test]
    fn what_is_no_answer_to_the_password_is_no_login() {
        for code in [
            110, 120, 150, 200, 220, 221, 226, 250, 331, 334, 336, 350, 600,
        ] {
            let after = Attempt::Trying(1).after(1, heard(&[code]), true);
            assert_eq!(after, Attempt::Spent, "{code}");
            let after = Attempt::Trying(1).after(1, heard(&[code, 230]), true);
            assert_eq!(after, Attempt::Spent, "{code}, then 230");
        }
        let contradicted = Attempt::Trying(1).after(1, heard(&[230, 530]), true);
        assert_eq!(contradicted, Attempt::Spent);
    }

    #[test]
    fn after_a_refusal_nothing_is_tried_whatever_was_before() {
        let again = || Attempt::Accepted(vec![2, 3]);
        assert_eq!(again().after(2, heard(&[530]), true), Attempt::Spent);
        assert_eq!(Attempt::Spent.after(3, heard(&[230]), true), Attempt::Spent);
        let less = Attempt::Accepted(vec![3]);
        assert_eq!(again().after(2, heard(&[230]), true), less);
        // A limit on sessions, or a broken connection, refuses no password; nor does what a session hears later.
        for codes in [&[421][..], &[220], &[]] {
            assert_eq!(again().after(2, heard(codes), false), less);
        }
        assert_eq!(again().after(1, heard(&[550]), true), again());
    }

    #[test]
    fn a_later_run_keeps_to_what_became_of_the_password() {
        let grant = |check: &Check| Arc::new(Grant::new(check.authority().clone()));
        let check = Check::of(Asked {
            credential: Some(Credential {
                user: "jo".into(),
                password: "secret".into(),
            }),
            ..Asked::about(at("ftp.example.com", 21))
        });
        for before in [Became::Untried, Became::Accepted, Became::Spent] {
            let login = Login::new(&check, grant(&check), Trust::default(), before);
            assert_eq!(login.became(), before);
            assert_eq!(login.claim(7).is_ok(), before != Became::Spent);
        }
        // Begun and not decided: nobody hears the answer any more.
        let login = Login::new(&check, grant(&check), Trust::default(), Became::Untried);
        login.claim(7).unwrap();
        assert_eq!(login.became(), Became::Spent);
    }

    #[test]
    fn beyond_the_authority_there_is_no_credential_and_still_a_mask() {
        let check = Check::of(Asked {
            credential: Some(Credential {
                user: "jo".into(),
                password: "secret".into(),
            }),
            ..Asked::about(at("ftp.example.com", 21))
        });
        let user = |check: &Check| {
            let grant = Arc::new(Grant::new(check.authority().clone()));
            let login = Login::new(check, grant, Trust::default(), Became::Untried);
            assert!(login.mask().is_some());
            login.user().map(String::from)
        };
        assert_eq!(user(&check).as_deref(), Some("jo"));
        let other = check.altered(|it| it.remote.host = "attacker.example".into());
        assert_eq!(user(&other), None);
    }
}
