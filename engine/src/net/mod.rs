//! The network as a probe may use it: names, connections, TLS. Every rule on where a probe may connect, from which
//! address, how often and for how long stands here, once.

mod commands;
mod connection;
mod dialogue;
mod failure;
mod fetch;
mod grant;
mod mask;
mod network;
mod resolver;
#[doc(hidden)]
pub mod seams;
mod slots;
mod socket;
mod tap;
mod tls;
mod transcript;
mod writes;

pub use connection::{Connection, Established, NotWritten};
pub use failure::{Failure, FailureKind, Operation};
pub use grant::{Denied, Grant};
pub use mask::Mask;
pub use network::{Counts, Network, NetworkSettings, NotBegun};
pub use resolver::{Resolved, Resolver, ResolverError};
pub use slots::Slots;
pub use tls::{ClientCertificate, TlsOptions, TlsSession, TlsVersion};
pub use transcript::{Direction, Line, Transcript};
pub(crate) use transcript::{is_plain, printable};
pub use writes::{Debt, Forbidden, Writes};
