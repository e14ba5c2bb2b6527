//! What a check may cost, by how it was asked for.

use std::str::FromStr;
use std::time::Duration;

/// Beside all waiting: work, and a machine that does other things too.
const WORK: Duration = Duration::from_secs(6);
/// Beside all waiting, where sessions are opened one by one and left idle for a while.
const WORK_AT_FULL_DEPTH: Duration = Duration::from_secs(30);
/// Ports and addresses that are silent one after the other.
const SILENT_CONNECTIONS: u32 = 8;
/// Replies that do not come, one after the other: a greeting, the same once more, a handshake.
const SILENT_REPLIES: u32 = 3;

/// Where a check may write: a session in place of one that has nothing left to resume with, one to tidy up with, six data
/// connections and a second try of some, and the time for tidying up.
const WRITES: (u64, u64, Duration) = (2, 8, Duration::from_secs(15));

/// The most a check may open, and the longest it may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Control connections in all.
    pub control: u64,
    /// Data connections in all.
    pub data: u64,
    /// Connections at one time, from all source addresses together.
    pub at_a_time: u64,
    /// From beginning to end.
    pub duration: Duration,
}

/// Connections at a time from all source addresses.
const IN_ALL: u64 = 6;

impl Limits {
    /// The longest that any check may take that does not ask for more.
    pub const WHOLE: Duration = Duration::from_secs(120 + WORK.as_secs());

    /// The limits of a check with these arguments.
    pub fn of(arguments: &[String]) -> Self {
        let sources = arguments.iter().filter(|it| *it == "--source").count();
        let sources = u32::try_from(sources).unwrap_or(u32::MAX).max(1);
        let most: Option<u64> = value(arguments, "--max-connections");
        let seconds = |name, default| value(arguments, name).unwrap_or(default);
        let whole = Duration::from_secs(seconds("--timeout", 120)) + WORK;
        let waiting = Duration::from_secs(seconds("--connect-timeout", 10)) * SILENT_CONNECTIONS
            + Duration::from_secs(seconds("--reply-timeout", 30)) * SILENT_REPLIES;
        let depth: Option<String> = value(arguments, "--depth");
        let work = match depth.as_deref() {
            Some("full") => WORK_AT_FULL_DEPTH,
            _ => WORK,
        };
        let (control, data, of_one) = match depth.as_deref() {
            Some("quick") => (4, 2, most.unwrap_or(3).min(3)),
            // It opens sessions up to the configured number, samples 30 ports, and does it all with another TLS version.
            Some("full") => (12 + most.unwrap_or(3), 60, most.unwrap_or(3)),
            _ => (6, 14, most.unwrap_or(3).min(3)),
        };
        // Two source addresses at a time, where that keeps to the limit on all of them.
        let at_a_time = match sources > 1 && most.unwrap_or(IN_ALL).min(IN_ALL) >= 2 * of_one {
            true => 2 * of_one,
            false => of_one,
        };
        let writes = arguments.iter().any(|it| it == "--allow-writes");
        let (more_control, more_data, tidying) = match writes {
            true => WRITES,
            false => (0, 0, Duration::ZERO),
        };
        Self {
            control: (control + more_control) * u64::from(sources),
            data: (data + more_data) * u64::from(sources),
            at_a_time,
            duration: whole.min(waiting * sources + work) + tidying,
        }
    }
}

fn value<T: FromStr>(arguments: &[String], name: &str) -> Option<T> {
    let at = arguments.iter().position(|it| it == name)?;
    arguments.get(at + 1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(line: &str) -> Limits {
        let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
        Limits::of(&arguments)
    }

    #[test]
    fn each_source_address_counts() {
        let two = limits("--source 192.0.2.1 --source 192.0.2.2");
        assert_eq!((two.control, two.data, two.at_a_time), (12, 28, 6));
    }

    #[test]
    fn shorter_time_outs_leave_less_time() {
        let short = limits("--connect-timeout 1 --reply-timeout 2");
        assert_eq!(short.duration, Duration::from_secs(8 + 6 + 6));
        assert_eq!(limits("--timeout 5").duration, Duration::from_secs(11));
    }

    #[test]
    fn writing_costs_more() {
        let (reading, writing) = (limits("--depth standard"), limits("--allow-writes"));
        assert_eq!(
            (writing.control, writing.data),
            (reading.control + 2, reading.data + 8)
        );
    }

    #[test]
    fn only_a_full_check_opens_as_many_as_it_may() {
        assert_eq!(limits("--max-connections 8").at_a_time, 3);
        assert_eq!(limits("--max-connections 2").at_a_time, 2);
        let two = "--source 192.0.2.1 --source 192.0.2.2";
        assert_eq!(limits(&format!("{two} --max-connections 4")).at_a_time, 3);
        assert_eq!(limits(&format!("{two} --max-connections 8")).at_a_time, 6);
        assert_eq!(limits("--depth full --max-connections 8").at_a_time, 8);
    }
}
