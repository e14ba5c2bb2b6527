//! A host whose server follows a script of the fuzzer's.

use std::collections::VecDeque;

use probe_sdk::bindings::remote_doctor::probe::types::{Remote, SslSetting};
use probe_sdk::login::Refusal;
use probe_sdk::native::{ConnectOptions, ExpectedName, Host};
use probe_sdk::trust::{Question, TrustFault};
use probe_sdk::{
    Depth, Endpoint, Established, Fact, FactValue, Failure, FailureKind, Operation, Request,
    Resolved, TlsOptions, TlsSession, TlsVersion,
};

use crate::input::{first_line, lines, text};

/// As many questions as the sandbox answers.
const MOST_CALLS: u32 = 20_000;
/// What each of them takes at least, in microseconds.
const CALL_US: u64 = 50;
/// The address of the server.
const PEER: &str = "192.0.2.1";

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

    pub(super) fn request(&self) -> Request {
        let ssl = match () {
            () if self.says("implicit") => SslSetting::RequireImplicit,
            () if self.says("explicit") => SslSetting::RequireExplicit,
            () if self.says("never") => SslSetting::Never,
            () => SslSetting::IfAvailable,
        };
        Request {
            remote: Remote {
                host: if self.says("address") {
                    PEER
                } else {
                    "ftp.example.com"
                }
                .into(),
                port: 21,
                ssl,
                certificate_check: !self.says("unchecked"),
                user: Some("jo".into()),
                remote_path: self.says("path").then(|| "in/box".into()),
                passive_mode: None,
                ip_version: None,
            },
            source: None,
            now: 1_790_000_000,
            depth: match () {
                () if self.says("ladder") => Depth::Ladder,
                () if self.says("quick") => Depth::Quick,
                () if self.says("full") => Depth::Full,
                () => Depth::Standard,
            },
            connect_ms: 10_000,
            reply_ms: 30_000,
            allow_writes: self.says("writes"),
            facts: self.facts.clone(),
        }
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
    /// The probe asks for ever: in the sandbox that would stop it, and a server must not be able to have it stopped.
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
    }
}

fn endpoint(ip: &str, port: u16) -> Endpoint {
    Endpoint {
        ip: ip.into(),
        port,
    }
}

impl Host for Server {
    fn expected_addresses(&mut self) -> Vec<String> {
        self.asked();
        Vec::new()
    }

    fn expected_names(&mut self) -> Vec<ExpectedName> {
        self.asked();
        Vec::new()
    }

    fn resolve(&mut self, _: &str) -> Result<Vec<Resolved>, Failure> {
        self.asked();
        let of = |ip: &str| Resolved {
            ip: ip.into(),
            granted: true,
        };
        Ok(vec![of(PEER), of("2001:db8::1")])
    }

    fn aliases(&mut self, _: &str) -> Result<Vec<String>, Failure> {
        self.asked();
        Ok(vec!["alias.example.net".into()])
    }

    fn connect(&mut self, _: &Endpoint, _: ConnectOptions) -> Result<u32, Failure> {
        self.new_connection(false)
    }

    fn most_connections(&mut self) -> u32 {
        self.asked();
        3
    }

    fn connect_data(&mut self, _: u32, _: u16, _: Option<&str>) -> Result<u32, Failure> {
        self.new_connection(true)
    }

    fn ready(&mut self, connections: Vec<u32>, wait_ms: u32) -> Vec<u32> {
        self.asked();
        let is_ready = |number: u32| {
            let connection = &self.connections[number as usize];
            let something = match connection.data {
                true => !self.script.data.is_empty(),
                false => !self.script.control.is_empty(),
            };
            !connection.known || something || !connection.put_back.is_empty()
        };
        let numbered = (0..).zip(connections);
        let ready: Vec<u32> = numbered
            .filter_map(|(index, number)| is_ready(number).then_some(index))
            .collect();
        if ready.is_empty() {
            self.waited(wait_ms);
        }
        ready
    }

    fn established(&mut self, connection: u32, wait_ms: u32) -> Result<Established, Failure> {
        self.asked();
        self.connections[connection as usize].known = true;
        match self.script.connects.pop_front() {
            Some(kind) if kind != b'+' => {
                self.waited(wait_ms);
                Err(failure(Operation::Connect, kind))
            }
            _ => Ok(Established {
                local: endpoint("198.51.100.7", 40_000),
                peer: endpoint(PEER, 21),
                took_us: 1000,
            }),
        }
    }

    fn read(&mut self, connection: u32, max: u32, wait_ms: u32) -> Result<Vec<u8>, Failure> {
        self.asked();
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

    fn unread(&mut self, connection: u32, bytes: &[u8]) -> Result<(), Failure> {
        self.asked();
        let put_back = &mut self.connections[connection as usize].put_back;
        put_back.splice(..0, bytes.iter().copied());
        Ok(())
    }

    fn write(&mut self, _: u32, bytes: &[u8], _: u32) -> Result<(), Failure> {
        self.asked();
        assert!(!bytes.is_empty(), "nothing is written");
        Ok(())
    }

    fn start_tls(&mut self, _: u32, _: &TlsOptions) -> Result<(), Failure> {
        self.asked();
        Ok(())
    }

    fn secured(&mut self, _: u32, _: u32) -> Result<TlsSession, Failure> {
        self.asked();
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
                chain: vec![b"0\x82\x00\x01\x00".to_vec()],
                signature_checked: true,
                client_certificate_requested: false,
                took_us: 1000,
            }),
        }
    }

    fn unparsed(&mut self, _: u32) -> Vec<u8> {
        self.asked();
        b"HTTP/1.1 400\r\n\x1b[2J".to_vec()
    }

    fn finish(&mut self, _: u32, _: u32) -> Result<(), Failure> {
        self.asked();
        Ok(())
    }

    fn close(&mut self, _: u32) {}

    fn verify(&mut self, _: &Question) -> Result<(), TrustFault> {
        self.fault()
    }

    fn fetch_issuer(&mut self, _: &str) -> Result<Vec<u8>, Failure> {
        self.asked();
        self.script
            .data
            .pop_front()
            .ok_or_else(|| failure(Operation::Read, 11))
    }

    fn own_authorities(&mut self) -> Vec<String> {
        self.asked();
        Vec::new()
    }

    fn signed_by(&mut self, _: &[u8], _: &[u8]) -> Result<bool, TrustFault> {
        self.fault().map(|()| true)
    }

    fn offered(&mut self) -> Option<String> {
        self.asked();
        (!self.script.says("nobody")).then(|| "jo".into())
    }

    fn send_password(&mut self, _: u32, _: u32) -> Result<(), Refusal> {
        self.asked();
        match self.script.says("unsent") {
            true => Err(Refusal::Cleartext),
            false => Ok(()),
        }
    }

    fn provide(&mut self, _: &str, _: Option<u32>, _: &[Fact]) {
        self.asked();
    }

    fn take(&mut self) -> Option<u32> {
        self.asked();
        self.connections.push(Connection {
            known: true,
            ..Connection::default()
        });
        u32::try_from(self.connections.len() - 1).ok()
    }

    fn writes_name(&mut self) -> Option<String> {
        self.asked();
        let writes = self.script.says("writes");
        writes.then(|| "remote-doctor-0123456789abcdef".into())
    }

    fn removed(&mut self, _: &str) {
        self.asked();
    }

    fn not_removed(&mut self, _: &str, _: &str) {
        self.asked();
    }

    fn elapsed_us(&mut self) -> u64 {
        self.asked();
        self.now_us
    }

    fn pause(&mut self, ms: u32) {
        self.asked();
        self.waited(ms);
    }
}
