//! What a probe can ask of the host, and what it can hear: the functions of `wit/v0_1/probe.wit` in our own words. The names
//! are part of the format of recordings.

use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

use crate::bytes::Bytes;
use crate::login::Refusal;
use crate::net::{Established, Resolved, TlsOptions, TlsSession};
use crate::trust::{Store, TrustFault};
use model::cleaner;
use model::failure::Failure;
use model::finding::Fact;
use model::remote::ExpectedName;

/// One question of a probe. Connections go by their number in the run; `wait_ms` is the longest time to wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
#[allow(missing_docs, reason = "documented once, in wit/v0_1/probe.wit")]
pub enum Call {
    ExpectedAddresses,
    ExpectedNames,
    Aliases {
        name: String,
    },
    Resolve {
        name: String,
    },
    Connect {
        to: SocketAddr,
        max_segment: Option<u16>,
    },
    MostConnections,
    ConnectData {
        control: u32,
        port: u16,
        address: Option<IpAddr>,
    },
    Ready {
        connections: Vec<u32>,
        wait_ms: u32,
    },
    Established {
        connection: u32,
        wait_ms: u32,
    },
    Read {
        connection: u32,
        max: u32,
        wait_ms: u32,
    },
    Unread {
        connection: u32,
        bytes: Bytes,
    },
    Write {
        connection: u32,
        bytes: Bytes,
        wait_ms: u32,
    },
    StartTls {
        connection: u32,
        options: TlsOptions,
    },
    Secured {
        connection: u32,
        wait_ms: u32,
    },
    Unparsed {
        connection: u32,
    },
    Finish {
        connection: u32,
        wait_ms: u32,
    },
    Verify {
        chain: Vec<Bytes>,
        name: Option<String>,
        at: i64,
        store: Store,
        anchors: Vec<Bytes>,
    },
    FetchIssuer {
        url: String,
    },
    OwnAuthorities,
    SignedBy {
        certificate: Bytes,
        issuer: Bytes,
    },
    Offered,
    SendPassword {
        control: u32,
        wait_ms: u32,
    },
    /// Recordings have called it so from the start.
    #[serde(rename = "leave")]
    Provide {
        state: String,
        connection: Option<u32>,
        facts: Vec<Fact>,
    },
    Take,
    WritesName,
    Removed {
        path: String,
    },
    NotRemoved {
        path: String,
        refusal: String,
    },
    Elapsed,
    Pause {
        ms: u32,
    },
}

impl Call {
    /// Its name alone, for people.
    pub fn name(&self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(name)) => name,
            Ok(serde_json::Value::Object(fields)) => fields.keys().cloned().collect(),
            _ => String::new(),
        }
    }
}

impl Call {
    /// All of it, for people; cut where it is long.
    pub fn shown(&self) -> String {
        let json = serde_json::to_string(self).unwrap_or_default();
        cleaner::line(&json, SHOWN)
    }
}

impl Call {
    /// The connection that it is about.
    pub fn connection(&self) -> Option<u32> {
        match self {
            Call::Established { connection, .. }
            | Call::Read { connection, .. }
            | Call::Unread { connection, .. }
            | Call::Write { connection, .. }
            | Call::StartTls { connection, .. }
            | Call::Secured { connection, .. }
            | Call::Unparsed { connection }
            | Call::Finish { connection, .. } => Some(*connection),
            Call::SendPassword { control, .. } | Call::ConnectData { control, .. } => {
                Some(*control)
            }
            _ => None,
        }
    }
}

/// Enough to see what a question was about.
const SHOWN: usize = 160;

/// An answer is not of the kind that belongs to the question.
#[derive(Debug)]
pub struct OtherKind;

/// The answers, one case for each type, so that each type is an answer and an answer may be one of a type.
macro_rules! answers {
    ($($case:ident($type:ty)),+ $(,)?) => {
        /// What a probe hears.
        #[derive(Clone, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[allow(missing_docs, reason = "documented once, in wit/v0_1/probe.wit")]
        pub enum Answer { $($case($type)),+ }

        $(
            impl From<$type> for Answer {
                fn from(answer: $type) -> Answer {
                    Answer::$case(answer)
                }
            }

            impl TryFrom<Answer> for $type {
                type Error = OtherKind;

                fn try_from(answer: Answer) -> Result<$type, OtherKind> {
                    match answer {
                        Answer::$case(answer) => Ok(answer),
                        _ => Err(OtherKind),
                    }
                }
            }
        )+
    };
}

answers! {
    Done(()),
    Flag(bool),
    Number(u64),
    Text(Option<String>),
    Texts(Vec<String>),
    Addresses(Vec<IpAddr>),
    Names(Vec<ExpectedName>),
    Ready(Vec<u32>),
    Bytes(Bytes),
    Taken(Option<u32>),
    Aliases(Result<Vec<String>, Failure>),
    Resolved(Result<Vec<Resolved>, Failure>),
    Opened(Result<u32, Failure>),
    Established(Result<Established, Failure>),
    Received(Result<Bytes, Failure>),
    Sent(Result<(), Failure>),
    Secured(Result<TlsSession, Failure>),
    Verified(Result<(), TrustFault>),
    Signed(Result<bool, TrustFault>),
    Login(Result<(), Refusal>),
}
