//! Is it a certificate for servers? (RFC 5280 sections 4.2.1.9 and 4.2.1.12)

use probe_sdk::{Decision, Run};
use x509_parser::prelude::{ExtendedKeyUsage, X509Certificate};

use crate::path::{End, Path};
use crate::sent::Sent;
use crate::{WRONG_PURPOSE, finding};

pub(crate) fn judge(run: &mut Run, sent: &Sent<'_>, path: &Path<'_>) {
    let leaf = sent.leaf().certificate;
    if let Ok(Some(usage)) = leaf.extended_key_usage()
        && !usage.value.server_auth
        && !usage.value.any
    {
        let purposes = purposes(usage.value);
        let detail =
            format!("The certificate is issued for purposes other than a server: {purposes}.");
        run.found(
            finding(WRONG_PURPOSE, leaf, detail)
                .because(Decision::by_evidence(
                    "its own extended key usage (RFC 5280 section 4.2.1.12)",
                ))
                .evidence("purposes", purposes),
        );
        return;
    }
    // A certificate that signed itself is its own CA by nature; unless somebody trusts it, that is another fault.
    let nobody_s = sent.is_self_signed() && path.end == End::UnknownRoot;
    if is_ca(leaf) && !nobody_s {
        let detail = "The server presents the certificate of a certification authority as its own; clients like \
        ours reject it.";
        run.found(
            finding(WRONG_PURPOSE, leaf, detail)
                .because(Decision::by_evidence(
                    "its own basic constraints (RFC 5280 section 4.2.1.9)",
                ))
                .evidence("purposes", "certification authority"),
        );
    }
}

pub(crate) fn is_ca(certificate: &X509Certificate<'_>) -> bool {
    matches!(certificate.basic_constraints(), Ok(Some(constraints)) if constraints.value.ca)
}

fn purposes(usage: &ExtendedKeyUsage<'_>) -> String {
    let named = [
        (usage.client_auth, "client authentication"),
        (usage.code_signing, "code signing"),
        (usage.email_protection, "e-mail"),
        (usage.time_stamping, "time stamping"),
        (usage.ocsp_signing, "OCSP signing"),
    ];
    let mut list: Vec<String> = named
        .iter()
        .filter(|(set, _)| *set)
        .map(|(_, name)| (*name).to_string())
        .collect();
    list.extend(
        usage
            .other
            .iter()
            .map(x509_parser::asn1_rs::Oid::to_id_string),
    );
    if list.is_empty() {
        "none".into()
    } else {
        list.join(", ")
    }
}
