use std::ffi::OsString;

use crate::error::HarnessError;
use crate::installation;
use crate::setup::Mode;
use crate::site::Site;

use super::{Rights, SmallSetup, arguments};

/// The server itself; aioftp is a library.
const PROGRAM: &str = include_str!("aioftp_server.py");

pub(super) fn prepare(setup: &SmallSetup, site: &Site) -> Result<Vec<OsString>, HarnessError> {
    let library = installation::find("aioftp")?;
    let program = site.write("server.py", PROGRAM)?;
    let mut line: Vec<OsString> = vec!["python3".into(), program.into()];
    line.extend(arguments(setup, site, &library));
    if setup.mode == Mode::Implicit {
        line.extend(["--certificate".into(), site.tls.both.clone().into()]);
    }
    match setup.rights {
        Rights::All => {}
        Rights::Read => line.push("--no-writing".into()),
        Rights::Nothing => line.extend(["--no-writing".into(), "--no-reading".into()]),
    }
    Ok(line)
}
