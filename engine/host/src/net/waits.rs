//! What is waited for on connections: for whoever watches a run that takes its time.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::data_ports::DataPort;

/// Something that has not come yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// The number of the connection.
    pub connection: u32,
    /// The probe that waits.
    pub probe: String,
    /// The other side.
    pub to: SocketAddr,
    /// What is to come.
    pub what: What,
    /// Since when.
    since: Instant,
}

/// What is to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The connection.
    Connection,
    /// The connection to this data port.
    DataConnection(DataPort),
    /// The end of its TLS handshake.
    Handshake,
    /// The first words of the server.
    Greeting,
    /// The answer to this command.
    Reply(String),
    /// Bytes of a transfer.
    Data,
}

impl Awaited {
    pub(super) fn new(
        connection: u32,
        probe: &str,
        to: SocketAddr,
        what: What,
        since: Instant,
    ) -> Awaited {
        Awaited {
            connection,
            probe: probe.into(),
            to,
            what,
            since,
        }
    }

    /// How long it has been waited for.
    pub fn waited(&self) -> Duration {
        self.since.elapsed()
    }
}

impl fmt::Display for Awaited {
    /// As in: no answer from 192.0.2.1:21.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::Connection => write!(f, "no answer from {}", self.to),
            What::DataConnection(port) => write!(f, "no answer from {} ({port})", self.to),
            What::Handshake => write!(f, "no answer to the TLS handshake from {}", self.to),
            What::Greeting => write!(f, "no greeting from {}", self.to),
            What::Reply(command) => write!(f, "no reply to {command} from {}", self.to),
            What::Data => write!(f, "no data from {}", self.to),
        }
    }
}

/// The waits of one source address.
#[derive(Debug, Default)]
pub struct Waits(Mutex<BTreeMap<u32, Awaited>>);

impl Waits {
    /// Notes it until what is returned is dropped.
    pub(crate) fn begin(self: &Arc<Self>, awaited: Awaited) -> Waiting {
        let connection = awaited.connection;
        self.read().insert(connection, awaited);
        Waiting {
            waits: self.clone(),
            connection,
        }
    }

    /// What has been waited for so long.
    pub fn longer_than(&self, time: Duration) -> Vec<Awaited> {
        let all = self.read();
        all.values()
            .filter(|it| it.waited() >= time)
            .cloned()
            .collect()
    }

    fn read(&self) -> MutexGuard<'_, BTreeMap<u32, Awaited>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A wait that goes on.
pub(crate) struct Waiting {
    waits: Arc<Waits>,
    connection: u32,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.waits.read().remove(&self.connection);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_known_while_it_lasts() {
        let waits = Arc::new(Waits::default());
        let to = SocketAddr::from(([192, 0, 2, 1], 21));
        let reply = What::Reply("PWD".into());
        let waiting = waits.begin(Awaited::new(1, "login", to, reply, Instant::now()));
        let known = waits.longer_than(Duration::ZERO);
        assert_eq!(known[0].to_string(), "no reply to PWD from 192.0.2.1:21");
        assert_eq!(waits.longer_than(Duration::from_secs(60)), []);
        drop(waiting);
        assert_eq!(waits.longer_than(Duration::ZERO), []);
    }
}
