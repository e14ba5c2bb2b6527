use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;

use super::*;
use crate::{PlanOptions, Remotes, plan};

/// A transport that notes what it is asked for, and waits a little.
#[derive(Default)]
struct Noting {
    /// Remotes in the order of their execution.
    executed: Mutex<Vec<String>>,
    /// Places that run now, and the most that ever ran at a time.
    running: Mutex<Vec<String>>,
    most: AtomicUsize,
    /// Whether two ran at one place at a time.
    bunched: AtomicUsize,
    /// Stops the run after so many.
    stop_after: Option<(usize, Interrupt)>,
    /// Whether each job logs in, and what the gate says where it does not.
    logs_in: bool,
    refused: Mutex<Vec<String>>,
}

impl Transport for Noting {
    fn execute<'a>(
        &'a self,
        assignment: Assignment,
    ) -> Pin<Box<dyn Future<Output = Result<Outcome, Stopped>> + Send + 'a>> {
        Box::pin(async move {
            let host = host(&assignment.job.place).to_owned();
            {
                let mut running = self.running.lock().unwrap();
                if running.contains(&host) {
                    self.bunched.fetch_add(1, Ordering::Relaxed);
                }
                running.push(host.clone());
                self.most.fetch_max(running.len(), Ordering::Relaxed);
            }
            if self.logs_in
                && let Err(why) = assignment.gate.pass()
            {
                self.refused.lock().unwrap().push(why);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
            self.running.lock().unwrap().retain(|it| *it != host);
            let mut executed = self.executed.lock().unwrap();
            executed.push(assignment.job.remote.clone());
            if let Some((after, interrupt)) = &self.stop_after
                && executed.len() >= *after
            {
                interrupt.stop.cancel();
            }
            Ok(Outcome::Report("{}".into()))
        })
    }
}

struct Scene {
    folder: TempDir,
    journal: Arc<Mutex<Journal>>,
    run: RunId,
}

impl Scene {
    fn new(csv: &str) -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("all.csv");
        fs::write(&path, csv).unwrap();
        let planned = plan(
            &Remotes::read(&path).unwrap(),
            &PlanOptions {
                remotes_from: "all.csv".into(),
                from_addresses: Vec::new(),
                opt_out: OptOut::default(),
                within: Duration::ZERO,
                now: Timestamp::now(),
                options: String::new(),
            },
        );
        let mut journal = Journal::open(&folder.path().join("journal")).unwrap();
        let run = journal.plan(&planned, Timestamp::now()).unwrap();
        Scene {
            folder,
            journal: Arc::new(Mutex::new(journal)),
            run,
        }
    }

    async fn dispatch(&self, transport: &Noting, limits: Limits, opt_out: &OptOut) -> Ended {
        let interrupt = transport.stop_after.as_ref().map(|(_, it)| it.clone());
        // Addresses need no look-up: nobody is asked.
        let resolver = Resolver::new(Some("127.0.0.1:1".parse().unwrap())).unwrap();
        let with = Dispatch {
            journal: self.journal.clone(),
            run: self.run,
            executor: "test".into(),
            limits,
            opt_out,
            resolver: &resolver,
            transport,
            interrupt: interrupt.unwrap_or_default(),
            watch: &|_| (),
        };
        dispatch(&with).await.unwrap()
    }
}

/// So many remotes on so many addresses.
fn list(remotes: usize, addresses: usize) -> String {
    let rows = (0..remotes).map(|it| format!("remote-{it},127.0.0.{}\n", 1 + it % addresses));
    format!("name,host\n{}", rows.collect::<String>())
}

const AT_ONCE: Limits = Limits {
    at_once: 4,
    pause: Duration::ZERO,
};

#[tokio::test]
async fn each_job_is_executed_once_within_the_limit_and_one_at_a_time_for_each_address() {
    let scene = Scene::new(&list(60, 6));
    let transport = Noting::default();
    let ended = scene
        .dispatch(&transport, AT_ONCE, &OptOut::default())
        .await;
    assert_eq!(ended, Ended::Done);
    let mut executed = transport.executed.into_inner().unwrap();
    executed.sort();
    executed.dedup();
    assert_eq!(executed.len(), 60);
    assert_eq!(transport.bunched.into_inner(), 0);
    let most = transport.most.into_inner();
    assert!((2..=4).contains(&most), "{most} at a time");
    let progress = scene.journal.lock().unwrap().progress(scene.run).unwrap();
    assert_eq!((progress.accepted, progress.attempts), (60, 60));
}

#[tokio::test]
async fn between_two_jobs_of_one_address_is_a_pause() {
    let scene = Scene::new(&list(4, 1));
    let began = Instant::now();
    let limits = Limits {
        pause: Duration::from_millis(60),
        ..AT_ONCE
    };
    scene
        .dispatch(&Noting::default(), limits, &OptOut::default())
        .await;
    assert!(
        began.elapsed() >= Duration::from_millis(180),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn a_run_that_was_stopped_goes_on_and_repeats_nothing() {
    let scene = Scene::new(&list(30, 30));
    let first = Noting {
        stop_after: Some((7, Interrupt::default())),
        ..Noting::default()
    };
    let ended = scene.dispatch(&first, AT_ONCE, &OptOut::default()).await;
    assert_eq!(ended, Ended::Stopped);
    let second = Noting::default();
    let ended = scene.dispatch(&second, AT_ONCE, &OptOut::default()).await;
    assert_eq!(ended, Ended::Done);
    let before = first.executed.into_inner().unwrap();
    let after = second.executed.into_inner().unwrap();
    assert!((7..=11).contains(&before.len()), "{before:?}");
    assert_eq!(before.len() + after.len(), 30);
    assert!(before.iter().all(|it| !after.contains(it)));
}

#[tokio::test]
async fn a_job_whose_login_had_begun_does_not_log_in_again() {
    let scene = Scene::new(&list(2, 2));
    {
        let mut journal = scene.journal.lock().unwrap();
        let job = journal.pending(scene.run, -1, 1).unwrap()[0].id;
        let now = Timestamp::now();
        let lost = journal.begin_attempt(job, "lost", now).unwrap();
        journal.login_begins(lost.attempt, now).unwrap();
        journal.reconcile(scene.run, now).unwrap();
    }
    let transport = Noting {
        logs_in: true,
        ..Noting::default()
    };
    scene
        .dispatch(&transport, AT_ONCE, &OptOut::default())
        .await;
    let refused = transport.refused.into_inner().unwrap();
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(refused[0].starts_with("an earlier attempt of this job began to log in"));
}

#[tokio::test]
async fn whose_address_opted_out_is_not_visited_and_is_told() {
    let scene = Scene::new(&list(3, 3));
    let path = scene.folder.path().join("opt-out");
    fs::write(&path, "127.0.0.2\n").unwrap();
    let opt_out = OptOut::read(&path).unwrap();
    let transport = Noting::default();
    scene.dispatch(&transport, AT_ONCE, &opt_out).await;
    assert_eq!(transport.executed.into_inner().unwrap().len(), 2);
    let mut reasons = Vec::new();
    let journal = scene.journal.lock().unwrap();
    journal
        .results(scene.run, |it| {
            if let Outcome::NoReport(reason) = it.outcome {
                reasons.push(reason);
            }
        })
        .unwrap();
    assert_eq!(reasons, ["its address 127.0.0.2 is on the opt-out list"]);
}
