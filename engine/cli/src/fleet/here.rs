//! The transport of one machine: jobs are executed in this process.

use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use super::args::FleetRunArgs;
use crate::args::CheckArgs;
use crate::{CliError, check, remote_file};
use ::fleet::{Assignment, Stopped, Transport};
use ::run::Probes;
use host::Check;
use journal::{Job, Outcome};
use settings::{RemoteFile, RemoteSettings};

/// What the user agreed to for every remote of the run.
#[derive(Clone, Debug)]
pub(super) struct Agreed {
    use_secrets_of_file: bool,
    allow_cleartext_login: bool,
    allow_unverified_login: bool,
    allow_private: bool,
    fast: bool,
    resolver: Option<std::net::SocketAddr>,
}

impl Agreed {
    pub(super) fn of(args: &FleetRunArgs) -> Agreed {
        Agreed {
            use_secrets_of_file: args.use_secrets_of_file,
            allow_cleartext_login: args.allow_cleartext_login,
            allow_unverified_login: args.allow_unverified_login,
            allow_private: args.allow_private,
            fast: args.fast,
            resolver: args.resolver,
        }
    }

    /// The check of a job, made as that of one remote is. The secrets that the settings refer to are read now.
    ///
    /// # Errors
    /// The settings cannot be used, or a secret cannot be read.
    pub(super) fn check(&self, job: &Job) -> Result<Check, CliError> {
        let file = Path::new(&job.file);
        let mut settings = RemoteFile::read(&job.file, job.settings.as_bytes())?;
        settings.seen_from(file.parent().unwrap_or(Path::new("")));
        let sources = job.source.into_iter().collect();
        self.of_settings(file, settings, sources)
    }

    /// The check of a remote from these addresses.
    ///
    /// # Errors
    /// As for [`Agreed::check`].
    pub(super) fn of_settings(
        &self,
        file: &Path,
        settings: RemoteFile,
        sources: Vec<std::net::IpAddr>,
    ) -> Result<Check, CliError> {
        let args = CheckArgs {
            settings: RemoteSettings {
                sources,
                ..RemoteSettings::default()
            },
            use_secrets_of_file: self.use_secrets_of_file,
            allow_cleartext_login: self.allow_cleartext_login,
            allow_unverified_login: self.allow_unverified_login,
            allow_private: self.allow_private,
            fast: self.fast,
            resolver: self.resolver,
            ..CheckArgs::default()
        };
        let asked = remote_file::of_settings(args, file, settings)?;
        let (check, _) = check::request(asked)?;
        Ok(check)
    }
}

pub(super) struct Here {
    pub(super) probes: Arc<Probes>,
    pub(super) agreed: Agreed,
}

impl Transport for Here {
    fn execute<'a>(
        &'a self,
        assignment: Assignment,
    ) -> Pin<Box<dyn Future<Output = Result<Outcome, Stopped>> + Send + 'a>> {
        let Assignment {
            job,
            gate,
            give_up,
            attempt: _,
        } = assignment;
        Box::pin(async move {
            let check = match self.agreed.check(&job) {
                Ok(check) => check.altered(|asked| asked.login_gate = Some(gate)),
                Err(error) => return Ok(Outcome::NoReport(error.to_string())),
            };
            let probes = self.probes.clone();
            // A task of its own, so that jobs share the processors of the machine.
            let executed = async move { ::fleet::execute(&check, &probes, give_up).await };
            let executed = tokio::spawn(executed).await;
            executed.unwrap_or_else(|_| {
                let why = "remote-doctor has a defect, and this check crashed";
                Ok(Outcome::NoReport(why.into()))
            })
        })
    }
}
