//! A remote as reports have it: with its addresses, or with what stands for them.

use super::{ExpectedName, Remote};
use crate::address::Address;

impl<A: Copy> Remote<A> {
    /// The same with other addresses; none where one of them has no counterpart.
    fn with<B>(&self, other: impl Fn(A) -> Option<B>) -> Option<Remote<B>> {
        let all =
            |addresses: &[A]| -> Option<Vec<B>> { addresses.iter().copied().map(&other).collect() };
        let named = self.expect_names.iter().map(|it| {
            Some(ExpectedName {
                name: it.name.clone(),
                addresses: all(&it.addresses)?,
            })
        });
        Some(Remote {
            host: self.host.clone(),
            port: self.port,
            connect_to: match self.connect_to {
                Some(address) => Some(other(address)?),
                None => None,
            },
            ssl: self.ssl,
            certificate_check: self.certificate_check,
            user: self.user.clone(),
            remote_path: self.remote_path.clone(),
            intended_use: self.intended_use,
            max_connections: self.max_connections,
            sources: all(&self.sources)?,
            dedicated: all(&self.dedicated)?,
            expect_addresses: all(&self.expect_addresses)?,
            expect_names: named.collect::<Option<_>>()?,
            clients: self.clients.clone(),
            client: self.client,
        })
    }
}

impl From<&Remote> for Remote<Address> {
    fn from(remote: &Remote) -> Remote<Address> {
        let shown = remote.with(|ip| Some(Address::from(ip)));
        shown.expect("each address can be shown")
    }
}

impl Remote<Address> {
    /// As it is used; none where addresses were taken out.
    pub fn known(&self) -> Option<Remote> {
        self.with(Address::ip)
    }
}
