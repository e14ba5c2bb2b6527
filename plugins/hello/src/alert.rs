use std::fmt;

use tls_parser::TlsAlertDescription;

/// An alert (RFC 5246 section 7.2, RFC 6066 section 3 for 112).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Whether the sender ends the connection with it.
    pub fatal: bool,
    /// The number, such as 40 or 70.
    pub description: u8,
}

impl Alert {
    const WARNING: u8 = 1;
    const CLOSE_NOTIFY: u8 = 0;

    pub(crate) fn from_wire(level: u8, description: u8) -> Alert {
        Alert {
            fatal: level != Alert::WARNING,
            description,
        }
    }

    /// Whether nothing comes after it.
    pub(crate) fn ends(self) -> bool {
        self.fatal || self.description == Alert::CLOSE_NOTIFY
    }
}

impl fmt::Display for Alert {
    /// `alert 70 (protocol_version)`, or the number alone where it has no name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "alert {}", self.description)?;
        let name = TlsAlertDescription(self.description).to_string();
        if !name.chars().all(char::is_alphabetic) {
            return Ok(());
        }
        f.write_str(" (")?;
        for (index, letter) in name.chars().enumerate() {
            if letter.is_uppercase() && index > 0 {
                f.write_str("_")?;
            }
            write!(f, "{}", letter.to_ascii_lowercase())?;
        }
        f.write_str(")")
    }
}
