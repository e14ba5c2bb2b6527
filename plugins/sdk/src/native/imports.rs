//! The functions of `wit/probe.wit` with the paths and signatures that the generated bindings give a component.

pub mod net {
    pub use crate::bindings::remote_doctor::probe::net::{
        ConnectOptions, Established, ExpectedName, Resolved, TlsOptions, TlsSession, TlsVersion,
    };

    use super::super::ask;
    use crate::{Endpoint, Failure};

    #[derive(Debug)]
    pub struct Connection(pub(super) u32);

    impl Connection {
        pub fn established(&self, wait_ms: u32) -> Result<Established, Failure> {
            ask(|host| host.established(self.0, wait_ms))
        }

        pub fn read(&self, max: u32, wait_ms: u32) -> Result<Vec<u8>, Failure> {
            ask(|host| host.read(self.0, max, wait_ms))
        }

        pub fn unread(&self, bytes: &[u8]) -> Result<(), Failure> {
            ask(|host| host.unread(self.0, bytes))
        }

        pub fn write(&self, bytes: &[u8], wait_ms: u32) -> Result<(), Failure> {
            ask(|host| host.write(self.0, bytes, wait_ms))
        }

        pub fn start_tls(&self, options: &TlsOptions) -> Result<(), Failure> {
            ask(|host| host.start_tls(self.0, options))
        }

        pub fn secured(&self, wait_ms: u32) -> Result<TlsSession, Failure> {
            ask(|host| host.secured(self.0, wait_ms))
        }

        pub fn unparsed(&self) -> Vec<u8> {
            ask(|host| host.unparsed(self.0))
        }

        pub fn finish(&self, wait_ms: u32) -> Result<(), Failure> {
            ask(|host| host.finish(self.0, wait_ms))
        }

        /// Its number, for who goes on with it.
        pub(super) fn into_number(self) -> u32 {
            let number = self.0;
            std::mem::forget(self);
            number
        }
    }

    impl Drop for Connection {
        fn drop(&mut self) {
            ask(|host| host.close(self.0));
        }
    }

    pub fn expected_addresses() -> Vec<String> {
        ask(|host| host.expected_addresses())
    }

    pub fn expected_names() -> Vec<ExpectedName> {
        ask(|host| host.expected_names())
    }

    pub fn resolve(name: &str) -> Result<Vec<Resolved>, Failure> {
        ask(|host| host.resolve(name))
    }

    pub fn aliases(name: &str) -> Result<Vec<String>, Failure> {
        ask(|host| host.aliases(name))
    }

    pub fn connect(to: &Endpoint) -> Result<Connection, Failure> {
        connect_with(to, ConnectOptions { max_segment: None })
    }

    pub fn connect_with(to: &Endpoint, options: ConnectOptions) -> Result<Connection, Failure> {
        ask(|host| host.connect(to, options)).map(Connection)
    }

    pub fn most_connections() -> u32 {
        ask(|host| host.most_connections())
    }

    pub fn connect_data(
        control: &Connection,
        port: u16,
        address: Option<&str>,
    ) -> Result<Connection, Failure> {
        ask(|host| host.connect_data(control.0, port, address)).map(Connection)
    }

    pub fn ready(connections: &[&Connection], wait_ms: u32) -> Vec<u32> {
        let connections = connections.iter().map(|connection| connection.0).collect();
        ask(|host| host.ready(connections, wait_ms))
    }
}

pub mod trust {
    pub use crate::bindings::remote_doctor::probe::trust::{Question, Store, TrustFault};

    use super::super::ask;
    use crate::Failure;

    pub fn verify(question: &Question) -> Result<(), TrustFault> {
        ask(|host| host.verify(question))
    }

    pub fn fetch_issuer(url: &str) -> Result<Vec<u8>, Failure> {
        ask(|host| host.fetch_issuer(url))
    }

    pub fn own_authorities() -> Vec<String> {
        ask(|host| host.own_authorities())
    }

    pub fn signed_by(certificate: &[u8], issuer: &[u8]) -> Result<bool, TrustFault> {
        ask(|host| host.signed_by(certificate, issuer))
    }
}

pub mod login {
    pub use crate::bindings::remote_doctor::probe::login::Refusal;

    use super::super::ask;
    use super::net::Connection;

    #[derive(Debug)]
    pub struct Credential {
        user: String,
    }

    impl Credential {
        pub fn user(&self) -> String {
            self.user.clone()
        }

        pub fn send_password(&self, control: &Connection, wait_ms: u32) -> Result<(), Refusal> {
            ask(|host| host.send_password(control.0, wait_ms))
        }
    }

    pub fn offered() -> Option<Credential> {
        ask(|host| host.offered()).map(|user| Credential { user })
    }
}

pub mod writes {
    use super::super::ask;

    pub fn name() -> Option<String> {
        ask(|host| host.writes_name())
    }

    pub fn removed(path: &str) {
        ask(|host| host.removed(path));
    }

    pub fn not_removed(path: &str, refusal: &str) {
        ask(|host| host.not_removed(path, refusal));
    }
}

pub mod handoff {
    use super::super::ask;
    use super::net::Connection;
    use crate::Fact;

    pub fn provide(state: &str, connection: Option<Connection>, facts: &[Fact]) {
        let connection = connection.map(Connection::into_number);
        ask(|host| host.provide(state, connection, facts));
    }

    pub fn take() -> Option<Connection> {
        ask(|host| host.take()).map(Connection)
    }
}

pub mod clock {
    use super::super::ask;

    pub fn elapsed_us() -> u64 {
        ask(|host| host.elapsed_us())
    }

    pub fn pause(ms: u32) {
        ask(|host| host.pause(ms));
    }
}
