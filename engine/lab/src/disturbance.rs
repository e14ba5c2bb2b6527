//! What can come in place of the answer to a command, and what can happen to bytes on the way.

use serde::{Deserialize, Serialize};

/// What comes in place of an answer, or beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum Disturbance {
    /// Nothing, and the connection stays open.
    Silence,
    /// The connection is closed.
    Close,
    /// The connection is reset.
    Reset,
    /// These lines, word for word.
    Says {
        /// Without their line ends.
        lines: Vec<String>,
        /// Whether the connection is closed behind them.
        #[serde(default)]
        close: bool,
    },
    /// This line first, and a moment later the answer.
    Before {
        /// Such as `200 OK`.
        line: String,
    },
    /// The answer, and then this line.
    Behind {
        /// Such as `250 Done`.
        line: String,
    },
    /// The answer, so many milliseconds late.
    Late {
        /// How late.
        ms: u64,
    },
    /// The answer, with these words in place of its own.
    Reworded {
        /// Such as `All is well`.
        text: String,
    },
    /// The answer, and its last reply a second time.
    Twice,
    /// The answer, each byte of it in a packet of its own.
    InPieces,
    /// Bytes that are no reply.
    Garbage,
}

/// How a data connection is lost that others of the same server are not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// It is reset, and 426 says so.
    #[default]
    Reset,
    /// It is closed, and the server says that it has none: 425.
    Elsewhere,
    /// It is closed without a byte, and nothing of that is said: 226.
    Empty,
    /// It stays open, and neither connection says anything more.
    Stall,
}

/// Something on the way that takes TLS for text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Filter {
    /// 255 and the byte behind it become line feeds, as Telnet commands are filtered out.
    TelnetToLineFeeds,
    /// 255 becomes a blank, and the byte behind it stays.
    TelnetToBlanks,
    /// 255 is dropped.
    TelnetDropped,
    /// A carriage return is put before every line feed.
    LineEnds,
}

impl Filter {
    /// What becomes of these bytes.
    pub(crate) fn pass(self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            match (self, byte) {
                (Filter::TelnetToLineFeeds, 0xff) => {
                    out.push(b'\n');
                    if at + 1 < bytes.len() {
                        out.push(b'\n');
                    }
                    at += 1;
                }
                (Filter::TelnetToBlanks, 0xff) => out.push(b' '),
                (Filter::TelnetDropped, 0xff) => {}
                (Filter::LineEnds, b'\n') => out.extend(*b"\r\n"),
                _ => out.push(byte),
            }
            at += 1;
        }
        out
    }
}
