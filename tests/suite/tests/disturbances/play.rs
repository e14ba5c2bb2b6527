//! One run of the library against one server.

use std::fmt;

use doctor::{Options, diagnose};
use host::login::Credential;
use host::{Asked, Check};
use jiff::Timestamp;
use lab::Lab;
use model::finding::{Confidence, Severity};
use model::remote::{Depth, Permissions, Remote, SslSetting, Timeouts};
use model::verdict::Verdict;
use report::{Report, ReportFinding};
use run::{LiveBackend, Probes};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use sandbox::Sandbox;
use secrecy::SecretString;

use crate::case::Case;
use crate::expected;

/// Probes of one check that run at once, at most.
const PROBES: u32 = 4;

/// What one run said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub verdict: Verdict,
    /// Codes of errors and warnings, each with how sure it is.
    pub found: Vec<Found>,
    pub summary: String,
}

/// A code that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub code: String,
    pub is_error: bool,
    pub is_certain: bool,
    /// What was seen, for whoever has to find out what went wrong.
    pub evidence: String,
}

/// A case and what is wrong with what it came to.
#[derive(Clone, Debug)]
pub struct Played {
    pub case: Case,
    pub outcome: Outcome,
    pub complaints: Vec<String>,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.in_short())?;
        if self.found.is_empty() {
            write!(f, " ({})", self.summary)?;
        }
        Ok(())
    }
}

impl Outcome {
    /// The codes, those of warnings in brackets, and `?` where they are likely only; else the verdict.
    pub fn in_short(&self) -> String {
        if self.found.is_empty() {
            return format!("{:?}", self.verdict).to_lowercase();
        }
        let one = |found: &Found| {
            let sure = if found.is_certain { "" } else { "?" };
            match found.is_error {
                true => format!("{}{sure}", found.code),
                false => format!("({}{sure})", found.code),
            }
        };
        let codes: Vec<String> = self.found.iter().map(one).collect();
        codes.join(" ")
    }

    fn of(report: &Report) -> Outcome {
        let findings = report.findings.iter();
        let found = findings
            .filter(|it| it.severity != Severity::Info && it.caused_by.is_none())
            .map(|it| Found {
                code: it.code.clone(),
                is_error: it.severity == Severity::Error,
                is_certain: it.confidence == Confidence::Certain,
                evidence: evidence(it),
            });
        Outcome {
            verdict: report.verdict,
            found: found.collect(),
            summary: report.summary.clone(),
        }
    }
}

fn evidence(finding: &ReportFinding) -> String {
    let seen = finding.evidence.iter();
    let seen: Vec<String> = seen
        .map(|it| format!("{}: {}", it.label, it.value))
        .collect();
    seen.join("; ")
}

/// The probes of the program, with room for so many checks at once.
pub async fn probes(checks: usize) -> Result<Probes, Box<dyn std::error::Error>> {
    let checks = u32::try_from(checks).unwrap_or(u32::MAX);
    drop(Sandbox::shared_by(checks.saturating_mul(PROBES)));
    Ok(Probes::built_in().await?)
}

/// Plays a case; whatever keeps it from being played is a complaint.
pub async fn play(case: &Case, probes: &Probes) -> Played {
    let case = *case;
    match report(&case, probes).await {
        Ok(report) => {
            let outcome = Outcome::of(&report);
            let complaints = expected::complaints(&case, &outcome);
            Played {
                case,
                outcome,
                complaints,
            }
        }
        Err(error) => Played {
            case,
            outcome: Outcome {
                verdict: Verdict::Incomplete,
                found: Vec::new(),
                summary: "not played".into(),
            },
            complaints: vec![error.to_string()],
        },
    }
}

async fn report(case: &Case, probes: &Probes) -> Result<Report, Box<dyn std::error::Error>> {
    let lab = Lab::start(case.behaviour()).await?;
    let behaviour = lab.behaviour();
    let at = lab.address();
    let authority = CertificateDer::from_pem_slice(lab.authority_pem().as_bytes())?;
    let check = Check::of(Asked {
        depth: Depth::Standard,
        now: Timestamp::now().as_second(),
        authorities: vec![authority],
        permissions: Permissions {
            writes: case.at.writes(),
            ..Permissions::default()
        },
        timeouts: Timeouts {
            reply: case.patience(),
            ..Timeouts::default()
        },
        credential: Some(Credential {
            user: behaviour.user.clone(),
            password: SecretString::from(behaviour.password.clone()),
        }),
        ..Asked::about(Remote {
            ssl: SslSetting::RequireExplicit,
            user: Some(behaviour.user.clone()),
            ..Remote::at(at.ip().to_string(), at.port())
        })
    });
    let diagnosis = diagnose(&check, probes, &LiveBackend, Options::default()).await?;
    Ok(diagnosis.report)
}
