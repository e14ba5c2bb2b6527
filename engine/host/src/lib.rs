//! What a probe can ask of the host, and the network that answers: names, connections, TLS, certificates, the password, and
//! writing on the remote. The sessions and facts that one probe hands on to the next are here, too. Every rule on what a probe
//! may do stands in this crate, once; its README has them all.
#![warn(missing_docs)]

mod authority;
pub mod backend;
pub mod bytes;
pub mod call;
pub mod capability_grants;
mod check;
pub mod handoff;
pub mod http;
pub mod journal;
pub mod ledger;
pub mod live;
pub mod login;
pub mod net;
pub mod trust;
mod weight;

pub use authority::{Authority, Beyond};
pub use check::{Asked, Check};
