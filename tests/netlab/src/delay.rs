//! A far away server: the way between the two sides takes time, and what travels on it is counted.

mod forwarder;
mod traffic;

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tun_rs::{DeviceBuilder, SyncDevice};

pub use self::traffic::Traffic;

use self::forwarder::Forwarder;
use crate::error::HarnessError;
use crate::namespace::Namespace;
use crate::net::{CLIENT, Net, OTHER_CLIENT, SERVER};

const DEVICE: &str = "far";

/// A detour on which every packet between client and server, the first one included, travels for
/// half a round trip.
///
/// Dropping it brings the direct way back. What is still on its way then is lost, as on any network,
/// and sent again by whoever misses it.
#[derive(Debug)]
pub struct Delay {
    stop: Arc<AtomicBool>,
    forwarder: Option<JoinHandle<Traffic>>,
}

impl Net {
    /// Leads IPv4 over a detour that takes this long there and back.
    pub fn delay(&self, round_trip: Duration) -> Result<Delay, HarnessError> {
        let client = self.in_client(device)??;
        let server = self.in_server(device)??;
        let stop = Arc::new(AtomicBool::new(false));
        let forwarder = Forwarder::new(client, server, round_trip / 2, Arc::clone(&stop));
        let delay = Delay {
            stop,
            forwarder: Some(std::thread::spawn(|| forwarder.run())),
        };
        detour(self.client_side(), CLIENT, &[SERVER])?;
        detour(self.server_side(), SERVER, &[CLIENT, OTHER_CLIENT])?;
        Ok(delay)
    }
}

impl Delay {
    /// Brings the direct way back and tells what was seen on the detour.
    pub fn end(mut self) -> Traffic {
        self.stop().unwrap_or_default()
    }

    fn stop(&mut self) -> Option<Traffic> {
        self.stop.store(true, Ordering::Relaxed);
        self.forwarder.take()?.join().ok()
    }
}

impl Drop for Delay {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A device whose packets come to us. It goes away, with its routes, when it is dropped.
fn device() -> Result<SyncDevice, HarnessError> {
    let device = DeviceBuilder::new().name(DEVICE).enable(false).build_sync();
    let ready = device.and_then(|device| device.set_nonblocking(true).map(|()| device));
    ready.map_err(HarnessError::file("/dev/net/tun"))
}

/// Routes in front of the direct ones, which stay for later.
fn detour(side: &Namespace, from: Ipv4Addr, to: &[Ipv4Addr]) -> Result<(), HarnessError> {
    let routes: String = to
        .iter()
        .map(|to| format!("route prepend {to}/32 dev {DEVICE} src {from}\n"))
        .collect();
    side.configure(&format!("link set {DEVICE} addrgenmode none up\n{routes}"))
}
