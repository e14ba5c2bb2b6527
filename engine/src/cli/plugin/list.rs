//! `remote-doctor plugin list`: the probes there are, in the order in which they get to run.

use std::path::PathBuf;

use super::super::{CliError, Exit, output};
use crate::builtin::Catalogue;
use crate::report::style::{BOLD, styled};

pub(super) async fn run(files: &[PathBuf]) -> Result<Exit, CliError> {
    let catalogue = Catalogue::load(files).await?;
    let width = catalogue.plugins.iter().map(|it| it.description.name.len());
    let width = width.max().unwrap_or_default();
    let mut out = String::new();
    for plugin in &catalogue.plugins {
        let about = &plugin.description;
        let name = format!("{:width$}", about.name);
        let codes = about.codes.len();
        out.push_str(&format!(
            "{}  {}  {codes:2} code{}  {}  {}\n",
            styled(BOLD, &name),
            about.version,
            if codes == 1 { " " } else { "s" },
            &plugin.digest[..plugin.digest.len().min(19)],
            about.summary,
        ));
    }
    output::print(&out)?;
    Ok(Exit::Fine)
}
