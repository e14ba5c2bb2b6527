//! The executor: a job's check in, its outcome out, by the same function as a check of one remote.

use doctor::{Options, diagnose};
use host::Check;
use journal::Outcome;
use model::mask::Mask;
use report::Shown;
use run::{Interrupt, LiveBackend, Probes};
use secrecy::ExposeSecret;
use tokio_util::sync::CancellationToken;

use crate::Stopped;

/// Diagnoses the remote of a check. The report passes the cleaner and the mask, as any report that leaves the program: no
/// secret is in it.
///
/// # Errors
/// It was given up.
pub async fn execute(
    check: &Check,
    probes: &Probes,
    give_up: CancellationToken,
) -> Result<Outcome, Stopped> {
    let options = Options {
        interrupt: Interrupt {
            stop: give_up.clone(),
            give_up,
        },
        ..Options::default()
    };
    let diagnosed = Box::pin(diagnose(check, probes, &LiveBackend, options)).await;
    let report = match diagnosed {
        Ok(diagnosis) if diagnosis.report.interrupted => return Err(Stopped),
        Ok(diagnosis) => diagnosis.report,
        Err(error) => return Ok(Outcome::NoReport(error.to_string())),
    };
    let password = check.credential.as_ref().map(|it| &it.password);
    let masks: Vec<Mask> = password
        .map(|it| Mask::new(it.expose_secret()))
        .into_iter()
        .collect();
    let json = Shown::new(report, &masks).map(|shown| serde_json::to_string(&shown));
    Ok(match json {
        Ok(Ok(json)) => Outcome::Report(json),
        Ok(Err(error)) => Outcome::NoReport(error.to_string()),
        Err(error) => Outcome::NoReport(error.to_string()),
    })
}
