//! The roots a chain may lead to.

use std::borrow::Cow;
use std::sync::{LazyLock, Once, OnceLock};

use rustls::pki_types::{CertificateDer, TrustAnchor};
use webpki_roots::TLS_SERVER_ROOTS as MOZILLA;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::{Question, Store};

/// The roots of this process, Mozilla's and the system's, each once: reading the latter costs more than a handshake.
static WELL_KNOWN: LazyLock<Vec<TrustAnchor<'static>>> = LazyLock::new(|| {
    // Roots that cannot be read are not there; Mozilla's are, in any case.
    let found = rustls_native_certs::load_native_certs();
    let system = found.certs.iter().filter_map(anchor);
    let others = system.filter(|anchor| !MOZILLA.contains(anchor));
    MOZILLA.iter().cloned().chain(others).collect()
});

/// What one remote is checked against.
#[derive(Debug, Default)]
pub(super) struct Roots {
    own: Vec<TrustAnchor<'static>>,
    own_names: Vec<String>,
    /// The user's own and the well-known ones, in one piece.
    all: OnceLock<Vec<TrustAnchor<'static>>>,
}

impl Roots {
    /// The system's roots are read meanwhile: that takes as long as a handshake, and is not needed before one is over.
    pub(super) fn new(own: &[CertificateDer<'static>]) -> Roots {
        static BEGUN: Once = Once::new();
        BEGUN.call_once(|| {
            std::thread::spawn(|| LazyLock::force(&WELL_KNOWN).len());
        });
        let names = own
            .iter()
            .filter_map(|der| Some(X509Certificate::from_der(der).ok()?.1.subject().to_string()));
        Roots {
            own_names: names.collect(),
            own: own.iter().filter_map(anchor).collect(),
            all: OnceLock::new(),
        }
    }

    /// The names of the user's own CAs.
    pub(super) fn own_names(&self) -> &[String] {
        &self.own_names
    }

    /// The user's own CAs, Mozilla's roots and the system's.
    pub(super) fn all(&self) -> &[TrustAnchor<'static>] {
        if self.own.is_empty() {
            return &WELL_KNOWN;
        }
        self.all
            .get_or_init(|| self.own.iter().chain(&*WELL_KNOWN).cloned().collect())
    }

    /// What counts for a question.
    pub(super) fn of(&self, question: &Question<'_>) -> Cow<'_, [TrustAnchor<'static>]> {
        let stored = match question.store {
            Store::Configured => self.all(),
            Store::Public => MOZILLA,
            Store::None => &[],
        };
        if question.anchors.is_empty() {
            return Cow::Borrowed(stored);
        }
        let named = question.anchors.iter().filter_map(anchor);
        Cow::Owned(named.chain(stored.iter().cloned()).collect())
    }
}

fn anchor(der: &CertificateDer<'_>) -> Option<TrustAnchor<'static>> {
    webpki::anchor_from_trusted_cert(der)
        .ok()
        .map(|anchor| anchor.to_owned())
}
