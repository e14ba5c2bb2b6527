//! The certificate of the control channel: every independent fault of it, found by asking again with one thing changed at
//! a time. It looks at what an earlier handshake showed, so it costs no connection.

mod chain;
mod dates;
mod facts;
mod key;
mod names;
mod purpose;

use probe_sdk::{About, Code, Failure, Finding, Probe, Run, state};
use x509_parser::prelude::{FromDer, X509Certificate};

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
}

struct Certificate;

impl Probe for Certificate {
    const ABOUT: About = About {
        summary: "dates, names, chain, key and purpose of the certificate",
        after: &[state::IDENTIFIED],
        codes: CODES,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        if run.text("control.mode") == Some("clear") {
            run.not_applicable(
                "the certificate",
                CODES,
                "the connection is not secured by TLS",
            );
            return Ok(());
        }
        let chain = run.chain();
        judge(run, &chain);
        run.rest_clear(CODES);
        Ok(())
    }
}

probe_sdk::export!(Certificate);

fn judge(run: &mut Run, chain: &[Vec<u8>]) {
    let Some(first) = chain.first() else {
        run.found(
            Finding::new(MALFORMED, "The server shows no certificate at all.")
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
    facts::note(run, &leaf, &others);
    if let Some(problem) = broken(&leaf) {
        return malformed(run, problem);
    }
    let sent = chain::Sent {
        leaf_der: first,
        leaf: &leaf,
        others: &others,
        all: chain,
    };
    dates::judge(run, &leaf);
    names::judge(run, first, &leaf);
    key::judge(run, &leaf, &others);
    purpose::judge(run, &sent);
    chain::judge(run, &sent);
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
            .evidence("problem", problem),
    );
    let rest: Vec<Code> = CODES
        .iter()
        .copied()
        .filter(|code| *code != MALFORMED)
        .collect();
    run.behind_fault(
        "the rest of the certificate",
        &rest,
        "cert.malformed stands in the way",
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
