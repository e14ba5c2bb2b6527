//! The one account all servers know. It is a system user only inside a server's namespace, where
//! these files lie over the ones in `/etc`; the machine itself never has it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::error::HarnessError;

pub(crate) const USER: &str = "rd-lab";
pub(crate) const PASSWORD: &str = "Lab-only: 7 harbours";
/// SHA-512 crypt of [`PASSWORD`], as `openssl passwd -6` prints it.
pub(crate) const PASSWORD_HASH: &str = "$6$harbours$ZoefzJ2kg/FeUEybDWoA0RzfkkpdjoilKapb8gKTQQRw.K8oe4ivTxrTatWTZ3aVu1YUOogaNTVgKu2PdgF2x0";
/// User and group; from a range that neither Debian nor systemd hands out.
pub const ID: u32 = 61_077;

/// The service whose PAM rules vsftpd asks for.
pub(crate) const PAM_SERVICE: &str = "rd-lab-ftp";

/// Writes the account as `passwd`, `shadow` and PAM rules into the folder that lies over `/etc`.
pub(crate) fn write(etc: &Path) -> Result<(), HarnessError> {
    let shadow = format!(
        "root:*:19000:0:99999:7:::\nnobody:*:19000::::::\n{USER}:{PASSWORD_HASH}:19000:0:99999:7:::\n"
    );
    let pam =
        "auth required pam_unix.so\naccount required pam_unix.so\nsession required pam_permit.so\n";

    move_to(etc, Path::new("/"))?;
    let rules = etc.join("pam.d");
    fs::create_dir_all(&rules).map_err(HarnessError::file(&rules))?;
    for (path, text, mode) in [
        (etc.join("shadow"), shadow.as_str(), 0o600),
        (rules.join(PAM_SERVICE), pam, 0o644),
    ] {
        fs::write(&path, text).map_err(HarnessError::file(&path))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(mode))
            .map_err(HarnessError::file(&path))?;
    }
    Ok(())
}

/// Gives the account a home, and a shell: some servers let nobody in without one.
pub(crate) fn move_to(etc: &Path, home: &Path) -> Result<(), HarnessError> {
    let passwd = format!(
        "root:x:0:0:root:/root:/bin/sh\n\
         nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n\
         {USER}:x:{ID}:65534:account of the tests:{}:/bin/sh\n",
        home.display()
    );
    let path = etc.join("passwd");
    fs::write(&path, passwd).map_err(HarnessError::file(&path))
}
