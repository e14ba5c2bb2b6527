//! What a reply means in the phase of the dialogue it arrived in.
//!
//! The same code says different things at different times: 530 is the password only after PASS, 522
//! is the network protocol after EPSV, the protection level before a transfer and TLS itself within
//! one. Each module here judges one phase, by code and phase first; the wording of a reply, which
//! is translated and changes between versions, chooses only between look-alikes and adds
//! [`Weight`].

pub mod auth;
pub mod greeting;
pub mod login;
pub mod passive;
pub mod protection;
pub mod refusal;
pub mod transfer;
pub mod wording;

use std::fmt;

/// Where in the dialogue a reply arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// After the connection is made, before anything is sent (RFC 959 section 5.4).
    Greeting,
    /// After AUTH (RFC 2228 section 3).
    Auth,
    /// After USER (RFC 959 section 4.1.1).
    User,
    /// After PASS (RFC 959 section 4.1.1).
    Pass,
    /// After PBSZ or PROT (RFC 2228 section 3).
    Protection,
    /// After PASV or EPSV (RFC 959 section 4.1.2, RFC 2428 section 3).
    Passive,
    /// After a transfer command such as LIST, before its 1yz (RFC 959 section 5.4).
    Transfer,
    /// After the 1yz of a transfer.
    Transferring,
    /// After any other command.
    Other,
}

impl fmt::Display for Phase {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Phase::Greeting => "greeting",
            Phase::Auth => "AUTH",
            Phase::User => "USER",
            Phase::Pass => "PASS",
            Phase::Protection => "PBSZ and PROT",
            Phase::Passive => "passive mode",
            Phase::Transfer => "start of a transfer",
            Phase::Transferring => "transfer",
            Phase::Other => "another command",
        })
    }
}

/// How far a judgement can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// The best of several readings: confirm it by another test, or name the alternatives.
    Likely,
    /// Code and phase leave no other reading, or the text agrees with them.
    Certain,
}

impl fmt::Display for Weight {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Weight::Likely => "likely",
            Weight::Certain => "certain",
        })
    }
}
