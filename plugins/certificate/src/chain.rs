//! Does a path lead to a trusted root, and if not, what is missing?
//!
//! The library that verifies says only that it found no path. The four causes (missing intermediate, private CA,
//! self-signed, expired issuer) are told apart by asking again with one thing changed.

use probe_sdk::trust::{Question, Store, TrustFault, own_authorities, signed_by, verify};
use probe_sdk::{Finding, Run};
use x509_parser::prelude::{ParsedExtension, X509Certificate};

use crate::{
    CHAIN_MISORDERED, EXPIRED_INTERMEDIATE, MISSING_INTERMEDIATE, SELF_SIGNED, UNTRUSTED_CA, dates,
    facts, finding,
};

/// The certificates as the server sent them.
pub(crate) struct Sent<'a> {
    pub(crate) leaf_der: &'a Vec<u8>,
    pub(crate) leaf: &'a X509Certificate<'a>,
    pub(crate) others: &'a [(&'a Vec<u8>, X509Certificate<'a>)],
    pub(crate) all: &'a [Vec<u8>],
}

impl Sent<'_> {
    /// Whether the leaf signed itself, and is not merely named like its issuer.
    pub(crate) fn is_self_signed(&self) -> bool {
        self.leaf.subject() == self.leaf.issuer()
            && signed_by(self.leaf_der, self.leaf_der) != Ok(false)
    }

    fn ask(&self, store: Store, at: i64, anchors: Vec<Vec<u8>>) -> Result<(), TrustFault> {
        verify(&Question {
            chain: self.all.to_vec(),
            name: None,
            at,
            store,
            anchors,
        })
    }
}

pub(crate) fn judge(run: &mut Run, sent: &Sent<'_>) {
    misordered(run, sent);
    let now = run.request().now;
    // Dates of the leaf are another finding: the question here is the chain.
    let at = dates::moment_of_validity(now, sent.leaf);
    match sent.ask(Store::Configured, at, Vec::new()) {
        Ok(()) => {}
        Err(_) if expired_issuer(run, sent, at) => {}
        // No moment suits the leaf and its issuers alike. Its own dates have been said; its issuers are those of today.
        Err(TrustFault::Expired | TrustFault::NotYetValid)
            if at != now && reaches_a_known_root(sent) => {}
        // What is wrong with the leaf itself has been said; the path is judged as if it were not.
        Err(_) if sent.is_self_signed() => self_signed(run, sent),
        Err(
            TrustFault::UnknownIssuer
            | TrustFault::BadSignature
            | TrustFault::Expired
            | TrustFault::NotYetValid,
        ) => {
            no_path(run, sent);
        }
        Err(
            TrustFault::UnsupportedSignature | TrustFault::WrongPurpose | TrustFault::CaUsedAsLeaf,
        ) => {
            if !reaches_a_known_root(sent) && top(sent).1.subject() == top(sent).1.issuer() {
                no_path(run, sent);
            }
        }
        Err(fault) => {
            let detail =
                format!("The certificate does not verify against any trusted root: {fault:?}.");
            run.found(
                finding(UNTRUSTED_CA, sent.leaf, detail)
                    .evidence("top of the chain", facts::name(top(sent).1.issuer())),
            );
        }
    }
}

fn self_signed(run: &mut Run, sent: &Sent<'_>) {
    let detail = "The certificate was signed by itself: anybody could have made it, and nothing vouches for the server.";
    run.found(finding(SELF_SIGNED, sent.leaf, detail));
}

/// The last certificate of the path that begins with the leaf, as far as it was sent.
fn top<'a>(sent: &'a Sent<'_>) -> (&'a [u8], &'a X509Certificate<'a>) {
    let mut current: (&[u8], &X509Certificate<'_>) = (sent.leaf_der, sent.leaf);
    // A path is no longer than what was sent.
    for _ in 0..sent.others.len() {
        let issuer = sent.others.iter().find(|(der, other)| {
            other.subject() == current.1.issuer()
                && other.raw_serial() != current.1.raw_serial()
                && signed_by(current.0, der) != Ok(false)
        });
        match issuer {
            Some((der, other)) if other.subject() != current.1.subject() => current = (der, other),
            _ => break,
        }
    }
    current
}

/// Whether the top of the path is directly below, or is, a root we know: then the fault lies in the leaf.
fn reaches_a_known_root(sent: &Sent<'_>) -> bool {
    let (der, certificate) = top(sent);
    let at = dates::moment_of_validity(certificate.validity().not_before.timestamp(), certificate);
    let question = Question {
        chain: vec![der.to_vec()],
        name: None,
        at,
        store: Store::Configured,
        anchors: Vec::new(),
    };
    // The fault is ranked above an unknown issuer by the library.
    verify(&question) != Err(TrustFault::UnknownIssuer)
}

/// No path: because a certificate between was not sent, or because nobody trusts the root.
fn no_path(run: &mut Run, sent: &Sent<'_>) {
    let (_, top) = top(sent);
    let issuer = facts::name(top.issuer());
    if top.subject() == top.issuer() {
        let detail = format!(
            "The chain is complete and ends at {}, a certification authority that neither the public roots nor the \
             settings trust.",
            facts::common_name(top.subject())
        );
        run.found(finding(UNTRUSTED_CA, sent.leaf, detail).evidence("top of the chain", issuer));
        return;
    }
    let location = facts::issuer_location(top);
    let public = is_public(sent.leaf);
    let missing = || {
        let detail = format!(
            "The server does not send the certificate of {}, which links its own to a trusted root. Browsers often find \
             it by themselves; FTP clients do not.",
            facts::common_name(top.issuer())
        );
        let finding = finding(MISSING_INTERMEDIATE, sent.leaf, detail).evidence("missing", &issuer);
        match &location {
            Some(location) => finding.evidence("fetch it from", location),
            None => finding,
        }
    };
    let untrusted = || {
        let detail = format!(
            "The certificate was issued by {}, which neither the public roots nor the settings trust.",
            facts::common_name(top.issuer())
        );
        finding(UNTRUSTED_CA, sent.leaf, detail).evidence("top of the chain", &issuer)
    };
    let decides = "the issuer's own certificate: if a trusted root signed it, it is missing from the chain; if it signed \
                   itself, it is a private root. The owner of the certificate has it";
    let finding: Finding = if public {
        missing()
    } else if location.is_some() || !own_authorities().is_empty() {
        missing().likely(UNTRUSTED_CA, decides)
    } else {
        untrusted().likely(MISSING_INTERMEDIATE, decides)
    };
    run.found(finding);
}

/// Only public CAs log their certificates (RFC 6962) and name the CA/Browser Forum's policies.
fn is_public(leaf: &X509Certificate<'_>) -> bool {
    leaf.extensions()
        .iter()
        .any(|extension| match extension.parsed_extension() {
            ParsedExtension::SCT(list) => !list.is_empty(),
            ParsedExtension::CertificatePolicies(policies) => policies
                .iter()
                .any(|policy| policy.policy_id.to_id_string().starts_with("2.23.140.1.")),
            _ => false,
        })
}

/// An issuer that was sent is past its end: with the clock turned back to when it was valid, the path stands.
fn expired_issuer(run: &mut Run, sent: &Sent<'_>, at: i64) -> bool {
    let now = run.request().now;
    let expired = sent
        .others
        .iter()
        .find(|(_, other)| other.validity().not_after.timestamp() < now);
    let Some((_, expired)) = expired else {
        return false;
    };
    let before = expired.validity().not_after.timestamp() - 1;
    let then = before.max(sent.leaf.validity().not_before.timestamp());
    let stands_then = sent.ask(Store::Configured, then, Vec::new()).is_ok();
    // The leaf may be younger than the end of its issuer: then only the issuer's own path can be asked about.
    let issuer_stands_then = || {
        let chain: Vec<Vec<u8>> = sent.others.iter().map(|(der, _)| (*der).clone()).collect();
        verify(&Question {
            chain,
            name: None,
            at: before,
            store: Store::Configured,
            anchors: Vec::new(),
        }) != Err(TrustFault::UnknownIssuer)
    };
    if at != now || !(stands_then || issuer_stands_then()) {
        return false;
    }
    let detail = format!(
        "The server's own certificate is valid, and that of {} above it, which it sends along, ended on {}.",
        facts::common_name(expired.subject()),
        dates::day(expired.validity().not_after.timestamp())
    );
    run.found(
        finding(EXPIRED_INTERMEDIATE, sent.leaf, detail)
            .evidence("expired issuer", facts::name(expired.subject())),
    );
    true
}

/// Each certificate should be followed by its issuer (RFC 5246 section 7.4.2), and nothing else be sent.
fn misordered(run: &mut Run, sent: &Sent<'_>) {
    let mut previous = sent.leaf;
    let mut wrong = None;
    for (index, (der, other)) in sent.others.iter().enumerate() {
        if sent.all[..=index].contains(der) {
            wrong = Some("a certificate is sent twice");
        } else if other.subject() != previous.issuer() {
            wrong = Some("a certificate is not followed by its issuer");
        }
        previous = other;
    }
    let Some(wrong) = wrong else { return };
    let order: Vec<String> = std::iter::once(sent.leaf)
        .chain(sent.others.iter().map(|(_, other)| other))
        .map(|certificate| facts::common_name(certificate.subject()))
        .collect();
    let detail =
        format!("The chain is not in order: {wrong}. Some clients cope, strict ones do not.");
    run.found(
        finding(CHAIN_MISORDERED, sent.leaf, detail).evidence("order sent", order.join(" > ")),
    );
}
