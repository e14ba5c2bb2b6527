//! From a list of remotes to the jobs of a run: which, in which order, and when.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use journal::{Plan, PlannedJob, PlannedRemote};

use crate::{FleetRemote, OptOut, Remotes};

/// How a run is planned.
#[derive(Clone, Debug)]
pub struct PlanOptions {
    /// What was given as the list of remotes, for people.
    pub remotes_from: String,
    /// The source addresses for all remotes; where there are none, each remote has those of its settings.
    pub from_addresses: Vec<IpAddr>,
    /// Who does not want to be checked.
    pub opt_out: OptOut,
    /// The jobs are spread over this time; all at once where it is zero.
    pub within: Duration,
    /// When the first job is due.
    pub now: Timestamp,
    /// What the journal keeps of how the run is executed.
    pub options: String,
}

/// The jobs of a run: each remote from each of its source addresses. Jobs of one host are spread over the run, and the order
/// of the hosts is mixed, but is the same for the same list and time.
pub fn plan(remotes: &Remotes, options: &PlanOptions) -> Plan {
    let mut planned = Vec::with_capacity(remotes.0.len());
    let mut jobs: HashMap<String, Vec<PlannedJob>> = HashMap::new();
    for (number, remote) in remotes.0.iter().enumerate() {
        let left_out = options.opt_out.of_host(&remote.remote.host);
        if left_out.is_none() {
            let host = remote.remote.host.to_ascii_lowercase();
            let of_host = jobs.entry(host).or_default();
            of_host.extend(
                sources(remote, options)
                    .into_iter()
                    .map(|source| PlannedJob {
                        remote: number,
                        source,
                        due: options.now,
                    }),
            );
        }
        planned.push(PlannedRemote {
            name: remote.name.clone(),
            place: remote.remote.place(),
            file: remote.file.display().to_string(),
            settings: remote.text.clone(),
            left_out,
        });
    }
    Plan {
        remotes_from: options.remotes_from.clone(),
        options: options.options.clone(),
        remotes: planned,
        jobs: spread(mixed(jobs, options.now), options),
    }
}

/// None stands for the address that the system chooses.
fn sources(remote: &FleetRemote, options: &PlanOptions) -> Vec<Option<IpAddr>> {
    let own = &remote.settings.settings.sources;
    let mut sources = match options.from_addresses.is_empty() {
        true => own.clone(),
        false => options.from_addresses.clone(),
    };
    sources.sort_unstable();
    sources.dedup();
    match sources.is_empty() {
        true => vec![None],
        false => sources.into_iter().map(Some).collect(),
    }
}

/// Each host has its jobs at even distances, and begins at a place of its own.
fn mixed(jobs: HashMap<String, Vec<PlannedJob>>, now: Timestamp) -> Vec<PlannedJob> {
    let mut placed: Vec<(u64, String, usize, PlannedJob)> = Vec::new();
    for (host, of_host) in jobs {
        let mut hasher = DefaultHasher::new();
        (now.as_millisecond(), &host).hash(&mut hasher);
        let distance = u64::MAX / of_host.len() as u64;
        let begin = hasher.finish() % distance.max(1);
        for (number, job) in of_host.into_iter().enumerate() {
            let place = begin.saturating_add(distance.saturating_mul(number as u64));
            placed.push((place, host.clone(), number, job));
        }
    }
    placed.sort_by(|one, other| (one.0, &one.1, one.2).cmp(&(other.0, &other.1, other.2)));
    placed.into_iter().map(|(_, _, _, job)| job).collect()
}

fn spread(mut jobs: Vec<PlannedJob>, options: &PlanOptions) -> Vec<PlannedJob> {
    let all = u32::try_from(jobs.len()).unwrap_or(u32::MAX).max(1);
    let distance = SignedDuration::try_from(options.within / all).unwrap_or_default();
    let mut due = options.now;
    for job in &mut jobs {
        job.due = due;
        due = due.checked_add(distance).unwrap_or(due);
    }
    jobs
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn remotes(csv: &str) -> Remotes {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("all.csv");
        fs::write(&path, csv).unwrap();
        Remotes::read(&path).unwrap()
    }

    fn options() -> PlanOptions {
        PlanOptions {
            remotes_from: "all.csv".into(),
            from_addresses: Vec::new(),
            opt_out: OptOut::default(),
            within: Duration::ZERO,
            now: Timestamp::from_second(1_800_000_000).unwrap(),
            options: String::new(),
        }
    }

    #[test]
    fn each_remote_is_seen_from_each_of_its_addresses() {
        let remotes = remotes("host,sources\na,203.0.113.7 203.0.113.8\nb,\n");
        let planned = plan(&remotes, &options());
        let mut told: Vec<(usize, Option<IpAddr>)> = planned
            .jobs
            .iter()
            .map(|job| (job.remote, job.source))
            .collect();
        told.sort_unstable();
        let address = |text: &str| Some(text.parse().unwrap());
        let expected = [
            (0, address("203.0.113.7")),
            (0, address("203.0.113.8")),
            (1, None),
        ];
        assert_eq!(told, expected);
        let from = PlanOptions {
            from_addresses: vec!["198.51.100.1".parse().unwrap(); 2],
            ..options()
        };
        let planned = plan(&remotes, &from);
        assert_eq!(planned.jobs.len(), 2, "{:?}", planned.jobs);
    }

    #[test]
    fn jobs_of_one_host_are_spread_and_the_order_is_mixed() {
        let mut csv = String::from("name,host\n");
        for number in 0..100 {
            csv.push_str(&format!("big-{number},big.example.com\n"));
            csv.push_str(&format!("small-{number},small{number}.example.com\n"));
        }
        let planned = plan(&remotes(&csv), &options());
        let is_big = |job: &PlannedJob| planned.remotes[job.remote].name.starts_with("big");
        for quarter in planned.jobs.chunks(50) {
            let big = quarter.iter().filter(|job| is_big(job)).count();
            assert!((15..=35).contains(&big), "{big} of 50 are at one host");
        }
        let order: Vec<usize> = planned.jobs.iter().map(|job| job.remote).collect();
        assert!(!order.is_sorted());
        let again = plan(&remotes(&csv), &options());
        assert_eq!(again.jobs, planned.jobs);
    }

    #[test]
    fn a_run_is_spread_over_its_time() {
        let remotes = remotes("host\na\nb\nc\nd\n");
        let hour = PlanOptions {
            within: Duration::from_secs(3_600),
            ..options()
        };
        let planned = plan(&remotes, &hour);
        let due = planned
            .jobs
            .iter()
            .map(|job| job.due.duration_since(hour.now).as_secs());
        assert_eq!(due.collect::<Vec<_>>(), [0, 900, 1_800, 2_700]);
    }

    #[test]
    fn who_opted_out_has_no_job_and_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("list");
        fs::write(&list, "*.example.com").unwrap();
        let without = PlanOptions {
            opt_out: OptOut::read(&list).unwrap(),
            ..options()
        };
        let planned = plan(
            &remotes("host\nftp.example.com\nftp.example.net\n"),
            &without,
        );
        assert_eq!(planned.jobs.len(), 1);
        let why = planned.remotes[0].left_out.as_deref().unwrap();
        assert_eq!(why, "ftp.example.com is on the opt-out list");
    }
}
