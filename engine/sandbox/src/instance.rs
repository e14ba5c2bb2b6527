//! One run of one probe: a fresh store and instance, its limits, and what its end means.

use host::backend::Ended;
use model::visit::RunResult;
use std::time::{Duration, Instant};

use wasmtime::{Engine, Store, Trap, UpdateDeadline};

use super::budget::{COMPUTE_TICKS, Stop};
use super::exchange::Exchange;
use super::pool::Permit;
use super::v0_1::bindings::ProbePre;
use super::v0_1::bindings::remote_doctor::probe::types;
use super::v0_1::convert;
use super::v0_1::guest::Guest;
use super::{Plugin, RunContext, check};
use host::Check;
use host::capability_grants::CapabilityGrants;
use model::standing::GivenFacts;

/// A description is a few kilobytes of text: longer means a loop.
const DESCRIBE_TIME: Duration = Duration::from_secs(10);

/// What crosses from guest to host in one call, strings and lists together.
const LIFTED_PER_CALL: usize = 1024 * 1024;

/// What is known of a probe that gave up without last words. An interpreter does so where it is asked for what a system
/// would give and no sandbox has.
const MUTE: &str = "it stopped without a message; if it contains an interpreter, it may have asked for files, the \
environment, entropy or a clock, which no probe gets";

/// As many connections and credentials as a probe may hold at a time.
const HANDLES: usize = 256;

impl Plugin {
    /// Runs the probe once; gives what came of it, and how long it took.
    pub async fn run(
        &self,
        context: RunContext,
        check: &Check,
        source: Option<std::net::IpAddr>,
        given_facts: &GivenFacts,
    ) -> (Ended, Duration) {
        // Before the store, so that it is dropped after it.
        let _permit = self.permit().await;
        let started = Instant::now();
        let request = convert::request(check, source, context.scope, given_facts.facts());
        let grants = CapabilityGrants::new(
            &self.description.capabilities,
            &self.denied(&check.selection.denied),
        );
        let exchange = Exchange::new(context.backend, grants);
        let mut store = store(&self.engine, Guest::granted(exchange, check.depth));
        let run = async {
            let probe = self.pre.instantiate_async(&mut store).await?;
            probe.call_run(&mut store, &request).await
        };
        // Epochs stop a guest that computes; only the clock stops one that waits.
        let result = tokio::time::timeout(context.deadline, run).await;
        let ended = match result {
            Err(_) => Ended::silent(RunResult::TimedOut(format!(
                "it did not end within {:.0} s",
                context.deadline.as_secs_f64()
            ))),
            Ok(result) => self.meant(result, store.data()),
        };
        match store.into_data().exchange {
            Some(exchange) => exchange.ended(ended, started.elapsed()),
            None => (ended, started.elapsed()),
        }
    }

    /// What the end of the guest's function means.
    fn meant(
        &self,
        result: wasmtime::Result<Result<types::Outcome, types::Failure>>,
        guest: &Guest,
    ) -> Ended {
        let grants = guest.exchange.as_ref().map(Exchange::grants);
        match result {
            Ok(Ok(outcome)) => match check::outcome(&self.description, convert::outcome(outcome)) {
                Ok(mut outcome) => {
                    let check = &self.description.summary;
                    let missed = grants.and_then(|grants| grants.omission(check));
                    outcome.not_tested.extend(missed);
                    Ended {
                        result: RunResult::Done,
                        outcome,
                    }
                }
                Err(reason) => Ended::silent(RunResult::Crashed(reason)),
            },
            Ok(Err(failure)) => {
                let failure = convert::failure_in(failure);
                let missed = grants.and_then(CapabilityGrants::missed);
                Ended::could_not_look(&self.description, missed.unwrap_or(failure.detail))
            }
            Err(trap) => match trap.downcast_ref::<Stop>() {
                Some(Stop::NotRecorded(what)) => Ended::not_recorded(&self.description, what),
                _ => Ended::silent(stopped(&trap, guest)),
            },
        }
    }
}

/// Asks a probe what it is, with nothing granted.
pub(super) async fn describe(
    engine: &Engine,
    pre: &ProbePre<Guest>,
    _permit: Permit,
) -> Result<types::Description, String> {
    let mut store = store(engine, Guest::ungranted());
    let call = async {
        let probe = pre.instantiate_async(&mut store).await?;
        probe.call_describe(&mut store).await
    };
    match tokio::time::timeout(DESCRIBE_TIME, call).await {
        Ok(described) => described.map_err(|trap| match stopped(&trap, store.data()) {
            RunResult::Crashed(why) | RunResult::TimedOut(why) | RunResult::Denied(why) => why,
            RunResult::Done | RunResult::Skipped(_) | RunResult::Deeper(_) | RunResult::Cut => {
                trap.to_string()
            }
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
fn stopped(trap: &wasmtime::Error, guest: &Guest) -> RunResult {
    match trap.downcast_ref::<Stop>() {
        Some(Stop::Denied(what)) => RunResult::Denied(what.clone()),
        Some(stop @ Stop::Spinning) => RunResult::TimedOut(stop.to_string()),
        Some(stop @ (Stop::UsedUp(_) | Stop::Over | Stop::Mismatched | Stop::NotRecorded(_))) => {
            RunResult::Crashed(stop.to_string())
        }
        None => RunResult::Crashed(match (&guest.last_words, trap.downcast_ref::<Trap>()) {
            (Some(words), _) => words.clone(),
            (None, Some(Trap::UnreachableCodeReached)) => MUTE.into(),
            (None, _) => trap.root_cause().to_string(),
        }),
    }
}
