//! A check: what the user asked for, and what that permits.

use std::net::{IpAddr, SocketAddr};
use std::ops::Deref;

use rustls::pki_types::CertificateDer;

use super::{Authority, Depth, Permissions, Remote, Selection, Timeouts};
use crate::journal::Journal;
use crate::login::Credential;
use crate::net::ClientCertificate;

/// Everything that somebody asks for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The remote.
    pub remote: Remote,
    /// User and password, if there are any.
    pub credential: Option<Credential>,
    /// Our own certificate, for servers that ask for one.
    pub client_certificate: Option<ClientCertificate>,
    /// CAs to trust beside the public ones.
    pub authorities: Vec<CertificateDer<'static>>,
    /// What the user agrees to.
    pub permissions: Permissions,
    /// Where it is written down what is made on the remote.
    pub journal: Journal,
    /// Data addresses other than the remote's own that may be dialled.
    pub data_addresses: Vec<IpAddr>,
    /// How much to look at.
    pub depth: Depth,
    /// The times to keep.
    pub timeouts: Timeouts,
    /// The resolver to ask instead of the system's.
    pub resolver: Option<SocketAddr>,
    /// Which probes to run.
    pub selection: Selection,
    /// The time to judge certificates by, in seconds since 1970.
    pub now: i64,
}

/// Everything a check needs to know: its settings, and the authority of the user.
#[derive(Clone, Debug)]
pub struct Check {
    asked: Asked,
    authority: Authority,
}

impl Check {
    /// What the user asked for, in the user's own words: from them comes the authority.
    pub fn of(asked: Asked) -> Check {
        Check {
            authority: Authority::of(&asked),
            asked,
        }
    }

    /// The same with other settings. Whatever they say, the authority stays that of the user.
    #[must_use]
    pub fn altered(mut self, alter: impl FnOnce(&mut Asked)) -> Check {
        alter(&mut self.asked);
        self
    }

    /// Where the password may go and what may be connected to.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }
}

impl Deref for Check {
    type Target = Asked;

    fn deref(&self) -> &Asked {
        &self.asked
    }
}

#[cfg(test)]
impl Asked {
    /// A check of a host and port with nothing special about it.
    pub(crate) fn of(host: &str, port: u16) -> Asked {
        use super::{CertificateCheck, ClientSettings, SslSetting};
        Asked {
            remote: Remote {
                host: host.into(),
                port,
                ssl: SslSetting::RequireExplicit,
                certificate_check: CertificateCheck::Full,
                user: None,
                remote_path: None,
                intended_use: None,
                max_connections: None,
                sources: Vec::new(),
                dedicated: Vec::new(),
                expect_addresses: Vec::new(),
                expect_names: Vec::new(),
                client: ClientSettings::default(),
            },
            credential: None,
            client_certificate: None,
            authorities: Vec::new(),
            permissions: Permissions::default(),
            journal: Journal::NotNeeded,
            data_addresses: Vec::new(),
            depth: Depth::Standard,
            timeouts: Timeouts::default(),
            resolver: None,
            selection: Selection::default(),
            now: 0,
        }
    }
}
