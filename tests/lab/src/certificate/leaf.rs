//! The certificate of the server itself, and the chain that is sent with it.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::{
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivatePkcs8KeyDer},
    sign::CertifiedKey,
};

use super::{
    CertificateKind as Kind,
    authority::{Authority, Strength, valid},
    forge,
    weak::WeakKey,
};
use crate::LabError;

/// Makes the leaf of a kind and the chain that goes with it. They are not checked: wrong ones are the point.
pub(super) fn issue(
    kind: Kind,
    names: &[String],
    lab: &Authority,
) -> Result<Arc<CertifiedKey>, LabError> {
    let params = params(kind, names)?;
    if kind == Kind::WeakKey {
        let key = WeakKey::new();
        let leaf = params.signed_by(&key, &lab.intermediate)?.der().clone();
        return Ok(Arc::new(CertifiedKey::new(
            chain(kind, leaf, lab)?,
            Arc::new(key),
        )));
    }
    let key = KeyPair::generate()?;
    let chain = match kind {
        Kind::SelfSigned => vec![params.self_signed(&key)?.der().clone()],
        Kind::PrivateCa => complete(
            &params,
            &key,
            &Authority::new("Example Widgets private", Strength::Usual)?,
        )?,
        Kind::Inspected => complete(
            &params,
            &key,
            &Authority::new("Fortinet FortiGate inspection", Strength::Usual)?,
        )?,
        _ => {
            let leaf = params.signed_by(&key, &lab.intermediate)?.der().clone();
            chain(kind, leaf, lab)?
        }
    };
    let private = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
    Ok(Arc::new(CertifiedKey::new(
        chain,
        aws_lc_rs::sign::any_supported_type(&private)?,
    )))
}

/// What the certificate says about its subject.
fn params(kind: Kind, names: &[String]) -> Result<CertificateParams, rcgen::Error> {
    let subject = match kind {
        Kind::WrongName => vec!["other.example".to_owned()],
        Kind::WildcardTooDeep => vec![wildcard(names)],
        Kind::CommonNameOnly => Vec::new(),
        _ => names.to_vec(),
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
    params.extended_key_usages = vec![match kind {
        Kind::ClientOnly => ExtendedKeyUsagePurpose::ClientAuth,
        _ => ExtendedKeyUsagePurpose::ServerAuth,
    }];
    if kind == Kind::CaAsLeaf {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages.push(KeyUsagePurpose::KeyCertSign);
    }
    let (first, last) = match kind {
        Kind::Expired => (-93, -3),
        Kind::NotYetValid => (3, 93),
        Kind::ExpiresSoon => (-80, 10),
        Kind::LongLived => (-10, 890),
        Kind::DatesReversed => (60, -30),
        _ => (-10, 80),
    };
    valid(&mut params, first, last);
    Ok(params)
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

/// The chain as sent, for a leaf that the lab's own intermediate signed.
fn chain(
    kind: Kind,
    leaf: CertificateDer<'static>,
    lab: &Authority,
) -> Result<Vec<CertificateDer<'static>>, LabError> {
    let intermediate = lab.intermediate.der().clone();
    Ok(match kind {
        Kind::MissingIntermediate => vec![leaf],
        Kind::Misordered => {
            let stranger = Authority::new("Unrelated", Strength::Usual)?;
            vec![
                leaf,
                lab.root.der().clone(),
                stranger.intermediate.der().clone(),
                intermediate,
            ]
        }
        Kind::WeakSignature => vec![forge::signed_with_sha1(&leaf), intermediate],
        Kind::VersionOne => vec![forge::version_one(&leaf), intermediate],
        Kind::Malformed => vec![forge::cut(&leaf), intermediate],
        _ => vec![leaf, intermediate],
    })
}

/// A leaf with everything above it, root included.
fn complete(
    params: &CertificateParams,
    key: &KeyPair,
    authority: &Authority,
) -> Result<Vec<CertificateDer<'static>>, rcgen::Error> {
    let leaf = params.signed_by(key, &authority.intermediate)?;
    Ok(vec![
        leaf.der().clone(),
        authority.intermediate.der().clone(),
        authority.root.der().clone(),
    ])
}
