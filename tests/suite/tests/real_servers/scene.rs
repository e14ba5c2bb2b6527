//! A network with one server in it.

use libtest_mimic::Failed;
use netlab::{Net, Product, Server, Setup};

use crate::check::Check;

/// Both belong to one case and go away with it.
pub struct Scene {
    // Before the network, so that the server ends while its namespace is still there.
    pub server: Server,
    pub net: Net,
    pub product: Product,
}

impl Scene {
    pub fn new(setup: &Setup) -> Result<Self, Failed> {
        let net = Net::new().map_err(|error| format!("{error:?}"))?;
        let server = Server::start(&net, setup).map_err(|error| format!("{error:?}"))?;
        Ok(Self {
            server,
            net,
            product: setup.product,
        })
    }

    /// A check of the server by its address, with the account and the authority it has.
    pub fn check(&self, ssl: &'static str) -> Check<'_> {
        Check::new(self, ssl)
    }
}
