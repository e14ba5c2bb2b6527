//! A certificate that was seen elsewhere, beside the one that was judged.

use probe_sdk::trust::{Question, Store, verify};
use probe_sdk::{Code, Finding};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::{dates, facts, finding, names};

/// A certificate seen elsewhere.
pub(crate) struct Other {
    fingerprint: String,
    /// Whose, until when, and whether it passes the check.
    pub(crate) words: String,
    pub(crate) covers_host: bool,
}

impl Other {
    pub(crate) fn read(chain: &[Vec<u8>], host: &str, now: i64) -> Other {
        let der = chain.first().map_or(&[][..], Vec::as_slice);
        let whose = X509Certificate::from_der(der).map_or_else(
            |_| "one that cannot be read".into(),
            |(_, certificate)| {
                format!(
                    "{}, from {}, until {}",
                    facts::who(certificate.subject()),
                    facts::who(certificate.issuer()),
                    dates::day(certificate.validity().not_after.timestamp())
                )
            },
        );
        let question = Question {
            chain: chain.to_vec(),
            name: Some(host.to_string()),
            at: now,
            store: Store::Configured,
            anchors: Vec::new(),
        };
        let passes = match verify(&question) {
            Ok(()) => "it passes the check too",
            Err(_) => "it does not pass the check",
        };
        Other {
            fingerprint: facts::fingerprint(der),
            words: format!("{whose} ({passes})"),
            covers_host: names::cover(der, host),
        }
    }

    /// A finding of the difference between `leaf`, which the session was shown, and this one.
    pub(crate) fn differs(&self, code: Code, detail: String, leaf: &[u8], place: &str) -> Finding {
        let named = match X509Certificate::from_der(leaf) {
            Ok((_, leaf)) => finding(code, &leaf, detail),
            Err(_) => Finding::new(code, detail),
        };
        named
            .evidence("shown to us", facts::fingerprint(leaf))
            .evidence(&format!("shown {place}"), &self.words)
            .evidence("its fingerprint", &self.fingerprint)
    }
}
