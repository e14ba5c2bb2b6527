//! A check: what the user asked for, and what that permits.

use std::net::{IpAddr, SocketAddr};
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;

use model::remote::{Depth, Permissions, Remote, Selection, Timeouts};
use model::visit::VisitScope;

use crate::Authority;
use crate::journal::Journal;
use crate::login::{Credential, LoginGate};
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
    /// Who is asked before the password is sent, where somebody counts logins beyond this check.
    pub login_gate: Option<Arc<dyn LoginGate>>,
}

/// Everything a check needs to know: its settings, and the authority of the user.
#[derive(Clone, Debug)]
pub struct Check {
    asked: Asked,
    authority: Authority,
}

/// Three packets that ask for a connection have been lost by then (RFC 6298 section 2: after one second, and after two more).
const THREE_LOST: Duration = Duration::from_secs(4);

impl Check {
    /// How long a TCP connection may take. What only climbs as far as it gets is seen in full from another address, or was
    /// seen before: it waits no longer than it takes to know that packets vanish.
    pub fn connect_timeout(&self, scope: VisitScope) -> Duration {
        match scope {
            VisitScope::Full => self.timeouts.connect,
            VisitScope::Ladder => self.timeouts.connect.min(THREE_LOST),
        }
    }

    /// What the user asked for, in the user's own words: from them comes the authority.
    pub fn of(asked: Asked) -> Check {
        Check {
            authority: Authority::of(&asked),
            asked: Asked {
                timeouts: asked.timeouts.within_budget(),
                ..asked
            },
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

impl Asked {
    /// A look at this remote, with nothing special about it: no login, no permissions, the usual times.
    pub fn about(remote: Remote) -> Asked {
        Asked {
            remote,
            credential: None,
            client_certificate: None,
            authorities: Vec::new(),
            permissions: Permissions::default(),
            journal: Journal::NotNeeded,
            data_addresses: Vec::new(),
            depth: Depth::default(),
            timeouts: Timeouts::default(),
            resolver: None,
            selection: Selection::default(),
            now: 0,
            login_gate: None,
        }
    }
}

/// A remote that is configured for explicit TLS.
#[cfg(test)]
pub(crate) fn at(host: &str, port: u16) -> Remote {
    Remote {
        ssl: model::remote::SslSetting::RequireExplicit,
        ..Remote::at(host, port)
    }
}
