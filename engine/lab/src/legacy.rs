//! Encodings of names and replies that are not UTF-8.

use encoding_rs::{Encoding, GBK, KOI8_R, SHIFT_JIS, WINDOWS_1252};
use serde::{Deserialize, Serialize};

/// An encoding that a server of another time or place uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Legacy {
    /// Western Europe.
    Latin1,
    /// China.
    Gbk,
    /// Japan.
    ShiftJis,
    /// Russia.
    Koi8R,
}

impl Legacy {
    /// A directory whose name is not the same in UTF-8.
    pub(crate) fn directory(self) -> &'static str {
        match self {
            Legacy::Latin1 => "/Aufträge",
            Legacy::Gbk => "/客户订单",
            Legacy::ShiftJis => "/受注データ",
            Legacy::Koi8R => "/Заказы",
        }
    }

    /// The bytes of a text. What the encoding lacks is a question mark.
    pub(crate) fn encode(self, text: &str) -> Vec<u8> {
        let letter = |letter: char| match self.table().encode(letter.encode_utf8(&mut [0; 4])) {
            (_, _, true) => b"?".to_vec(),
            (bytes, _, false) => bytes.into_owned(),
        };
        text.chars().flat_map(letter).collect()
    }

    fn table(self) -> &'static Encoding {
        match self {
            Legacy::Latin1 => WINDOWS_1252,
            Legacy::Gbk => GBK,
            Legacy::ShiftJis => SHIFT_JIS,
            Legacy::Koi8R => KOI8_R,
        }
    }
}
