//! One run of one probe: a fresh store and instance, its limits, and what its end means.

use std::time::Duration;

use wasmtime::{Engine, Store, Trap, UpdateDeadline};

use super::bindings::ProbePre;
use super::bindings::remote_doctor::probe::types;
use super::budget::{COMPUTE_TICKS, Stop};
use super::granted::Granted;
use super::guest::Guest;
use super::host::Host;
use super::room::Seat;
use super::{Ending, Ground, Plugin, check, convert};
use crate::settings::Check;
use crate::standing::Told;

/// A description is a few kilobytes of text: longer means a loop.
const DESCRIBE_TIME: Duration = Duration::from_secs(10);

/// What crosses from guest to host in one call, strings and lists together.
const LIFTED_PER_CALL: usize = 1024 * 1024;

/// What is known of a probe that gave up without last words. An interpreter does so where it is asked for what a system
/// would give and no sandbox has.
const MUTE: &str = "it stopped without a word; if an interpreter is in it, it may have asked for files, the environment, \
                    entropy or a clock, which no probe is given";

/// As many connections and credentials as a probe may hold at a time.
const HANDLES: usize = 256;

impl Plugin {
    /// Runs the probe once.
    pub async fn run(
        &self,
        ground: Ground,
        check: &Check,
        source: Option<std::net::IpAddr>,
        told: &Told,
    ) -> Ending {
        let deadline = ground.deadline;
        // Before the store, so that it is dropped after it.
        let _seat = self.seat().await;
        let request = convert::request(check, source, ground.look, told.facts());
        let granted = Granted::new(
            &self.description.capabilities,
            &self.denied(&check.selection.denied),
        );
        let description = self.description.clone();
        let guest = Guest::granted(ground, description, granted, check.depth);
        let mut store = store(&self.engine, guest);
        let run = async {
            let probe = self.pre.instantiate_async(&mut store).await?;
            probe.call_run(&mut store, &request).await
        };
        // Epochs stop a guest that computes; only the clock stops one that waits.
        let result = tokio::time::timeout(deadline, run).await;
        let ending = match result {
            Err(_) => Ending::TimedOut(format!(
                "it did not end within {:.0} s",
                deadline.as_secs_f64()
            )),
            Ok(result) => self.meant(result, store.data()),
        };
        match &store.data().host {
            Some(host) => host.ended(ending),
            None => ending,
        }
    }

    /// What the end of the guest's function means.
    fn meant(
        &self,
        result: wasmtime::Result<Result<types::Outcome, types::Failure>>,
        guest: &Guest,
    ) -> Ending {
        let granted = guest.host.as_ref().map(Host::granted);
        match result {
            Ok(Ok(outcome)) => match check::outcome(&self.description, convert::outcome(outcome)) {
                Ok(mut outcome) => {
                    let check = &self.description.summary;
                    let missed = granted.and_then(|granted| granted.omission(check));
                    outcome.not_tested.extend(missed);
                    Ending::Done(outcome)
                }
                Err(reason) => Ending::Crashed(reason),
            },
            Ok(Err(failure)) => {
                let mut failure = convert::failure_in(failure);
                if let Some(missed) = granted.and_then(Granted::missed) {
                    failure.detail = missed;
                }
                Ending::CouldNotLook(failure)
            }
            Err(trap) => ending(&trap, guest),
        }
    }
}

/// Asks a probe what it is, with nothing granted.
pub(super) async fn describe(
    engine: &Engine,
    pre: &ProbePre<Guest>,
    _seat: Seat,
) -> Result<types::Description, String> {
    let mut store = store(engine, Guest::ungranted());
    let call = async {
        let probe = pre.instantiate_async(&mut store).await?;
        probe.call_describe(&mut store).await
    };
    match tokio::time::timeout(DESCRIBE_TIME, call).await {
        Ok(described) => described.map_err(|trap| match ending(&trap, store.data()) {
            Ending::Crashed(why) | Ending::TimedOut(why) | Ending::Denied(why) => why,
            _ => trap.to_string(),
        }),
        Err(_) => Err("it did not end".into()),
    }
}

fn store(engine: &Engine, guest: Guest) -> Store<Guest> {
    let mut store = Store::new(engine, guest);
    store.limiter(|guest| &mut guest.budget);
    store.set_hostcall_fuel(LIFTED_PER_CALL);
    store.set_max_component_handles(HANDLES);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|mut context| {
        let budget = &mut context.data_mut().budget;
        budget.ticks += 1;
        if budget.ticks > COMPUTE_TICKS {
            return Err(Stop::Spinning.into());
        }
        Ok(UpdateDeadline::Yield(1))
    });
    store
}

/// What a trap means for the report.
fn ending(trap: &wasmtime::Error, guest: &Guest) -> Ending {
    match trap.downcast_ref::<Stop>() {
        Some(Stop::Denied(what)) => Ending::Denied(what.clone()),
        Some(stop @ Stop::Spinning) => Ending::TimedOut(stop.to_string()),
        Some(Stop::NotRecorded(what)) => Ending::NotRecorded(what.clone()),
        Some(stop @ (Stop::UsedUp(_) | Stop::Over | Stop::Mismatched)) => {
            Ending::Crashed(stop.to_string())
        }
        None => Ending::Crashed(match (&guest.last_words, trap.downcast_ref::<Trap>()) {
            (Some(words), _) => words.clone(),
            (None, Some(Trap::UnreachableCodeReached)) => MUTE.into(),
            (None, _) => trap.root_cause().to_string(),
        }),
    }
}
