use std::process::Command;

use crate::account::{ID, PASSWORD_HASH, USER};
use crate::error::HarnessError;
use crate::installation;
use crate::program::run;
use crate::setup::{ClientCertificate, DataProtection, Mode, Setup};
use crate::site::Site;

use super::Prepared;

pub(super) fn prepare(setup: &Setup, site: &Site) -> Result<Prepared, HarnessError> {
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

    let mut lines = vec![
        format!("Bind ,{}", setup.port()),
        format!("PureDB {}", path("accounts.pdb")),
        format!("PIDFile {}", path("pid")),
        format!("AltLog clf:{}", path("log/transfers.log")),
        format!("MaxClientsNumber {}", setup.max_clients.unwrap_or(50)),
        "NoAnonymous yes\nChrootEveryone yes\nDontResolve yes".to_owned(),
    ];
    if !setup.ipv6 {
        lines.push("IPV4Only yes".to_owned());
    }
    if let Some(ports) = &setup.passive_ports {
        lines.push(format!(
            "PassivePortRange {} {}",
            ports.start(),
            ports.end()
        ));
    }
    if let Some(address) = setup.pasv_address {
        lines.push(format!("ForcePassiveIP {address}"));
    }
    lines.push(format!("TLS {}", level(setup)));
    if setup.has_tls() {
        lines.push(format!("CertFile {}", site.tls.both.display()));
        let ciphers = setup.ciphers("HIGH");
        // A prefix to the ciphers is how it is told to ask for client certificates.
        let demand = if setup.client_certificate == ClientCertificate::Required {
            "-C:"
        } else {
            ""
        };
        lines.push(format!("TLSCipherSuite {demand}{ciphers}"));
    }
    lines.extend(setup.extra.iter().cloned());
    let configuration = site.write("pure-ftpd.conf", &(lines.join("\n") + "\n"))?;
    Ok(Prepared {
        line: vec![program.into(), configuration.clone().into()],
        configuration,
    })
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
