//! Carries packets from one device to the other, each after the same time.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tun_rs::SyncDevice;

use super::traffic::Traffic;

/// How often it is looked whether to stop.
const ATTENTION: Duration = Duration::from_millis(20);
/// As large as an IP packet can be.
const LARGEST: usize = 65_535;

/// Both devices, and what is on its way between them.
pub(super) struct Forwarder {
    client: SyncDevice,
    server: SyncDevice,
    to_server: Way,
    to_client: Way,
    travel: Duration,
    stop: Arc<AtomicBool>,
    traffic: Traffic,
}

impl Forwarder {
    pub(super) fn new(
        client: SyncDevice,
        server: SyncDevice,
        travel: Duration,
        stop: Arc<AtomicBool>,
    ) -> Self {
        Self {
            client,
            server,
            to_server: Way::default(),
            to_client: Way::default(),
            travel,
            stop,
            traffic: Traffic::default(),
        }
    }

    /// Forwards until it is told to stop.
    pub(super) fn run(mut self) -> Traffic {
        while !self.stop.load(Ordering::Relaxed) {
            self.wait();
            let arrival = Instant::now() + self.travel;
            for packet in packets(&self.client) {
                self.traffic.client_sent(&packet);
                self.to_server.0.push_back((arrival, packet));
            }
            for packet in packets(&self.server) {
                self.traffic.server_sent(&packet);
                self.to_client.0.push_back((arrival, packet));
            }
            self.to_server.deliver(&self.server);
            self.to_client.deliver(&self.client);
        }
        self.traffic
    }

    /// Until a packet sets out or arrives.
    fn wait(&self) {
        let arrivals = [&self.to_server, &self.to_client].map(Way::next);
        let next = arrivals.into_iter().flatten().min();
        let until_then = next.map(|next| next.saturating_duration_since(Instant::now()));
        let patience = until_then.map_or(ATTENTION, |time| time.min(ATTENTION));
        let patience = Timespec {
            tv_sec: 0,
            tv_nsec: patience.subsec_nanos().into(),
        };
        let mut devices =
            [&self.client, &self.server].map(|device| PollFd::new(device, PollFlags::IN));
        // Interrupted is as good as timed out.
        let _ = poll(&mut devices, Some(&patience));
    }
}

/// Packets in one direction with the time each arrives. All take equally long, so the first one is
/// next.
#[derive(Default)]
struct Way(VecDeque<(Instant, Vec<u8>)>);

impl Way {
    fn next(&self) -> Option<Instant> {
        self.0.front().map(|(arrival, _)| *arrival)
    }

    fn deliver(&mut self, device: &SyncDevice) {
        while self.next().is_some_and(|arrival| arrival <= Instant::now()) {
            if let Some((_, packet)) = self.0.pop_front() {
                // What a device does not take is lost, as on any network.
                let _ = device.send(&packet);
            }
        }
    }
}

/// Everything a device has now.
fn packets(device: &SyncDevice) -> impl Iterator<Item = Vec<u8>> {
    let mut buffer = vec![0; LARGEST];
    std::iter::from_fn(move || {
        let length = device.recv(&mut buffer).ok()?;
        Some(buffer[..length].to_vec())
    })
}
