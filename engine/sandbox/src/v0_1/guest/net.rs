//! Names and connections, as the guest may use them.

use std::net::IpAddr;
use std::result::Result as Answered;

use wasmtime::Result;
use wasmtime::component::Resource;

use super::super::bindings::remote_doctor::probe::{net, types};
use super::super::convert;
use super::{ConnectionHandle, Guest};
use host::bytes::Bytes;
use host::call::Call;
use host::net::{Established, Resolved, TlsSession};
use model::failure::{Failure, FailureKind, Operation};
use model::remote::ExpectedName;

/// A read gives at most this much.
const MAX_READ: u32 = 65_536;

impl Guest {
    async fn open(
        &mut self,
        call: Call,
    ) -> Result<Result<Resource<ConnectionHandle>, types::Failure>> {
        let opened: Answered<u32, Failure> = self.ask(call).await?;
        match opened {
            Ok(number) => Ok(Ok(self.handle(number)?)),
            Err(failure) => Ok(Err(convert::failure(&failure))),
        }
    }

    pub(super) fn out_of_connections() -> types::Failure {
        let detail = "this probe has opened the maximum number of connections";
        used_up(Operation::Connect, detail)
    }
}

/// No name is longer (RFC 1035 section 2.3.4), in characters and with a dot at its end.
const MAX_NAME: usize = 254;

/// Why a name is not asked for.
fn bad_name(name: &str) -> Option<types::Failure> {
    let detail = format_args!("no name has more than {MAX_NAME} characters");
    let (operation, kind) = (Operation::Resolve, FailureKind::InvalidArgument);
    (name.len() > MAX_NAME).then(|| convert::failure(&Failure::new(operation, kind, detail)))
}

fn bad_address(text: &str) -> types::Failure {
    let detail = format!("`{text}` is not an IP address");
    convert::failure(&Failure::new(
        Operation::Connect,
        FailureKind::InvalidArgument,
        detail,
    ))
}

fn used_up(operation: Operation, detail: &str) -> types::Failure {
    convert::failure(&Failure::new(
        operation,
        FailureKind::BudgetExhausted,
        detail,
    ))
}

impl net::Host for Guest {
    async fn expected_addresses(&mut self) -> Result<Vec<String>> {
        let expected: Vec<IpAddr> = self.call(Call::ExpectedAddresses).await?;
        Ok(expected.iter().map(IpAddr::to_string).collect())
    }

    async fn expected_names(&mut self) -> Result<Vec<net::ExpectedName>> {
        let expected: Vec<ExpectedName> = self.call(Call::ExpectedNames).await?;
        Ok(expected.iter().map(convert::expected_name).collect())
    }

    async fn aliases(&mut self, name: String) -> Result<Result<Vec<String>, types::Failure>> {
        if let Some(failure) = bad_name(&name) {
            self.count()?;
            return Ok(Err(failure));
        }
        let aliases: Answered<Vec<String>, Failure> = self.call(Call::Aliases { name }).await?;
        Ok(convert::or_failure(aliases))
    }

    async fn resolve(
        &mut self,
        name: String,
    ) -> Result<Result<Vec<net::Resolved>, types::Failure>> {
        if let Some(failure) = bad_name(&name) {
            self.count()?;
            return Ok(Err(failure));
        }
        let found: Answered<Vec<Resolved>, Failure> = self.call(Call::Resolve { name }).await?;
        let found = found.map(|found| found.iter().map(convert::resolved).collect());
        Ok(convert::or_failure(found))
    }

    async fn connect(
        &mut self,
        to: types::Endpoint,
    ) -> Result<Result<Resource<ConnectionHandle>, types::Failure>> {
        let options = net::ConnectOptions { max_segment: None };
        self.connect_with(to, options).await
    }

    async fn connect_with(
        &mut self,
        to: types::Endpoint,
        options: net::ConnectOptions,
    ) -> Result<Result<Resource<ConnectionHandle>, types::Failure>> {
        self.count()?;
        if !self.budget.control_connection() {
            return Ok(Err(Guest::out_of_connections()));
        }
        let Ok(address) = to.ip.parse::<IpAddr>() else {
            return Ok(Err(bad_address(&to.ip)));
        };
        let to = (address, to.port).into();
        let max_segment = options.max_segment;
        self.open(Call::Connect { to, max_segment }).await
    }

    async fn most_connections(&mut self) -> Result<u32> {
        let most: u64 = self.call(Call::MostConnections).await?;
        Ok(u32::try_from(most).unwrap_or(u32::MAX))
    }

    async fn plan_data_ports(&mut self, tried: u32, total: u32) -> Result<()> {
        self.count()?;
        if let Some(exchange) = &mut self.exchange {
            exchange.plan_data_ports(tried, total);
        }
        Ok(())
    }

    async fn connect_data(
        &mut self,
        control: Resource<ConnectionHandle>,
        port: u16,
        address: Option<String>,
    ) -> Result<Result<Resource<ConnectionHandle>, types::Failure>> {
        self.count()?;
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
        let control = self.number(&control)?;
        self.open(Call::ConnectData {
            control,
            port,
            address,
        })
        .await
    }

    async fn ready(
        &mut self,
        connections: Vec<Resource<ConnectionHandle>>,
        wait_ms: u32,
    ) -> Result<Vec<u32>> {
        let connections = connections.iter().map(|handle| self.number(handle));
        let connections = connections.collect::<Result<_>>()?;
        self.call(Call::Ready {
            connections,
            wait_ms,
        })
        .await
    }
}

impl net::HostConnection for Guest {
    async fn established(
        &mut self,
        this: Resource<ConnectionHandle>,
        wait_ms: u32,
    ) -> Result<Result<net::Established, types::Failure>> {
        let connection = self.number(&this)?;
        let call = Call::Established {
            connection,
            wait_ms,
        };
        let established: Answered<Established, Failure> = self.call(call).await?;
        let established = established.map(|established| convert::established(&established));
        Ok(convert::or_failure(established))
    }

    async fn read(
        &mut self,
        this: Resource<ConnectionHandle>,
        max: u32,
        wait_ms: u32,
    ) -> Result<Result<Vec<u8>, types::Failure>> {
        self.count()?;
        let max = self.budget.may_read(max.min(MAX_READ));
        if max == 0 {
            let detail = "this probe has read the maximum number of bytes";
            return Ok(Err(used_up(Operation::Read, detail)));
        }
        let connection = self.number(&this)?;
        let call = Call::Read {
            connection,
            max,
            wait_ms,
        };
        let read: Answered<Bytes, Failure> = self.ask(call).await?;
        Ok(convert::or_failure(read.map(|bytes| {
            self.budget.read(bytes.0.len());
            bytes.0
        })))
    }

    async fn unread(
        &mut self,
        this: Resource<ConnectionHandle>,
        bytes: Vec<u8>,
    ) -> Result<Result<(), types::Failure>> {
        let (connection, bytes) = (self.number(&this)?, Bytes(bytes));
        let () = self.call(Call::Unread { connection, bytes }).await?;
        Ok(Ok(()))
    }

    async fn write(
        &mut self,
        this: Resource<ConnectionHandle>,
        bytes: Vec<u8>,
        wait_ms: u32,
    ) -> Result<Result<(), types::Failure>> {
        self.count()?;
        if !self.budget.write(bytes.len()) {
            let detail = "this probe has written the maximum number of bytes";
            return Ok(Err(used_up(Operation::Write, detail)));
        }
        let call = Call::Write {
            connection: self.number(&this)?,
            bytes: Bytes(bytes),
            wait_ms,
        };
        let written: Answered<(), Failure> = self.ask(call).await?;
        Ok(convert::or_failure(written))
    }

    async fn start_tls(
        &mut self,
        this: Resource<ConnectionHandle>,
        options: net::TlsOptions,
    ) -> Result<Result<(), types::Failure>> {
        let call = Call::StartTls {
            connection: self.number(&this)?,
            options: convert::tls_options(options),
        };
        let started: Answered<(), Failure> = self.call(call).await?;
        Ok(convert::or_failure(started))
    }

    async fn secured(
        &mut self,
        this: Resource<ConnectionHandle>,
        wait_ms: u32,
    ) -> Result<Result<net::TlsSession, types::Failure>> {
        let connection = self.number(&this)?;
        let call = Call::Secured {
            connection,
            wait_ms,
        };
        let session: Answered<TlsSession, Failure> = self.call(call).await?;
        let session = session.map(|session| convert::tls_session(&session));
        Ok(convert::or_failure(session))
    }

    async fn unparsed(&mut self, this: Resource<ConnectionHandle>) -> Result<Vec<u8>> {
        let connection = self.number(&this)?;
        let bytes: Bytes = self.call(Call::Unparsed { connection }).await?;
        Ok(bytes.0)
    }

    async fn finish(
        &mut self,
        this: Resource<ConnectionHandle>,
        wait_ms: u32,
    ) -> Result<Result<(), types::Failure>> {
        let connection = self.number(&this)?;
        let call = Call::Finish {
            connection,
            wait_ms,
        };
        let finished: Answered<(), Failure> = self.call(call).await?;
        Ok(convert::or_failure(finished))
    }

    async fn drop(&mut self, this: Resource<ConnectionHandle>) -> Result<()> {
        let handle = self.table.delete(this)?;
        self.bill.closed(handle.0);
        if let Some(exchange) = &mut self.exchange {
            exchange.close(handle.0);
        }
        Ok(())
    }
}
