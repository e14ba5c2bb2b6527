//! The certificate of the control channel: each of its independent faults, found by verifying again with one thing changed.
//! The probe judges what an earlier handshake showed, and needs a connection only for what is shown elsewhere.

mod chain;
mod dates;
mod elsewhere;
mod facts;
mod fetched;
mod interception;
mod key;
mod lifetime;
mod look;
mod mend;
mod misfit;
mod names;
mod order;
mod other;
mod path;
mod purpose;
mod sent;

use probe_sdk::trust::Store;
use probe_sdk::{
    About, Capability, Code, Decision, Failure, Finding, MALFORMED_REPLY, Probe, Run, name, state,
};
use x509_parser::prelude::{FromDer, X509Certificate};

use interception::Suspicion;
use mend::Mended;
use path::{End, Path};
use sent::{Member, Sent};

probe_sdk::codes! {
    EXPIRED = "cert.expired";
    NOT_YET_VALID = "cert.not-yet-valid";
    EXPIRES_SOON = "cert.expires-soon";
    HOSTNAME_MISMATCH = "cert.hostname-mismatch";
    SELF_SIGNED = "cert.self-signed";
    UNTRUSTED_CA = "cert.untrusted-ca";
    MISSING_INTERMEDIATE = "cert.missing-intermediate";
    EXPIRED_INTERMEDIATE = "cert.expired-intermediate";
    CHAIN_MISORDERED = "cert.chain-misordered";
    WEAK_KEY = "cert.weak-key";
    WEAK_SIGNATURE = "cert.weak-signature";
    WRONG_PURPOSE = "cert.wrong-purpose";
    MALFORMED = "cert.malformed";
    LIFETIME_TOO_LONG = "cert.lifetime-too-long";
    SNI_DEPENDENT = "cert.sni-dependent";
    DIFFERS_BETWEEN_ADDRESSES = "cert.differs-between-addresses";
    INTERCEPTION = "tls.interception";
    FROM_INSPECTION = "cert.from-inspection";
    CHECK_RELAXED = "settings.certificate-check-relaxed";
}

/// Where TLS fails at one address of a name alone.
const ADDRESSES_DIFFER: Code = Code::of_another("dns.addresses-differ");

struct Certificate;

impl Probe for Certificate {
    const ABOUT: About = About {
        summary: "dates, names, chain, key and purpose of the certificate",
        requires: &[state::IDENTIFIED],
        capabilities: &[
            Capability::Names,
            Capability::Connect,
            Capability::FetchIssuer,
        ],
        codes: CODES,
        also_reports: &[ADDRESSES_DIFFER, MALFORMED_REPLY],
        facts: facts::FACTS,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        if run.text(name::CONTROL_MODE) == Some("clear") {
            run.not_applicable(
                "the certificate",
                CODES,
                "the connection is not secured by TLS",
            );
            return Ok(());
        }
        let chain = run.chain();
        judge(run, &chain);
        elsewhere::judge(run, &chain);
        check_relaxed(run);
        run.rest_clear(CODES);
        Ok(())
    }
}

probe_sdk::export!(Certificate);

/// Faults for which a client that checks would not go on.
const REFUSED_BY_A_CHECK: &[Code] = &[
    EXPIRED,
    NOT_YET_VALID,
    HOSTNAME_MISMATCH,
    SELF_SIGNED,
    UNTRUSTED_CA,
    MISSING_INTERMEDIATE,
    EXPIRED_INTERMEDIATE,
    WEAK_SIGNATURE,
    WRONG_PURPOSE,
];

/// A check that is off is told of only where it hides something.
fn check_relaxed(run: &mut Run) {
    if run.remote().certificate_check {
        return;
    }
    let hidden: Vec<&str> = REFUSED_BY_A_CHECK
        .iter()
        .filter(|code| run.has_found(**code))
        .map(|code| code.name)
        .collect();
    if hidden.is_empty() {
        return;
    }
    let detail = "The settings accept any certificate, so nobody notices that this one would fail the check.";
    run.found(Finding::new(CHECK_RELAXED, detail).evidence("hidden", hidden.join(", ")));
}

fn judge(run: &mut Run, chain: &[Vec<u8>]) {
    let Some(first) = chain.first() else {
        run.found(
            Finding::new(MALFORMED, "The server shows no certificate at all.")
                .because(Decision::by_evidence(
                    "the handshake itself, which brought none",
                ))
                .evidence("problem", "none sent"),
        );
        return;
    };
    let leaf = match X509Certificate::from_der(first) {
        Ok((_, leaf)) => leaf,
        Err(error) => {
            return malformed(run, &format!("it cannot be read as a certificate: {error}"));
        }
    };
    let others: Vec<(&Vec<u8>, X509Certificate<'_>)> = chain[1..]
        .iter()
        .filter_map(|der| Some((der, X509Certificate::from_der(der).ok()?.1)))
        .collect();
    let leaf = Member {
        der: first,
        certificate: &leaf,
    };
    let sent = Sent::new(leaf, &others, chain);
    facts::note(run, &sent);
    match broken(leaf.certificate) {
        Some(problem) => malformed(run, problem),
        None => judge_sent(run, &sent),
    }
}

fn judge_sent(run: &mut Run, sent: &Sent<'_>) {
    let Member { der, certificate } = sent.leaf();
    let now = run.request().now;
    let path = Path::best(sent, Store::Configured, now);
    let is_public = Path::best(sent, Store::Public, now).end == End::Known;
    facts::note_trust(run, &path, is_public);
    let named = names::cover(der, &run.remote().host);
    let mended = Mended::by(run, sent, &path, named);
    // By the rules of the public CAs, which bind no other.
    let bound = is_public || path.end != End::UnknownRoot && chain::is_public(certificate);

    dates::judge(run, certificate, &mended, bound);
    if !named {
        names::judge(run, der, certificate);
    }
    key::judge(run, sent);
    purpose::judge(run, sent, &path);
    let suspicion = interception::suspect(&path, is_public, now);
    let inspected = suspicion.as_ref().is_some_and(Suspicion::is_certain);
    chain::judge(run, sent, &path, &mended, inspected);
    order::judge(run, sent, &path);
    if let Some(suspicion) = suspicion {
        suspicion.report(run, &path);
    }
    if bound {
        lifetime::judge(run, certificate);
    }
}

/// What makes a certificate unusable whatever it says (RFC 5280 section 4.1).
fn broken(leaf: &X509Certificate<'_>) -> Option<&'static str> {
    if leaf.version().0 < 2 {
        return Some("it is an X.509 version 1 certificate, which cannot hold names for servers");
    }
    if leaf.validity().not_before.timestamp() > leaf.validity().not_after.timestamp() {
        return Some("it ends before it begins");
    }
    None
}

fn malformed(run: &mut Run, problem: &str) {
    run.found(
        Finding::new(MALFORMED, format!("The certificate is broken: {problem}."))
            .because(Decision::by_evidence("the bytes of the certificate"))
            .evidence("problem", problem),
    );
    let elsewhere = [SNI_DEPENDENT, DIFFERS_BETWEEN_ADDRESSES, MALFORMED];
    let rest: Vec<Code> = CODES
        .iter()
        .copied()
        .filter(|code| !elsewhere.contains(code))
        .collect();
    run.behind_fault(
        "the rest of the certificate",
        &rest,
        "blocked by cert.malformed",
    );
}

/// A finding with what everybody asks first: whose certificate, from whom, from when until when.
pub(crate) fn finding(
    code: Code,
    leaf: &X509Certificate<'_>,
    detail: impl Into<String>,
) -> Finding {
    Finding::new(code, detail)
        .evidence("subject", facts::name(leaf.subject()))
        .evidence("issuer", facts::name(leaf.issuer()))
        .evidence(
            "valid from",
            dates::day(leaf.validity().not_before.timestamp()),
        )
        .evidence(
            "valid until",
            dates::day(leaf.validity().not_after.timestamp()),
        )
}
