//! Sessions opened one by one, until the settings' limit or the first refusal.

use std::collections::BTreeSet;
use std::net::IpAddr;

use probe_sdk::session::{NotOpened, Opening, Session};
use probe_sdk::{FailureKind, Run, elapsed_us, pause};

/// New sessions are spaced out: servers and firewalls count connections per second, too.
const BETWEEN_MS: u32 = 300;
/// How long a server may take to count a session out that took leave.
const COUNTED_OUT_MS: u32 = 1_500;

/// So many sessions are asked where they come from: a translation with several addresses shows with few.
const VANTAGES: usize = 8;

/// The sessions that are open beside the first one.
pub(crate) struct Ladder {
    open: Vec<Session>,
    took_us: Vec<u64>,
    stopped: Option<Step>,
    stated: bool,
}

/// Why there are no more.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// The remote refused one.
    Refused(String),
    /// It was not for the remote to say.
    NotTried(String),
}

impl Ladder {
    /// Opens sessions up to `most`, the first one counted.
    pub(crate) fn climb(run: &Run, most: usize) -> Ladder {
        let mut ladder = Ladder {
            open: Vec::new(),
            took_us: Vec::new(),
            stopped: None,
            stated: false,
        };
        let opening = Opening::like_the_first(run);
        while ladder.held() < most && ladder.stopped.is_none() {
            pause(BETWEEN_MS);
            let began = elapsed_us();
            match Session::open(run, &opening) {
                Ok(session) => {
                    ladder.took_us.push(elapsed_us() - began);
                    ladder.open.push(session);
                }
                Err(why) => {
                    ladder.stated = matches!(why, NotOpened::TooMany(_));
                    ladder.stopped = Some(step(&why));
                }
            }
        }
        ladder
    }

    /// How many sessions are open at this moment, the first one counted.
    pub(crate) fn held(&self) -> usize {
        self.open.len() + 1
    }

    /// The source addresses that the remote sees them come from, as far as it tells.
    pub(crate) fn vantages(&mut self, run: &Run) -> BTreeSet<IpAddr> {
        let ask = |session: &mut Session| {
            let reply = session.control.command("STAT").ok()?;
            run.seen_as(&reply.text())
        };
        self.open
            .iter_mut()
            .take(VANTAGES)
            .filter_map(ask)
            .collect()
    }

    /// How long each took to open, in milliseconds.
    pub(crate) fn took_ms(&self) -> impl Iterator<Item = u64> {
        self.took_us.iter().map(|us| us / 1000)
    }

    pub(crate) fn stopped(&self) -> Option<&Step> {
        self.stopped.as_ref()
    }

    /// Whether the refusal itself spoke of a limit.
    pub(crate) fn limit_was_stated(&self) -> bool {
        self.stated
    }

    /// The session opened last.
    pub(crate) fn last(&mut self) -> Option<&mut Session> {
        self.open.last_mut()
    }

    /// One session takes leave; is the next one let in then? Where it is not, something else than the number is in the
    /// way: an address that is banned for its many connections, an account that was locked.
    pub(crate) fn one_leaves_one_comes(mut self, run: &Run) -> Result<(), String> {
        let Some(leaving) = self.open.pop() else {
            return Err("no other session was open".into());
        };
        leaving.control.quit();
        pause(COUNTED_OUT_MS);
        match Session::open(run, &Opening::like_the_first(run)) {
            Ok(next) => {
                next.control.quit();
                Ok(())
            }
            Err(why) => Err(why.to_string()),
        }
    }
}

fn step(why: &NotOpened) -> Step {
    let ours = match why {
        NotOpened::Connection(failure) => matches!(
            failure.kind,
            FailureKind::Busy | FailureKind::BudgetExhausted | FailureKind::NotPermitted
        ),
        NotOpened::Password(_) | NotOpened::NoCredential => true,
        _ => false,
    };
    if ours {
        Step::NotTried(why.to_string())
    } else {
        Step::Refused(why.to_string())
    }
}
