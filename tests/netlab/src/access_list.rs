//! The lists of TCP wrappers (hosts_access(5)), which vsftpd asks where it is told to.

use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;

use crate::error::HarnessError;
use crate::installation;

/// Lays lists over those in `/etc` that leave these addresses out and let all others in.
pub(crate) fn write(etc: &Path, denied: &[Ipv4Addr]) -> Result<(), HarnessError> {
    let deny: String = denied
        .iter()
        .map(|address| format!("vsftpd: {address}\n"))
        .collect();
    for (name, text) in [("hosts.allow", ""), ("hosts.deny", deny.as_str())] {
        let real = Path::new("/etc").join(name);
        // Only over a file that is there can another be laid. The library that reads them brings them along.
        if !real.exists() {
            if denied.is_empty() {
                continue;
            }
            return Err(HarnessError::Missing {
                what: real.display().to_string(),
                command: installation::COMMAND,
            });
        }
        let path = etc.join(name);
        fs::write(&path, text).map_err(HarnessError::file(&path))?;
    }
    Ok(())
}
