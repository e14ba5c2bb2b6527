//! The network as a probe may use it: names, connections, TLS. Every rule on where a probe may connect, from which
//! address, how often and for how long stands here, once.

mod address_policy;
mod client_hello;
mod commands;
mod connection;
mod data_ports;
mod dialogue;
pub mod failure;
mod fetch;
mod forbidden;
mod holder;
mod icmp;
mod names;
mod network;
mod resolver;
#[doc(hidden)]
pub mod seams;
mod shown;
mod slots;
mod socket;
mod tap;
mod tls;
mod transcript;
mod verbs;
mod waits;
mod writes;

pub use address_policy::{AddressPolicy, Denied};
pub use client_hello::NotAHello;
pub use commands::OwnWords;
pub use connection::{Connection, Established, NotWritten};
pub use data_ports::DataPort;
pub use dialogue::ReplyCodes;
pub use forbidden::Forbidden;
pub use names::Names;
pub use network::{Network, NetworkSettings, NotBegun};
pub use resolver::{Found, Resolved, Resolver, ResolverError};
pub use slots::{Gauge, Slots};
pub use tls::{ClientCertificate, TlsOptions, TlsSession, TlsVersion};
pub use transcript::Transcript;
pub use verbs::{Origin, RemoteChange};
pub(crate) use waits::Waiting;
pub use waits::{Awaited, Waits, What};
pub use writes::{Debt, Writes};
pub(crate) use writes::{is_name_of_a_run, is_under};
