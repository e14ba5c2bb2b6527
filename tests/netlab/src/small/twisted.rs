use std::ffi::OsString;

use crate::error::HarnessError;
use crate::installation;
use crate::site::Site;

use super::{Rights, SmallSetup, arguments};

/// The server itself; Twisted is a library.
const PROGRAM: &str = include_str!("twisted_server.py");

pub(super) fn prepare(setup: &SmallSetup, site: &Site) -> Result<Vec<OsString>, HarnessError> {
    let library = installation::find("twisted")?;
    let program = site.write("server.py", PROGRAM)?;
    let mut line: Vec<OsString> = vec!["python3".into(), program.into()];
    line.extend(arguments(setup, site, &library));
    if setup.rights == Rights::Read {
        line.push("--read-only".into());
    }
    Ok(line)
}
