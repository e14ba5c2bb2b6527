//! Finds out why an FTP or FTPS remote will not connect or will not transfer, who has to act, and what to change.
//!
//! A [`host::Check`] says what is asked, and a set of [`run::Probes`] looks. [`run::run`] runs each probe in its own WebAssembly
//! instance and keeps a record. [`report::Report`] is that record in the light of all codes. If the report proposes other
//! settings, [`verify`] tries them. [`diagnose`] goes all of that way, and every output format is rendered from the report.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use doctor::{Options, diagnose};
//! use host::{Asked, Check};
//! use model::remote::Remote;
//! use run::{LiveBackend, Probes};
//!
//! let probes = Probes::built_in().await?;
//! let check = Check::of(Asked::about(Remote::at("ftp.example.com", 21)));
//! let diagnosis = diagnose(&check, &probes, &LiveBackend, Options::default()).await?;
//! println!("{}", diagnosis.report.summary);
//! # Ok(())
//! # }
//! ```
#![warn(missing_docs)]

mod look_ups;
mod replay;
mod shareable;
#[cfg(test)]
mod standing_tests;
mod state_file;
mod verify;

use std::path::Path;

use allow_list::{AddressHistory, Zone};
use diagnosis::record::Record;
use host::Check;
use model::visit::{Cut, RunPhase};
use report::Report;
use run::backend::Backend;
use run::{Interrupt, Probes, RunError, Watch};

pub use files::state_file::StateFileError;
pub use look_ups::look_up;
pub use replay::replay;
pub use shareable::{ShareError, shareable};
pub use state_file::read as read_state;
pub use verify::verify;

/// What is to be looked up about our own addresses, once the probes have ended.
#[derive(Debug)]
pub struct LookUps<'a> {
    /// The policy list to ask.
    pub policy_list: Option<&'a Zone>,
    /// Where it is written down what was seen over time, and what stands there.
    pub state: Option<(&'a Path, AddressHistory)>,
}

/// How a remote is to be diagnosed, beside what the check says.
pub struct Options<'a> {
    /// What is to be looked up about our own addresses.
    pub look_ups: Option<LookUps<'a>>,
    /// Whether proposed changes of settings are tried.
    pub proof: bool,
    /// How the user stops it.
    pub interrupt: Interrupt,
    /// Told of every event.
    pub watch: Watch<'a>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options {
            look_ups: None,
            proof: true,
            interrupt: Interrupt::default(),
            watch: &|_| (),
        }
    }
}

/// What is known of a remote now.
#[derive(Debug)]
pub struct Diagnosis {
    /// What is wrong with it, and what is not known.
    pub report: Report,
    /// What the probes said.
    pub record: Record,
    /// Whether it could be written down what was seen of our own addresses.
    pub saved: Result<(), StateFileError>,
}

/// Diagnoses a remote: runs the probes, looks up what is asked for, weighs it all, and tries the changes of settings that
/// would mend it.
///
/// # Errors
/// Where the run could not begin. What goes wrong later is part of the report.
pub async fn diagnose(
    check: &Check,
    probes: &Probes,
    backend: &dyn Backend,
    options: Options<'_>,
) -> Result<Diagnosis, RunError> {
    let Options {
        look_ups,
        proof,
        interrupt,
        watch,
    } = options;
    let started = backend.started();
    let mut record = run::run(check, probes, backend, interrupt.clone(), watch).await?;
    record.sheet = backend.looked_up();
    let mut saved = Ok(());
    if let Some(look_ups) = look_ups.filter(|_| record.cut != Some(Cut::Interrupted)) {
        let looked = tokio::select! {
            looked = look_ups::look_up_sources(check, &record, look_ups) => Some(looked?),
            () = interrupt.stop.cancelled() => None,
        };
        match looked {
            Some((looks, written)) => {
                record.sheet = Some(looks);
                saved = written;
            }
            None => record.cut = Some(Cut::Interrupted),
        }
    }
    backend.keep(RunPhase::Diagnosis, &record, &check.remote);
    let mut report = Report::new(&record, &check.remote, &probes.codes, started);
    report.waited = Some(check.timeouts.into());
    if proof {
        let tried = verify(
            &mut report,
            &record,
            check,
            probes,
            backend,
            interrupt,
            watch,
        );
        tried.await;
    }
    Ok(Diagnosis {
        report,
        record,
        saved,
    })
}
