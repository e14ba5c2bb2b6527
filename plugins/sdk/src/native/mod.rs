//! Probes outside of the sandbox: compiled for this machine and called like any function, so that what the sandbox costs
//! can be measured. Their source is the same; in place of the functions that a component imports stand those of
//! `imports`, which ask the [`Host`] of the thread.

#[allow(missing_docs, reason = "documented once, in wit/probe.wit")]
pub(crate) mod imports;

use std::cell::RefCell;

use crate::login::Refusal;
use crate::trust::{Question, TrustFault};
use crate::{Endpoint, Established, Fact, Failure, Probe, Request, Resolved};
use crate::{TlsOptions, TlsSession, deviations, halt, step};

pub use crate::bindings::remote_doctor::probe::net::{ConnectOptions, ExpectedName};
pub use crate::bindings::remote_doctor::probe::types::Outcome;

/// A probe that is compiled for this machine; [`export!`](crate::export) makes one, `PROBE`.
#[derive(Debug)]
pub struct NativeProbe {
    /// The name of its package.
    pub name: &'static str,
    run: fn(Request) -> Result<Outcome, Failure>,
}

impl NativeProbe {
    #[doc(hidden)]
    #[must_use]
    pub const fn of<P: Probe>(name: &'static str) -> NativeProbe {
        NativeProbe {
            name,
            run: crate::execute::<P>,
        }
    }

    /// Runs it on this thread; `host` answers what it asks.
    ///
    /// # Errors
    /// The probe could not look at all.
    pub fn run(&self, host: impl Host + 'static, request: Request) -> Result<Outcome, Failure> {
        HOST.set(Some(Box::new(host)));
        let said = (self.run)(request);
        HOST.set(None);
        // An instance is gone with what a run that ended early has seen; a thread is not.
        drop(deviations::finding());
        drop(halt::reset());
        drop(step::reset());
        said
    }
}

/// What a probe asks for. Connections go by numbers that the host gives.
#[allow(missing_docs, reason = "documented once, in wit/probe.wit")]
pub trait Host {
    fn expected_addresses(&mut self) -> Vec<String>;
    fn expected_names(&mut self) -> Vec<ExpectedName>;
    fn resolve(&mut self, name: &str) -> Result<Vec<Resolved>, Failure>;
    fn aliases(&mut self, name: &str) -> Result<Vec<String>, Failure>;
    fn connect(&mut self, to: &Endpoint, options: ConnectOptions) -> Result<u32, Failure>;
    fn most_connections(&mut self) -> u32;
    fn connect_data(
        &mut self,
        control: u32,
        port: u16,
        address: Option<&str>,
    ) -> Result<u32, Failure>;
    fn ready(&mut self, connections: Vec<u32>, wait_ms: u32) -> Vec<u32>;

    fn established(&mut self, connection: u32, wait_ms: u32) -> Result<Established, Failure>;
    fn read(&mut self, connection: u32, max: u32, wait_ms: u32) -> Result<Vec<u8>, Failure>;
    fn unread(&mut self, connection: u32, bytes: &[u8]) -> Result<(), Failure>;
    fn write(&mut self, connection: u32, bytes: &[u8], wait_ms: u32) -> Result<(), Failure>;
    fn start_tls(&mut self, connection: u32, options: &TlsOptions) -> Result<(), Failure>;
    fn secured(&mut self, connection: u32, wait_ms: u32) -> Result<TlsSession, Failure>;
    fn unparsed(&mut self, connection: u32) -> Vec<u8>;
    fn finish(&mut self, connection: u32, wait_ms: u32) -> Result<(), Failure>;
    /// The probe needs this connection no more.
    fn close(&mut self, connection: u32);

    fn verify(&mut self, question: &Question) -> Result<(), TrustFault>;
    fn fetch_issuer(&mut self, url: &str) -> Result<Vec<u8>, Failure>;
    fn own_authorities(&mut self) -> Vec<String>;
    fn signed_by(&mut self, certificate: &[u8], issuer: &[u8]) -> Result<bool, TrustFault>;

    /// The user of the credential, where there is one.
    fn offered(&mut self) -> Option<String>;
    fn send_password(&mut self, control: u32, wait_ms: u32) -> Result<(), Refusal>;

    fn provide(&mut self, state: &str, connection: Option<u32>, facts: &[Fact]);
    fn take(&mut self) -> Option<u32>;

    fn writes_name(&mut self) -> Option<String>;
    fn removed(&mut self, path: &str);
    fn not_removed(&mut self, path: &str, refusal: &str);

    fn elapsed_us(&mut self) -> u64;
    fn pause(&mut self, ms: u32);
}

thread_local! {
    /// Who answers the probe that runs on this thread.
    static HOST: RefCell<Option<Box<dyn Host>>> = const { RefCell::new(None) };
}

fn ask<T>(question: impl FnOnce(&mut dyn Host) -> T) -> T {
    HOST.with_borrow_mut(|host| {
        let host = host.as_deref_mut();
        question(host.expect("only a probe that is run has a host"))
    })
}
