//! What a support agent wants to know of a certificate even when all is well.

use probe_sdk::trust::own_authorities;
use probe_sdk::{FactValue, Run, named, value};
use sha2::{Digest, Sha256};
use x509_parser::prelude::{GeneralName, X509Certificate, X509Name};

use crate::path::{End, Path};
use crate::sent::Sent;
use crate::{dates, key, names};

probe_sdk::facts! {
    SUMMARY = "certificate.summary": Text, "certificate", shown(60, "cert");
    SHA256 = "certificate.sha256": Text, "fingerprint of the certificate", compared(30, Value, PLACE);
    SUBJECT = "certificate.subject": Text, "subject of the certificate", compared(40, Value, PLACE);
    NAMES = "certificate.names": Texts, "names in the certificate", compared(50, Set, PLACE), privacy(HostName);
    ISSUER = "certificate.issuer": Text, "issuer of the certificate", compared(60, Value, PLACE);
    NOT_BEFORE = "certificate.not-before": Text, "first day of the certificate", compared(70, Value, PLACE);
    NOT_AFTER = "certificate.not-after": Text, "last day of the certificate", compared(80, Value, PLACE);
    LIFETIME_DAYS = "certificate.lifetime-days": Integer, "lifetime of the certificate, in days";
    KEY = "certificate.key": Text, "key of the certificate", compared(90, Value, PLACE), privacy(Open);
    KEY_KIND = "certificate.key-kind": Text, "kind of key of the certificate, as directives name it", fills("key"),
        privacy(Open);
    SIGNATURE = "certificate.signature": Text, "signature of the certificate", compared(100, Value, PLACE), privacy(Open);
    SERIAL = "certificate.serial": Text, "serial number of the certificate", privacy(SerialNumber);
    CHAIN = name::CERTIFICATE_CHAIN: Rows, "chain that the server sends", compared(110, Certificates, PLACE);
    TRUSTED_BY = name::CERTIFICATE_TRUSTED_BY: Text, "who trusts the certificate",
        compared(120, Value, &[Dependency::Host, Dependency::Port, Dependency::Ssl, Dependency::Program]);
    VERIFIES_WITH = "certificate.verifies-with": Texts, "changes that would make the certificate pass the check";
    WITHOUT_SERVER_NAME = "certificate.without-server-name": Text, "certificate without a server name";
    ELSEWHERE = "certificate.elsewhere": Rows, "certificates at other addresses of the name";
}

/// Records the certificate and the chain.
pub(crate) fn note(run: &mut Run, sent: &Sent<'_>) {
    let leaf = sent.leaf().certificate;
    let until = leaf.validity().not_after.timestamp();
    let left = dates::days_between(run.request().now, until);
    let issuer = who(leaf.issuer());
    let left = if left < 0 {
        "expired".to_string()
    } else {
        format!("{left} days left")
    };
    let summary = format!(
        "{}, from {issuer}, until {} ({left})",
        who(leaf.subject()),
        dates::day(until)
    );
    run.note(SUMMARY, value::text(summary));
    run.note(SUBJECT, value::text(name(leaf.subject())));
    run.note(ISSUER, value::text(name(leaf.issuer())));
    run.note(NAMES, value::texts(names::of(leaf)));
    run.note(
        NOT_BEFORE,
        value::text(dates::day(leaf.validity().not_before.timestamp())),
    );
    run.note(NOT_AFTER, value::text(dates::day(until)));
    let lifetime = dates::days_between(leaf.validity().not_before.timestamp(), until);
    run.note(LIFETIME_DAYS, value::number(lifetime));
    run.note(KEY, value::text(key::describe(leaf)));
    if let Some(kind) = key::kind(leaf) {
        run.note(KEY_KIND, value::text(kind));
    }
    run.note(SIGNATURE, value::text(key::signature(leaf)));
    run.note(SERIAL, value::text(leaf.raw_serial_as_string()));
    run.note(SHA256, value::text(fingerprint(sent.leaf().der)));
    let rows = sent
        .members()
        .iter()
        .map(|it| row(it.certificate))
        .collect();
    run.note(CHAIN, FactValue::Rows(rows));
}

/// Who vouches for it.
pub(crate) fn note_trust(run: &mut Run, path: &Path<'_>, is_public: bool) {
    let root = path.top().certificate.issuer().to_string();
    let vouches = match path.end {
        End::Known if is_public => "the public roots",
        End::Known if own_authorities().contains(&root) => {
            "the CA file given; not the public roots"
        }
        End::Known => "the CA file given or this machine's own roots; not the public roots",
        End::UnknownRoot | End::Open => "no root known here",
    };
    run.note(TRUSTED_BY, value::text(vouches));
}

/// SHA-256 of the encoded certificate, as tools print it: what somebody who pins it compares.
pub(crate) fn fingerprint(der: &[u8]) -> String {
    let bytes: Vec<String> = Sha256::digest(der)
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    bytes.join(":")
}

fn row(certificate: &X509Certificate<'_>) -> Vec<(String, String)> {
    vec![
        ("subject".into(), name(certificate.subject())),
        ("issuer".into(), name(certificate.issuer())),
        (
            "not-after".into(),
            dates::day(certificate.validity().not_after.timestamp()),
        ),
        ("key".into(), key::describe(certificate)),
    ]
}

/// A distinguished name, as people write it.
pub(crate) fn name(name: &X509Name<'_>) -> String {
    let text = name.to_string();
    if text.is_empty() {
        "(empty)".into()
    } else {
        text
    }
}

/// The common name, or the whole one where there is none.
pub(crate) fn common_name(subject: &X509Name<'_>) -> String {
    let common = subject
        .iter_common_name()
        .next()
        .and_then(|name| name.as_str().ok());
    common.map_or_else(|| name(subject), Into::into)
}

/// The same within a sentence of ours: whoever made the certificate chose the name.
pub(crate) fn who(subject: &X509Name<'_>) -> String {
    named(common_name(subject))
}

/// Where the issuer's certificate can be had, as the certificate itself says (RFC 5280 section 4.2.2.1).
pub(crate) fn issuer_location(certificate: &X509Certificate<'_>) -> Option<String> {
    use x509_parser::prelude::ParsedExtension;
    certificate
        .extensions()
        .iter()
        .find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::AuthorityInfoAccess(access) => {
                access.accessdescs.iter().find_map(|description| {
                    let ca_issuers =
                        description.access_method.to_id_string() == "1.3.6.1.5.5.7.48.2";
                    match &description.access_location {
                        GeneralName::URI(uri) if ca_issuers => Some((*uri).to_string()),
                        _ => None,
                    }
                })
            }
            _ => None,
        })
}
