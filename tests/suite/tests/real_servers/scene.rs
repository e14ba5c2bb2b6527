//! A network with one server in it.

use libtest_mimic::Failed;
use netlab::{HarnessError, Net, Server, Setup, SmallSetup};

use crate::check::Check;

/// Both belong to one case and go away with it.
pub struct Scene {
    // Before the network, so that the server ends while its namespace is still there.
    pub server: Server,
    pub net: Net,
}

impl Scene {
    pub fn new(setup: &Setup) -> Result<Self, Failed> {
        Self::with(|net| Server::start(net, setup))
    }

    pub fn small(setup: &SmallSetup) -> Result<Self, Failed> {
        Self::with(|net| Server::start_small(net, setup))
    }

    fn with(start: impl FnOnce(&Net) -> Result<Server, HarnessError>) -> Result<Self, Failed> {
        let net = Net::new().map_err(|error| format!("{error:?}"))?;
        let server = start(&net).map_err(|error| format!("{error:?}"))?;
        Ok(Self { server, net })
    }

    /// A check of the server by its address, with the account and the authority it has.
    pub fn check(&self, ssl: &'static str) -> Check<'_> {
        Check::new(self, ssl)
    }
}
