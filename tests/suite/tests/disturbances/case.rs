//! What is disturbed, and how.

use std::fmt;
use std::time::Duration;

use lab::{Behaviour, Disturbance, Fault, Software};
use strum::{Display, VariantArray};

/// Later than this a reply is given up.
pub const REPLY: Duration = Duration::from_secs(3);
/// The same where a reply that is slow comes in time.
pub const LONG_REPLY: Duration = Duration::from_secs(9);
/// How late a late reply is, in milliseconds.
const LATE_MS: u64 = 6_000;

/// Where the main line can be disturbed: the greeting, every command of a check that writes nothing, and those of one that
/// may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Display, VariantArray)]
#[strum(serialize_all = "UPPERCASE")]
pub enum At {
    #[strum(serialize = "greeting")]
    Greeting,
    Auth,
    User,
    Pass,
    Pwd,
    Feat,
    Stat,
    Pbsz,
    Prot,
    Epsv,
    Pasv,
    List,
    Mlsd,
    Quit,
    Mkd,
    Stor,
    Size,
    Retr,
    Mdtm,
    Mfmt,
    Rest,
    Rnfr,
    Rnto,
    Dele,
    Rmd,
}

impl At {
    /// A question that only a diagnosis asks, or one whose answer nobody waits for: without it nothing is lost.
    pub fn is_left_out(self) -> bool {
        matches!(self, At::Stat | At::Quit)
    }

    /// A command of a check that may write.
    pub fn writes(self) -> bool {
        match self {
            At::Mkd
            | At::Stor
            | At::Size
            | At::Retr
            | At::Mdtm
            | At::Mfmt
            | At::Rest
            | At::Rnfr
            | At::Rnto
            | At::Dele
            | At::Rmd => true,
            At::Greeting
            | At::Auth
            | At::User
            | At::Pass
            | At::Pwd
            | At::Feat
            | At::Stat
            | At::Pbsz
            | At::Prot
            | At::Epsv
            | At::Pasv
            | At::List
            | At::Mlsd
            | At::Quit => false,
        }
    }
}

/// What happens there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Display, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Way {
    Silence,
    Fin,
    Rst,
    /// The reply comes twice.
    Twice,
    /// It comes late and in time.
    Late,
    /// It comes after the time-out.
    TooLate,
    /// A reply of the group 4yz.
    NotNow,
    /// A reply of the group 5yz.
    Refused,
    /// The usual code, with words that nobody knows.
    UnknownText,
    InPieces,
    Garbage,
}

/// One run.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub software: Software,
    pub at: At,
    pub way: Way,
    /// Only the first time it comes to the server.
    pub once: bool,
}

impl Case {
    /// Every one there is.
    pub fn all() -> Vec<Case> {
        let mut all = Vec::new();
        for at in At::VARIANTS {
            for way in Way::VARIANTS {
                for software in Software::VARIANTS {
                    for once in [false, true] {
                        let (software, at, way) = (*software, *at, *way);
                        all.push(Case {
                            software,
                            at,
                            way,
                            once,
                        });
                    }
                }
            }
        }
        all
    }

    /// How long a reply is waited for.
    pub fn patience(&self) -> Duration {
        match self.way {
            Way::Late => LONG_REPLY,
            _ => REPLY,
        }
    }

    /// The server.
    pub fn behaviour(&self) -> Behaviour {
        Behaviour {
            software: self.software,
            ..Behaviour::faulty([Fault::Disturbed {
                at: self.at.to_string(),
                how: self.how(),
                once: self.once,
            }])
        }
    }

    fn how(&self) -> Disturbance {
        let says = |line: &str| Disturbance::Says {
            lines: vec![line.into()],
            close: false,
        };
        match self.way {
            Way::Silence => Disturbance::Silence,
            Way::Fin => Disturbance::Close,
            Way::Rst => Disturbance::Reset,
            Way::Twice => Disturbance::Twice,
            Way::Late | Way::TooLate => Disturbance::Late { ms: LATE_MS },
            Way::NotNow => says("450 Not now"),
            Way::Refused => says("550 Will not do"),
            Way::UnknownText => Disturbance::Reworded {
                text: "Frobnicated the whatsit".into(),
            },
            Way::InPieces => Disturbance::InPieces,
            Way::Garbage => Disturbance::Garbage,
        }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (at, way, software) = (self.at, self.way, self.software);
        let often = if self.once { "once" } else { "always" };
        write!(f, "{at} {way} {often} {software:?}")
    }
}
