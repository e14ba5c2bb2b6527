//! `remote-doctor completions` and `remote-doctor man`: what a package installs beside the program, made from the
//! arguments themselves.

use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use super::args::Args;
use super::{CliError, Exit, output};

const NAME: &str = "remote-doctor";

pub(super) fn completions(shell: Shell) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), NAME, &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Fine)
}

/// The page of one command on standard output, or all pages into a folder.
pub(super) fn man(of: Option<&str>, folder: Option<&Path>) -> Result<Exit, CliError> {
    let command = Args::command().disable_help_subcommand(true);
    if let Some(folder) = folder {
        let file = |source| CliError::File {
            what: folder.display().to_string(),
            source,
        };
        std::fs::create_dir_all(folder).map_err(file)?;
        clap_mangen::generate_to(command, folder).map_err(file)?;
        return Ok(Exit::Fine);
    }
    let page = match of {
        None => command,
        Some(name) => {
            let mut command = command;
            command.build();
            let found = command.find_subcommand(name).cloned();
            found.ok_or_else(|| CliError::Usage(format!("there is no command `{name}`")))?
        }
    };
    let mut roff = Vec::new();
    let written = clap_mangen::Man::new(page).render(&mut roff);
    written.map_err(|source| CliError::File {
        what: "the man page".into(),
        source,
    })?;
    output::print(&String::from_utf8_lossy(&roff))?;
    Ok(Exit::Fine)
}
