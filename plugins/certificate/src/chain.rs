//! Does a path lead to a trusted root, and if not, what is missing?
//!
//! The library that verifies gives one error where a chain has several faults. So the ways up are followed here by who
//! signed whom, each fault on the best of them is named, and the library is asked again with that fault changed.

use probe_sdk::trust::{Question, Store, TrustFault, own_authorities, verify};
use probe_sdk::{Decision, Finding, Owner, Run};
use x509_parser::prelude::{ParsedExtension, X509Certificate};

use crate::fetched::{Fetched, Issuer};
use crate::mend::{MENDED_BY, Mended};
use crate::path::{End, Path};
use crate::sent::{Member, Sent};
use crate::{
    EXPIRED_INTERMEDIATE, MISSING_INTERMEDIATE, NOT_YET_VALID, SELF_SIGNED, UNTRUSTED_CA, WEAK_KEY,
    WEAK_SIGNATURE, WRONG_PURPOSE, dates, facts, finding,
};

/// `inspected`: the CA is that of a firewall on the way, whose admin is the one to act.
pub(crate) fn judge(
    run: &mut Run,
    sent: &Sent<'_>,
    path: &Path<'_>,
    mended: &Mended,
    inspected: bool,
) {
    outdated_issuers(run, path, mended);
    match path.end {
        End::Known => refused_all_the_same(run, sent, mended),
        End::UnknownRoot if path.issuers().is_empty() => self_signed(run, sent, mended),
        End::UnknownRoot => unknown_root(run, path, mended, inspected),
        End::Open => open(run, sent, path),
    }
}

/// Issuers on the best way up that are out of date: without a better way, each of them breaks it.
fn outdated_issuers(run: &mut Run, path: &Path<'_>, mended: &Mended) {
    let now = run.request().now;
    let leaf = path.members[0].certificate;
    let ended: Vec<&Member<'_>> = path
        .issuers()
        .iter()
        .filter(|issuer| issuer.ends() < now)
        .collect();
    if let Some(first) = ended.first() {
        let detail = format!(
            "The intermediate certificate of {}, which the server sends, expired on {}. No other path leads from \
            the server's certificate to a root.",
            facts::who(first.certificate.subject()),
            dates::day(first.ends())
        );
        let named = finding(EXPIRED_INTERMEDIATE, leaf, detail).because(Decision::by_evidence(
            "every path to a root that can be built from what was sent",
        ));
        let named = ended.iter().fold(named, |named, issuer| {
            named.evidence("expired issuer", facts::name(issuer.certificate.subject()))
        });
        run.found(mended.by_clock(named));
    }
    let early = path.issuers().iter().find(|issuer| issuer.begins() > now);
    if let Some(early) = early.filter(|_| !run.has_found(NOT_YET_VALID)) {
        let detail = format!(
            "The intermediate certificate of {} is not valid before {}, or the clock of this machine is wrong.",
            facts::who(early.certificate.subject()),
            dates::day(early.begins())
        );
        let named = finding(NOT_YET_VALID, leaf, detail)
            .because(Decision::by_evidence(
                "its start date, by the clock of this machine",
            ))
            .evidence("our clock", dates::day(now));
        run.found(mended.by_clock(named));
    }
}

fn self_signed(run: &mut Run, sent: &Sent<'_>, mended: &Mended) {
    let detail = "The certificate is self-signed: anyone could have created it, and no CA vouches for the server.";
    run.found(mended.by_root(
        finding(SELF_SIGNED, sent.leaf().certificate, detail).because(Decision::by_evidence(
            "it names itself as its issuer, and nothing here trusts it",
        )),
    ));
}

/// The way up is known to the library too, and it says no for a reason that no other finding gives.
fn refused_all_the_same(run: &mut Run, sent: &Sent<'_>, mended: &Mended) {
    let Some(fault) = &mended.left else { return };
    let said = run.found_of(&[WRONG_PURPOSE, WEAK_KEY, WEAK_SIGNATURE]);
    if said.is_some() {
        return;
    }
    let leaf = sent.leaf().certificate;
    let detail = format!(
        "A path leads from the certificate to a trusted root, but clients reject it: {}.",
        words(fault)
    );
    run.found(
        finding(UNTRUSTED_CA, leaf, detail)
            .because(Decision::by_evidence(
                "the same rules that clients check a chain by (RFC 5280 section 6)",
            ))
            .evidence("top of the chain", facts::name(leaf.issuer()))
            .evidence("refused because", words(fault)),
    );
}

fn words(fault: &TrustFault) -> &str {
    match fault {
        TrustFault::NameConstraints => "an issuer may not issue for these names",
        TrustFault::PathTooLong => "the chain is longer than an issuer allows",
        TrustFault::IssuerNotCa => {
            "an issuer's certificate is not that of a certification authority"
        }
        TrustFault::UnsupportedSignature => "clients do not accept one of the signature algorithms",
        TrustFault::BadSignature => "a signature does not fit its issuer's key",
        TrustFault::Revoked => "it was revoked",
        TrustFault::Other(words) => words,
        _ => "the chain does not verify",
    }
}

/// Complete, up to a root that is trusted neither by the public nor by the settings.
fn unknown_root(run: &mut Run, path: &Path<'_>, mended: &Mended, inspected: bool) {
    let root = path.top().certificate.subject();
    let detail = format!(
        "The chain is complete and ends at {}, a certification authority that is neither publicly trusted nor \
        trusted by the settings.",
        facts::who(root)
    );
    let named = finding(UNTRUSTED_CA, path.members[0].certificate, detail)
        .because(Decision::by_evidence(
            "every path that can be built ends there",
        ))
        .evidence("top of the chain", facts::name(root));
    let named = mended.by_root(named);
    run.found(if inspected {
        named.owner(Owner::FirewallAdmin)
    } else {
        named
    });
}

/// The way up ends below a certificate that was not sent: it was forgotten, or it is a root that nobody here trusts.
fn open(run: &mut Run, sent: &Sent<'_>, path: &Path<'_>) {
    match Fetched::above(&path.top()) {
        Fetched::NotTried => run.found(unseen(sent, path)),
        Fetched::Nothing(why) => run.found(unseen(sent, path).evidence("not fetched", why)),
        Fetched::Complete(issuers) => {
            let named = missing(sent, path).because(Decision::by_evidence(
                "the fetched issuer, which a trusted root or another fetched certificate signed",
            ));
            run.found(if completes(run, sent, &issuers) {
                let names: Vec<&str> = issuers.iter().map(|it| it.common_name.as_str()).collect();
                named.evidence(MENDED_BY, format!("{}, fetched", names.join(" and ")))
            } else {
                named
            });
        }
        Fetched::UnknownRoot(issuers) => {
            let Some((root, between)) = issuers.split_last() else {
                return;
            };
            let detail = format!(
                "The server sends an incomplete chain. With the missing certificates, which were fetched, it ends \
                at {}, a certification authority that is neither publicly trusted nor trusted by the settings.",
                probe_sdk::named(&root.common_name)
            );
            let leaf = sent.leaf().certificate;
            run.found(
                finding(UNTRUSTED_CA, leaf, detail)
                    .because(Decision::by_evidence("the issuers that were fetched"))
                    .evidence("top of the chain", &root.subject),
            );
            if !between.is_empty() {
                run.found(
                    missing(sent, path)
                        .because(Decision::by_evidence("the issuers that were fetched")),
                );
            }
        }
    }
}

/// Whether the certificate verifies with these issuers, were it not for its dates and its name.
fn completes(run: &Run, sent: &Sent<'_>, issuers: &[Issuer]) -> bool {
    let mut chain = sent.all().to_vec();
    chain.extend(issuers.iter().map(|issuer| issuer.der.clone()));
    let question = Question {
        chain,
        name: None,
        at: dates::moment_of_validity(run.request().now, sent.leaf().certificate),
        store: Store::Configured,
        anchors: Vec::new(),
    };
    verify(&question).is_ok()
}

/// The issuer was not seen: what the certificate says of itself has to do.
fn unseen(sent: &Sent<'_>, path: &Path<'_>) -> Finding {
    let top = path.top().certificate;
    let decides = "look at the issuer's own certificate, which the certificate owner has. If a trusted root \
    signed it, it is missing from the chain. If it is self-signed, it is a private root";
    if is_public(sent.leaf().certificate) {
        missing(sent, path).because(Decision::by_evidence(
            "it contains entries that only public authorities add (RFC 6962)",
        ))
    } else if facts::issuer_location(top).is_some() {
        let decides =
            format!("{decides}. --fetch-issuers downloads it from the address in the certificate");
        missing(sent, path).likely(UNTRUSTED_CA, &decides)
    } else if !own_authorities().is_empty() {
        missing(sent, path).likely(UNTRUSTED_CA, decides)
    } else {
        let detail = format!(
            "The certificate was issued by {}, which is neither publicly trusted nor trusted by the settings.",
            facts::who(top.issuer())
        );
        finding(UNTRUSTED_CA, sent.leaf().certificate, detail)
            .evidence("top of the chain", facts::name(top.issuer()))
            .likely(MISSING_INTERMEDIATE, decides)
    }
}

fn missing(sent: &Sent<'_>, path: &Path<'_>) -> Finding {
    let top = path.top().certificate;
    let detail = format!(
        "The server does not send the certificate of {}, which links its own to a trusted root. Browsers often fetch it automatically; FTP clients do not.",
        facts::who(top.issuer())
    );
    let mut named = finding(MISSING_INTERMEDIATE, sent.leaf().certificate, detail)
        .evidence("missing", facts::name(top.issuer()));
    if let Some(location) = facts::issuer_location(top) {
        named = named.evidence("fetch it from", location);
    }
    // Whoever renews with another CA often keeps the file with the issuers of the last one.
    let instead = sent.members().iter().filter(|it| !path.contains(it));
    for stranger in instead {
        named = named.evidence("sent instead", facts::name(stranger.certificate.subject()));
    }
    named
}

/// Whether the certificate says of itself that it is a public CA's: only those log their certificates (RFC 6962) and
/// name the policies of the CA/Browser Forum.
pub(crate) fn is_public(leaf: &X509Certificate<'_>) -> bool {
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
