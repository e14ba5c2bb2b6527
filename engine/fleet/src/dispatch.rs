//! The dispatcher: takes the jobs of a run from the journal, in their order and with manners, to where they are executed, and
//! brings their results back.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use host::login::LoginGate;
use host::net::Resolver;
use jiff::Timestamp;
use journal::{Acceptance, AttemptId, Job, Journal, JournalError, LoginMark, Outcome, RunId};
use run::Interrupt;

use crate::manners::{Key, Limits, Manners};
use crate::{Assignment, OptOut, Stopped, Transport};

/// So many jobs are looked at for one that may begin. A run of any length needs no more memory than for these.
const WINDOW: u32 = 512;

/// What a dispatcher works with.
pub struct Dispatch<'a> {
    /// Where the run is. Others may read it meanwhile.
    pub journal: Arc<Mutex<Journal>>,
    /// The run.
    pub run: RunId,
    /// Names this process in the journal.
    pub executor: String,
    /// How much is done at a time.
    pub limits: Limits,
    /// Who does not want to be checked, by address.
    pub opt_out: &'a OptOut,
    /// Looks up where names lead.
    pub resolver: &'a Resolver,
    /// Executes jobs.
    pub transport: &'a dyn Transport,
    /// How the user stops it: at first no job begins any more, and then those that run are given up.
    pub interrupt: Interrupt,
    /// Told what happens.
    pub watch: &'a (dyn Fn(Happened<'_>) + Sync),
}

/// What happens while a run goes on.
#[derive(Debug)]
pub enum Happened<'a> {
    /// A job begins.
    Began(&'a Job),
    /// Its result is in the journal.
    Accepted(&'a Job, &'a Outcome),
    /// No job begins any more; so many still run.
    Stopping(usize),
}

/// How a dispatcher ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Each job of the run has a result.
    Done,
    /// It was stopped, and the run can be resumed.
    Stopped,
}

/// Executes all jobs of a run that have no result.
///
/// # Errors
/// The journal cannot be read or written. What was accepted before stands.
pub async fn dispatch(with: &Dispatch<'_>) -> Result<Ended, JournalError> {
    let mut state = State {
        with,
        waiting: VecDeque::new(),
        last: -1,
        known: HashMap::new(),
        asked: HashSet::new(),
        manners: Manners::default(),
        executing: 0,
        steps: FuturesUnordered::new(),
    };
    state.until_stopped().await?;
    let run = with.run;
    let mut journal = locked(&with.journal);
    journal.end_run(run, Timestamp::now())?;
    let is_done = journal.pending(run, -1, 1)?.is_empty();
    Ok(if is_done { Ended::Done } else { Ended::Stopped })
}

fn locked(journal: &Mutex<Journal>) -> MutexGuard<'_, Journal> {
    journal.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Something that was waited for.
enum Step {
    /// Where a host leads.
    Found(String, Vec<IpAddr>),
    /// A job has ended.
    Executed(Box<Executed>),
}

struct Executed {
    job: Job,
    attempt: AttemptId,
    keys: Vec<Key>,
    outcome: Result<Outcome, Stopped>,
}

struct State<'a> {
    with: &'a Dispatch<'a>,
    /// The next jobs, in their order.
    waiting: VecDeque<Job>,
    /// The place of the last job that was taken out of the journal.
    last: i64,
    /// Where hosts lead: each name is looked up once.
    known: HashMap<String, Vec<IpAddr>>,
    asked: HashSet<String>,
    manners: Manners,
    executing: usize,
    steps: FuturesUnordered<Pin<Box<dyn Future<Output = Step> + Send + 'a>>>,
}

impl<'a> State<'a> {
    async fn until_stopped(&mut self) -> Result<(), JournalError> {
        let stop = &self.with.interrupt.stop;
        loop {
            if stop.is_cancelled() {
                return self.finish().await;
            }
            self.refill()?;
            self.begin_what_may()?;
            if self.waiting.is_empty() && self.executing == 0 {
                return Ok(());
            }
            let pause = self.until_something_is_due();
            tokio::select! {
                Some(step) = self.steps.next(), if !self.steps.is_empty() => self.take(step)?,
                () = tokio::time::sleep(pause) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// Waits for the jobs that run.
    async fn finish(&mut self) -> Result<(), JournalError> {
        (self.with.watch)(Happened::Stopping(self.executing));
        while self.executing > 0 {
            match self.steps.next().await {
                Some(step) => self.take(step)?,
                None => break,
            }
        }
        Ok(())
    }

    fn refill(&mut self) -> Result<(), JournalError> {
        let missing = WINDOW.saturating_sub(u32::try_from(self.waiting.len()).unwrap_or(WINDOW));
        if missing < WINDOW / 2 {
            return Ok(());
        }
        let journal = locked(&self.with.journal);
        let more = journal.pending(self.with.run, self.last, missing)?;
        self.last = more.last().map_or(self.last, |job| job.position);
        self.waiting.extend(more);
        Ok(())
    }

    /// Begins every job that is due, whose addresses are free, as far as the limit allows.
    fn begin_what_may(&mut self) -> Result<(), JournalError> {
        let (now, clock) = (Instant::now(), Timestamp::now());
        let mut number = 0;
        while number < self.waiting.len() && self.executing < self.with.limits.at_once {
            let job = &self.waiting[number];
            if job.due > clock {
                break;
            }
            let host = host(&job.place).to_owned();
            let Some(addresses) = self.known.get(&host) else {
                self.look_up(host);
                number += 1;
                continue;
            };
            let keys = keys(&host, addresses);
            let why = self.with.opt_out.of_addresses(addresses);
            if !self.manners.take(&keys, now) {
                number += 1;
                continue;
            }
            if let Some(job) = self.waiting.remove(number) {
                self.begin(job, keys, why)?;
            }
        }
        Ok(())
    }

    fn look_up(&mut self, host: String) {
        let is_busy = self.steps.len() >= 2 * self.with.limits.at_once;
        if is_busy || !self.asked.insert(host.clone()) {
            return;
        }
        let resolver = self.with.resolver;
        self.steps.push(Box::pin(async move {
            // A name that leads nowhere is the remote's own fault, which its report tells.
            let found = resolver.addresses(&host).await.unwrap_or_default();
            Step::Found(host, found)
        }));
    }

    fn begin(
        &mut self,
        job: Job,
        keys: Vec<Key>,
        opted_out: Option<String>,
    ) -> Result<(), JournalError> {
        let with = self.with;
        let begun =
            locked(&with.journal).begin_attempt(job.id, &with.executor, Timestamp::now())?;
        let attempt = begun.attempt;
        (with.watch)(Happened::Began(&job));
        self.executing += 1;
        let assignment = Assignment {
            job: job.clone(),
            attempt,
            gate: Arc::new(Gate {
                journal: with.journal.clone(),
                attempt,
            }),
            give_up: with.interrupt.give_up.clone(),
        };
        self.steps.push(Box::pin(async move {
            let outcome = match opted_out {
                Some(why) => Ok(Outcome::NoReport(why)),
                None => with.transport.execute(assignment).await,
            };
            Step::Executed(Box::new(Executed {
                job,
                attempt,
                keys,
                outcome,
            }))
        }));
        Ok(())
    }

    fn take(&mut self, step: Step) -> Result<(), JournalError> {
        let executed = match step {
            Step::Found(host, addresses) => {
                self.known.insert(host, addresses);
                return Ok(());
            }
            Step::Executed(executed) => *executed,
        };
        let Executed {
            job,
            attempt,
            keys,
            outcome,
        } = executed;
        self.executing -= 1;
        let pause = self.with.limits.pause;
        self.manners.give_back(&keys, Instant::now() + pause);
        let (with, now) = (self.with, Timestamp::now());
        match outcome {
            Err(Stopped) => locked(&with.journal).stop_attempt(attempt, now),
            Ok(outcome) => {
                let acceptance = locked(&with.journal).accept(attempt, &outcome, now)?;
                if acceptance == Acceptance::Accepted {
                    (with.watch)(Happened::Accepted(&job, &outcome));
                }
                Ok(())
            }
        }
    }

    /// Until an address is free again, or a job is due; a while where neither is known.
    fn until_something_is_due(&mut self) -> Duration {
        const WHILE: Duration = Duration::from_secs(60);
        let now = Instant::now();
        let free = self.manners.next_free(now);
        let free = free.map(|free| free.saturating_duration_since(now));
        let clock = Timestamp::now();
        let due = self
            .waiting
            .iter()
            .map(|job| job.due)
            .find(|due| *due > clock);
        let due = due.map(|due| due.duration_since(clock).unsigned_abs());
        let next = [free, due].into_iter().flatten().min();
        // A moment later than a clock that is cut to milliseconds says.
        next.map_or(WHILE, |next| next.min(WHILE) + Duration::from_millis(1))
    }
}

/// The host of a place as people write it: an IPv6 address is in brackets.
fn host(place: &str) -> &str {
    let host = place.rsplit_once(':').map_or(place, |(host, _)| host);
    host.trim_start_matches('[').trim_end_matches(']')
}

fn keys(host: &str, addresses: &[IpAddr]) -> Vec<Key> {
    match addresses.is_empty() {
        true => vec![Key::Name(host.to_ascii_lowercase())],
        false => {
            let addresses = addresses.iter().map(IpAddr::to_canonical);
            addresses.map(Key::Address).collect()
        }
    }
}

/// Writes into the journal that an attempt logs in, before it does.
#[derive(Debug)]
struct Gate {
    journal: Arc<Mutex<Journal>>,
    attempt: AttemptId,
}

impl LoginGate for Gate {
    fn pass(&self) -> Result<(), String> {
        let marked = locked(&self.journal).login_begins(self.attempt, Timestamp::now());
        match marked {
            Ok(LoginMark::Marked) => Ok(()),
            Ok(LoginMark::OfAnother) => Err(
                "an earlier attempt of this job began to log in and was cut off; the password of a job is sent by one \
                attempt only"
                    .into(),
            ),
            Err(error) => Err(format!(
                "the password is not sent, because the journal cannot note it: {error}"
            )),
        }
    }
}

#[cfg(test)]
#[path = "dispatch_tests.rs"]
mod tests;
