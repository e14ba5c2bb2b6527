//! Finds out why an FTP or FTPS remote will not connect or will not transfer, says who has to act and what to change.
//!
//! The way of a diagnosis: a [`settings::Check`] and a [`builtin::Catalogue`] of probes make a plan; [`run::run`] runs
//! each probe in its own WebAssembly instance and keeps a [`run::Record`]; [`report::Report`] is that record in the
//! light of all codes, and every output format is rendered from it.
//!
//! ```no_run
//! # async fn example(check: remote_doctor::settings::Check) -> Result<(), Box<dyn std::error::Error>> {
//! use remote_doctor::{builtin::Catalogue, report::Report, run};
//!
//! let catalogue = Catalogue::built_in().await?;
//! let record = run::run(&check, &catalogue, &Default::default(), Default::default(), &|_| ()).await?;
//! let report = Report::new(&record, &check.remote, &catalogue, jiff::Timestamp::now());
//! println!("{}", report.summary);
//! # Ok(())
//! # }
//! ```
#![warn(missing_docs)]

pub mod address;
pub mod addresses;
pub mod baseline;
pub mod builtin;
pub mod capability;
pub mod clean_up;
pub mod cleaner;
pub mod cli;
pub mod clock;
pub mod compare;
pub mod declared;
pub mod diagnose;
pub mod finding;
pub mod handoff;
pub mod journal;
pub mod ledger;
pub mod login;
pub mod matrix;
pub mod net;
pub mod output_file;
pub mod own_files;
pub mod plan;
pub mod plugin;
pub mod recording;
pub mod redact;
pub mod remedy;
pub mod report;
pub mod run;
pub mod settings;
pub mod sheet;
pub mod standing;
pub mod trust;
pub mod verify;
pub mod why;
