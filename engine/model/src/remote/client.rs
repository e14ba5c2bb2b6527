//! How our side is configured to speak, beyond where it connects to. Everything is left open unless somebody set it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{AsRefStr, EnumMessage, EnumString, VariantArray};

/// What clients are told about the way to speak. None leaves it to the client and the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientSettings {
    /// The only command to ask for data ports with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passive_mode: Option<PassiveMode>,
    /// The only IP version to connect over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_version: Option<IpVersion>,
    /// The highest TLS version to offer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub highest_tls_version: Option<HighestTlsVersion>,
    /// How the characters of the password are sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_encoding: Option<PasswordEncoding>,
}

/// The command that data ports are asked for with.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    JsonSchema,
    Serialize,
    Deserialize,
    AsRefStr,
    EnumString,
    EnumMessage,
    VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum PassiveMode {
    /// RFC 2428 section 3: a port only.
    Epsv,
    /// RFC 959 section 4.1.2: an IPv4 address and a port.
    Pasv,
}

/// A version of IP.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    JsonSchema,
    Serialize,
    Deserialize,
    AsRefStr,
    EnumString,
    EnumMessage,
    VariantArray,
)]
pub enum IpVersion {
    /// RFC 791.
    #[serde(rename = "4")]
    #[strum(serialize = "4")]
    V4,
    /// RFC 8200.
    #[serde(rename = "6")]
    #[strum(serialize = "6")]
    V6,
}

/// A TLS version that a client can be limited to.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    JsonSchema,
    Serialize,
    Deserialize,
    AsRefStr,
    EnumString,
    EnumMessage,
    VariantArray,
)]
pub enum HighestTlsVersion {
    /// RFC 5246.
    #[serde(rename = "1.2")]
    #[strum(serialize = "1.2")]
    Tls12,
    /// RFC 8446.
    #[serde(rename = "1.3")]
    #[strum(serialize = "1.3")]
    Tls13,
}

/// What the characters of a password are as bytes. FTP itself has no word for it.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    JsonSchema,
    Serialize,
    Deserialize,
    AsRefStr,
    EnumString,
    EnumMessage,
    VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum PasswordEncoding {
    /// As RFC 2640 section 2.2 defines it for names.
    #[default]
    #[serde(rename = "utf-8")]
    #[strum(serialize = "utf-8")]
    Utf8,
    /// ISO 8859-1, one byte per character.
    #[serde(rename = "latin-1")]
    #[strum(serialize = "latin-1")]
    Latin1,
    /// Windows in Central Europe.
    Cp1250,
    /// Windows with Cyrillic letters.
    Cp1251,
    /// Windows in Western Europe and America.
    Cp1252,
    /// Windows in Japan.
    ShiftJis,
    /// Windows in China.
    Gbk,
    /// Windows in Taiwan and Hong Kong.
    Big5,
    /// Windows in Korea.
    EucKr,
}

impl PasswordEncoding {
    /// The bytes of a text; none where it has a character that cannot be written so.
    pub fn bytes(self, text: &str) -> Option<Vec<u8>> {
        let of_windows = match self {
            PasswordEncoding::Utf8 => return Some(text.as_bytes().to_vec()),
            PasswordEncoding::Latin1 => {
                return text.chars().map(|it| u8::try_from(it).ok()).collect();
            }
            PasswordEncoding::Cp1250 => encoding_rs::WINDOWS_1250,
            PasswordEncoding::Cp1251 => encoding_rs::WINDOWS_1251,
            PasswordEncoding::Cp1252 => encoding_rs::WINDOWS_1252,
            PasswordEncoding::ShiftJis => encoding_rs::SHIFT_JIS,
            PasswordEncoding::Gbk => encoding_rs::GBK,
            PasswordEncoding::Big5 => encoding_rs::BIG5,
            PasswordEncoding::EucKr => encoding_rs::EUC_KR,
        };
        let (bytes, _, has_others) = of_windows.encode(text);
        (!has_others).then(|| bytes.into_owned())
    }
}

impl fmt::Display for IpVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            IpVersion::V4 => "IPv4",
            IpVersion::V6 => "IPv6",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_written_in_its_encoding_or_not_at_all() {
        let bytes = |encoding: PasswordEncoding, text| encoding.bytes(text);
        assert_eq!(
            bytes(PasswordEncoding::Utf8, "gr\u{fc}n"),
            Some(b"gr\xc3\xbcn".to_vec())
        );
        assert_eq!(
            bytes(PasswordEncoding::Latin1, "gr\u{fc}n"),
            Some(b"gr\xfcn".to_vec())
        );
        assert_eq!(bytes(PasswordEncoding::Latin1, "5 \u{20ac}"), None);
        assert_eq!(
            bytes(PasswordEncoding::Cp1252, "5 \u{20ac}"),
            Some(b"5 \x80".to_vec())
        );
        assert_eq!(
            bytes(PasswordEncoding::Cp1251, "\u{43c}\u{438}\u{440}"),
            Some(b"\xec\xe8\xf0".to_vec())
        );
        assert_eq!(
            bytes(PasswordEncoding::Cp1250, "\u{43c}\u{438}\u{440}"),
            None
        );
        let kanji = bytes(PasswordEncoding::ShiftJis, "\u{65e5}\u{672c}");
        assert_eq!(kanji, Some(b"\x93\xfa\x96\x7b".to_vec()));
    }
}
