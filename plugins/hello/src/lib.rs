//! TLS below what the TLS library speaks: a ClientHello made by hand, and what a server answers to it in clear.
//!
//! The library offers TLS 1.2 and 1.3 with today's cipher suites; of a server that has nothing of these it can only say
//! that the handshake failed. Up to TLS 1.2 everything a server sends before the client's second message crosses the
//! wire in clear (RFC 5246 section 7.3): version, cipher suite, certificates, the parameters of the key exchange. So
//! offering more and reading the answer is enough to say what the server has.
//!
//! No input or output, and no cryptography: the handshake is never finished and nothing is ever encrypted. That is also
//! why the random of the ClientHello need not be random.
#![warn(missing_docs)]

mod alert;
mod client_hello;
mod damage;
mod flight;
mod group;
mod message;
mod reader;
mod record;
mod suite;
mod version;

pub use alert::Alert;
pub use client_hello::{ClientHello, Extensions};
pub use damage::{Damage, damage};
pub use flight::{Flight, KeyExchange, ServerHello};
pub use group::Group;
pub use reader::{End, Reader};
pub use suite::Suite;
pub use version::Version;

#[cfg(test)]
mod client_hello_tests;
#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod reader_tests;
