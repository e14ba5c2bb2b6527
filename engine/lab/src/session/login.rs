//! `USER`, `PASS`, `ACCT`.

use std::time::Duration;

use super::{Flow, Session, Step};
use crate::{Fault, Mode, control::Reply, wording::Occasion};

/// Wrong passwords before the connection ends, as many products have it.
const STRIKES: u8 = 3;

/// How far a login has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Login {
    user: Option<String>,
    complete: bool,
    strikes: u8,
}

impl Login {
    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }
}

impl Session {
    pub(super) async fn user(&mut self, name: &str) -> Step {
        self.login.complete = false;
        self.login.user = None;
        if self.needs_tls() {
            let hangs_up = self.server.behaviour.software.hangs_up_without_tls();
            let flow = self.say(Occasion::TlsRequired).await?;
            return Ok(if hangs_up { Flow::Close } else { flow });
        }
        if self.has(&Fault::UserRefused) {
            return self.say(Occasion::AccountRestricted).await;
        }
        self.login.user = Some(name.to_owned());
        let answered = self.value(|fault| match fault {
            Fault::UserAnswered { code, then } => Some((*code, *then)),
            _ => None,
        });
        if let Some((code, then)) = answered {
            return self.out_of_step(code, then).await;
        }
        if self.has(&Fault::NoPasswordNeeded) {
            return self.welcome().await;
        }
        if self.has(&Fault::OneTimePassword) {
            return self
                .reply(331, "otp-md5 487 dog2 ext, enter the one-time password")
                .await;
        }
        let twice = self.value(|fault| match fault {
            Fault::UserAnsweredTwice { code } => Some(*code),
            _ => None,
        });
        let text = match twice {
            Some(code) => format!("Password required\r\n{code} Ready"),
            None => "Password required".into(),
        };
        self.reply(331, text).await
    }

    fn needs_tls(&self) -> bool {
        self.server.behaviour.mode == Mode::ExplicitRequired && !self.secured
    }

    pub(super) async fn pass(&mut self, password: &str) -> Step {
        if self.needs_tls() {
            return self.say(Occasion::TlsRequired).await;
        }
        let Some(user) = self.login.user.clone() else {
            return self.reply(503, "USER comes first").await;
        };
        if self.login.complete {
            return self.reply(230, "Logged in already").await;
        }
        let slow = self.value(|fault| match fault {
            Fault::LoginSlow { ms } => Some(*ms),
            _ => None,
        });
        if let Some(ms) = slow
            && self.pause(Duration::from_millis(ms)).await == Flow::Close
        {
            return Ok(Flow::Close);
        }
        let answered = self.value(|fault| match fault {
            Fault::PasswordAnswered { code, then } => Some((*code, *then)),
            _ => None,
        });
        if let Some((code, then)) = answered {
            return self.out_of_step(code, then).await;
        }
        let behaviour = &self.server.behaviour;
        if user != behaviour.user || password != behaviour.password || self.rejected() {
            return self.wrong(password).await;
        }
        match self.obstacle() {
            Some(reply) => self.send(reply).await,
            None => self.admitted(password).await,
        }
    }

    /// What is no answer to what was asked, and perhaps one that would be.
    async fn out_of_step(&mut self, code: u16, then: Option<u16>) -> Step {
        let mut replies = vec![Reply::new(code, "As you like")];
        replies.extend(then.map(|code| Reply::new(code, "As you wish")));
        self.control.replies(&replies).await?;
        Ok(Flow::Continue)
    }

    /// Whether even the right password is called wrong.
    fn rejected(&self) -> bool {
        // A static password is no answer to a challenge.
        [Fault::LoginRejected, Fault::OneTimePassword]
            .iter()
            .any(|fault| self.has(fault))
    }

    async fn wrong(&mut self, password: &str) -> Step {
        self.login.user = None;
        self.login.strikes += 1;
        if self.login.strikes == STRIKES {
            return self.reply(421, "Too many wrong passwords").await;
        }
        if self.has(&Fault::PasswordEchoed) {
            return self
                .reply(530, format!("Login incorrect for password {password}"))
                .await;
        }
        self.say(Occasion::LoginWrong).await
    }

    /// What stands between a right password and a login.
    fn obstacle(&self) -> Option<Reply> {
        if self.has(&Fault::SourceLoginRefused { ip: self.peer.ip() }) {
            Some(self.words(Occasion::SourceLoginRefused))
        } else if self.has(&Fault::TooManyAtPass) {
            Some(self.words(Occasion::TooManyAtPass))
        } else if self.has(&Fault::AccountRestricted) {
            Some(self.words(Occasion::AccountRestricted))
        } else if self.has(&Fault::AccountWanted) {
            Some(Reply::new(332, "Account required"))
        } else {
            None
        }
    }

    async fn admitted(&mut self, password: &str) -> Step {
        let oops = self.words(Occasion::HomeUnavailable);
        if self.has(&Fault::HomeUnavailable) {
            // A process that dies of it takes the connection along; a mere refusal does not.
            let dies = oops.code() == 500;
            let flow = self.send(oops).await?;
            return Ok(if dies { Flow::Close } else { flow });
        }
        if self.has(&Fault::HomeUnavailableInClear) {
            self.control.write_in_clear(oops).await?;
            return Ok(Flow::Close);
        }
        if self.has(&Fault::PasswordEchoed) {
            self.login.complete = true;
            return self
                .reply(230, format!("Logged in with password {password}"))
                .await;
        }
        self.welcome().await
    }

    async fn welcome(&mut self) -> Step {
        self.login.complete = true;
        let (code, lines) = self
            .value(|fault| match fault {
                Fault::Welcome { code, lines } => Some((*code, *lines)),
                _ => None,
            })
            .unwrap_or((230, 1));
        let reply = match lines {
            0 | 1 => Reply::new(code, "Logged in"),
            // What stands within looks like a refusal, to whoever does not read to the end (RFC 959 section 4.2).
            _ => {
                let inner = (2..lines).map(|nth| format!("530 is no code here, in line {nth}"));
                Reply::lines_of(code, "Welcome", inner, "Logged in")
            }
        };
        self.send(reply).await?;
        Ok(if self.has(&Fault::ClosesAfterLogin) {
            Flow::Close
        } else {
            Flow::Continue
        })
    }

    pub(super) async fn acct(&mut self) -> Step {
        if self.has(&Fault::AccountWanted) {
            return self.reply(530, "Account unknown").await;
        }
        self.reply(202, "No account needed").await
    }
}
