//! `remote-doctor completions` and `remote-doctor man`: what a package installs beside the program, made from the
//! arguments themselves.

use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use super::args::Args;
use super::{CliError, Exit, output};
use files::output_file;

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
        let mut command = command;
        command.build();
        pages(&command, folder)?;
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

/// The page of a command and of all its commands.
fn pages(command: &clap::Command, folder: &Path) -> Result<(), CliError> {
    for inner in command.get_subcommands().filter(|it| !it.is_hide_set()) {
        pages(inner, folder)?;
    }
    let page = clap_mangen::Man::new(command.clone());
    let path = folder.join(page.get_filename());
    let mut roff = Vec::new();
    let rendered = page.render(&mut roff);
    rendered.map_err(|source| CliError::File {
        what: path.display().to_string(),
        source,
    })?;
    Ok(output_file::write(&path, &roff)?)
}
