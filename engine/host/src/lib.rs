//! What a probe can ask of the host, and the network that answers it: names, connections, TLS, certificates, the password,
//! writing, and what one probe hands on to the next. Every rule on what a probe may do stands here, once.
#![warn(missing_docs)]

mod authority;
pub mod backend;
pub mod bytes;
pub mod call;
mod check;
pub mod fact;
pub mod granted;
pub mod handoff;
pub mod journal;
pub mod ledger;
pub mod live;
pub mod login;
pub mod net;
pub mod trust;
mod weight;

pub use authority::{Authority, Beyond};
pub use check::{Asked, Check};
