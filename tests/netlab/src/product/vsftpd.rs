use crate::account::PAM_SERVICE;
use crate::error::HarnessError;
use crate::installation;
use crate::setup::{ClientCertificate, DataProtection, Mode, SessionReuse, Setup};
use crate::site::Site;

use super::{Prepared, yes_no};

pub(super) fn prepare(setup: &Setup, site: &Site) -> Result<Prepared, HarnessError> {
    let program = installation::find("vsftpd/usr/sbin/vsftpd")?;
    let path = |name: &str| site.path(name).display().to_string();
    let mut lines = vec![
        "background=NO".to_owned(),
        format!("listen={}", yes_no(!setup.ipv6)),
        format!("listen_ipv6={}", yes_no(setup.ipv6)),
        format!("listen_port={}", setup.port()),
        // The sandboxes want namespaces of their own, which are not to be had inside containers.
        "isolate=NO\nisolate_network=NO\nseccomp_sandbox=NO".to_owned(),
        format!("secure_chroot_dir={}", path("empty")),
        "anonymous_enable=NO\nlocal_enable=YES\nwrite_enable=YES\ncheck_shell=NO".to_owned(),
        format!("pam_service_name={PAM_SERVICE}"),
        format!("chroot_local_user=YES\nlocal_root={}", path("home")),
        "xferlog_enable=YES\nlog_ftp_protocol=YES\nxferlog_std_format=NO".to_owned(),
        format!("vsftpd_log_file={}", path("log/vsftpd.log")),
        // Its own default is 2000; a test that fills the server says so itself.
        format!("max_clients={}", setup.max_clients.unwrap_or(0)),
    ];
    if let Some(ports) = &setup.passive_ports {
        lines.push(format!(
            "pasv_min_port={}\npasv_max_port={}",
            ports.start(),
            ports.end()
        ));
    }
    if let Some(address) = setup.pasv_address {
        lines.push(format!("pasv_address={address}"));
    }
    if !setup.denied.is_empty() {
        lines.push("tcp_wrappers=YES".to_owned());
    }
    if setup.has_tls() {
        lines.extend(tls(setup, site));
    }
    lines.extend(setup.extra.iter().cloned());
    let configuration = site.write("vsftpd.conf", &(lines.join("\n") + "\n"))?;
    Ok(Prepared {
        line: vec![program.into(), configuration.clone().into()],
        configuration,
    })
}

fn tls(setup: &Setup, site: &Site) -> Vec<String> {
    let ciphers = setup.ciphers("HIGH");
    let mut lines = vec![
        "ssl_enable=YES".to_owned(),
        format!("rsa_cert_file={}", site.tls.chain.display()),
        format!("rsa_private_key_file={}", site.tls.key.display()),
        format!("ssl_ciphers={ciphers}"),
        format!("implicit_ssl={}", yes_no(setup.mode == Mode::Implicit)),
        format!(
            "force_local_logins_ssl={}",
            yes_no(setup.mode != Mode::Explicit)
        ),
        format!(
            "force_local_data_ssl={}",
            yes_no(setup.data_protection == DataProtection::Required)
        ),
    ];
    match setup.session_reuse {
        SessionReuse::Default => {}
        SessionReuse::Off => lines.push("require_ssl_reuse=NO".to_owned()),
        SessionReuse::Required | SessionReuse::Impossible => {
            lines.push("require_ssl_reuse=YES".to_owned())
        }
    }
    if setup.client_certificate != ClientCertificate::Default {
        let required = yes_no(setup.client_certificate == ClientCertificate::Required);
        lines.push(format!(
            "ssl_request_cert=YES\nrequire_cert={required}\nvalidate_cert={required}"
        ));
        lines.push(format!("ca_certs_file={}", site.tls.authority.display()));
    }
    lines
}
