//! Where this probe connects to, and how.

use probe_sdk::{Connection, Control, Endpoint, Failure, Run, TlsOptions};

/// The remote's control port, and what to connect with. A copy with one thing changed makes a counter-test.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) at: Endpoint,
    pub(crate) connect_ms: u32,
    pub(crate) reply_ms: u32,
    /// The name for SNI; none sends no SNI.
    pub(crate) server_name: Option<String>,
    /// The largest TCP segment, in bytes of payload; none leaves it to the system.
    pub(crate) max_segment: Option<u16>,
}

impl Place {
    pub(crate) fn of(run: &Run) -> Place {
        Place {
            at: run.control_endpoint(),
            connect_ms: run.request().connect_ms,
            reply_ms: run.request().reply_ms,
            server_name: run.server_name(),
            max_segment: None,
        }
    }

    /// The same without a server name.
    pub(crate) fn nameless(&self) -> Place {
        Place {
            server_name: None,
            ..self.clone()
        }
    }

    /// Another port of the same address.
    pub(crate) fn at_port(&self, port: u16) -> Place {
        let mut other = self.clone();
        other.at.port = port;
        other
    }

    /// The same, waiting no longer than this for a reply.
    pub(crate) fn within(&self, reply_ms: u32) -> Place {
        Place {
            reply_ms: self.reply_ms.min(reply_ms),
            ..self.clone()
        }
    }

    /// One more connection.
    pub(crate) fn connect(&self) -> Result<Connection, Failure> {
        let connection = Connection::open_with(&self.at, self.max_segment)?;
        connection.established(self.connect_ms)?;
        Ok(connection)
    }

    /// The same, to speak FTP on.
    pub(crate) fn control(&self) -> Result<Control, Failure> {
        Ok(Control::new(self.connect()?, self.reply_ms))
    }

    /// A handshake as a client does it.
    pub(crate) fn tls(&self) -> TlsOptions {
        TlsOptions {
            server_name: self.server_name.clone(),
            resume: true,
            highest: None,
        }
    }
}
