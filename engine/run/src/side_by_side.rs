//! Several source addresses at a time: how many, and when the next one begins.

use std::net::IpAddr;
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use model::matrix::Step;
use model::visit::{Attempt, VisitKey, VisitScope};

use crate::backend::Clock;
use crate::live::side_by_side;
use crate::schedule::InFlight;
use crate::{Run, lock};

/// A source address that waits for something for so long has had its head start.
const LONG: Duration = Duration::from_secs(1);
/// How often that is looked at.
const STEP: Duration = Duration::from_millis(20);

impl Run<'_> {
    /// Each that another one follows has a head start, up to its own login or end, whatever ends before: a password that is
    /// refused there is not tried from the next one.
    pub(super) async fn visits_from(
        &self,
        sources: Vec<Option<IpAddr>>,
        scope: VisitScope,
        attempt: Attempt,
    ) {
        let mut in_flight = FuturesUnordered::new();
        let mut sources = sources.into_iter().peekable();
        while let Some(source) = sources.next() {
            while in_flight.len() >= side_by_side(self.check) {
                in_flight.next().await;
            }
            let key = VisitKey {
                attempt,
                source,
                scope,
            };
            in_flight.push(async move {
                self.visit(key).await;
                key
            });
            if sources.peek().is_some() {
                let mut head_start = pin!(self.head_start(key));
                loop {
                    tokio::select! {
                        biased;
                        Some(ended) = in_flight.next() => if ended == key { break },
                        () = &mut head_start => break,
                    }
                }
            }
        }
        while in_flight.next().await.is_some() {}
    }

    /// Until the visit of this place has logged in, or waits for something.
    async fn head_start(&self, key: VisitKey) {
        let step = match self.check.credential {
            Some(_) => Step::Login,
            None => Step::Tls,
        };
        let is_over = |in_flight: &InFlight| {
            let reached = in_flight.handoff.reached();
            reached.contains(step.state()) || !in_flight.backend.awaited(LONG).is_empty()
        };
        if key.scope == VisitScope::Ladder || self.backend.clock() != Clock::Now {
            return;
        }
        loop {
            let is_over = lock(&self.visits)
                .iter()
                .rfind(|in_flight| in_flight.key == key)
                .is_some_and(is_over);
            if is_over {
                return;
            }
            tokio::time::sleep(STEP).await;
        }
    }
}
