//! The certificate of the server itself, and the chain that is sent with it.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};
use rustls::{
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivatePkcs8KeyDer},
    sign::CertifiedKey,
};

use super::{
    CertificateKind as Kind, Kinds,
    authority::{Authority, INTERMEDIATE, Strength, valid},
    forge,
    weak::WeakKey,
};
use crate::LabError;

/// Makes the leaf of these kinds and the chain that goes with it. They are not checked: wrong ones are the point.
pub(super) fn issue(
    kinds: &Kinds,
    names: &[String],
    authority: &Authority,
) -> Result<Arc<CertifiedKey>, LabError> {
    let mut params = params(kinds, names)?;
    params
        .custom_extensions
        .extend(authority.says_where(INTERMEDIATE));
    if kinds.has(Kind::WeakKey) {
        let key = WeakKey::new();
        let leaf = params.signed_by(&key, &authority.intermediate)?;
        return Ok(Arc::new(CertifiedKey::new(
            chain(kinds, leaf.der().clone(), authority)?,
            Arc::new(key),
        )));
    }
    let key = KeyPair::generate()?;
    let chain = if kinds.has(Kind::SelfSigned) {
        vec![params.self_signed(&key)?.der().clone()]
    } else {
        let leaf = params.signed_by(&key, &authority.intermediate)?;
        chain(kinds, leaf.der().clone(), authority)?
    };
    let private = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
    Ok(Arc::new(CertifiedKey::new(
        chain,
        aws_lc_rs::sign::any_supported_type(&private)?,
    )))
}

/// What the certificate says about its subject.
fn params(kinds: &Kinds, names: &[String]) -> Result<CertificateParams, rcgen::Error> {
    let subject = if kinds.has(Kind::WrongName) {
        vec!["other.example".to_owned()]
    } else if kinds.has(Kind::WildcardTooDeep) {
        vec![wildcard(names)]
    } else if kinds.has(Kind::CommonNameOnly) {
        Vec::new()
    } else {
        names.to_vec()
    };
    let common_name = subject
        .first()
        .or(names.first())
        .map_or("localhost", String::as_str);
    let common_name = common_name.to_owned();
    let mut params = CertificateParams::new(subject)?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![match kinds.has(Kind::ClientOnly) {
        true => ExtendedKeyUsagePurpose::ClientAuth,
        false => ExtendedKeyUsagePurpose::ServerAuth,
    }];
    if kinds.has(Kind::Public) {
        params.custom_extensions.push(public_policy());
    }
    if kinds.has(Kind::CaAsLeaf) {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages.push(KeyUsagePurpose::KeyCertSign);
    }
    let (first, last) = DATES
        .iter()
        .find(|(kind, _)| kinds.has(*kind))
        .map_or((-10, 80), |(_, days)| *days);
    valid(&mut params, first, last);
    Ok(params)
}

/// First and last day, counted from now.
const DATES: &[(Kind, (i64, i64))] = &[
    (Kind::Expired, (-93, -3)),
    (Kind::NotYetValid, (3, 93)),
    (Kind::ExpiresSoon, (-80, 10)),
    (Kind::LongLived, (-10, 890)),
    (Kind::DatesReversed, (60, -30)),
];

/// The policy extension (RFC 5280 section 4.2.1.4) with the CA/Browser Forum's identifier for a name that was validated.
fn public_policy() -> CustomExtension {
    const DOMAIN_VALIDATED: [u8; 12] = [
        0x30, 0x0a, 0x30, 0x08, 0x06, 0x06, 0x67, 0x81, 0x0c, 0x01, 0x02, 0x01,
    ];
    CustomExtension::from_oid_content(&[2, 5, 29, 32], DOMAIN_VALIDATED.to_vec())
}

/// A wildcard for the parent's parent of the first name with enough labels, else for the children of the first.
fn wildcard(names: &[String]) -> String {
    let hosts = || {
        names
            .iter()
            .filter(|name| name.parse::<std::net::IpAddr>().is_err())
    };
    let deep = hosts().find_map(|name| {
        let mut labels = name.splitn(3, '.');
        labels.nth(2).map(|parent| format!("*.{parent}"))
    });
    deep.unwrap_or_else(|| format!("*.{}", hosts().next().map_or("localhost", String::as_str)))
}

/// The chain as sent, for a leaf that the intermediate of this authority signed.
fn chain(
    kinds: &Kinds,
    leaf: CertificateDer<'static>,
    authority: &Authority,
) -> Result<Vec<CertificateDer<'static>>, LabError> {
    let leaf = if kinds.has(Kind::WeakSignature) {
        forge::signed_with_sha1(&leaf)
    } else if kinds.has(Kind::VersionOne) {
        forge::version_one(&leaf)
    } else if kinds.has(Kind::Malformed) {
        forge::cut(&leaf)
    } else {
        leaf
    };
    let mut chain = vec![leaf];
    chain.extend(issuers(kinds, authority)?);
    Ok(chain)
}

/// What is sent with the leaf.
fn issuers(kinds: &Kinds, authority: &Authority) -> Result<Vec<CertificateDer<'static>>, LabError> {
    let intermediate = authority.intermediate.der().clone();
    let root = || authority.root.der().clone();
    Ok(if kinds.has(Kind::MissingIntermediate) {
        Vec::new()
    } else if kinds.has(Kind::Misordered) {
        let stranger = Authority::new("Unrelated", Strength::Usual, None)?;
        vec![root(), stranger.intermediate.der().clone(), intermediate]
    } else if kinds.has(Kind::CrossSigned) {
        vec![intermediate, authority.cross_sign(900)?]
    } else if kinds.has(Kind::ExpiredCrossSign) {
        vec![intermediate, authority.cross_sign(-30)?]
    } else if kinds.has(Kind::StrangerAlong) {
        let stranger = Authority::new("Unrelated", Strength::Usual, None)?;
        vec![intermediate, stranger.intermediate.der().clone()]
    } else if kinds.has(Kind::RootSent) || kinds.private_authority().is_some() {
        vec![intermediate, root()]
    } else {
        vec![intermediate]
    })
}
