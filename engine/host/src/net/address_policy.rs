//! Where a probe may connect to.
//!
//! A guest is not trusted with addresses: a server that announces a third host, or a name that resolves to a metadata
//! address, must not turn the engine into somebody's port scanner. So the addresses of the remote are those that the host
//! itself found under the name that the user gave, and nothing that a guest asks adds to them.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, MutexGuard, PoisonError};

use ftp::Scope;

use crate::Authority;

/// The lowest port of a data connection; below are services (RFC 6335 section 6).
const FIRST_DATA_PORT: u16 = 1024;

/// Why a connection is against the policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Not an address of the remote.
    #[error("{0} is not an address of the remote")]
    ForeignAddress(IpAddr),
    /// A name may not lead to a narrower network.
    #[error("{0} is not a public address, and the remote was not given as exactly this address")]
    NarrowAddress(IpAddr),
    /// Neither the configured port nor one of FTP's own.
    #[error("port {0} is neither the remote's port nor 21 nor 990")]
    ControlPort(u16),
    /// Data channels are never below 1024.
    #[error("port {0} is below 1024: not a data channel")]
    DataPort(u16),
    /// What is said on a control connection is held to a list.
    #[error("port {0} is the remote's control port: not a data channel")]
    DataToControlPort(u16),
}

/// What one run may connect to: what the user's authority admits of the addresses that the host leads to.
#[derive(Debug)]
pub struct AddressPolicy {
    authority: Authority,
    /// The addresses that the host was found to lead to in this run, admitted or not.
    found: Mutex<BTreeSet<IpAddr>>,
}

impl AddressPolicy {
    /// The policy of a run under this authority. Of a host that was given by a name nothing is granted before
    /// [`learn`](AddressPolicy::learn).
    pub fn new(authority: Authority) -> AddressPolicy {
        AddressPolicy {
            found: Mutex::new(authority.address().into_iter().collect()),
            authority,
        }
    }

    /// The authority it is made from.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Records the addresses that were found under the host's own name, and under no other.
    pub(super) fn learn(&self, addresses: &[IpAddr]) {
        let addresses = addresses.iter().map(IpAddr::to_canonical);
        self.found().extend(addresses);
    }

    /// Whether it is an address of the remote that may be connected to.
    pub fn covers(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.found().contains(&address) && self.authority.admits(address)
    }

    /// May a third party's address be asked for a certificate? Where it is everybody's or the remote's own.
    pub fn third_party(&self, address: IpAddr) -> bool {
        Scope::of(address) == Scope::Public || self.covers(address)
    }

    /// May a control connection go there?
    ///
    /// # Errors
    /// Why not.
    pub fn control(&self, to: SocketAddr) -> Result<(), Denied> {
        let address = to.ip().to_canonical();
        if !self.found().contains(&address) {
            return Err(Denied::ForeignAddress(address));
        }
        if !self.authority.admits(address) {
            return Err(Denied::NarrowAddress(address));
        }
        if !self.authority.admits_port(to.port()) {
            return Err(Denied::ControlPort(to.port()));
        }
        Ok(())
    }

    /// May a data connection of a control connection with this peer go there?
    ///
    /// # Errors
    /// Why not.
    pub fn data(&self, control_peer: IpAddr, to: SocketAddr) -> Result<(), Denied> {
        let address = to.ip().to_canonical();
        let of_the_peer = address == control_peer.to_canonical() && self.covers(address);
        if !of_the_peer && !self.authority.admits_data_to(address) {
            return Err(Denied::ForeignAddress(address));
        }
        if to.port() < FIRST_DATA_PORT {
            return Err(Denied::DataPort(to.port()));
        }
        // Nobody reads along on a data connection.
        if self.control(to).is_ok() {
            return Err(Denied::DataToControlPort(to.port()));
        }
        Ok(())
    }

    fn found(&self) -> MutexGuard<'_, BTreeSet<IpAddr>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[path = "address_policy_tests.rs"]
mod tests;
