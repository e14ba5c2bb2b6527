//! The host's side of the contract: each function of `wit/v0_1/probe.wit`, as the guest may use it. Here are the budgets and the
//! words of the contract; the answers come from the [`Exchange`].

mod net;

use wasmtime::Result;
use wasmtime::component::{Resource, ResourceTable};

use super::bindings::remote_doctor::probe::{clock, handoff, log, login, trust, types, writes};
use super::convert;
use crate::bill::Bill;
use crate::budget::{Budget, Stop};
use crate::check;
use crate::exchange::Exchange;
use host::bytes::Bytes;
use host::call::{Answer, Call, OtherKind};
use model::remote::Depth;

/// A connection, by its number in the run.
pub struct ConnectionHandle(u32);

/// The password's handle: there is one credential in a run, and its bytes are elsewhere.
pub struct CredentialHandle {
    user: String,
}

/// Everything that belongs to one run of one probe.
pub(crate) struct Guest {
    /// Nobody answers while a probe says what it is.
    pub(crate) exchange: Option<Exchange>,
    table: ResourceTable,
    pub(crate) budget: Budget,
    bill: Bill,
    /// What the guest's panic said, since a trap carries no text.
    pub(crate) last_words: Option<String>,
}

impl Guest {
    pub(crate) fn granted(exchange: Exchange, depth: Depth) -> Guest {
        Guest {
            exchange: Some(exchange),
            budget: Budget::new(depth),
            ..Guest::ungranted()
        }
    }

    pub(crate) fn ungranted() -> Guest {
        Guest {
            exchange: None,
            table: ResourceTable::new(),
            budget: Budget::new(Depth::Quick),
            bill: Bill::new(),
            last_words: None,
        }
    }

    /// Counts a host call.
    fn count(&mut self) -> Result<()> {
        self.budget.call()?;
        match self.exchange {
            Some(_) => Ok(()),
            None => Err(Stop::Denied("it asked for something before it was run".into()).into()),
        }
    }

    /// Gives a question on. What cannot be answered stops the guest.
    async fn ask<T>(&mut self, call: Call) -> Result<T>
    where
        T: TryFrom<Answer, Error = OtherKind>,
    {
        let Some(exchange) = &mut self.exchange else {
            return Err(Stop::Denied("it asked for something before it was run".into()).into());
        };
        let asked = self.bill.ask(&call)?;
        let answer = exchange.answer(call).await.map_err(Stop::from)?;
        self.bill.heard(asked, &answer)?;
        Ok(answer.try_into().map_err(|OtherKind| {
            exchange.mismatched();
            Stop::Mismatched
        })?)
    }

    /// Counts a question and gives it on.
    async fn call<T>(&mut self, call: Call) -> Result<T>
    where
        T: TryFrom<Answer, Error = OtherKind>,
    {
        self.count()?;
        self.ask(call).await
    }

    fn number(&self, handle: &Resource<ConnectionHandle>) -> Result<u32> {
        Ok(self.table.get(handle)?.0)
    }

    fn handle(&mut self, number: u32) -> Result<Resource<ConnectionHandle>> {
        Ok(self.table.push(ConnectionHandle(number))?)
    }
}

fn bytes(list: Vec<Vec<u8>>) -> Vec<Bytes> {
    list.into_iter().map(Bytes).collect()
}

impl trust::Host for Guest {
    async fn verify(&mut self, question: trust::Question) -> Result<Result<(), trust::TrustFault>> {
        let call = Call::Verify {
            chain: bytes(question.chain),
            name: question.name,
            at: question.at,
            store: convert::store(question.store),
            anchors: bytes(question.anchors),
        };
        let verified: std::result::Result<(), _> = self.call(call).await?;
        Ok(verified.map_err(convert::trust_fault))
    }

    async fn fetch_issuer(&mut self, url: String) -> Result<Result<Vec<u8>, types::Failure>> {
        self.count()?;
        if !self.budget.connection() {
            return Ok(Err(Guest::out_of_connections()));
        }
        let fetched: std::result::Result<Bytes, _> = self.ask(Call::FetchIssuer { url }).await?;
        Ok(convert::or_failure(fetched.map(|bytes| bytes.0)))
    }

    async fn own_authorities(&mut self) -> Result<Vec<String>> {
        self.call(Call::OwnAuthorities).await
    }

    async fn signed_by(
        &mut self,
        certificate: Vec<u8>,
        issuer: Vec<u8>,
    ) -> Result<Result<bool, trust::TrustFault>> {
        let call = Call::SignedBy {
            certificate: Bytes(certificate),
            issuer: Bytes(issuer),
        };
        let signed: std::result::Result<bool, _> = self.call(call).await?;
        Ok(signed.map_err(convert::trust_fault))
    }
}

impl login::Host for Guest {
    async fn offered(&mut self) -> Result<Option<Resource<CredentialHandle>>> {
        let user: Option<String> = self.call(Call::Offered).await?;
        let handle = user.map(|user| self.table.push(CredentialHandle { user }));
        Ok(handle.transpose()?)
    }
}

impl login::HostCredential for Guest {
    async fn user(&mut self, this: Resource<CredentialHandle>) -> Result<String> {
        self.count()?;
        Ok(self.table.get(&this)?.user.clone())
    }

    async fn send_password(
        &mut self,
        this: Resource<CredentialHandle>,
        control: Resource<ConnectionHandle>,
        wait_ms: u32,
    ) -> Result<Result<(), login::Refusal>> {
        self.table.get(&this)?;
        let control = self.number(&control)?;
        let sent: std::result::Result<(), _> =
            self.call(Call::SendPassword { control, wait_ms }).await?;
        Ok(sent.map_err(convert::refusal))
    }

    async fn drop(&mut self, this: Resource<CredentialHandle>) -> Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl handoff::Host for Guest {
    async fn provide(
        &mut self,
        state: String,
        connection: Option<Resource<ConnectionHandle>>,
        facts: Vec<types::Fact>,
    ) -> Result<()> {
        let connection = connection
            .map(|handle| self.table.delete(handle))
            .transpose()?;
        let mut facts: Vec<_> = facts.into_iter().map(convert::fact).collect();
        check::handed_on(&mut facts)?;
        let call = Call::Provide {
            state,
            connection: connection.map(|handle| handle.0),
            facts,
        };
        self.call(call).await
    }

    async fn take(&mut self) -> Result<Option<Resource<ConnectionHandle>>> {
        let taken: Option<u32> = self.call(Call::Take).await?;
        taken.map(|number| self.handle(number)).transpose()
    }
}

impl writes::Host for Guest {
    async fn name(&mut self) -> Result<Option<String>> {
        self.call(Call::WritesName).await
    }

    async fn removed(&mut self, path: String) -> Result<()> {
        self.call(Call::Removed { path }).await
    }

    async fn not_removed(&mut self, path: String, refusal: String) -> Result<()> {
        self.call(Call::NotRemoved { path, refusal }).await
    }
}

impl clock::Host for Guest {
    async fn elapsed_us(&mut self) -> Result<u64> {
        self.call(Call::Elapsed).await
    }

    async fn pause(&mut self, ms: u32) -> Result<()> {
        self.call(Call::Pause { ms }).await
    }
}

impl log::Host for Guest {
    /// Kept for the moment the guest traps; a panic's text is the last thing it says.
    async fn write(&mut self, level: log::Level, message: String) -> Result<()> {
        self.budget.call()?;
        if level == log::Level::Warning && self.budget.log(message.len()) {
            self.last_words = Some(model::cleaner::line(&message, 500));
        }
        Ok(())
    }
}

impl types::Host for Guest {}
