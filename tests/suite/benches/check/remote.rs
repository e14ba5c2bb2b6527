//! Checks of a lab on loopback, made by the library.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::path::PathBuf;

use host::login::Credential;
use host::{Asked, Check};
use jiff::Timestamp;
use model::remote::{Depth, Remote, Selection, SslSetting};
use model::verdict::Verdict;
use report::Report;
use run::Probes;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use sandbox::Sandbox;
use secrecy::SecretString;

use crate::failure::Failure;
use crate::lab;
use crate::worker::Site;

/// Probes of one check that run at once, at most.
const PROBES: u32 = 4;

/// Makes room for the probes of so many checks at once, as a program does that has them.
pub fn make_room(checks: usize) {
    let checks = u32::try_from(checks).unwrap_or(u32::MAX);
    drop(Sandbox::shared_by(checks.saturating_mul(PROBES).max(128)));
}

/// A quick check of a healthy lab.
pub fn of(site: &Site) -> Result<Check, Failure> {
    let unusable = |error| Failure::Unhealthy {
        what: "the lab's CA".into(),
        said: format!("{error:?}"),
    };
    let authority = CertificateDer::from_pem_file(&site.authority).map_err(unusable)?;
    Ok(nowhere(site.port).altered(|asked| {
        asked.authorities = vec![authority];
        asked.remote.user = Some(lab::USER.into());
        asked.credential = Some(Credential {
            user: lab::USER.into(),
            password: SecretString::from(lab::PASSWORD),
        });
    }))
}

/// A quick check of whatever listens on this port of loopback.
pub fn nowhere(port: u16) -> Check {
    Check::of(Asked {
        depth: Depth::Quick,
        now: Timestamp::now().as_second(),
        ..Asked::about(Remote {
            ssl: SslSetting::RequireExplicit,
            ..Remote::at(Ipv4Addr::LOCALHOST.to_string(), port)
        })
    })
}

/// The same with this probe alone, which is no part of the program.
pub fn only(check: Check, name: &str, file: PathBuf) -> Check {
    check.altered(|asked| {
        asked.selection = Selection {
            only: vec![name.into()],
            plugins: vec![file],
            denied: BTreeSet::new(),
            skip: Vec::new(),
        };
    })
}

/// A probe that `cargo xtask setup` built.
pub fn probe(folder: &str, name: &str) -> PathBuf {
    suite::workspace()
        .join("target")
        .join(folder)
        .join(format!("{name}.wasm"))
}

/// The probes of the program, and of these files.
pub async fn catalogue(files: &[PathBuf]) -> Result<Probes, Failure> {
    let loaded = Probes::load(files, &Default::default()).await;
    loaded.map_err(|error| Failure::Unhealthy {
        what: "the sandbox".into(),
        said: error.to_string(),
    })
}

/// A diagnosis counts only where it found the healthy lab healthy.
pub fn healthy(report: &Report) -> Result<(), Failure> {
    if report.verdict == Verdict::Healthy {
        return Ok(());
    }
    let first = report.findings.first().map(|finding| &finding.code);
    Err(Failure::Unhealthy {
        what: "a diagnosis of the healthy lab".into(),
        said: format!("{} {first:?}", report.summary),
    })
}
