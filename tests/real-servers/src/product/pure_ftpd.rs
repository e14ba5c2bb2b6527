use std::ffi::OsString;
use std::process::Command;

use crate::account::{ID, PASSWORD_HASH, USER};
use crate::error::HarnessError;
use crate::installation;
use crate::program::run;
use crate::setup::{ClientCertificate, DataProtection, Mode, Setup};
use crate::site::Site;

pub(super) fn prepare(setup: &Setup, site: &Site) -> Result<Vec<OsString>, HarnessError> {
    let program = installation::find("pure-ftpd/usr/sbin/pure-ftpd")?;
    let pure_pw = installation::find("pure-ftpd/usr/bin/pure-pw")?;
    let path = |name: &str| site.path(name).display().to_string();
    // Virtual accounts are read from a database; `pure-pw` makes it from this line of text. The last field but one is the
    // clients the account may not be used from.
    let denied: Vec<String> = setup.denied.iter().map(ToString::to_string).collect();
    let account = format!(
        "{USER}:{PASSWORD_HASH}:{ID}:65534::{}/./:::::::::::{}:\n",
        path("home"),
        denied.join(",")
    );
    site.write_secret("accounts", &account)?;
    run(
        Command::new(pure_pw).args(["mkdb", &path("accounts.pdb"), "-f", &path("accounts")]),
        "",
    )?;

    let mut arguments = vec![
        format!("-S{}", setup.port()),
        format!("-lpuredb:{}", path("accounts.pdb")),
        format!("-g{}", path("pid")),
        format!("-Oclf:{}", path("log/transfers.log")),
        format!("-c{}", setup.max_clients.unwrap_or(50)),
        // No anonymous logins, everyone in their own home, no names looked up.
        "-E".to_owned(),
        "-A".to_owned(),
        "-H".to_owned(),
    ];
    if !setup.ipv6 {
        arguments.push("-4".to_owned());
    }
    if let Some(ports) = &setup.passive_ports {
        arguments.push(format!("-p{}:{}", ports.start(), ports.end()));
    }
    if let Some(address) = setup.pasv_address {
        arguments.push(format!("-P{address}"));
    }
    arguments.push(format!("-Y{}", level(setup)));
    if setup.has_tls() {
        arguments.push(format!(
            "-2{},{}",
            site.tls.chain.display(),
            site.tls.key.display()
        ));
        let ciphers = setup.ciphers("HIGH");
        // A prefix to the ciphers is how it is told to ask for client certificates.
        let demand = if setup.client_certificate == ClientCertificate::Required {
            "-C:"
        } else {
            ""
        };
        arguments.push(format!("-J{demand}{ciphers}"));
    }
    arguments.extend(setup.extra.iter().cloned());
    Ok(std::iter::once(program.into())
        .chain(arguments.into_iter().map(OsString::from))
        .collect())
}

/// Its levels of TLS: off, offered, demanded for the login, demanded for data too.
fn level(setup: &Setup) -> u8 {
    match (setup.mode, setup.data_protection) {
        (Mode::Plain, _) => 0,
        (Mode::ExplicitRequired, DataProtection::Required) => 3,
        (Mode::ExplicitRequired, _) => 2,
        _ => 1,
    }
}
