//! What one client costs on one server.

use std::time::Duration;

use report::Connections;

use crate::client::{Client, Told};
use crate::failure::Failure;
use crate::process;
use crate::scene::Scene;

/// Runs without a delay, of which the fastest counts: whatever else the machine does only adds to the time of the program
/// and the server, and to take too much off would flatter.
const RUNS: usize = 5;

/// So long a delay is measured together: short ones several times, of which the fastest counts, too.
const DELAYS: Duration = Duration::from_millis(200);

/// Times are those of a run with a delay without those of a run without one.
pub struct Cost {
    /// The delay.
    pub round_trip: Duration,
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
    /// At each of these round trips.
    pub fn measure(
        scene: &Scene,
        client: &Client,
        round_trips: impl Iterator<Item = Duration>,
    ) -> Result<Vec<Self>, Failure> {
        let near = Run::fastest(scene, client, Duration::ZERO, RUNS)?;
        let at = |round_trip: Duration| {
            #[allow(clippy::cast_possible_truncation, reason = "some hundred at most")]
            let times = DELAYS.div_duration_f64(round_trip) as usize;
            let far = Run::fastest(scene, client, round_trip, times.clamp(1, RUNS))?;
            let in_round_trips = |far: Duration, near: Duration| {
                (far.as_secs_f64() - near.as_secs_f64()) / round_trip.as_secs_f64()
            };
            Ok(Self {
                round_trip,
                own_time: near.took,
                whole: in_round_trips(far.took, near.took),
                listed: in_round_trips(far.told.listed, near.told.listed),
                told: far.told.connections,
                seen: far.seen,
            })
        };
        round_trips.map(at).collect()
    }
}

impl Run {
    /// The shortest times of several runs, and the connections of the last.
    fn fastest(
        scene: &Scene,
        client: &Client,
        round_trip: Duration,
        times: usize,
    ) -> Result<Self, Failure> {
        let mut best = Self::measure(scene, client, round_trip)?;
        for _ in 1..times {
            let run = Self::measure(scene, client, round_trip)?;
            best = Self {
                took: best.took.min(run.took),
                told: Told {
                    listed: best.told.listed.min(run.told.listed),
                    ..run.told
                },
                ..run
            };
        }
        Ok(best)
    }

    fn measure(scene: &Scene, client: &Client, round_trip: Duration) -> Result<Self, Failure> {
        let delay = scene.net.delay(round_trip)?;
        let (took, output) = process::run(&client.to_string(), &mut client.command(scene)?)?;
        let traffic = delay.end();
        let count = |is_control| {
            let port = scene.account.port;
            u32::try_from(traffic.connections(|to| (to == port) == is_control)).unwrap_or(u32::MAX)
        };
        Ok(Self {
            took,
            told: client.told(&output, took)?,
            seen: Connections {
                control: count(true),
                data: count(false),
                peak: traffic.peak(),
            },
        })
    }
}
