use std::ffi::OsString;
use std::path::Path;

use crate::account;
use crate::error::HarnessError;
use crate::installation;
use crate::net::{NAME, SERVER};
use crate::site::Site;

use super::SmallSetup;

pub(super) fn prepare(
    setup: &SmallSetup,
    site: &Site,
    etc: &Path,
) -> Result<Vec<OsString>, HarnessError> {
    let listener = installation::find("inetutils/usr/bin/tcpsvd")?;
    let program = installation::find("inetutils/usr/sbin/ftpd")?;
    // It lets users of the system in, and into nothing but their homes.
    account::move_to(etc, &site.home())?;
    let mut line: Vec<OsString> = vec![listener.into(), "-v".into()];
    // Else it looks up the machine's own name, which nobody knows here.
    line.extend(["-l".into(), NAME.into()]);
    if let Some(clients) = setup.max_clients {
        // All tests come from one address.
        let refusal = format!("{clients}:421 Too many connections, try again later.\r\n");
        line.extend(["-C".into(), refusal.into()]);
    }
    line.extend([SERVER.to_string().into(), setup.port().to_string().into()]);
    line.push(program.into());
    Ok(line)
}
