//! Where this probe connects to, and how.

use probe_sdk::{
    AT_HAND_MS, Connection, Control, Endpoint, FIRST_LOOK_MS, Failure, Run, TlsOptions,
    first_look_of,
};

/// How long a handshake is waited for at most, in milliseconds, beside one that was given a first look: it has no work to do
/// first, so that both have what is at hand.
pub(crate) const HANDSHAKE_MS: u32 = AT_HAND_MS - FIRST_LOOK_MS;
/// What is here is here, in milliseconds.
pub(crate) const AT_ONCE_MS: u32 = 50;

/// The remote's control port, and what to connect with. A copy with one thing changed makes a counter-test.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) at: Endpoint,
    pub(crate) connect_ms: u32,
    pub(crate) reply_ms: u32,
    /// How long a handshake is waited for, in milliseconds.
    pub(crate) handshake_ms: u32,
    /// The name for SNI; none sends no SNI.
    pub(crate) server_name: Option<String>,
    /// Whether nothing is waited for beyond the time-outs.
    pub(crate) waits_no_longer: bool,
    /// The largest TCP segment, in bytes of payload; none leaves it to the system.
    pub(crate) max_segment: Option<u16>,
}

impl Place {
    pub(crate) fn of(run: &Run) -> Place {
        Place {
            at: run.control_endpoint(),
            connect_ms: run.request().connect_ms,
            reply_ms: run.request().reply_ms,
            handshake_ms: first_look_of(run.request().reply_ms),
            server_name: run.server_name(),
            waits_no_longer: run.waits_no_longer(),
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

    /// The same for a handshake that is no first look.
    pub(crate) fn looking_again(&self) -> Place {
        Place {
            handshake_ms: self.second_handshake_ms(),
            ..self.clone()
        }
    }

    fn second_handshake_ms(&self) -> u32 {
        let most_ms = match self.waits_no_longer {
            true => self.reply_ms / 2,
            false => self.reply_ms,
        };
        most_ms.min(HANDSHAKE_MS)
    }

    /// The same, waiting no longer than this for a reply.
    pub(crate) fn within(&self, reply_ms: u32) -> Place {
        let reply_ms = self.reply_ms.min(reply_ms);
        Place {
            reply_ms,
            handshake_ms: reply_ms.min(HANDSHAKE_MS),
            ..self.clone()
        }
    }

    /// How long a look aside may take, in milliseconds, of which there are several behind a handshake that nothing answers.
    pub(crate) fn aside_ms(&self, usual_ms: u32) -> u32 {
        match self.waits_no_longer {
            true => usual_ms.min(self.reply_ms / 4),
            false => usual_ms,
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
