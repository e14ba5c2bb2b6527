//! Names and connections, as the guest may use them.

use std::future::poll_fn;
use std::net::IpAddr;
use std::task::Poll;
use std::time::Duration;

use wasmtime::Result;
use wasmtime::component::Resource;

use super::super::bindings::remote_doctor::probe::{net, types};
use super::super::budget::Stop;
use super::super::convert;
use super::{Guest, millis};
use crate::finding::Description;
use crate::net::{Connection, Failure, FailureKind, NotBegun, NotWritten, Operation};

/// A read gives at most this much.
const MAX_READ: u32 = 65_536;
/// How long a connection may wait for a free place.
const SLOT_WAIT: Duration = Duration::from_secs(60);

impl Guest {
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

    pub(super) fn out_of_connections() -> types::Failure {
        let detail = "this probe has opened as many connections as one may";
        convert::failure(&Failure::new(
            Operation::Connect,
            FailureKind::BudgetExhausted,
            detail,
        ))
    }
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
    async fn expected_addresses(&mut self) -> Result<Vec<String>> {
        let (ground, _) = self.call()?;
        let expected = ground.network.expected_addresses();
        Ok(expected.iter().map(IpAddr::to_string).collect())
    }

    async fn expected_names(&mut self) -> Result<Vec<net::ExpectedName>> {
        let (ground, _) = self.call()?;
        let expected = ground.network.expected_names().iter();
        Ok(expected.map(convert::expected_name).collect())
    }

    async fn aliases(&mut self, name: String) -> Result<Result<Vec<String>, types::Failure>> {
        let (ground, _) = self.call()?;
        let aliases = ground.network.aliases(&name).await;
        Ok(aliases.map_err(|failure| convert::failure(&failure)))
    }

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
        let options = net::ConnectOptions { max_segment: None };
        self.connect_with(to, options).await
    }

    async fn connect_with(
        &mut self,
        to: types::Endpoint,
        options: net::ConnectOptions,
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
            .connect(
                (address, to.port).into(),
                options.max_segment,
                self.holds_session,
                SLOT_WAIT,
            )
            .await;
        self.open(&probe, opened)
    }

    async fn most_connections(&mut self) -> Result<u32> {
        let (ground, _) = self.call()?;
        Ok(u32::try_from(ground.network.most_connections()).unwrap_or(u32::MAX))
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
        let holder = self.holds_session;
        let opening = ground.network.connect_data(
            self.connection(&control)?,
            port,
            address,
            holder,
            SLOT_WAIT,
        );
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
        if !self.budget.write(bytes.len()) {
            let detail = "this probe has written as much as one may";
            return Ok(Err(convert::failure(&Failure::new(
                Operation::Write,
                FailureKind::BudgetExhausted,
                detail,
            ))));
        }
        match self.connection(&this)?.write(&bytes, millis(wait_ms)).await {
            Ok(()) => Ok(Ok(())),
            Err(NotWritten::Failed(failure)) => Ok(Err(convert::failure(&failure))),
            Err(NotWritten::Forbidden(rule)) => Err(Stop::Denied(rule.to_string()).into()),
        }
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
