//! Where a probe may connect to.
//!
//! A guest is not trusted with addresses: a server that announces a third host, or a name that resolves to a metadata
//! address, must not turn the engine into somebody's port scanner.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Mutex;

use ftp::Scope;

/// The lowest port of a data connection; below are services (RFC 6335 section 6).
const FIRST_DATA_PORT: u16 = 1024;

/// Why a connection is outside the grant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Not an address of the remote.
    #[error("{0} is not an address of the remote")]
    ForeignAddress(IpAddr),
    /// A name may not lead to a narrower network.
    #[error("{0} is a loopback, private or metadata address, and the remote was not given as one")]
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

/// What one run may connect to.
#[derive(Debug)]
pub struct Grant {
    port: u16,
    /// Whether the remote was given as an address, or by the name of the loopback (RFC 6761 section 6.3).
    given_as_address: bool,
    data_addresses: BTreeSet<IpAddr>,
    /// Addresses the remote's name resolved to in this run.
    resolved: Mutex<BTreeSet<IpAddr>>,
}

impl Grant {
    /// The grant for a remote: its port, and the data addresses the user allows beside its own.
    pub fn new(host: &str, port: u16, data_addresses: impl IntoIterator<Item = IpAddr>) -> Grant {
        let literal: Option<IpAddr> = host.parse().ok();
        Grant {
            port,
            given_as_address: literal.is_some() || host.eq_ignore_ascii_case("localhost"),
            data_addresses: data_addresses
                .into_iter()
                .map(|ip| ip.to_canonical())
                .collect(),
            resolved: Mutex::new(literal.into_iter().map(|ip| ip.to_canonical()).collect()),
        }
    }

    /// Records an address of the remote's name; says whether it may be connected to.
    pub fn learn(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.lock().insert(address);
        self.narrow_enough(address)
    }

    /// May a third party's address be asked for a certificate? One in a network as narrow as the remote's own may, where
    /// the remote was given as an address there.
    pub fn third_party(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let like_the_remote = || {
            self.given_as_address
                && self
                    .lock()
                    .iter()
                    .any(|own| Scope::of(*own) == Scope::of(address))
        };
        Scope::of(address) == Scope::Public || like_the_remote()
    }

    /// May a control connection go there?
    ///
    /// # Errors
    /// Why not.
    pub fn control(&self, to: SocketAddr) -> Result<(), Denied> {
        let address = to.ip().to_canonical();
        if !self.lock().contains(&address) {
            return Err(Denied::ForeignAddress(address));
        }
        if !self.narrow_enough(address) {
            return Err(Denied::NarrowAddress(address));
        }
        if to.port() != self.port && ![21, 990].contains(&to.port()) {
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
        if address != control_peer.to_canonical() && !self.data_addresses.contains(&address) {
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

    fn narrow_enough(&self, address: IpAddr) -> bool {
        self.given_as_address || Scope::of(address) == Scope::Public
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeSet<IpAddr>> {
        self.resolved
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_name_grants_its_public_addresses_on_three_ports() {
        let grant = Grant::new("ftp.example.com", 2121, []);
        assert!(
            grant.control(at("198.51.100.20:21")).is_err(),
            "not resolved yet"
        );
        assert!(grant.learn("198.51.100.20".parse().unwrap()));
        for port in [21, 990, 2121] {
            assert_eq!(
                grant.control(SocketAddr::new("198.51.100.20".parse().unwrap(), port)),
                Ok(())
            );
        }
        assert_eq!(
            grant.control(at("198.51.100.20:22")),
            Err(Denied::ControlPort(22))
        );
        assert!(matches!(
            grant.control(at("198.51.100.21:21")),
            Err(Denied::ForeignAddress(_))
        ));
    }

    #[test]
    fn a_name_never_leads_to_a_narrower_network() {
        let grant = Grant::new("ftp.example.com", 21, []);
        for narrow in [
            "127.0.0.1",
            "10.0.0.5",
            "169.254.169.254",
            "::1",
            "fd00::1",
            "::ffff:10.0.0.5",
        ] {
            let address: IpAddr = narrow.parse().unwrap();
            assert!(!grant.learn(address), "{narrow}");
            assert!(
                matches!(
                    grant.control(SocketAddr::new(address, 21)),
                    Err(Denied::NarrowAddress(_))
                ),
                "{narrow}"
            );
        }
    }

    #[test]
    fn a_remote_given_as_a_private_address_is_granted() {
        assert_eq!(
            Grant::new("10.0.0.5", 21, []).control(at("10.0.0.5:21")),
            Ok(())
        );
    }

    #[test]
    fn a_third_party_is_public_or_in_a_network_like_the_remote_s() {
        let by_name = Grant::new("ftp.example.com", 21, []);
        let inside = Grant::new("10.0.0.5", 21, []);
        let at = |text: &str| text.parse::<IpAddr>().unwrap();
        assert!(by_name.third_party(at("198.51.100.20")));
        assert!(!by_name.third_party(at("10.0.0.9")));
        assert!(inside.third_party(at("10.0.0.9")));
        assert!(!inside.third_party(at("127.0.0.1")));
        assert!(!inside.third_party(at("169.254.169.254")));
    }

    #[test]
    fn data_goes_to_the_control_peer_or_where_the_user_said() {
        let grant = Grant::new("198.51.100.20", 21, ["192.0.2.9".parse().unwrap()]);
        let peer = "198.51.100.20".parse().unwrap();
        assert_eq!(grant.data(peer, at("198.51.100.20:50000")), Ok(()));
        assert_eq!(grant.data(peer, at("192.0.2.9:50000")), Ok(()));
        assert_eq!(
            grant.data(peer, at("198.51.100.20:22")),
            Err(Denied::DataPort(22))
        );
        assert!(matches!(
            grant.data(peer, at("10.0.0.5:50000")),
            Err(Denied::ForeignAddress(_))
        ));
    }

    #[test]
    fn no_data_connection_goes_to_a_control_port() {
        let grant = Grant::new("198.51.100.20", 2121, ["192.0.2.9".parse().unwrap()]);
        let peer = "198.51.100.20".parse().unwrap();
        assert_eq!(
            grant.data(peer, at("198.51.100.20:2121")),
            Err(Denied::DataToControlPort(2121))
        );
        assert_eq!(grant.data(peer, at("198.51.100.20:2122")), Ok(()));
        assert_eq!(grant.data(peer, at("192.0.2.9:2121")), Ok(()));
    }
}
