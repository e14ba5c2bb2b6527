//! The servers that every probe must stand: healthy ones, faulty ones, and those that break off at any moment.

use lab::{Behaviour, CertificateKind, Fault, Lab, Mode, Software, TlsVersions};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use secrecy::SecretString;
use std::time::Duration;

use jiff::Timestamp;

use host::login::Credential;
use host::{Asked, Check};
use model::remote::{Permissions, Remote, SslSetting, Timeouts};

/// A login and a listing are over after so many replies; each of them is broken off once.
const REPLIES: usize = 14;

pub(super) struct Server {
    pub(super) name: String,
    pub(super) behaviour: Behaviour,
    pub(super) is_healthy: bool,
}

pub(super) fn all() -> Vec<Server> {
    let mut all: Vec<Server> = healthy().collect();
    let faults = Fault::samples().into_iter();
    let resets = (1..=REPLIES).map(|nth| Fault::ResetAtReply { nth });
    all.extend(faults.chain(resets).map(|fault| Server {
        name: format!("{fault:?}"),
        behaviour: Behaviour::faulty([fault]),
        is_healthy: false,
    }));
    all.extend(CertificateKind::ALL.iter().map(|kind| Server {
        name: format!("certificate {kind:?}"),
        behaviour: Behaviour {
            certificate: *kind,
            ..Behaviour::default()
        },
        is_healthy: *kind == CertificateKind::Valid,
    }));
    all
}

fn healthy() -> impl Iterator<Item = Server> {
    let software = Software::ALL.iter().map(|software| {
        let behaviour = Behaviour {
            software: *software,
            ..Behaviour::default()
        };
        (format!("healthy, as {software:?}"), behaviour)
    });
    let implicit = Behaviour {
        mode: Mode::Implicit,
        ..Behaviour::default()
    };
    let older = Behaviour {
        tls: TlsVersions::Tls12,
        ..Behaviour::default()
    };
    let others = [
        ("healthy, implicit TLS".to_string(), implicit),
        ("healthy, TLS 1.2".to_string(), older),
    ];
    software.chain(others).map(|(name, behaviour)| Server {
        name,
        behaviour,
        is_healthy: true,
    })
}

/// As somebody checks it who means well and is in a hurry.
pub(super) fn check(lab: &Lab, server: &Server) -> Check {
    let behaviour = lab.behaviour();
    let address = lab.address();
    let remote = Remote {
        ssl: match server.behaviour.mode {
            Mode::Implicit => SslSetting::RequireImplicit,
            _ => SslSetting::RequireExplicit,
        },
        user: Some(behaviour.user.clone()),
        ..Remote::at(address.ip().to_string(), address.port())
    };
    Check::of(Asked {
        credential: Some(Credential {
            user: behaviour.user.clone(),
            password: SecretString::from(behaviour.password.clone()),
        }),
        authorities: authorities(lab),
        permissions: Permissions {
            writes: true,
            ..Permissions::default()
        },
        timeouts: Timeouts {
            connect: Duration::from_secs(1),
            reply: Duration::from_secs(5),
            ..Timeouts::default()
        },
        now: Timestamp::now().as_second(),
        ..Asked::about(remote)
    })
}

pub(super) fn authorities(lab: &Lab) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(lab.authority_pem().as_bytes())
        .filter_map(Result::ok)
        .collect()
}
