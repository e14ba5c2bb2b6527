//! The closed vocabulary of what goes wrong on a network. Classified from error kinds, never from message text.

use std::fmt;
use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was being done when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// Looking up a name.
    Resolve,
    /// Taking the source address.
    Bind,
    /// The TCP handshake.
    Connect,
    /// The TLS handshake.
    Handshake,
    /// Reading.
    Read,
    /// Writing.
    Write,
}

/// Why it failed. The meaning of each stands in `wit/v0_1/probe.wit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "documented once, in wit/v0_1/probe.wit")]
pub enum FailureKind {
    NameNotFound,
    NoAddress,
    ResolverFailed,
    AddressNotLocal,
    Unreachable,
    Prohibited,
    Refused,
    TimedOut,
    Reset,
    Closed,
    Truncated,
    NotTls,
    TlsAlert(u8),
    TlsIncompatible,
    TlsBroken,
    NotPermitted,
    BudgetExhausted,
    Busy,
    InvalidArgument,
    Other,
}

/// A failure: what was being done, why it failed, and a text for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{detail}")]
pub struct Failure {
    /// What was being done.
    pub operation: Operation,
    /// Why it failed.
    pub kind: FailureKind,
    /// For people; never to be matched.
    pub detail: String,
    /// Who sent the ICMP message behind it, if one came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_by: Option<IpAddr>,
}

impl Failure {
    /// A failure with a text.
    pub fn new(operation: Operation, kind: FailureKind, detail: impl fmt::Display) -> Failure {
        Failure {
            operation,
            kind,
            detail: detail.to_string(),
            told_by: None,
        }
    }

    /// Nothing within the time allowed.
    pub fn timed_out(operation: Operation, waited: std::time::Duration) -> Failure {
        let what = match operation {
            Operation::Resolve => "no answer from the resolver",
            Operation::Bind | Operation::Connect => "no answer to the TCP connection",
            Operation::Handshake => "the TLS handshake did not end",
            Operation::Read => "nothing came",
            Operation::Write => "nothing could be sent",
        };
        Failure::new(
            operation,
            FailureKind::TimedOut,
            format_args!("{what} within {:.1} s", waited.as_secs_f64()),
        )
    }
}
