//! What the host itself has read in the certificates that the remote showed in this run. A probe may ask about what stands
//! there, and not about what it says stands there.

use rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, GeneralName, ParsedExtension, X509Certificate};

use model::remote::is_host_name;

/// More chains than this are no remote's that somebody means.
const MAX_CHAINS: usize = 8;
/// Certificates that are kept of one chain; real ones have up to five.
const MAX_CERTIFICATES: usize = 10;
/// Certificates that were fetched; a chain lacks one, seldom two.
const MAX_FETCHED: usize = 8;
/// Where the certificates of issuers are (RFC 5280 section 4.2.2.1).
const CA_ISSUERS: &str = "1.3.6.1.5.5.7.48.2";

/// The certificates of a run.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// The leaf first.
    chains: Vec<Vec<CertificateDer<'static>>>,
    /// From where those say that their issuers are.
    fetched: Vec<Vec<u8>>,
}

impl Shown {
    /// A handshake showed this chain.
    pub(super) fn chain(&mut self, chain: &[CertificateDer<'static>]) {
        let known = self.chains.iter().any(|it| it.first() == chain.first());
        if !known && self.chains.len() < MAX_CHAINS {
            let kept = chain.iter().take(MAX_CERTIFICATES);
            self.chains.push(kept.cloned().collect());
        }
    }

    /// This was fetched from where a certificate says that its issuer is.
    pub(super) fn fetched(&mut self, der: &[u8]) {
        if self.fetched.len() < MAX_FETCHED {
            self.fetched.push(der.to_vec());
        }
    }

    /// The name as a leaf has it, letter by letter, among the names of its subject (RFC 5280 section 4.2.1.6). A pattern
    /// names no host.
    pub(super) fn host_name(&self, name: &str) -> Option<String> {
        let leaves = self.chains.iter().filter_map(|chain| chain.first());
        let mut named = leaves.filter_map(|leaf| {
            let (_, certificate) = X509Certificate::from_der(leaf).ok()?;
            let names = certificate.subject_alternative_name().ok()??;
            let mut names = names.value.general_names.iter();
            let is_it = |it: &&GeneralName<'_>| {
                matches!(it, GeneralName::DNSName(own) if own.eq_ignore_ascii_case(name))
            };
            names.find(is_it).map(|_| name.to_ascii_lowercase())
        });
        named.next().filter(|name| is_host_name(name))
    }

    /// Whether a certificate says that its issuer is at this address.
    pub(super) fn names_issuer_at(&self, url: &str) -> bool {
        let shown = self.chains.iter().flatten().map(AsRef::<[u8]>::as_ref);
        let mut all = shown.chain(self.fetched.iter().map(Vec::as_slice));
        all.any(|der| X509Certificate::from_der(der).is_ok_and(|(_, it)| has_issuer_at(&it, url)))
    }
}

fn has_issuer_at(certificate: &X509Certificate<'_>, url: &str) -> bool {
    let extensions = certificate.extensions().iter();
    let access = extensions.filter_map(|extension| match extension.parsed_extension() {
        ParsedExtension::AuthorityInfoAccess(access) => Some(&access.accessdescs),
        _ => None,
    });
    access.flatten().any(|it| {
        let is_there = matches!(it.access_location, GeneralName::URI(own) if own == url);
        is_there && it.access_method.to_id_string() == CA_ISSUERS
    })
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, CustomExtension, KeyPair};

    use super::*;

    fn certificate(names: &[&str], issuer_at: Option<&str>) -> CertificateDer<'static> {
        let names = names.iter().map(|it| (*it).to_string());
        let mut params = CertificateParams::new(names.collect::<Vec<_>>()).unwrap();
        params.custom_extensions = issuer_at.map(access).into_iter().collect();
        let key = KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().clone()
    }

    /// Authority information access with one address.
    fn access(url: &str) -> CustomExtension {
        let der = yasna::construct_der(|writer| {
            writer.write_sequence(|writer| {
                writer.next().write_sequence(|writer| {
                    let id =
                        yasna::models::ObjectIdentifier::from_slice(&[1, 3, 6, 1, 5, 5, 7, 48, 2]);
                    writer.next().write_oid(&id);
                    let tag = yasna::Tag::context(6);
                    let url = |writer: yasna::DERWriter<'_>| writer.write_bytes(url.as_bytes());
                    writer.next().write_tagged_implicit(tag, url);
                });
            });
        });
        CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], der)
    }

    fn shown(chain: &[CertificateDer<'static>]) -> Shown {
        let mut shown = Shown::default();
        shown.chain(chain);
        shown
    }

    #[test]
    fn a_name_counts_as_it_stands_in_a_leaf() {
        let leaf = certificate(&["Files.example.com", "*.example.com"], None);
        let above = certificate(&["ca.example.com"], None);
        let shown = shown(&[leaf, above]);
        let name = |name: &str| shown.host_name(name);
        assert_eq!(
            name("files.EXAMPLE.com").as_deref(),
            Some("files.example.com")
        );
        for other in [
            "secret.example.com",
            "*.example.com",
            "ca.example.com",
            "files.example.com.evil.example",
            "files.example",
            "files.example.com.",
            "",
        ] {
            assert_eq!(name(other), None, "{other}");
        }
    }

    #[test]
    fn only_an_address_that_stands_in_a_certificate_is_asked() {
        let url = "http://ca.example.com/ca.der";
        let mut shown = shown(&[certificate(&["a.example"], Some(url))]);
        assert!(shown.names_issuer_at(url));
        let above = "http://root.example.com/root.der";
        for other in [
            above,
            "http://ca.example.com/ca.der?data",
            "http://CA.example.com/ca.der",
            "http://data.ca.example.com/ca.der",
        ] {
            assert!(!shown.names_issuer_at(other), "{other}");
        }
        shown.fetched(&certificate(&["ca.example"], Some(above)));
        assert!(shown.names_issuer_at(above));
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut shown = Shown::default();
        for number in 0..MAX_CHAINS + 3 {
            let leaf = certificate(&[&format!("h{number}.example")], None);
            shown.chain(&vec![leaf; MAX_CERTIFICATES + 3]);
            shown.fetched(b"anything");
        }
        assert_eq!(
            (shown.chains.len(), shown.fetched.len()),
            (MAX_CHAINS, MAX_FETCHED)
        );
        assert!(shown.chains.iter().all(|it| it.len() == MAX_CERTIFICATES));
    }
}
