//! A host whose server follows a script of the fuzzer's.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use host::backend::{Ended, Halt, ProbeBackend};
use host::bytes::Bytes;
use host::call::{Answer, Call};
use host::handoff::Handoff;
use host::login::Refusal;
use host::net::{Established, Resolved, TlsSession, TlsVersion};
use host::trust::TrustFault;
use host::{Asked, Check};
use model::capability::Powers;
use model::failure::{Failure, FailureKind, Operation};
use model::finding::{Description, Fact, FactValue};
use model::remote::{CertificateCheck, Depth, Remote, SslSetting};
use model::visit::VisitScope;

use crate::input::{first_line, lines, text};

/// As many questions as the sandbox answers.
const MOST_CALLS: u32 = 20_000;
/// What each of them takes at least, in microseconds.
const CALL_US: u64 = 50;
/// The address of the server.
const PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// What the server does, in the order in which it is asked.
#[derive(Debug, Default)]
pub(super) struct Script {
    pub(super) probe: String,
    words: Vec<String>,
    /// `> ` lines on control connections, and `! ` failures.
    control: VecDeque<Heard>,
    /// `= ` lines on data connections.
    data: VecDeque<Vec<u8>>,
    /// `# ` ends of handshakes.
    handshakes: VecDeque<u8>,
    /// `~ ` connections that fail.
    connects: VecDeque<u8>,
    /// `? ` answers about certificates.
    verdicts: VecDeque<u8>,
    /// `$ name|text|…` facts of earlier probes.
    facts: Vec<Fact>,
}

#[derive(Debug)]
enum Heard {
    Bytes(Vec<u8>),
    Failure(u8),
}

impl Script {
    pub(super) fn read(bytes: &[u8]) -> Script {
        let (head, rest) = first_line(bytes);
        let mut words = text(head).split(' ').map(str::to_owned).collect::<Vec<_>>();
        let mut script = Script {
            probe: words.remove(0),
            words,
            ..Script::default()
        };
        for line in lines(rest).take(400) {
            let (sign, line) = line.split_at(line.len().min(2));
            let number = line.first().copied().unwrap_or_default();
            match sign {
                b"> " => script
                    .control
                    .push_back(Heard::Bytes([line, b"\r\n"].concat())),
                b"! " => script.control.push_back(Heard::Failure(number)),
                b"= " => script.data.push_back([line, b"\r\n"].concat()),
                b"# " => script.handshakes.push_back(number),
                b"~ " => script.connects.push_back(number),
                b"? " => script.verdicts.push_back(number),
                b"$ " => script.fact(line),
                _ => {}
            }
        }
        script
    }

    fn fact(&mut self, line: &[u8]) {
        let mut fields = crate::input::fields(line).into_iter();
        let name = fields.next().unwrap_or_default();
        let mut texts: Vec<String> = fields.collect();
        let value = match texts.len() {
            1 => FactValue::Text(texts.remove(0)),
            _ => FactValue::Texts(texts),
        };
        self.facts.push(Fact { name, value });
    }

    fn says(&self, word: &str) -> bool {
        self.words.iter().any(|it| it == word)
    }

    /// How the remote is configured.
    pub(super) fn check(&self) -> Check {
        let host = match self.says("address") {
            true => PEER.to_string(),
            false => "ftp.example.com".into(),
        };
        let mut asked = Asked::about(Remote {
            ssl: match () {
                () if self.says("implicit") => SslSetting::RequireImplicit,
                () if self.says("explicit") => SslSetting::RequireExplicit,
                () if self.says("never") => SslSetting::Never,
                () => SslSetting::IfAvailable,
            },
            certificate_check: match self.says("unchecked") {
                true => CertificateCheck::Off,
                false => CertificateCheck::Full,
            },
            user: Some("jo".into()),
            remote_path: self.says("path").then(|| "in/box".into()),
            ..Remote::at(host, 21)
        });
        asked.permissions.writes = self.says("writes");
        asked.now = 1_790_000_000;
        asked.depth = match () {
            () if self.says("quick") => Depth::Quick,
            () if self.says("full") => Depth::Full,
            () => Depth::Standard,
        };
        Check::of(asked)
    }

    /// How much is looked at.
    pub(super) fn scope(&self) -> VisitScope {
        match self.says("ladder") {
            true => VisitScope::Ladder,
            false => VisitScope::Full,
        }
    }

    /// What earlier probes found.
    pub(super) fn facts(&self) -> Vec<Fact> {
        self.facts.clone()
    }
}

#[derive(Debug, Default)]
struct Connection {
    data: bool,
    /// Whether it was asked how it was established: until then it is ready to say so.
    known: bool,
    put_back: Vec<u8>,
}

/// The host of one run.
#[derive(Debug)]
pub(super) struct Server {
    script: Script,
    calls: u32,
    now_us: u64,
    connections: Vec<Connection>,
}

impl Server {
    pub(super) fn new(script: Script) -> Server {
        Server {
            script,
            calls: 0,
            now_us: 0,
            connections: Vec::new(),
        }
    }

    /// # Panics
    /// The probe asks for ever: a server must not be able to have it stopped.
    fn asked(&mut self) {
        self.calls += 1;
        self.now_us += CALL_US;
        let probe = &self.script.probe;
        assert!(self.calls <= MOST_CALLS, "{probe} does not end");
    }

    fn waited(&mut self, ms: u32) {
        self.now_us += u64::from(ms) * 1000;
    }

    fn new_connection(&mut self, data: bool) -> Result<u32, Failure> {
        self.asked();
        match self.script.connects.pop_front() {
            Some(kind) if kind != b'+' => Err(failure(Operation::Connect, kind)),
            _ => {
                self.connections.push(Connection {
                    data,
                    ..Connection::default()
                });
                Ok(u32::try_from(self.connections.len() - 1).expect("few connections"))
            }
        }
    }

    fn fault(&mut self) -> Result<(), TrustFault> {
        self.asked();
        match self.script.verdicts.pop_front().unwrap_or(b'+') % 8 {
            0 => Err(TrustFault::Expired),
            1 => Err(TrustFault::UnknownIssuer),
            2 => Err(TrustFault::NameMismatch),
            4 => Err(TrustFault::BadSignature),
            5 => Err(TrustFault::Malformed),
            6 => Err(TrustFault::Other("\u{1b}[2J\nHEALTHY".into())),
            _ => Ok(()),
        }
    }
}

fn failure(operation: Operation, kind: u8) -> Failure {
    let kind = match kind % 12 {
        0 => FailureKind::TimedOut,
        1 => FailureKind::Refused,
        2 => FailureKind::Reset,
        3 => FailureKind::Closed,
        4 => FailureKind::Truncated,
        5 => FailureKind::NotTls,
        6 => FailureKind::TlsAlert(40),
        7 => FailureKind::TlsIncompatible,
        8 => FailureKind::TlsBroken,
        9 => FailureKind::Unreachable,
        10 => FailureKind::Busy,
        _ => FailureKind::NotPermitted,
    };
    Failure {
        operation,
        kind,
        detail: "as the script has it".into(),
        told_by: None,
    }
}

impl Server {
    fn is_ready(&self, number: u32) -> bool {
        let Some(connection) = self.connections.get(number as usize) else {
            return false;
        };
        let something = match connection.data {
            true => !self.script.data.is_empty(),
            false => !self.script.control.is_empty(),
        };
        !connection.known || something || !connection.put_back.is_empty()
    }

    fn ready(&mut self, connections: Vec<u32>, wait_ms: u32) -> Vec<u32> {
        let numbered = (0..).zip(connections);
        let ready: Vec<u32> = numbered
            .filter_map(|(index, number)| self.is_ready(number).then_some(index))
            .collect();
        if ready.is_empty() {
            self.waited(wait_ms);
        }
        ready
    }

    fn established(&mut self, connection: u32, wait_ms: u32) -> Result<Established, Failure> {
        self.connections[connection as usize].known = true;
        match self.script.connects.pop_front() {
            Some(kind) if kind != b'+' => {
                self.waited(wait_ms);
                Err(failure(Operation::Connect, kind))
            }
            _ => Ok(Established {
                local: SocketAddr::new(Ipv4Addr::new(198, 51, 100, 7).into(), 40_000),
                peer: SocketAddr::new(PEER, 21),
                took: Duration::from_millis(1),
            }),
        }
    }

    fn read(&mut self, connection: u32, max: u32, wait_ms: u32) -> Result<Vec<u8>, Failure> {
        let Connection { data, put_back, .. } = &mut self.connections[connection as usize];
        let most = usize::try_from(max).unwrap_or(usize::MAX);
        if !put_back.is_empty() {
            let rest = put_back.split_off(most.min(put_back.len()));
            return Ok(std::mem::replace(put_back, rest));
        }
        if *data {
            let mut bytes = self.script.data.pop_front().unwrap_or_default();
            bytes.truncate(most);
            return Ok(bytes);
        }
        match self.script.control.pop_front() {
            Some(Heard::Bytes(mut bytes)) => {
                bytes.truncate(most);
                Ok(bytes)
            }
            Some(Heard::Failure(kind)) => Err(failure(Operation::Read, kind)),
            None => {
                self.waited(wait_ms);
                Err(failure(Operation::Read, 0))
            }
        }
    }

    fn secured(&mut self) -> Result<TlsSession, Failure> {
        match self.script.handshakes.pop_front() {
            Some(kind) if !matches!(kind, b'2' | b'3') => Err(failure(Operation::Handshake, kind)),
            kind => Ok(TlsSession {
                version: match kind {
                    Some(b'2') => TlsVersion::Tls12,
                    _ => TlsVersion::Tls13,
                },
                cipher: "TLS13_AES_256_GCM_SHA384".into(),
                resumed: false,
                resumption_offered: true,
                chain: vec![b"0\x82\x00\x01\x00".to_vec().into()],
                signature_checked: true,
                client_certificate_requested: false,
                took: Duration::from_millis(1),
            }),
        }
    }

    fn take(&mut self) -> Option<u32> {
        self.connections.push(Connection {
            known: true,
            ..Connection::default()
        });
        u32::try_from(self.connections.len() - 1).ok()
    }

    /// Every question is listed: a new one is answered here, too.
    fn said(&mut self, call: Call) -> Answer {
        let resolved = |address: IpAddr| Resolved {
            address,
            granted: true,
        };
        match call {
            Call::ExpectedAddresses => Vec::<IpAddr>::new().into(),
            Call::ExpectedNames => Answer::Names(Vec::new()),
            Call::Aliases { .. } => Answer::Aliases(Ok(vec!["alias.example.net".into()])),
            Call::Resolve { .. } => Answer::Resolved(Ok(vec![
                resolved(PEER),
                resolved(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into()),
            ])),
            Call::Connect { .. } => self.new_connection(false).into(),
            Call::MostConnections => 3_u64.into(),
            Call::ConnectData { .. } => self.new_connection(true).into(),
            Call::Ready {
                connections,
                wait_ms,
            } => self.ready(connections, wait_ms).into(),
            Call::Established {
                connection,
                wait_ms,
            } => self.established(connection, wait_ms).into(),
            Call::Read {
                connection,
                max,
                wait_ms,
            } => self.read(connection, max, wait_ms).map(Bytes).into(),
            Call::Unread { connection, bytes } => {
                let put_back = &mut self.connections[connection as usize].put_back;
                put_back.splice(..0, bytes.0);
                ().into()
            }
            Call::Write { bytes, .. } => {
                assert!(!bytes.0.is_empty(), "nothing is written");
                Answer::Sent(Ok(()))
            }
            Call::StartTls { .. } | Call::Finish { .. } => Answer::Sent(Ok(())),
            Call::Secured { .. } => self.secured().into(),
            Call::Unparsed { .. } => Bytes(b"HTTP/1.1 400\r\n\x1b[2J".to_vec()).into(),
            Call::Verify { .. } => self.fault().into(),
            Call::FetchIssuer { .. } => {
                let issuer = self.script.data.pop_front();
                let issuer = issuer.ok_or_else(|| failure(Operation::Read, 11));
                issuer.map(Bytes).into()
            }
            Call::OwnAuthorities => Vec::<String>::new().into(),
            Call::SignedBy { .. } => self.fault().map(|()| true).into(),
            Call::Offered => (!self.script.says("nobody"))
                .then(|| "jo".to_owned())
                .into(),
            Call::SendPassword { .. } => Answer::Login(match self.script.says("unsent") {
                true => Err(Refusal::Cleartext),
                false => Ok(()),
            }),
            Call::Provide { .. } | Call::Removed { .. } | Call::NotRemoved { .. } => ().into(),
            Call::Take => self.take().into(),
            Call::WritesName => {
                let writes = self.script.says("writes");
                let name = writes.then(|| "remote-doctor-0123456789abcdef".to_owned());
                name.into()
            }
            Call::Elapsed => self.now_us.into(),
            Call::Pause { ms } => self.waited(ms).into(),
        }
    }
}

impl ProbeBackend for Server {
    fn wait<'a>(
        &'a mut self,
        _: &'a Handoff,
        _: &'a Description,
    ) -> BoxFuture<'a, Result<Vec<Fact>, Ended>> {
        Box::pin(std::future::ready(Ok(self.script.facts())))
    }

    fn start(&mut self, _: Arc<Powers>) {}

    fn answer(&mut self, call: Call) -> BoxFuture<'_, Result<Answer, Halt>> {
        self.asked();
        let answer = self.said(call);
        Box::pin(std::future::ready(Ok(answer)))
    }

    fn close(&mut self, _: u32) {}
}
