use std::ffi::OsString;

use crate::account::{PASSWORD, USER};
use crate::error::HarnessError;
use crate::installation;
use crate::setup::{ClientCertificate, DataProtection, Mode, Setup};
use crate::site::Site;

use super::Prepared;

/// The server itself; pyftpdlib is a library.
const PROGRAM: &str = include_str!("pyftpdlib_server.py");

pub(super) fn prepare(setup: &Setup, site: &Site) -> Result<Prepared, HarnessError> {
    let library = installation::find("pyftpdlib/pyftpdlib")?;
    let library = library.parent().unwrap_or(&library);
    let program = site.write("server.py", PROGRAM)?;
    let extra = site.write("extra.py", &(setup.extra.join("\n") + "\n"))?;
    let (lowest, highest) = setup.tls.bounds();
    let mut arguments: Vec<OsString> = vec![
        "python3".into(),
        "-W".into(),
        "ignore".into(),
        program.into(),
    ];
    let mut option =
        |name: &str, value: OsString| arguments.extend([format!("--{name}").into(), value]);

    option("library", library.into());
    option("host", if setup.ipv6 { "::" } else { "0.0.0.0" }.into());
    option("port", setup.port().to_string().into());
    option("user", USER.into());
    option("password", PASSWORD.into());
    option("home", site.home().into());
    option("extra", extra.clone().into());
    if let Some(ports) = &setup.passive_ports {
        option(
            "passive-ports",
            format!("{}-{}", ports.start(), ports.end()).into(),
        );
    }
    if let Some(address) = setup.pasv_address {
        option("announce", address.to_string().into());
    }
    if let Some(clients) = setup.max_clients {
        option("max-clients", clients.to_string().into());
    }
    for address in &setup.denied {
        option("deny", address.to_string().into());
    }
    if setup.has_tls() {
        option("certificate", site.tls.both.clone().into());
        option("lowest", lowest.into());
        option("highest", highest.into());
        option("ciphers", setup.ciphers("DEFAULT").into());
    }
    if setup.client_certificate != ClientCertificate::Default {
        option("client-authority", site.tls.authority.clone().into());
    }
    let mut flag =
        |name: &str, set: bool| arguments.extend(set.then(|| format!("--{name}").into()));
    flag(
        "client-may-refuse",
        setup.client_certificate == ClientCertificate::Requested,
    );
    flag("implicit", setup.mode == Mode::Implicit);
    flag("login-needs-tls", setup.mode == Mode::ExplicitRequired);
    flag(
        "data-needs-tls",
        setup.data_protection == DataProtection::Required,
    );
    Ok(Prepared {
        line: arguments,
        configuration: extra,
    })
}
