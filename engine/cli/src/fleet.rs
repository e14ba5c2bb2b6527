//! `remote-doctor fleet`: many remotes from many source addresses, on this machine.

mod args;
mod here;
mod read;
mod report;
mod run;
mod status;

use std::path::PathBuf;

use super::{CliError, Exit};
pub(crate) use args::FleetCommand;
use args::JournalArgs;
use files::own_files::{make_private_folder, state_folder};

pub(super) async fn run(command: FleetCommand) -> Result<Exit, CliError> {
    match command {
        FleetCommand::Run(args) => Box::pin(run::run(*args)).await,
        FleetCommand::Status(args) => status::status(args).await,
        FleetCommand::List(args) => status::list(&args),
        FleetCommand::Report(args) => report::report(args).await,
        FleetCommand::Message(args) => report::message(args).await,
    }
}

impl JournalArgs {
    /// The journal that is meant: where none is named, the one in the user's own folder.
    fn path(&self) -> Result<PathBuf, CliError> {
        if let Some(path) = &self.journal {
            return Ok(path.clone());
        }
        let folder = state_folder()
            .map_err(|error| CliError::Usage(format!("{error}: name a journal with --journal")))?;
        make_private_folder(&folder).map_err(|source| CliError::File {
            what: folder.display().to_string(),
            source,
        })?;
        Ok(folder.join("fleet.journal"))
    }
}
