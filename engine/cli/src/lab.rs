//! `remote-doctor lab`: a faulty server in the foreground, to point other clients at.

use std::net::SocketAddr;

use lab::{Behaviour, Lab};

use super::args::LabArgs;
use super::{CliError, Exit, output, say};

pub(super) async fn run(args: LabArgs) -> Result<Exit, CliError> {
    let behaviour = match &args.behaviour {
        None => Behaviour::default(),
        Some(json) => serde_json::from_str(json).map_err(|error| {
            CliError::Usage(format!(
                "--behaviour: {error}; see `remote-doctor lab --help`"
            ))
        })?,
    };
    let lab = Lab::start_on(behaviour, SocketAddr::new(args.listen, args.port)).await?;
    if let Some(path) = &args.ca_file {
        output::write(path, lab.authority_pem())?;
    }
    let user = &lab.behaviour().user;
    output::print(&format!(
        "listening on {} (user {user}, password {})\n",
        lab.address(),
        lab.behaviour().password
    ))?;
    let mut seen = 0;
    loop {
        tokio::select! {
            (exchanges, now_seen) = lab.follow(seen) => {
                seen = now_seen;
                for exchange in exchanges {
                    say::line(exchange);
                }
            }
            interrupted = tokio::signal::ctrl_c() => {
                interrupted.map_err(|source| CliError::File { what: "waiting for Ctrl-C".into(), source })?;
                return Ok(Exit::Interrupted);
            }
        }
    }
}
