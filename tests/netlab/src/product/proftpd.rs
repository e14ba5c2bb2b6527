use crate::account::{ID, PASSWORD_HASH, USER};
use crate::error::HarnessError;
use crate::installation;
use crate::net::{SERVER, SERVER_V6};
use crate::setup::{ClientCertificate, DataProtection, Mode, SessionReuse, Setup, TlsVersions};
use crate::site::Site;

use super::Prepared;

pub(super) fn prepare(setup: &Setup, site: &Site) -> Result<Prepared, HarnessError> {
    let program = installation::find("proftpd/usr/sbin/proftpd")?;
    let modules = installation::find("proftpd/usr/lib/proftpd")?;
    let path = |name: &str| site.path(name).display().to_string();
    site.write_secret(
        "accounts",
        &format!(
            "{USER}:{PASSWORD_HASH}:{ID}:65534::{}:/usr/sbin/nologin\n",
            path("home")
        ),
    )?;
    let addresses = if setup.ipv6 {
        format!("{SERVER} {SERVER_V6}")
    } else {
        SERVER.to_string()
    };
    let mut lines = vec![
        format!("ModulePath {}\nLoadModule mod_tls.c", modules.display()),
        "ServerName lab\nServerType standalone\nDefaultServer on".to_owned(),
        // Else it looks up the machine's own name, which nobody knows here.
        format!("DefaultAddress {addresses}"),
        format!("Port {}\nUseIPv6 {}", setup.port(), on_off(setup.ipv6)),
        "User nobody\nGroup nogroup\nDefaultRoot ~".to_owned(),
        format!(
            "AuthOrder mod_auth_file.c\nAuthUserFile {}\nRequireValidShell off",
            path("accounts")
        ),
        format!(
            "PidFile {}\nScoreboardFile {}",
            path("pid"),
            path("scoreboard")
        ),
        format!(
            "SystemLog {}\nTransferLog {}\nWtmpLog off",
            path("log/proftpd.log"),
            path("log/transfers.log")
        ),
        // The files of these two would be outside the site.
        "DelayEngine off\n<IfModule mod_ctrls.c>\nControlsEngine off\n</IfModule>".to_owned(),
        "UseReverseDNS off\nAllowOverwrite on\nAllowStoreRestart on".to_owned(),
    ];
    if let Some(ports) = &setup.passive_ports {
        lines.push(format!("PassivePorts {} {}", ports.start(), ports.end()));
    }
    if let Some(address) = setup.pasv_address {
        lines.push(format!("MasqueradeAddress {address}"));
    }
    if let Some(clients) = setup.max_clients {
        lines.push(format!("MaxClients {clients}"));
    }
    for address in &setup.denied {
        lines.push(format!(
            "<Limit LOGIN>\nOrder allow,deny\nDeny from {address}\n</Limit>"
        ));
    }
    if setup.has_tls() {
        lines.extend(tls(setup, site));
    }
    lines.extend(setup.extra.iter().cloned());
    let configuration = site.write("proftpd.conf", &(lines.join("\n") + "\n"))?;
    Ok(Prepared {
        line: vec![
            program.into(),
            "--nodaemon".into(),
            "--config".into(),
            configuration.clone().into(),
        ],
        configuration,
    })
}

fn tls(setup: &Setup, site: &Site) -> Vec<String> {
    let mut options = Vec::new();
    if setup.mode == Mode::Implicit {
        options.push("UseImplicitSSL");
    }
    if setup.session_reuse == SessionReuse::Off {
        options.push("NoSessionReuseRequired");
    }
    // It wants to be told the kind of key, and refuses the other.
    let kind = if setup.certificate.has_rsa_key() {
        "RSA"
    } else {
        "EC"
    };
    let mut lines = vec![
        format!(
            "TLSEngine on\nTLSLog {}",
            site.path("log/tls.log").display()
        ),
        format!("TLS{kind}CertificateFile {}", site.tls.leaf.display()),
        format!("TLS{kind}CertificateKeyFile {}", site.tls.key.display()),
        format!("TLSProtocol {}", protocols(setup.tls)),
        format!("TLSCipherSuite {}", setup.ciphers("DEFAULT")),
        format!("TLSRequired {}", required(setup)),
        format!(
            "TLSVerifyClient {}",
            match setup.client_certificate {
                ClientCertificate::Default => "off",
                ClientCertificate::Requested => "optional",
                ClientCertificate::Required => "on",
            }
        ),
    ];
    if setup.certificate.sends_more_than_the_leaf() {
        lines.push(format!(
            "TLSCertificateChainFile {}",
            site.tls.rest.display()
        ));
    }
    if setup.client_certificate != ClientCertificate::Default {
        lines.push(format!(
            "TLSCACertificateFile {}",
            site.tls.authority.display()
        ));
    }
    if !options.is_empty() {
        lines.push(format!("TLSOptions {}", options.join(" ")));
    }
    lines
}

fn protocols(versions: TlsVersions) -> &'static str {
    match versions {
        TlsVersions::Both => "TLSv1.2 TLSv1.3",
        TlsVersions::Tls12 => "TLSv1.2",
        TlsVersions::Tls13 => "TLSv1.3",
        TlsVersions::Old => "TLSv1 TLSv1.1",
        TlsVersions::All => "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3",
    }
}

fn required(setup: &Setup) -> &'static str {
    match (setup.mode == Mode::Explicit, setup.data_protection) {
        (true, DataProtection::Optional) => "off",
        (true, DataProtection::Required) => "data",
        (true, DataProtection::Refused) => "!data",
        (false, DataProtection::Optional) => "ctrl",
        (false, DataProtection::Required) => "on",
        (false, DataProtection::Refused) => "ctrl+!data",
    }
}

fn on_off(condition: bool) -> &'static str {
    if condition { "on" } else { "off" }
}
