//! The network as a probe may use it: names, connections, TLS. Every rule on where a probe may connect, from which
//! address, how often and for how long stands here, once.

mod client_hello;
mod commands;
mod connection;
mod dialogue;
mod failure;
mod fetch;
mod forbidden;
mod grant;
mod holder;
mod mask;
mod network;
#[cfg(test)]
pub(crate) mod recorded_tests;
mod resolver;
mod slots;
mod socket;
mod tap;
mod tls;
mod transcript;
mod verbs;
mod writes;

pub use client_hello::NotAHello;
pub use commands::OwnWords;
pub use connection::{Connection, Established, NotWritten};
pub use failure::{Failure, FailureKind, Operation};
pub use forbidden::Forbidden;
pub use grant::{Denied, Grant};
pub use mask::Mask;
pub use network::{Counts, Network, NetworkSettings, NotBegun};
pub use resolver::{Resolved, Resolver, ResolverError};
pub use slots::Slots;
pub use tls::{ClientCertificate, TlsOptions, TlsSession, TlsVersion};
pub use transcript::{Direction, Line, Transcript};
pub(crate) use transcript::{is_plain, printable};
pub use verbs::{Change, Origin};
pub use writes::{Debt, Writes};
