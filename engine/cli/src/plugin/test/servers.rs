//! The servers that every probe must stand: healthy ones, faulty ones, and those that break off at any moment.

use lab::{Behaviour, CertificateKind, Fault, Lab, Mode, Software, TlsVersions};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use secrecy::SecretString;
use std::time::Duration;

use jiff::Timestamp;

use host::journal::Journal;
use host::login::Credential;
use host::{Asked, Check};
use model::remote::{
    CertificateCheck, ClientSettings, Depth, Permissions, Remote, Selection, SslSetting, Timeouts,
};

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
    Check::of(Asked {
        remote: Remote {
            host: lab.address().ip().to_string(),
            port: lab.address().port(),
            ssl: match server.behaviour.mode {
                Mode::Implicit => SslSetting::RequireImplicit,
                _ => SslSetting::RequireExplicit,
            },
            certificate_check: CertificateCheck::Full,
            user: Some(behaviour.user.clone()),
            remote_path: None,
            intended_use: None,
            max_connections: None,
            sources: Vec::new(),
            dedicated: Vec::new(),
            expect_addresses: Vec::new(),
            expect_names: Vec::new(),
            client: ClientSettings::default(),
        },
        credential: Some(Credential {
            user: behaviour.user.clone(),
            password: SecretString::from(behaviour.password.clone()),
        }),
        client_certificate: None,
        authorities: authorities(lab),
        permissions: Permissions {
            writes: true,
            ..Permissions::default()
        },
        journal: Journal::NotNeeded,
        data_addresses: Vec::new(),
        depth: Depth::Standard,
        timeouts: Timeouts {
            connect: Duration::from_secs(1),
            reply: Duration::from_secs(5),
            ..Timeouts::default()
        },
        resolver: None,
        selection: Selection::default(),
        now: Timestamp::now().as_second(),
    })
}

pub(super) fn authorities(lab: &Lab) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(lab.authority_pem().as_bytes())
        .filter_map(Result::ok)
        .collect()
}
