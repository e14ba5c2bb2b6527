//! An FTP(S) server whose misbehaviour is chosen.
//!
//! A [`Lab`] listens on loopback and behaves as its [`Behaviour`] says: healthy by default, or with any of the faults
//! that [`Fault`], [`CertificateKind`] and [`Mode`] name. It serves files from memory, keeps a log of what its clients
//! did, and counts their connections. So a test can judge the manners of a client as well as its verdict.
//!
//! Everything that a client can make it hold is bounded: lines, files, connections, the log, and the time of each step.
//!
//! ```no_run
//! # async fn example() -> Result<(), lab::LabError> {
//! use lab::{Behaviour, CertificateKind, Fault, Lab};
//!
//! let behaviour = Behaviour {
//!     certificate: CertificateKind::Expired,
//!     faults: vec![Fault::EpsvRefused],
//!     ..Behaviour::default()
//! };
//! let lab = Lab::start(behaviour).await?;
//! println!("point a client at {}", lab.address());
//! # Ok(())
//! # }
//! ```

#![warn(missing_docs, unreachable_pub)]

mod behaviour;
mod certificate;
mod control;
mod counters;
mod disturbance;
mod error;
mod fault;
mod issuers;
mod journal;
mod lab;
mod legacy;
mod samples;
pub mod scenario;
mod service;
mod session;
mod socket;
mod software;
mod stream;
mod tls;
mod tree;
mod wording;
mod words;

pub use behaviour::{Behaviour, Limits, Mode, Service, SessionReuse, TlsVersions};
pub use certificate::CertificateKind;
pub use counters::Connections;
pub use disturbance::{Disturbance, Filter, Loss};
pub use error::LabError;
pub use fault::Fault;
pub use issuers::Issuers;
pub use journal::{Channel, Event, Exchange};
pub use lab::Lab;
pub use legacy::Legacy;
pub use software::Software;
pub use words::{NotAWord, Word};
