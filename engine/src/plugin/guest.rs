//! The host's side of the contract: each function of `wit/probe.wit`, as the guest may use it.

use std::future::poll_fn;
use std::net::IpAddr;
use std::task::Poll;
use std::time::{Duration, Instant};

use wasmtime::Result;
use wasmtime::component::{Resource, ResourceTable};

use super::Ground;
use super::bindings::remote_doctor::probe::{clock, log, login, net, relay, trust, types};
use super::budget::{Budget, Stop};
use super::convert;
use crate::finding::Description;
use crate::net::{Connection, Failure, FailureKind, NotBegun, Operation};
use crate::trust::{Question, Trust};

/// A read gives at most this much.
const MAX_READ: u32 = 65_536;
/// How long a connection may wait for a free place.
const SLOT_WAIT: Duration = Duration::from_secs(60);

/// The password's handle: there is one credential in a run, and its bytes are elsewhere.
pub struct CredentialHandle;

/// Everything that belongs to one run of one probe.
pub(super) struct Guest {
    /// Nothing is granted while a probe says what it is.
    granted: Option<(Ground, Description)>,
    table: ResourceTable,
    started: Instant,
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

    fn open(
        &mut self,
        probe: &Description,
        opened: Result<Connection, NotBegun>,
    ) -> Result<Result<Resource<Connection>, types::Failure>> {
        match opened {
            Ok(mut connection) => {
                connection.belongs_to(&probe.name);
                Ok(Ok(self.table.push(connection)?))
            }
            Err(NotBegun::Denied(denied)) => {
                Err(Stop::Denied(format!("it asked to connect where it may not: {denied}")).into())
            }
            Err(NotBegun::Failed(failure)) => Ok(Err(convert::failure(&failure))),
        }
    }

    fn out_of_connections() -> types::Failure {
        let detail = "this probe has opened as many connections as one may";
        convert::failure(&Failure::new(
            Operation::Connect,
            FailureKind::BudgetExhausted,
            detail,
        ))
    }
}

fn millis(ms: u32) -> Duration {
    Duration::from_millis(u64::from(ms))
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn bad_address(text: &str) -> types::Failure {
    let detail = format!("`{text}` is not an IP address");
    convert::failure(&Failure::new(
        Operation::Connect,
        FailureKind::InvalidArgument,
        detail,
    ))
}

impl net::Host for Guest {
    async fn resolve(
        &mut self,
        name: String,
    ) -> Result<Result<Vec<net::Resolved>, types::Failure>> {
        let (ground, _) = self.call()?;
        Ok(match ground.network.resolve(&name).await {
            Ok(found) => Ok(found.iter().map(convert::resolved).collect()),
            Err(failure) => Err(convert::failure(&failure)),
        })
    }

    async fn connect(
        &mut self,
        to: types::Endpoint,
    ) -> Result<Result<Resource<Connection>, types::Failure>> {
        let (ground, probe) = self.call()?;
        if !self.budget.connection() {
            return Ok(Err(Guest::out_of_connections()));
        }
        let Ok(address) = to.ip.parse::<IpAddr>() else {
            return Ok(Err(bad_address(&to.ip)));
        };
        let opened = ground
            .network
            .connect((address, to.port).into(), SLOT_WAIT)
            .await;
        self.open(&probe, opened)
    }

    async fn connect_data(
        &mut self,
        control: Resource<Connection>,
        port: u16,
        address: Option<String>,
    ) -> Result<Result<Resource<Connection>, types::Failure>> {
        let (ground, probe) = self.call()?;
        if !self.budget.connection() {
            return Ok(Err(Guest::out_of_connections()));
        }
        let address = match address
            .map(|text| text.parse::<IpAddr>().map_err(|_| bad_address(&text)))
            .transpose()
        {
            Ok(address) => address,
            Err(failure) => return Ok(Err(failure)),
        };
        let opening =
            ground
                .network
                .connect_data(self.connection(&control)?, port, address, SLOT_WAIT);
        let opened = opening.await;
        self.open(&probe, opened)
    }

    async fn ready(
        &mut self,
        connections: Vec<Resource<Connection>>,
        wait_ms: u32,
    ) -> Result<Vec<u32>> {
        self.call()?;
        let table = &mut self.table;
        let any = poll_fn(|cx| {
            let mut ready = Vec::new();
            for (index, handle) in (0..).zip(&connections) {
                match table
                    .get_mut(handle)
                    .map(|connection| connection.poll_advance(cx))
                {
                    Ok(Poll::Pending) => {}
                    Ok(Poll::Ready(())) => ready.push(index),
                    Err(error) => return Poll::Ready(Err(error)),
                }
            }
            if ready.is_empty() {
                Poll::Pending
            } else {
                Poll::Ready(Ok(ready))
            }
        });
        Ok(tokio::time::timeout(millis(wait_ms), any)
            .await
            .unwrap_or(Ok(Vec::new()))?)
    }
}

impl net::HostConnection for Guest {
    async fn established(
        &mut self,
        this: Resource<Connection>,
        wait_ms: u32,
    ) -> Result<Result<net::Established, types::Failure>> {
        self.call()?;
        Ok(
            match self.connection(&this)?.established(millis(wait_ms)).await {
                Ok(established) => Ok(convert::established(&established)),
                Err(failure) => Err(convert::failure(&failure)),
            },
        )
    }

    async fn read(
        &mut self,
        this: Resource<Connection>,
        max: u32,
        wait_ms: u32,
    ) -> Result<Result<Vec<u8>, types::Failure>> {
        let (ground, _) = self.call()?;
        let max = self.budget.may_read(max.min(MAX_READ) as usize);
        if max == 0 {
            let detail = "this probe has read as much as one may";
            return Ok(Err(convert::failure(&Failure::new(
                Operation::Read,
                FailureKind::BudgetExhausted,
                detail,
            ))));
        }
        let connection = self.connection(&this)?;
        let read = connection.read(max, millis(wait_ms)).await;
        ground.login.observe(connection);
        Ok(match read {
            Ok(bytes) => {
                self.budget.read(bytes.len());
                Ok(bytes)
            }
            Err(failure) => Err(convert::failure(&failure)),
        })
    }

    async fn unread(
        &mut self,
        this: Resource<Connection>,
        bytes: Vec<u8>,
    ) -> Result<Result<(), types::Failure>> {
        self.call()?;
        self.connection(&this)?.unread(&bytes);
        Ok(Ok(()))
    }

    async fn write(
        &mut self,
        this: Resource<Connection>,
        bytes: Vec<u8>,
        wait_ms: u32,
    ) -> Result<Result<(), types::Failure>> {
        self.call()?;
        let written = self.connection(&this)?.write(&bytes, millis(wait_ms)).await;
        Ok(written.map_err(|failure| convert::failure(&failure)))
    }

    async fn start_tls(
        &mut self,
        this: Resource<Connection>,
        options: net::TlsOptions,
    ) -> Result<Result<(), types::Failure>> {
        self.call()?;
        let started = self
            .connection(&this)?
            .start_tls(convert::tls_options(options));
        Ok(started.map_err(|failure| convert::failure(&failure)))
    }

    async fn secured(
        &mut self,
        this: Resource<Connection>,
        wait_ms: u32,
    ) -> Result<Result<net::TlsSession, types::Failure>> {
        self.call()?;
        Ok(
            match self.connection(&this)?.secured(millis(wait_ms)).await {
                Ok(session) => Ok(convert::tls_session(&session)),
                Err(failure) => Err(convert::failure(&failure)),
            },
        )
    }

    async fn unparsed(&mut self, this: Resource<Connection>) -> Result<Vec<u8>> {
        self.call()?;
        Ok(self.connection(&this)?.unparsed())
    }

    async fn finish(
        &mut self,
        this: Resource<Connection>,
        wait_ms: u32,
    ) -> Result<Result<(), types::Failure>> {
        self.call()?;
        let finished = self.connection(&this)?.finish(millis(wait_ms)).await;
        Ok(finished.map_err(|failure| convert::failure(&failure)))
    }

    async fn drop(&mut self, this: Resource<Connection>) -> Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
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
        Ok(Some(self.table.push(connection)?))
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
