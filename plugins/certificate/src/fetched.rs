//! The issuers that were not sent, fetched from where the certificates say that they are (RFC 5280 section 4.2.2.1): only
//! where the user asked for it.

use probe_sdk::FailureKind;
use probe_sdk::trust::{Store, fetch_issuer, signed_by};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::facts;
use crate::sent::Member;

/// So many issuers above each other; real chains miss one, seldom two.
const MAX_STEPS: usize = 4;

/// What is above a certificate whose issuer was not sent.
pub(crate) enum Fetched {
    /// Nothing was fetched: the user did not ask for it, or the certificate does not say where.
    NotTried,
    /// The last one is right below a root we know.
    Complete(Vec<Issuer>),
    /// The last one signed itself, and nobody here trusts it.
    UnknownRoot(Vec<Issuer>),
    /// No way up was found, and why.
    Nothing(String),
}

/// A certificate that was fetched.
pub(crate) struct Issuer {
    /// Encoded.
    pub(crate) der: Vec<u8>,
    pub(crate) subject: String,
    pub(crate) common_name: String,
}

impl Fetched {
    /// Follows the certificates upwards from this one.
    pub(crate) fn above(top: &Member<'_>) -> Fetched {
        let mut issuers = Vec::new();
        let mut below = top.der.to_vec();
        for _ in 0..MAX_STEPS {
            let end = match step(&below) {
                Step::Up(issuer) => {
                    below.clone_from(&issuer.der);
                    issuers.push(issuer);
                    continue;
                }
                Step::Known(issuer) => {
                    issuers.push(issuer);
                    Fetched::Complete(issuers)
                }
                Step::Root(issuer) => {
                    issuers.push(issuer);
                    Fetched::UnknownRoot(issuers)
                }
                Step::NotAsked => Fetched::NotTried,
                Step::NoLocation if issuers.is_empty() => Fetched::NotTried,
                Step::NoLocation => {
                    Fetched::Nothing("it does not say where its own issuer is".into())
                }
                Step::Failed(why) => Fetched::Nothing(why),
            };
            return end;
        }
        Fetched::Nothing(format!(
            "a chain of {MAX_STEPS} issuers does not lead to a root"
        ))
    }
}

enum Step {
    Up(Issuer),
    Known(Issuer),
    Root(Issuer),
    NotAsked,
    NoLocation,
    Failed(String),
}

/// From one certificate to that of its issuer.
fn step(below: &[u8]) -> Step {
    let Ok((_, certificate)) = X509Certificate::from_der(below) else {
        return Step::NoLocation;
    };
    let Some(location) = facts::issuer_location(&certificate) else {
        return Step::NoLocation;
    };
    let der = match fetch_issuer(&location) {
        Ok(der) => der,
        Err(failure) if failure.kind == FailureKind::NotPermitted => return Step::NotAsked,
        Err(failure) => return Step::Failed(failure.detail),
    };
    let Ok((_, issuer)) = X509Certificate::from_der(&der) else {
        return Step::Failed(format!(
            "the file at {location} is not a certificate in DER"
        ));
    };
    if issuer.subject() != certificate.issuer() || signed_by(below, &der) != Ok(true) {
        let name = facts::common_name(issuer.subject());
        return Step::Failed(format!(
            "the file at {location} is the certificate of {name}, which did not sign it"
        ));
    }
    let member = Member {
        der: &der,
        certificate: &issuer,
    };
    let (root, known) = (
        member.is_self_signed(),
        member.is_anchored(Store::Configured),
    );
    let issuer = Issuer {
        subject: facts::name(issuer.subject()),
        common_name: facts::common_name(issuer.subject()),
        der,
    };
    match (known, root) {
        (true, _) => Step::Known(issuer),
        (false, true) => Step::Root(issuer),
        (false, false) => Step::Up(issuer),
    }
}
