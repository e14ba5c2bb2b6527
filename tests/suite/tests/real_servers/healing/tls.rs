//! TLS that is missing, not demanded, or too old.

use netlab::{Certificate, DataProtection, Mode, Product, SessionReuse, Setup, TlsVersions};

use super::{Ill, each};
use crate::products::demanding_reuse;

/// A suite with RSA key exchange, which we do not speak.
const POOR: &str = "AES256-GCM-SHA384";

pub fn ills() -> Vec<Ill> {
    // Pure-FTPd has no version before TLS 1.2.
    let old = || {
        Product::ALL
            .into_iter()
            .filter(|it| *it != Product::PureFtpd)
    };
    let mut ills: Vec<Ill> = Vec::new();
    ills.extend(each(Product::ALL, |product| {
        Ill::new("ftps.not-supported", Setup::plain(product))
    }));
    ills.extend(each(Product::ALL, |product| Ill {
        ssl: "if-available",
        ..Ill::new("ftps.cleartext-fallback", Setup::plain(product))
    }));
    ills.extend(each(Product::ALL, |product| {
        Ill::new("ftps.cleartext-login-allowed", Setup::explicit(product))
    }));
    ills.extend(each(old(), |product| {
        let setup = versions(product, TlsVersions::Old, Mode::Explicit);
        Ill::new("tls.version-unsupported", setup)
    }));
    ills.extend(each(old(), |product| {
        let setup = versions(product, TlsVersions::All, Mode::ExplicitRequired);
        Ill::new("tls.legacy-versions", setup)
    }));
    ills.extend(each(Product::ALL, |product| {
        let setup = Setup {
            tls: TlsVersions::Tls12,
            certificate: Certificate::Rsa,
            ciphers: Some(POOR.into()),
            ..Setup::explicit(product)
        };
        Ill::new("tls.cipher-mismatch", setup)
    }));
    ills.extend(each(demanding_reuse(), |product| {
        let setup = Setup {
            session_reuse: SessionReuse::Impossible,
            ..Setup::explicit(product)
        };
        Ill::new("ftps.session-reuse-required", setup)
    }));
    ills.push(Ill::new(
        "ftps.data-protection-refused",
        Setup {
            data_protection: DataProtection::Refused,
            ..Setup::explicit(Product::ProFtpd)
        },
    ));
    ills
}

fn versions(product: Product, tls: TlsVersions, mode: Mode) -> Setup {
    Setup {
        tls,
        mode,
        legacy_tls: true,
        ..Setup::explicit(product)
    }
}
