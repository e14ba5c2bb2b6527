//! The host's side of the contract: each function of `wit/probe.wit`, as the guest may use it.

mod net;

use std::time::{Duration, Instant};

use wasmtime::Result;
use wasmtime::component::{Resource, ResourceTable};

use super::Ground;
use super::bindings::remote_doctor::probe::{clock, log, login, relay, trust, types, writes};
use super::budget::{Budget, Stop};
use super::convert;
use crate::finding::Description;
use crate::net::Connection;
use crate::trust::{Question, Trust};

/// The password's handle: there is one credential in a run, and its bytes are elsewhere.
pub struct CredentialHandle;

/// Everything that belongs to one run of one probe.
pub(super) struct Guest {
    /// Nothing is granted while a probe says what it is.
    granted: Option<(Ground, Description)>,
    table: ResourceTable,
    started: Instant,
    /// Whether it holds the session for which a place is kept free.
    holds_session: bool,
    pub(super) budget: Budget,
    /// What the guest's panic said, since a trap carries no text.
    pub(super) last_words: Option<String>,
}

impl Guest {
    pub(super) fn granted(ground: Ground, description: Description) -> Guest {
        Guest {
            granted: Some((ground, description)),
            ..Guest::ungranted()
        }
    }

    pub(super) fn ungranted() -> Guest {
        Guest {
            granted: None,
            table: ResourceTable::new(),
            started: Instant::now(),
            holds_session: false,
            budget: Budget::new(),
            last_words: None,
        }
    }

    /// Counts a host call and gives what the run grants.
    fn call(&mut self) -> Result<(Ground, Description)> {
        self.budget.call()?;
        self.granted
            .clone()
            .ok_or_else(|| Stop::Denied("it asked for something before it was run".into()).into())
    }

    fn connection(&mut self, handle: &Resource<Connection>) -> Result<&mut Connection> {
        Ok(self.table.get_mut(handle)?)
    }
}

fn millis(ms: u32) -> Duration {
    Duration::from_millis(u64::from(ms))
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

impl trust::Host for Guest {
    async fn verify(&mut self, question: trust::Question) -> Result<Result<(), trust::TrustFault>> {
        let (ground, _) = self.call()?;
        let ders = |list: Vec<Vec<u8>>| list.into_iter().map(Into::into).collect::<Vec<_>>();
        let (chain, anchors) = (ders(question.chain), ders(question.anchors));
        let question = Question {
            chain: &chain,
            name: question.name.as_deref(),
            at: question.at,
            store: convert::store(question.store),
            anchors: &anchors,
        };
        Ok(ground.trust.verify(&question).map_err(convert::trust_fault))
    }

    async fn fetch_issuer(&mut self, url: String) -> Result<Result<Vec<u8>, types::Failure>> {
        let (ground, _) = self.call()?;
        if !self.budget.connection() {
            return Ok(Err(Guest::out_of_connections()));
        }
        let fetched = ground.network.fetch(&url).await;
        Ok(fetched.map_err(|failure| convert::failure(&failure)))
    }

    async fn own_authorities(&mut self) -> Result<Vec<String>> {
        let (ground, _) = self.call()?;
        Ok(ground.trust.own_names().to_vec())
    }

    async fn signed_by(
        &mut self,
        certificate: Vec<u8>,
        issuer: Vec<u8>,
    ) -> Result<Result<bool, trust::TrustFault>> {
        self.call()?;
        Ok(Trust::signed_by(&certificate, &issuer).map_err(convert::trust_fault))
    }
}

impl login::Host for Guest {
    async fn offered(&mut self) -> Result<Option<Resource<CredentialHandle>>> {
        let (ground, _) = self.call()?;
        match ground.login.user() {
            Some(_) => Ok(Some(self.table.push(CredentialHandle)?)),
            None => Ok(None),
        }
    }
}

impl login::HostCredential for Guest {
    async fn user(&mut self, this: Resource<CredentialHandle>) -> Result<String> {
        let (ground, _) = self.call()?;
        self.table.get(&this)?;
        Ok(ground.login.user().unwrap_or_default().into())
    }

    async fn send_password(
        &mut self,
        this: Resource<CredentialHandle>,
        control: Resource<Connection>,
        wait_ms: u32,
    ) -> Result<Result<(), login::Refusal>> {
        let (ground, _) = self.call()?;
        self.table.get(&this)?;
        let control = self.connection(&control)?;
        Ok(ground
            .login
            .send(control, millis(wait_ms))
            .await
            .map_err(convert::refusal))
    }

    async fn drop(&mut self, this: Resource<CredentialHandle>) -> Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl relay::Host for Guest {
    async fn leave(
        &mut self,
        state: String,
        connection: Option<Resource<Connection>>,
        facts: Vec<types::Fact>,
    ) -> Result<()> {
        let (ground, probe) = self.call()?;
        let mut connection = connection
            .map(|handle| self.table.delete(handle))
            .transpose()?;
        if let Some(connection) = &mut connection {
            ground.network.reserve_data(connection);
        }
        if probe.takes.as_deref() == Some(&*state) {
            self.holds_session = false;
        }
        let facts = facts.into_iter().map(convert::fact).collect();
        if !ground.relay.leave(&probe, &state, connection, facts) {
            return Err(Stop::Denied(format!(
                "it reached the state `{state}`, which it did not declare"
            ))
            .into());
        }
        Ok(())
    }

    async fn take(&mut self) -> Result<Option<Resource<Connection>>> {
        let (ground, probe) = self.call()?;
        let Some(mut connection) = ground.relay.take(&probe) else {
            return Ok(None);
        };
        connection.belongs_to(&probe.name);
        self.holds_session = connection.has_kept_place();
        Ok(Some(self.table.push(connection)?))
    }
}

impl writes::Host for Guest {
    async fn name(&mut self) -> Result<Option<String>> {
        let (ground, _) = self.call()?;
        Ok(ground.writes.name().map(Into::into))
    }

    async fn removed(&mut self, path: String) -> Result<()> {
        let (ground, _) = self.call()?;
        ground.writes.removed(&path);
        Ok(())
    }

    async fn not_removed(&mut self, path: String, refusal: String) -> Result<()> {
        let (ground, _) = self.call()?;
        ground.writes.not_removed(&path, &refusal);
        Ok(())
    }
}

impl clock::Host for Guest {
    async fn elapsed_us(&mut self) -> Result<u64> {
        self.call()?;
        Ok(micros(self.started.elapsed()))
    }

    async fn pause(&mut self, ms: u32) -> Result<()> {
        self.call()?;
        tokio::time::sleep(millis(ms)).await;
        Ok(())
    }
}

impl log::Host for Guest {
    /// Kept for the moment the guest traps; a panic's text is the last thing it says.
    async fn write(&mut self, level: log::Level, message: String) -> Result<()> {
        self.budget.call()?;
        if level == log::Level::Warning && self.budget.log(message.len()) {
            self.last_words = Some(crate::net::printable(&message.replace('\n', " "), 500));
        }
        Ok(())
    }
}

impl types::Host for Guest {}
