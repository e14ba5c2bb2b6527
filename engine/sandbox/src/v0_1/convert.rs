//! Between the words of the contract and our own. The two are alike by intent and apart by need: types of the contract
//! are generated and frozen with its version, ours are documented and serialised.

mod said;

use facts::name;

use super::bindings::remote_doctor::probe::{login, net, trust, types};
use host::Check;
use host::login::Refusal;
use host::net::{Established, Resolved, TlsOptions, TlsSession, TlsVersion};
use host::trust::{Store, TrustFault};
use model::capability::Capability;
use model::declared::{
    ComparedFact, Comparison, Dependency, FactDeclaration, FactKind, Privacy, ShownFact,
};
use model::failure::{Failure, FailureKind, Operation};
use model::finding::{
    Alternative, Basis, Code, Description, Evidence, Fact, FactValue, Finding, Omission,
    OmissionCause, Outcome, Owner, PatchEffect, SettingsPatch, Severity,
};
use model::remote::{CertificateCheck, Depth, ExpectedName, IpVersion, PassiveMode, SslSetting};
use model::standing::Standing;
use model::visit::VisitScope;

pub(crate) use said::{description, fact, outcome};

/// Two enumerations with the same cases, converted case by case.
macro_rules! same_cases {
    ($(fn $name:ident($from:ty => $to:ty) { $($case:ident),+ $(,)? })+) => {
        $(fn $name(value: $from) -> $to {
            match value { $(<$from>::$case => <$to>::$case),+ }
        })+
    };
}

same_cases! {
    fn operation(Operation => types::Operation) { Resolve, Bind, Connect, Handshake, Read, Write }
    fn operation_in(types::Operation => Operation) { Resolve, Bind, Connect, Handshake, Read, Write }
    fn severity(types::Severity => Severity) { Error, Warning, Info }
    fn owner(types::Owner => Owner) {
        ServerAdmin, FirewallAdmin, CertificateOwner, AccountOwner, Settings, Platform
    }
    fn effect(types::PatchEffect => PatchEffect) { Untried, CuresThis, Failed }
    fn cause(types::OmissionCause => OmissionCause) {
        NoPermission, NoCredentials, BehindFault, NotApplicable, CouldNotLook
    }
    fn ssl(SslSetting => types::SslSetting) { IfAvailable, RequireExplicit, RequireImplicit, Never }
    fn depth(Depth => types::Depth) { Quick, Standard, Full }
    fn version(TlsVersion => net::TlsVersion) { Tls12, Tls13 }
    fn version_in(net::TlsVersion => TlsVersion) { Tls12, Tls13 }
    fn capability(types::Capability => Capability) {
        Names, Connect, Data, Speak, Read, Write, Login, FetchIssuer
    }
    fn store_in(trust::Store => Store) { Configured, Public, None }
    fn fact_kind(types::FactKind => FactKind) { Flag, Integer, Text, Texts, Rows }
    fn comparison(types::Comparison => Comparison) { Value, Sometimes, Set, Words, Certificates }
    fn dependency(types::Dependency => Dependency) {
        Host, Port, Ssl, User, RemotePath, MaxConnections, HighestTlsVersion, Program
    }
    fn privacy(types::Privacy => Privacy) {
        Plain, OurAddress, ServerAddress, HostName, Path, SerialNumber, Open, Private
    }
}

pub(crate) fn store(store: trust::Store) -> Store {
    store_in(store)
}

pub(crate) fn failure(failure: &Failure) -> types::Failure {
    use types::FailureKind as Kind;
    types::Failure {
        operation: operation(failure.operation),
        kind: match failure.kind {
            FailureKind::NameNotFound => Kind::NameNotFound,
            FailureKind::NoAddress => Kind::NoAddress,
            FailureKind::ResolverFailed => Kind::ResolverFailed,
            FailureKind::AddressNotLocal => Kind::AddressNotLocal,
            FailureKind::Unreachable => Kind::Unreachable,
            FailureKind::Prohibited => Kind::Prohibited,
            FailureKind::Refused => Kind::Refused,
            FailureKind::TimedOut => Kind::TimedOut,
            FailureKind::Reset => Kind::Reset,
            FailureKind::Closed => Kind::Closed,
            FailureKind::Truncated => Kind::Truncated,
            FailureKind::NotTls => Kind::NotTls,
            FailureKind::TlsAlert(alert) => Kind::TlsAlert(alert),
            FailureKind::TlsIncompatible => Kind::TlsIncompatible,
            FailureKind::TlsBroken => Kind::TlsBroken,
            FailureKind::NotPermitted => Kind::NotPermitted,
            FailureKind::BudgetExhausted => Kind::BudgetExhausted,
            FailureKind::Busy => Kind::Busy,
            FailureKind::InvalidArgument => Kind::InvalidArgument,
            FailureKind::Other => Kind::Other,
        },
        detail: failure.detail.clone(),
        told_by: failure.told_by.map(|sender| sender.to_string()),
    }
}

/// An answer, or the failure in the words of the contract.
pub(crate) fn or_failure<T>(answer: Result<T, Failure>) -> Result<T, types::Failure> {
    answer.map_err(|cause| failure(&cause))
}

pub(crate) fn failure_in(failure: types::Failure) -> Failure {
    use types::FailureKind as Kind;
    let kind = match failure.kind {
        Kind::NameNotFound => FailureKind::NameNotFound,
        Kind::NoAddress => FailureKind::NoAddress,
        Kind::ResolverFailed => FailureKind::ResolverFailed,
        Kind::AddressNotLocal => FailureKind::AddressNotLocal,
        Kind::Unreachable => FailureKind::Unreachable,
        Kind::Prohibited => FailureKind::Prohibited,
        Kind::Refused => FailureKind::Refused,
        Kind::TimedOut => FailureKind::TimedOut,
        Kind::Reset => FailureKind::Reset,
        Kind::Closed => FailureKind::Closed,
        Kind::Truncated => FailureKind::Truncated,
        Kind::NotTls => FailureKind::NotTls,
        Kind::TlsAlert(alert) => FailureKind::TlsAlert(alert),
        Kind::TlsIncompatible => FailureKind::TlsIncompatible,
        Kind::TlsBroken => FailureKind::TlsBroken,
        Kind::NotPermitted => FailureKind::NotPermitted,
        Kind::BudgetExhausted => FailureKind::BudgetExhausted,
        Kind::Busy => FailureKind::Busy,
        Kind::InvalidArgument => FailureKind::InvalidArgument,
        Kind::Other => FailureKind::Other,
    };
    Failure {
        operation: operation_in(failure.operation),
        kind,
        detail: failure.detail,
        told_by: failure.told_by.and_then(|sender| sender.parse().ok()),
    }
}

pub(crate) fn trust_fault(fault: TrustFault) -> trust::TrustFault {
    use trust::TrustFault as Fault;
    match fault {
        TrustFault::Expired => Fault::Expired,
        TrustFault::NotYetValid => Fault::NotYetValid,
        TrustFault::NameMismatch => Fault::NameMismatch,
        TrustFault::UnknownIssuer => Fault::UnknownIssuer,
        TrustFault::BadSignature => Fault::BadSignature,
        TrustFault::UnsupportedSignature => Fault::UnsupportedSignature,
        TrustFault::WrongPurpose => Fault::WrongPurpose,
        TrustFault::CaUsedAsLeaf => Fault::CaUsedAsLeaf,
        TrustFault::IssuerNotCa => Fault::IssuerNotCa,
        TrustFault::NameConstraints => Fault::NameConstraints,
        TrustFault::PathTooLong => Fault::PathTooLong,
        TrustFault::Revoked => Fault::Revoked,
        TrustFault::Malformed => Fault::Malformed,
        TrustFault::Other(text) => Fault::Other(text),
    }
}

pub(crate) fn refusal(refusal: Refusal) -> login::Refusal {
    match refusal {
        Refusal::Cleartext => login::Refusal::Cleartext,
        Refusal::Certificate(fault) => login::Refusal::Certificate(trust_fault(fault)),
        Refusal::AlreadyRejected => login::Refusal::AlreadyRejected,
        Refusal::TriedElsewhere => login::Refusal::TriedElsewhere,
        Refusal::NotAskedFor => login::Refusal::NotAskedFor,
        Refusal::Failed(cause) => login::Refusal::Failed(failure(&cause)),
    }
}

pub(crate) fn resolved(resolved: &Resolved) -> net::Resolved {
    net::Resolved {
        ip: resolved.address.to_string(),
        granted: resolved.granted,
    }
}

pub(crate) fn expected_name(expected: &ExpectedName) -> net::ExpectedName {
    net::ExpectedName {
        name: expected.name.clone(),
        addresses: expected.addresses.iter().map(ToString::to_string).collect(),
    }
}

fn endpoint(address: std::net::SocketAddr) -> types::Endpoint {
    types::Endpoint {
        ip: address.ip().to_string(),
        port: address.port(),
    }
}

fn micros(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn millis(duration: std::time::Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}

pub(crate) fn established(established: &Established) -> net::Established {
    net::Established {
        local: endpoint(established.local),
        peer: endpoint(established.peer),
        took_us: micros(established.took),
    }
}

pub(crate) fn tls_options(options: net::TlsOptions) -> TlsOptions {
    TlsOptions {
        server_name: options.server_name,
        resume: options.resume,
        highest: options.highest.map(version_in),
    }
}

pub(crate) fn tls_session(session: &TlsSession) -> net::TlsSession {
    net::TlsSession {
        version: version(session.version),
        cipher: session.cipher.clone(),
        resumed: session.resumed,
        resumption_offered: session.resumption_offered,
        chain: session
            .chain
            .iter()
            .map(|certificate| certificate.to_vec())
            .collect(),
        signature_checked: session.signature_checked,
        client_certificate_requested: session.client_certificate_requested,
        took_us: micros(session.took),
    }
}

pub(crate) fn request(
    check: &Check,
    source: Option<std::net::IpAddr>,
    scope: VisitScope,
    facts: &[Fact],
) -> types::Request {
    let remote = &check.remote;
    types::Request {
        remote: types::Remote {
            host: remote.host.clone(),
            port: remote.port,
            ssl: ssl(remote.ssl),
            certificate_check: remote.certificate_check == CertificateCheck::Full,
            user: remote.user.clone(),
            remote_path: remote.remote_path.clone(),
            passive_mode: remote.client.passive_mode.map(|mode| match mode {
                PassiveMode::Epsv => types::PassiveMode::Epsv,
                PassiveMode::Pasv => types::PassiveMode::Pasv,
            }),
            ip_version: remote.client.ip_version.map(|version| match version {
                IpVersion::V4 => types::IpVersion::V4,
                IpVersion::V6 => types::IpVersion::V6,
            }),
        },
        source: source.map(|source| source.to_string()),
        now: check.now,
        depth: match scope {
            VisitScope::Full => depth(check.timeouts.depth(check.depth)),
            VisitScope::Ladder => types::Depth::Ladder,
        },
        connect_ms: millis(check.connect_timeout(scope)),
        reply_ms: millis(check.timeouts.reply),
        allow_writes: check.permissions.writes && check.journal.withholds().is_none(),
        facts: facts
            .iter()
            .chain(&withheld(check))
            .chain(&data_addresses(check))
            .chain(&times(check))
            .map(said::fact_out)
            .collect(),
    }
}

/// The fact that tells a probe why it may not write, though the user permits it.
fn withheld(check: &Check) -> Option<Fact> {
    let why = check.journal.withholds()?;
    Some(Fact {
        name: name::WRITES_WITHHELD.into(),
        value: FactValue::Text(format!("the journal cannot be written: {why}")),
    })
}

/// The facts that tell a probe how much time there is.
fn times(check: &Check) -> Vec<Fact> {
    let timeouts = &check.timeouts;
    let seconds = FactValue::Integer(timeouts.seconds().into());
    let option = timeouts.patience.option();
    [
        Some((name::RUN_SECONDS, seconds)),
        option.map(|it| (name::RUN_PATIENCE_LIMITED_BY, FactValue::Text(it))),
    ]
    .into_iter()
    .flatten()
    .map(|(name, value)| Fact {
        name: name.into(),
        value,
    })
    .collect()
}

/// The fact that tells a probe where data connections may go beside the remote itself: it has no other way to know what
/// may be dialled, and one that asks for more is stopped.
fn data_addresses(check: &Check) -> Option<Fact> {
    let granted: Vec<String> = check
        .authority()
        .data_addresses()
        .map(|it| it.to_string())
        .collect();
    (!granted.is_empty()).then(|| Fact {
        name: name::DATA_GRANTED_ADDRESSES.into(),
        value: FactValue::Texts(granted),
    })
}
