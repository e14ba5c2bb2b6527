//! Certificates that a new one from a CA takes the place of.

use netlab::{Certificate, Product, Setup};

use super::{Ill, each};

pub fn ills() -> Vec<Ill> {
    use Certificate::*;
    let faults = [
        (Expired, "cert.expired"),
        (NotYetValid, "cert.not-yet-valid"),
        (ExpiresSoon, "cert.expires-soon"),
        (WrongName, "cert.hostname-mismatch"),
        (SelfSigned, "cert.self-signed"),
        (PrivateCa, "cert.untrusted-ca"),
        (MissingIntermediate, "cert.missing-intermediate"),
        (ExpiredIntermediate, "cert.expired-intermediate"),
        (Misordered, "cert.chain-misordered"),
        (WeakKey, "cert.weak-key"),
        (WeakSignature, "cert.weak-signature"),
        (ClientOnly, "cert.wrong-purpose"),
    ];
    let ills = faults.map(|(certificate, code)| {
        each(Product::ALL, move |product| {
            let setup = Setup {
                certificate,
                legacy_tls: matches!(certificate, WeakKey | WeakSignature),
                ..Setup::explicit(product)
            };
            Ill::new(code, setup)
        })
    });
    ills.into_iter().flatten().collect()
}
