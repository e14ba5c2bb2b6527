//! A probe outside of the sandbox, answered from a recording by the rule of the engine's own replay: what it asks has to be
//! what was asked next.

use std::cell::Cell;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use probe_sdk::native::{ConnectOptions, ExpectedName, Host, NativeProbe};
use probe_sdk::{Endpoint, Fact, Failure, TlsOptions};
use remote_doctor::finding::{Fact as FactBefore, Outcome};
use remote_doctor::recording::{Answer, Bytes, Call, Heard, KeptFact, Replay, Trace};
use remote_doctor::settings::Check;
use remote_doctor::{login, net, settings, trust};

use bindings::remote_doctor::probe as contract;

/// The words of the contract, as a probe has them.
mod bindings {
    pub use probe_sdk::bindings::remote_doctor;
}

/// The engine's way between these words and its own: one file for both sides, so that it costs the same on both.
#[path = "../../../../engine/src/plugin/convert.rs"]
#[allow(dead_code, reason = "only components are asked what they are")]
mod convert;

/// The answers of one recorded run of a probe.
#[derive(Clone)]
pub struct Answers {
    replay: Arc<Replay>,
    /// Which run.
    trace: usize,
    /// How many were given.
    next: Rc<Cell<usize>>,
}

impl Answers {
    pub fn new(replay: &Arc<Replay>, trace: usize) -> Self {
        Self {
            replay: replay.clone(),
            trace,
            next: Rc::default(),
        }
    }

    fn trace(&self) -> &Trace {
        &self.replay.recording.traces[self.trace].2
    }

    /// A question that is not the recorded one ends the benchmark, as it ends a probe in the sandbox: nothing that follows
    /// could be compared.
    fn ask<T: TryFrom<Answer>>(&self, call: Call) -> T {
        let next = self.next.replace(self.next.get() + 1);
        let entry = self.trace().entries.get(next);
        let heard = entry.filter(|entry| entry.call == call);
        let answer = match heard.map(|entry| entry.heard.clone()) {
            Some(Heard::Answer(answer)) => answer.try_into().ok(),
            _ => None,
        };
        answer.unwrap_or_else(|| {
            let (probe, number) = (&self.trace().probe, next + 1);
            let asked = entry.map(|entry| &entry.call);
            panic!("question {number} of `{probe}` is {call:?}, and in the sandbox {asked:?}")
        })
    }

    fn are_used_up(&self) -> bool {
        self.next.get() == self.trace().entries.len()
    }
}

/// Runs a probe for this check with what it was told then. None where it could not look or did not ask everything.
pub fn run(
    probe: &NativeProbe,
    answers: Answers,
    check: &Check,
    facts: &[FactBefore],
) -> Option<Outcome> {
    let (_, place, _) = &answers.replay.recording.traces[answers.trace];
    let request = convert::request(check, place.source, place.look, facts);
    let said = probe.run(answers.clone(), request).ok()?;
    answers.are_used_up().then(|| convert::outcome(said))
}

fn address(text: &str) -> IpAddr {
    text.parse().expect("what was asked then was an address")
}

impl Host for Answers {
    fn expected_addresses(&mut self) -> Vec<String> {
        let expected: Vec<IpAddr> = self.ask(Call::ExpectedAddresses);
        expected.iter().map(IpAddr::to_string).collect()
    }

    fn expected_names(&mut self) -> Vec<ExpectedName> {
        let expected: Vec<settings::ExpectedName> = self.ask(Call::ExpectedNames);
        expected.iter().map(convert::expected_name).collect()
    }

    fn resolve(&mut self, name: &str) -> Result<Vec<contract::net::Resolved>, Failure> {
        let found: Result<Vec<net::Resolved>, _> = self.ask(Call::Resolve { name: name.into() });
        convert::or_failure(found.map(|found| found.iter().map(convert::resolved).collect()))
    }

    fn aliases(&mut self, name: &str) -> Result<Vec<String>, Failure> {
        convert::or_failure(self.ask(Call::Aliases { name: name.into() }))
    }

    fn connect(&mut self, to: &Endpoint, options: ConnectOptions) -> Result<u32, Failure> {
        convert::or_failure(self.ask(Call::Connect {
            to: (address(&to.ip), to.port).into(),
            max_segment: options.max_segment,
        }))
    }

    fn most_connections(&mut self) -> u32 {
        let most: u64 = self.ask(Call::MostConnections);
        u32::try_from(most).unwrap_or(u32::MAX)
    }

    fn connect_data(&mut self, control: u32, port: u16, to: Option<&str>) -> Result<u32, Failure> {
        convert::or_failure(self.ask(Call::ConnectData {
            control,
            port,
            address: to.map(address),
        }))
    }

    fn ready(&mut self, connections: Vec<u32>, wait_ms: u32) -> Vec<u32> {
        self.ask(Call::Ready {
            connections,
            wait_ms,
        })
    }

    fn established(
        &mut self,
        connection: u32,
        wait_ms: u32,
    ) -> Result<contract::net::Established, Failure> {
        let established: Result<net::Established, _> = self.ask(Call::Established {
            connection,
            wait_ms,
        });
        convert::or_failure(established.map(|established| convert::established(&established)))
    }

    fn read(&mut self, connection: u32, max: u32, wait_ms: u32) -> Result<Vec<u8>, Failure> {
        let read: Result<Bytes, _> = self.ask(Call::Read {
            connection,
            max,
            wait_ms,
        });
        convert::or_failure(read.map(|bytes| bytes.0))
    }

    fn unread(&mut self, connection: u32, bytes: &[u8]) -> Result<(), Failure> {
        let bytes = Bytes(bytes.into());
        let () = self.ask(Call::Unread { connection, bytes });
        Ok(())
    }

    fn write(&mut self, connection: u32, bytes: &[u8], wait_ms: u32) -> Result<(), Failure> {
        convert::or_failure(self.ask(Call::Write {
            connection,
            bytes: Bytes(bytes.into()),
            wait_ms,
        }))
    }

    fn start_tls(&mut self, connection: u32, options: &TlsOptions) -> Result<(), Failure> {
        convert::or_failure(self.ask(Call::StartTls {
            connection,
            options: convert::tls_options(options.clone()),
        }))
    }

    fn secured(
        &mut self,
        connection: u32,
        wait_ms: u32,
    ) -> Result<contract::net::TlsSession, Failure> {
        let session: Result<net::TlsSession, _> = self.ask(Call::Secured {
            connection,
            wait_ms,
        });
        convert::or_failure(session.map(|session| convert::tls_session(&session)))
    }

    fn unparsed(&mut self, connection: u32) -> Vec<u8> {
        let bytes: Bytes = self.ask(Call::Unparsed { connection });
        bytes.0
    }

    fn finish(&mut self, connection: u32, wait_ms: u32) -> Result<(), Failure> {
        convert::or_failure(self.ask(Call::Finish {
            connection,
            wait_ms,
        }))
    }

    /// A recording has no connections.
    fn close(&mut self, _: u32) {}

    fn verify(
        &mut self,
        question: &contract::trust::Question,
    ) -> Result<(), contract::trust::TrustFault> {
        let bytes = |list: &[Vec<u8>]| list.iter().cloned().map(Bytes).collect();
        let verified: Result<(), trust::TrustFault> = self.ask(Call::Verify {
            chain: bytes(&question.chain),
            name: question.name.clone(),
            at: question.at,
            store: convert::store(question.store),
            anchors: bytes(&question.anchors),
        });
        verified.map_err(convert::trust_fault)
    }

    fn fetch_issuer(&mut self, url: &str) -> Result<Vec<u8>, Failure> {
        let fetched: Result<Bytes, _> = self.ask(Call::FetchIssuer { url: url.into() });
        convert::or_failure(fetched.map(|bytes| bytes.0))
    }

    fn own_authorities(&mut self) -> Vec<String> {
        self.ask(Call::OwnAuthorities)
    }

    fn signed_by(
        &mut self,
        certificate: &[u8],
        issuer: &[u8],
    ) -> Result<bool, contract::trust::TrustFault> {
        let signed: Result<bool, trust::TrustFault> = self.ask(Call::SignedBy {
            certificate: Bytes(certificate.into()),
            issuer: Bytes(issuer.into()),
        });
        signed.map_err(convert::trust_fault)
    }

    fn offered(&mut self) -> Option<String> {
        self.ask(Call::Offered)
    }

    fn send_password(
        &mut self,
        control: u32,
        wait_ms: u32,
    ) -> Result<(), contract::login::Refusal> {
        let sent: Result<(), login::Refusal> = self.ask(Call::SendPassword { control, wait_ms });
        sent.map_err(convert::refusal)
    }

    fn provide(&mut self, state: &str, connection: Option<u32>, facts: &[Fact]) {
        let facts = facts.iter().cloned();
        self.ask(Call::Provide {
            state: state.into(),
            connection,
            facts: facts
                .map(|fact| KeptFact::from(convert::fact(fact)))
                .collect(),
        })
    }

    fn take(&mut self) -> Option<u32> {
        self.ask(Call::Take)
    }

    fn writes_name(&mut self) -> Option<String> {
        self.ask(Call::WritesName)
    }

    fn removed(&mut self, path: &str) {
        self.ask(Call::Removed { path: path.into() })
    }

    fn not_removed(&mut self, path: &str, refusal: &str) {
        self.ask(Call::NotRemoved {
            path: path.into(),
            refusal: refusal.into(),
        })
    }

    fn elapsed_us(&mut self) -> u64 {
        self.ask(Call::Elapsed)
    }

    fn pause(&mut self, ms: u32) {
        self.ask(Call::Pause { ms })
    }
}
