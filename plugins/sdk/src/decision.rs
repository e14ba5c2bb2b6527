//! What makes a finding certain: one of a few kinds of deciding observation, as a value. Without one a finding is likely,
//! and names what it could be instead.

use ftp::Reply;

/// A second observation that would have come out differently had a look-alike been the cause, or words that have one
/// meaning only where they came. It can be had in the ways below and in no other.
#[derive(Clone, Debug)]
pub struct Decision {
    what: String,
}

impl Decision {
    /// The same came again over a fresh session; only the confirmation itself gives this.
    pub(crate) fn repeated(how: impl std::fmt::Display) -> Decision {
        Decision {
            what: format!("the same over a fresh session: {how}"),
        }
    }

    /// The code of this reply has one meaning in the phase it came in: by the RFC and section named.
    #[must_use]
    pub fn by_rule(reply: &Reply, rule: &str) -> Decision {
        Decision {
            what: format!("{reply}: {rule}"),
        }
    }

    /// A test with one thing changed came out differently: what was changed, and what was seen then.
    #[must_use]
    pub fn by_counter_test(changed: &str, seen: impl std::fmt::Display) -> Decision {
        Decision {
            what: format!("{changed}: {seen}"),
        }
    }

    /// What was seen itself can have no other cause: why. For bytes of a certificate, an answer of DNS, an alert of TLS, or
    /// a number that was counted.
    #[must_use]
    pub fn by_evidence(why: impl Into<String>) -> Decision {
        Decision { what: why.into() }
    }

    pub(crate) fn into_text(self) -> String {
        self.what
    }
}
