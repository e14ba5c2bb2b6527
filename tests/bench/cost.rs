//! What one client costs on one server.

use std::time::Duration;

use remote_doctor::report::Connections;

use crate::client::{Client, Told};
use crate::failure::Failure;
use crate::process;
use crate::scene::Scene;

/// Runs without a delay, of which the fastest counts: whatever else the machine does only adds to the time of the program
/// and the server, and to take too much off would flatter.
const RUNS: usize = 5;

/// Times are those of a run with a delay without those of a run without one.
pub struct Cost {
    /// The whole run without a delay.
    pub own_time: Duration,
    /// Until the program has ended, in round trips.
    pub whole: f64,
    /// Until the first listing was there, in round trips.
    pub listed: f64,
    /// What the client says it opened.
    pub told: Option<Connections>,
    /// What was seen on the way.
    pub seen: Connections,
}

struct Run {
    took: Duration,
    told: Told,
    seen: Connections,
}

impl Cost {
    pub fn measure(scene: &Scene, client: &Client, round_trip: Duration) -> Result<Self, Failure> {
        let near = (0..RUNS).map(|_| Run::measure(scene, client, Duration::ZERO));
        let near = near.collect::<Result<Vec<_>, _>>()?;
        let own_time = fastest(near.iter().map(|run| run.took));
        let own_listed = fastest(near.iter().map(|run| run.told.listed));
        let far = Run::measure(scene, client, round_trip)?;
        let in_round_trips = |took: Duration, own: Duration| {
            (took.as_secs_f64() - own.as_secs_f64()) / round_trip.as_secs_f64()
        };
        Ok(Self {
            own_time,
            whole: in_round_trips(far.took, own_time),
            listed: in_round_trips(far.told.listed, own_listed),
            told: far.told.connections,
            seen: far.seen,
        })
    }
}

impl Run {
    fn measure(scene: &Scene, client: &Client, round_trip: Duration) -> Result<Self, Failure> {
        let delay = scene.net.delay(round_trip)?;
        let (took, output) = process::run(&client.to_string(), &mut client.command(scene))?;
        let traffic = delay.end();
        let count = |is_control| {
            let port = scene.account.port;
            u32::try_from(traffic.connections(|to| (to == port) == is_control)).unwrap_or(u32::MAX)
        };
        Ok(Self {
            took,
            told: client.told(&output)?,
            seen: Connections {
                control: count(true),
                data: count(false),
                peak: traffic.peak(),
            },
        })
    }
}

fn fastest(times: impl Iterator<Item = Duration>) -> Duration {
    times.min().unwrap_or_default()
}
