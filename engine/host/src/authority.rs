//! What the user's own words permit: where the password may go, and what may be connected to.
//!
//! Only a [`Check`](super::Check) makes one, from what the user asked for; a check with other settings, as a proof has it,
//! keeps the one of the user. So nobody else's words become authority: not a server's, not a certificate's, not a probe's.

use std::collections::BTreeSet;
use std::net::IpAddr;

use model::remote::{CertificateCheck, Remote, SslSetting, is_same_name};

use crate::Asked;

/// The control ports of every remote: explicit and implicit TLS (RFC 959 section 8, RFC 4217).
const OWN_PORTS: [u16; 2] = [21, 990];

/// Made once, from the user's own settings, and never from any other.
#[derive(Clone, Debug)]
pub struct Authority {
    host: String,
    given: Given,
    port: u16,
    ssl: SslSetting,
    certificate_check: CertificateCheck,
    cleartext_login: bool,
    unverified_login: bool,
    data_addresses: BTreeSet<IpAddr>,
    expected_names: Vec<String>,
}

/// How the user named the host, which decides the addresses that may be its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Given {
    /// By its address: this one and no other.
    Address(IpAddr),
    /// By the name of the loopback (RFC 6761 section 6.3).
    Localhost,
    /// By a name, together with the one address that it is to lead to.
    NameAt(IpAddr),
    /// By a name, which leads to public addresses.
    Name,
    /// By a name, which may lead to private addresses and to the loopback as well.
    NameInside,
}

/// Why settings go beyond what the user's own permit, so that no password is sent under them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Beyond {
    /// Another host.
    #[error("the password goes to no host but {user}, the one you gave")]
    Host {
        /// The host that the user gave.
        user: String,
        /// The other one.
        other: String,
    },
    /// A port that is none of the remote's.
    #[error("the password goes to no port but {user}, 21 and 990")]
    Port {
        /// The port that the user gave.
        user: u16,
    },
    /// Certificates would not be checked any more.
    #[error("the password goes to no server whose certificate is not checked")]
    CertificateCheck,
}

impl Authority {
    /// What these settings permit. Whoever calls this says that the user wrote them.
    pub(super) fn of(asked: &Asked) -> Authority {
        let (remote, permissions) = (&asked.remote, &asked.permissions);
        let data_addresses = asked.data_addresses.iter();
        Authority {
            host: remote.host.clone(),
            given: match remote.host.parse::<IpAddr>() {
                Ok(address) => Given::Address(address.to_canonical()),
                Err(_) => match remote.connect_to {
                    Some(address) => Given::NameAt(address.to_canonical()),
                    None if is_same_name(&remote.host, "localhost") => Given::Localhost,
                    None if permissions.private_addresses => Given::NameInside,
                    None => Given::Name,
                },
            },
            port: remote.port,
            ssl: remote.ssl,
            certificate_check: remote.certificate_check,
            cleartext_login: permissions.cleartext_login,
            unverified_login: permissions.unverified_login,
            data_addresses: data_addresses.map(IpAddr::to_canonical).collect(),
            expected_names: remote
                .expect_names
                .iter()
                .map(|it| it.name.clone())
                .collect(),
        }
    }

    /// The host, as the user wrote it: certificates are checked against it.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The address of the host, where the user gave it: nobody else is asked for it then.
    pub fn address(&self) -> Option<IpAddr> {
        match self.given {
            Given::Address(address) | Given::NameAt(address) => Some(address),
            Given::Localhost | Given::Name | Given::NameInside => None,
        }
    }

    /// The other names that the user expects something of.
    pub fn expected_names(&self) -> &[String] {
        &self.expected_names
    }

    /// Whether an address that the host leads to may be its own: a name never leads to a network that is narrower than
    /// the public one, unless the user says so, and what was given as an address leads nowhere else.
    pub fn admits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        match self.given {
            Given::Address(own) | Given::NameAt(own) => address == own,
            // Nothing that merely stands for the loopback of some machine, as a translated address does.
            Given::Localhost => address.is_loopback(),
            Given::Name => ftp::Scope::of(address) == ftp::Scope::Public,
            // Never to the link: what a hosting provider keeps there for its own machines tells secrets to whoever asks.
            Given::NameInside => match ftp::Scope::of(address) {
                ftp::Scope::Loopback | ftp::Scope::Private | ftp::Scope::Public => true,
                ftp::Scope::LinkLocal => false,
            },
        }
    }

    /// Whether a control connection may go to this port of the host.
    pub fn admits_port(&self, port: u16) -> bool {
        port == self.port || OWN_PORTS.contains(&port)
    }

    /// Whether the user lets data connections go to this address, whosever it is.
    pub fn admits_data_to(&self, address: IpAddr) -> bool {
        self.data_addresses.contains(&address.to_canonical())
    }

    /// Those addresses.
    pub fn data_addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.data_addresses.iter().copied()
    }

    /// Whether the password may go in clear text. A run with other settings needs their consent, too.
    pub fn clear_text(&self, setting_of_run: SslSetting) -> bool {
        // That a remote is configured so is no word of the user's: a settings file may say it.
        let allows = |ssl: SslSetting| match ssl {
            SslSetting::Never | SslSetting::IfAvailable => true,
            SslSetting::RequireExplicit | SslSetting::RequireImplicit => false,
        };
        self.cleartext_login && allows(self.ssl) && allows(setting_of_run)
    }

    /// Whether the password goes only to a server whose certificate passed the check.
    pub fn wants_certificate(&self) -> bool {
        !self.unverified_login
    }

    /// Whether a login with these settings stays within what the user's own permit: another mode, port, path or version of
    /// the same host does.
    ///
    /// # Errors
    /// What goes beyond it.
    pub fn covers(&self, remote: &Remote) -> Result<(), Beyond> {
        if !self.is_host(&remote.host) {
            return Err(Beyond::Host {
                user: self.host.clone(),
                other: remote.host.clone(),
            });
        }
        if !self.admits_port(remote.port) {
            return Err(Beyond::Port { user: self.port });
        }
        let relaxed = remote.certificate_check == CertificateCheck::Off;
        if relaxed && self.certificate_check == CertificateCheck::Full {
            return Err(Beyond::CertificateCheck);
        }
        Ok(())
    }

    /// Whether it is the host, however it is written.
    pub fn is_host(&self, name: &str) -> bool {
        match name.parse::<IpAddr>() {
            Ok(address) => self.given == Given::Address(address.to_canonical()),
            Err(_) => is_same_name(&self.host, name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Check;
    use crate::check::at;

    fn user() -> Check {
        Check::of(Asked::about(at("ftp.example.com", 2121)))
    }

    fn changed(change: impl FnOnce(&mut Remote)) -> Result<(), Beyond> {
        let check = user();
        let mut remote = check.remote.clone();
        change(&mut remote);
        check.authority().covers(&remote)
    }

    #[test]
    fn another_mode_port_or_way_of_the_same_host_is_within() {
        assert_eq!(changed(|_| ()), Ok(()));
        assert_eq!(changed(|it| it.host = "FTP.example.com.".into()), Ok(()));
        for port in [21, 990, 2121] {
            let implicit = |it: &mut Remote| {
                it.ssl = SslSetting::RequireImplicit;
                it.port = port;
            };
            assert_eq!(changed(implicit), Ok(()));
        }
        let path = |it: &mut Remote| it.remote_path = Some("in".into());
        assert_eq!(changed(path), Ok(()));
    }

    #[test]
    fn another_host_port_or_check_is_beyond() {
        for host in [
            "attacker.example",
            "198.51.100.20",
            "ftp.example.com.attacker.example",
            "ftp.example.co",
            "ftp.example.com..",
            "",
        ] {
            let beyond = changed(|it| it.host = host.into());
            assert!(matches!(beyond, Err(Beyond::Host { .. })), "{host}");
        }
        assert_eq!(changed(|it| it.port = 22), Err(Beyond::Port { user: 2121 }));
        let off = |it: &mut Remote| it.certificate_check = CertificateCheck::Off;
        assert_eq!(changed(off), Err(Beyond::CertificateCheck));
    }

    #[test]
    fn a_check_with_other_settings_keeps_the_authority_of_the_user() {
        let other = user().altered(|asked| {
            asked.remote.host = "attacker.example".into();
            asked.remote.ssl = SslSetting::Never;
            asked.permissions.unverified_login = true;
            asked.permissions.cleartext_login = true;
        });
        let authority = other.authority();
        assert_eq!(authority.host(), "ftp.example.com");
        assert!(authority.covers(&other.remote).is_err());
        assert!(authority.wants_certificate());
        assert!(!authority.clear_text(SslSetting::Never));
    }

    #[test]
    fn a_name_at_an_address_leads_there_and_nowhere_else() {
        let mut asked = Asked::about(at("ftp.example.com", 21));
        asked.remote.connect_to = "10.0.0.5".parse().ok();
        let check = Check::of(asked);
        let authority = check.authority();
        assert_eq!(authority.address(), "10.0.0.5".parse().ok());
        assert!(authority.admits("::ffff:10.0.0.5".parse().unwrap()));
        assert!(!authority.admits("10.0.0.6".parse().unwrap()));
        assert!(!authority.admits("198.51.100.20".parse().unwrap()));
        // Certificates are judged for the name, and the password goes to it.
        assert_eq!(authority.host(), "ftp.example.com");
        assert!(!authority.is_host("10.0.0.5"));
        // A proof with another address has no more authority than the user gave.
        let other = check
            .clone()
            .altered(|asked| asked.remote.connect_to = None);
        assert!(!other.authority().admits("198.51.100.20".parse().unwrap()));
    }

    #[test]
    fn a_name_leads_inside_only_where_the_user_lets_it() {
        let admits = |agreed: bool, address: &str| {
            let mut asked = Asked::about(at("ftp.example.com", 21));
            asked.permissions.private_addresses = agreed;
            Check::of(asked)
                .authority()
                .admits(address.parse().unwrap())
        };
        for inside in ["10.0.0.5", "127.0.0.1", "fd00::5", "::1", "100.64.0.1"] {
            assert!(admits(true, inside) && !admits(false, inside), "{inside}");
        }
        for never in ["169.254.169.254", "168.63.129.16", "fe80::1"] {
            assert!(!admits(true, never), "{never}");
        }
        assert!(admits(true, "198.51.100.20") && admits(false, "198.51.100.20"));
    }

    #[test]
    fn clear_text_needs_the_consent_of_the_user_and_of_the_run() {
        let with = |ssl: SslSetting, agreed: bool| {
            let mut asked = Asked::about(at("ftp.example.com", 21));
            asked.remote.ssl = ssl;
            asked.permissions.cleartext_login = agreed;
            Check::of(asked)
        };
        let never = with(SslSetting::Never, true);
        assert!(never.authority().clear_text(SslSetting::Never));
        let by_file_alone = with(SslSetting::Never, false);
        assert!(!by_file_alone.authority().clear_text(SslSetting::Never));
        let explicit = SslSetting::RequireExplicit;
        assert!(!never.authority().clear_text(explicit));
        let available = |agreed| with(SslSetting::IfAvailable, agreed);
        let itself = SslSetting::IfAvailable;
        assert!(!available(false).authority().clear_text(itself));
        assert!(!available(false).authority().clear_text(SslSetting::Never));
        assert!(available(true).authority().clear_text(itself));
    }
}
