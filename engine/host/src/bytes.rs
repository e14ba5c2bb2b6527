//! Bytes that somebody may want to read: text as text, anything else in base64.

use data_encoding::BASE64;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What was read or written, or a certificate in DER.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Other { base64: String },
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = match std::str::from_utf8(&self.0) {
            Ok(text) => Written::Text(text.into()),
            Err(_) => Written::Other {
                base64: BASE64.encode(&self.0),
            },
        };
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        match Written::deserialize(deserializer)? {
            Written::Text(text) => Ok(Bytes(text.into_bytes())),
            Written::Other { base64 } => {
                let bytes = BASE64.decode(base64.as_bytes());
                bytes.map(Bytes).map_err(D::Error::custom)
            }
        }
    }
}

/// For lists of certificates that are kept in types of the TLS library.
pub(crate) mod chain {
    use rustls::pki_types::CertificateDer;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Bytes;

    pub(crate) fn serialize<S: Serializer>(
        chain: &[CertificateDer<'static>],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let chain = chain.iter().map(|der| Bytes(der.to_vec()));
        chain.collect::<Vec<_>>().serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<CertificateDer<'static>>, D::Error> {
        let chain = Vec::<Bytes>::deserialize(deserializer)?;
        Ok(chain.into_iter().map(|der| der.0.into()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text_and_everything_comes_back() {
        for (bytes, written) in [
            (&b"220 hello\r\n"[..], r#""220 hello\r\n""#),
            (&[0x16, 3, 255], r#"{"base64":"FgP/"}"#),
            (&[], r#""""#),
        ] {
            let bytes = Bytes(bytes.into());
            assert_eq!(serde_json::to_string(&bytes).unwrap(), written);
            assert_eq!(serde_json::from_str::<Bytes>(written).unwrap(), bytes);
        }
        assert!(serde_json::from_str::<Bytes>(r#"{"base64":"!"}"#).is_err());
    }
}
