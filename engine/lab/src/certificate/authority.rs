//! A root and an intermediate that sign leaves.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DnType, IsCa, KeyPair,
    KeyUsagePurpose, PKCS_RSA_SHA256, RsaKeySize,
};
use rustls::pki_types::CertificateDer;
use yasna::{Tag, models::ObjectIdentifier};

use super::{CertificateKind, Kinds};
use crate::issuers::Published;

const DAY: i64 = 24 * 60 * 60;
/// What the certificates of a CA are called where they can be had.
const ROOT: &str = "root.der";
pub(super) const INTERMEDIATE: &str = "intermediate.der";

/// A root and an intermediate, ready to sign.
pub(super) struct Authority {
    name: String,
    issuers_at: Option<String>,
    pub(super) root: CertifiedIssuer<'static, KeyPair>,
    pub(super) intermediate: CertifiedIssuer<'static, KeyPair>,
}

/// What the intermediate is made of.
#[derive(Clone, Copy)]
pub(super) enum Strength {
    /// An elliptic-curve key, which is quick to make.
    Usual,
    /// An RSA key: its signature algorithm can be turned into the one with SHA-1 byte for byte.
    Rsa,
    /// As usual, but past its end.
    Expired,
}

impl Strength {
    pub(super) fn for_kinds(kinds: &Kinds) -> Self {
        if kinds.has(CertificateKind::WeakSignature) {
            Self::Rsa
        } else if kinds.has(CertificateKind::ExpiredIntermediate) {
            Self::Expired
        } else {
            Self::Usual
        }
    }
}

impl Authority {
    pub(super) fn new(
        name: &str,
        strength: Strength,
        issuers_at: Option<&str>,
    ) -> Result<Self, rcgen::Error> {
        let mut params = issuer_params(&format!("{name} root"), name);
        valid(&mut params, -400, 3_650);
        let root = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;

        let mut params = issuer_params(&format!("{name} intermediate"), name);
        let (key, ends) = match strength {
            Strength::Usual => (KeyPair::generate()?, 1_800),
            Strength::Rsa => (
                KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?,
                1_800,
            ),
            Strength::Expired => (KeyPair::generate()?, -2),
        };
        valid(&mut params, -400, ends);
        params
            .custom_extensions
            .extend(issuers_at.map(|base| issuer_location(base, ROOT)));
        let intermediate = CertifiedIssuer::signed_by(params, key, &root)?;
        Ok(Self {
            name: name.to_owned(),
            issuers_at: issuers_at.map(Into::into),
            root,
            intermediate,
        })
    }

    /// The extension that says where this CA's certificate of that name can be had, if certificates are to say so.
    pub(super) fn says_where(&self, name: &str) -> Option<CustomExtension> {
        let base = self.issuers_at.as_ref()?;
        Some(issuer_location(base, name))
    }

    /// What can be had there.
    pub(super) fn published(&self) -> Vec<Published> {
        [(INTERMEDIATE, &self.intermediate), (ROOT, &self.root)]
            .map(|(name, issuer)| Published {
                name,
                der: issuer.der().to_vec(),
            })
            .to_vec()
    }

    /// The root's name and key, certified by an older root until the `last` day from now.
    pub(super) fn cross_sign(&self, last: i64) -> Result<CertificateDer<'static>, rcgen::Error> {
        let old = Authority::new("Older authority", Strength::Usual, None)?;
        let mut params = issuer_params(&format!("{} root", self.name), &self.name);
        valid(&mut params, -400, last);
        let crossed = params.signed_by(self.root.key(), &old.root)?;
        Ok(crossed.der().clone())
    }
}

fn issuer_params(common_name: &str, organisation: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    params
        .distinguished_name
        .push(DnType::OrganizationName, organisation);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// The access to the issuer's certificate (RFC 5280 section 4.2.2.1), which the library knows no type for.
fn issuer_location(base: &str, name: &str) -> CustomExtension {
    const CA_ISSUERS: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 48, 2];
    let uri = Tag::context(6);
    let url = format!("{base}/{name}");
    let content = yasna::construct_der(|writer| {
        writer.write_sequence_of(|writer| {
            writer.next().write_sequence(|writer| {
                writer
                    .next()
                    .write_oid(&ObjectIdentifier::from_slice(CA_ISSUERS));
                writer
                    .next()
                    .write_tagged_implicit(uri, |writer| writer.write_ia5_string(&url));
            });
        });
    });
    CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], content)
}

/// Sets the first and last day, counted from now.
pub(super) fn valid(params: &mut CertificateParams, first: i64, last: i64) {
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let day = |offset: i64| {
        epoch + Duration::from_secs(now.as_secs().saturating_add_signed(offset * DAY))
    };
    params.not_before = day(first);
    params.not_after = day(last);
}
