//! The limit on connections to one remote at a time, from one source address.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Counts the connections of a run that are open, over all source addresses.
#[derive(Debug, Default)]
pub struct Gauge(Mutex<Reading>);

#[derive(Debug, Default)]
struct Reading {
    open: usize,
    peak: usize,
}

impl Gauge {
    /// The most connections that were open at one time.
    pub fn peak(&self) -> usize {
        self.read().peak
    }

    fn opened(&self) {
        let mut reading = self.read();
        reading.open += 1;
        reading.peak = reading.peak.max(reading.open);
    }

    fn closed(&self) {
        self.read().open -= 1;
    }

    fn read(&self) -> MutexGuard<'_, Reading> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts the open connections to one remote from one source address, over all probes.
///
/// The session that is handed from probe to probe will want a data connection: its place is kept free from the moment
/// it is set aside, so that side connections can never starve it, nor wait for each other in a circle. Whoever holds that
/// session may use the place, also for the data connection of a second session beside it.
#[derive(Debug)]
pub struct Slots {
    limit: usize,
    state: Mutex<State>,
    changed: Notify,
    gauge: Arc<Gauge>,
}

#[derive(Debug, Default)]
struct State {
    open: usize,
    /// Places kept free for the data connections of relayed sessions.
    reserved: usize,
    /// How many connections of holders are open; more than are reserved only while others leave room.
    used: usize,
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// A control connection.
    Control,
    /// A data connection.
    Data,
    /// Any connection of the probe that holds the session for which a place is kept free.
    Kept,
}

/// One open connection's place; dropping it frees the place.
#[derive(Debug)]
pub struct Slot {
    slots: Arc<Slots>,
    purpose: Use,
}

/// The place kept free for one session's data connection.
#[derive(Debug)]
pub struct Reservation(Arc<Slots>);

impl Slots {
    /// At most `limit` connections at a time; the gauge counts them with those from other source addresses.
    pub fn new(limit: usize, gauge: Arc<Gauge>) -> Arc<Slots> {
        Arc::new(Slots {
            limit: limit.max(1),
            state: Mutex::default(),
            changed: Notify::new(),
            gauge,
        })
    }

    /// The most connections that may be open at a time.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// Whether a session can have its data connection at all: both count.
    pub(super) fn has_room_for_data(&self) -> bool {
        self.limit >= 2
    }

    /// Waits for a place.
    pub(super) async fn take(self: &Arc<Self>, purpose: Use) -> Slot {
        loop {
            let freed = self.changed.notified();
            tokio::pin!(freed);
            freed.as_mut().enable();
            if let Some(slot) = self.try_take(purpose) {
                return slot;
            }
            freed.await;
        }
    }

    fn try_take(self: &Arc<Self>, purpose: Use) -> Option<Slot> {
        let mut state = self.lock();
        // A single allowed connection still lets the first one in; its session then has no data connection.
        let kept = match purpose {
            Use::Kept => 0,
            Use::Control | Use::Data if state.open == 0 => 0,
            Use::Control | Use::Data => state.reserved.saturating_sub(state.used),
        };
        if state.open + kept >= self.limit {
            return None;
        }
        state.open += 1;
        state.used += usize::from(purpose == Use::Kept);
        self.gauge.opened();
        Some(Slot {
            slots: self.clone(),
            purpose,
        })
    }

    /// Keeps a place free for the data connection of a session.
    pub(super) fn reserve(self: &Arc<Self>) -> Reservation {
        self.lock().reserved += 1;
        Reservation(self.clone())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut state = self.slots.lock();
        state.open -= 1;
        state.used -= usize::from(self.purpose == Use::Kept);
        drop(state);
        self.slots.gauge.closed();
        self.slots.changed.notify_waiters();
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.0.lock().reserved -= 1;
        self.0.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reserved_place_stays_free_for_its_session() {
        let gauge = Arc::new(Gauge::default());
        let slots = Slots::new(3, gauge.clone());
        let _control = slots.try_take(Use::Control).unwrap();
        let _reservation = slots.reserve();
        let side = slots.try_take(Use::Control).unwrap();
        assert!(
            slots.try_take(Use::Control).is_none(),
            "the third place is the data connection's"
        );
        let _data = slots.try_take(Use::Kept).unwrap();
        assert!(
            slots.try_take(Use::Kept).is_none(),
            "never more than the limit"
        );
        drop(side);
        assert!(
            slots.try_take(Use::Control).is_some(),
            "the reserved place is in use, not kept beside"
        );
        assert_eq!(gauge.peak(), 3);
    }

    #[test]
    fn a_second_session_of_the_holder_has_its_data_connection() {
        let slots = Slots::new(3, Arc::default());
        let _first = slots.try_take(Use::Control).unwrap();
        let _reservation = slots.reserve();
        let _second = slots.try_take(Use::Kept).unwrap();
        let data = slots.try_take(Use::Kept).unwrap();
        assert!(slots.try_take(Use::Kept).is_none());
        drop(data);
        assert!(slots.try_take(Use::Kept).is_some());
    }

    #[test]
    fn source_addresses_are_counted_together() {
        let gauge = Arc::new(Gauge::default());
        let [one, other] = [0, 1].map(|_| Slots::new(1, gauge.clone()));
        let first = one.try_take(Use::Control).unwrap();
        let second = other.try_take(Use::Control).unwrap();
        drop((first, second));
        let _third = one.try_take(Use::Control).unwrap();
        assert_eq!(gauge.peak(), 2);
    }

    #[test]
    fn a_limit_of_one_lets_one_in() {
        let slots = Slots::new(1, Arc::default());
        let _reservation = slots.reserve();
        let control = slots.try_take(Use::Control).unwrap();
        assert!(slots.try_take(Use::Kept).is_none());
        drop(control);
        assert!(slots.try_take(Use::Control).is_some());
    }
}
