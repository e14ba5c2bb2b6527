//! A key that is too short to be used, and is used here. The cryptographic library refuses it, so the little that a
//! server needs of RSA (RFC 8017) is done by hand.
//!
//! The key is always the same and no secret: what it protects is a lesson.

use num_bigint::BigUint;
use rcgen::{PKCS_RSA_SHA256, PublicKeyData};
use rustls::{
    Error, SignatureAlgorithm, SignatureScheme,
    sign::{Signer, SigningKey},
};
use sha2::{Digest, Sha256};

/// The length of the modulus, 1024 bits, in bytes.
const LENGTH: usize = 128;
const HASH: usize = 32;

const MODULUS: &str = concat!(
    "ea57cede5211a4837f8a9fd774d002ff9714201dcd0dfbd10347ed1b19a5a892",
    "bed63e167eb9e3aa281e79a739d1352936c39d1ca02d5a1553ae56fe0ad278b7",
    "a0460e5b0648ab1f223ae88e6048ece5a03d2eba984316affd82016f1ac6650a",
    "bc2a761cd9a85b1810ad3a14b187fdda4e6e2cf63f9c6d15229763ca36feaab3",
);
const EXPONENT: &str = concat!(
    "df36343d5f3e9ecd023730793132d12852e740902239279ab6dd53e374526e77",
    "187f49347410ebe1afc5176b498f146be555fdd8be59746ccc004bac3ef2ab37",
    "aa3dd3a51fd1109f42819bea47a0ee6c2a76df8fddc25ebcc5aec90955fa8783",
    "d59e3d0f827ed479b20bbc9d2d9bdf26f697d54ea717b3c25f503dad57e4fcc1",
);

/// In front of a SHA-256 hash in a signature of the older kind (RFC 8017 section 9.2).
const DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// An RSA key of 1024 bits.
#[derive(Clone, Debug)]
pub(super) struct WeakKey {
    modulus: BigUint,
    exponent: BigUint,
    public: Vec<u8>,
}

impl WeakKey {
    pub(super) fn new() -> Self {
        let number = |digits: &str| BigUint::parse_bytes(digits.as_bytes(), 16).unwrap_or_default();
        let (modulus, exponent) = (number(MODULUS), number(EXPONENT));
        // RSAPublicKey: a sequence of the modulus and 65537. The modulus needs a zero in front to be positive.
        let mut public = vec![0x30, 0x81, 0x89, 0x02, 0x81, 0x81, 0x00];
        public.extend(modulus.to_bytes_be());
        public.extend([0x02, 0x03, 0x01, 0x00, 0x01]);
        Self {
            modulus,
            exponent,
            public,
        }
    }

    fn apply(&self, encoded: &[u8]) -> Vec<u8> {
        let signature = BigUint::from_bytes_be(encoded)
            .modpow(&self.exponent, &self.modulus)
            .to_bytes_be();
        let mut padded = vec![0; LENGTH - signature.len()];
        padded.extend(signature);
        padded
    }
}

impl PublicKeyData for WeakKey {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &PKCS_RSA_SHA256
    }
}

impl SigningKey for WeakKey {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let known = [
            SignatureScheme::RSA_PSS_SHA256,
            SignatureScheme::RSA_PKCS1_SHA256,
        ];
        let scheme = known.into_iter().find(|scheme| offered.contains(scheme))?;
        Some(Box::new(WeakSigner {
            key: self.clone(),
            scheme,
        }))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::RSA
    }
}

#[derive(Debug)]
struct WeakSigner {
    key: WeakKey,
    scheme: SignatureScheme,
}

impl Signer for WeakSigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let encoded = match self.scheme {
            SignatureScheme::RSA_PSS_SHA256 => pss(message),
            _ => pkcs1(message),
        };
        Ok(self.key.apply(&encoded))
    }

    fn scheme(&self) -> SignatureScheme {
        self.scheme
    }
}

/// RFC 8017 section 9.2.
fn pkcs1(message: &[u8]) -> Vec<u8> {
    let mut encoded = vec![0xff; LENGTH - HASH - DIGEST_INFO.len()];
    encoded[0] = 0;
    encoded[1] = 1;
    if let Some(last) = encoded.last_mut() {
        *last = 0;
    }
    encoded.extend(DIGEST_INFO);
    encoded.extend(Sha256::digest(message));
    encoded
}

/// RFC 8017 section 9.1.1. The salt is all zeros: a random one would not make this key any better.
fn pss(message: &[u8]) -> Vec<u8> {
    let salt = [0; HASH];
    let hash = Sha256::new()
        .chain_update([0; 8])
        .chain_update(Sha256::digest(message))
        .chain_update(salt)
        .finalize();
    let mut encoded = vec![0; LENGTH - 2 * HASH - 2];
    encoded.push(1);
    encoded.extend(salt);
    let mask = (0u32..).flat_map(|count| {
        Sha256::new()
            .chain_update(hash)
            .chain_update(count.to_be_bytes())
            .finalize()
    });
    for (byte, mask) in encoded.iter_mut().zip(mask) {
        *byte ^= mask;
    }
    // The number must stay below the modulus.
    encoded[0] &= 0x7f;
    encoded.extend(hash);
    encoded.push(0xbc);
    encoded
}
