//! What a client says of the certificate.

use super::{Case, Way};
use crate::profile::{Care, Known};
use crate::trouble::Trouble;

const UNTRUSTED: [&str; 4] = [
    "cert.self-signed",
    "cert.untrusted-ca",
    "cert.missing-intermediate",
    "cert.from-inspection",
];
const DATES: [&str; 3] = [
    "cert.expired",
    "cert.not-yet-valid",
    "cert.expired-intermediate",
];

pub(super) fn look(case: &Case<'_>, way: &mut Way) {
    let (server, certificate) = (case.server, &case.client.certificate);
    for code in UNTRUSTED {
        if let Some(found) = server.found(code) {
            judge(case, way, &certificate.trust, "whom it trusts", || {
                Trouble::Untrusted(found.title.into())
            });
        }
    }
    for code in DATES {
        if let Some(found) = server.found(code) {
            judge(
                case,
                way,
                &certificate.dates,
                "whether it looks at dates",
                || Trouble::Dates(found.title.into()),
            );
        }
    }
    if server.has("cert.hostname-mismatch") {
        match server.named_in_common_name_alone() {
            true => judge(
                case,
                way,
                &certificate.common_name,
                "whether a common name is enough",
                || Trouble::CommonName,
            ),
            false => judge(
                case,
                way,
                &certificate.host_name,
                "whether it looks at the name",
                || Trouble::HostName,
            ),
        }
    }
    let of_authority = |it: &str| it == "certification authority";
    let purpose = server.found("cert.wrong-purpose");
    let is_authority = purpose.is_some_and(|it| it.evidence("purposes").is_some_and(of_authority));
    let purpose = match is_authority {
        true => (
            &certificate.authority,
            "whether it takes the certificate of an authority",
        ),
        false => (&certificate.purpose, "whether it looks at the purpose"),
    };
    for (code, care, what, trouble) in [
        ("cert.wrong-purpose", purpose.0, purpose.1, Trouble::Purpose),
        (
            "cert.weak-signature",
            &certificate.signature,
            "whether it accepts SHA-1",
            Trouble::WeakSignature,
        ),
        (
            "cert.weak-key",
            &certificate.key,
            "which keys it accepts",
            Trouble::WeakKey,
        ),
    ] {
        if server.has(code) {
            judge(case, way, care, what, || trouble);
        }
    }
    if server.has("cert.malformed") {
        judge(
            case,
            way,
            match certificate.malformed.is_some() {
                true => &certificate.malformed,
                false => &certificate.trust,
            },
            "what it does with a malformed certificate",
            || Trouble::Untrusted("the certificate is malformed".into()),
        );
    }
    if server.has("cert.sni-dependent") {
        let asks =
            |care: &Option<Known<Care>>| care.as_ref().is_some_and(|it| it.is != Care::Refuses);
        if asks(&certificate.host_name) && asks(&certificate.trust) {
            return;
        }
        let sends = &case.client.tls.server_name;
        way.unless(
            sends,
            |sends| *sends,
            "whether it sends the server name",
            || Trouble::NeedsServerName,
        );
    }
}

/// With a remote whose settings accept any certificate, a client is set so, too, if it can be.
fn judge(
    case: &Case<'_>,
    way: &mut Way,
    care: &Option<Known<Care>>,
    what: &str,
    trouble: impl FnOnce() -> Trouble,
) {
    let relaxed = case.server.accepts_any_certificate();
    if relaxed && let Some(setting) = case.client.setting(crate::Setting::Trust) {
        if care.as_ref().is_none_or(|it| it.is == Care::Refuses) {
            way.depends(format!("accepting this certificate: {setting}"));
        }
        return;
    }
    way.unless(care, |it| *it != Care::Refuses, what, trouble);
}
