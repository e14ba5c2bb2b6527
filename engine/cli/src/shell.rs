//! `remote-doctor completions` and `remote-doctor man`: what a package installs beside the program, made from the
//! arguments themselves.

use std::io;
use std::path::Path;

use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;
use roff::{Roff, bold, roman};

use super::args::help::{self, Help};
use super::{CliError, Exit, output};
use files::output_file;

const NAME: &str = "remote-doctor";

pub(super) fn completions(shell: Shell) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut help::command(), NAME, &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Fine)
}

/// The page of one command on standard output, or all pages into a folder.
pub(super) fn man(of: Option<&str>, folder: Option<&Path>) -> Result<Exit, CliError> {
    let mut command = help::command().disable_help_subcommand(true);
    command.build();
    if let Some(folder) = folder {
        std::fs::create_dir_all(folder).map_err(|source| CliError::File {
            what: folder.display().to_string(),
            source,
        })?;
        pages(&command, "", folder)?;
        return Ok(Exit::Fine);
    }
    let (page, path) = match of {
        None => (&command, ""),
        Some(name) => {
            let found = command.find_subcommand(name);
            let page =
                found.ok_or_else(|| CliError::Usage(format!("there is no command `{name}`")))?;
            (page, name)
        }
    };
    let roff = page_of(page, path).map_err(|source| CliError::File {
        what: "the man page".into(),
        source,
    })?;
    output::print(&String::from_utf8_lossy(&roff))?;
    Ok(Exit::Fine)
}

/// The pages of a command and of all its commands.
fn pages(command: &Command, path: &str, folder: &Path) -> Result<(), CliError> {
    for inner in command.get_subcommands().filter(|it| !it.is_hide_set()) {
        let path = format!("{path} {}", inner.get_name());
        pages(inner, path.trim_start(), folder)?;
    }
    let file = folder.join(Man::new(command.clone()).get_filename());
    let roff = page_of(command, path).map_err(|source| CliError::File {
        what: file.display().to_string(),
        source,
    })?;
    Ok(output_file::write(&file, &roff)?)
}

/// In the order of man-pages(7), with the sections that the library does not know.
fn page_of(command: &Command, path: &str) -> io::Result<Vec<u8>> {
    let help = help::of(path);
    let man = Man::new(command.clone());
    let mut out = Vec::new();
    man.render_title(&mut out)?;
    man.render_name_section(&mut out)?;
    man.render_synopsis_section(&mut out)?;
    man.render_description_section(&mut out)?;
    if let Some(help) = help {
        examples(help).to_writer(&mut out)?;
    }
    man.render_options_section(&mut out)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut out)?;
    }
    if let Some(help) = help {
        exits(help).to_writer(&mut out)?;
    }
    if command.get_version().is_some() {
        man.render_version_section(&mut out)?;
    }
    Ok(out)
}

fn examples(help: &Help) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["EXAMPLES"]).control("nf", []);
    for example in help.examples {
        roff.text([roman(*example)]);
    }
    roff.control("fi", []);
    roff
}

fn exits(help: &Help) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["EXIT STATUS"]);
    for (code, when) in help.exits {
        roff.control("TP", []).text([bold(code.to_string())]);
        roff.text([roman(*when)]);
    }
    if let Some(remark) = help.remark {
        roff.control("PP", []).text([roman(remark)]);
    }
    roff
}
