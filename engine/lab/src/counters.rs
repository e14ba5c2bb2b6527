//! How many connections there were, and how many at one time.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use crate::Channel;

/// How many connections a server has accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Connections {
    /// Control connections.
    pub control: usize,
    /// Data connections.
    pub data: usize,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    control: AtomicUsize,
    data: AtomicUsize,
    open_control: AtomicUsize,
    open: AtomicUsize,
    peak: AtomicUsize,
    passwords: AtomicUsize,
    transfers: AtomicUsize,
    disturbed: AtomicUsize,
}

impl Counters {
    /// Counts a connection for as long as the result lives.
    pub(crate) fn open(self: &Arc<Self>, channel: Channel) -> Live {
        let total = match channel {
            Channel::Control => &self.control,
            Channel::Data => &self.data,
        };
        let number = total.fetch_add(1, Relaxed) + 1;
        let at_one_time = match channel {
            Channel::Control => self.open_control.fetch_add(1, Relaxed) + 1,
            Channel::Data => 0,
        };
        self.peak
            .fetch_max(self.open.fetch_add(1, Relaxed) + 1, Relaxed);
        Live {
            counters: Arc::clone(self),
            channel,
            number,
            at_one_time,
        }
    }

    /// Whether as many connections are open as a client may have at one time.
    pub(crate) fn is_busy(&self) -> bool {
        const MOST: usize = 3;
        self.open.load(Relaxed) >= MOST
    }

    /// The number of a transfer that begins, from 1.
    pub(crate) fn transfer(&self) -> usize {
        self.transfers.fetch_add(1, Relaxed) + 1
    }

    pub(crate) fn password_tried(&self) {
        self.passwords.fetch_add(1, Relaxed);
    }

    /// Counts a command that is disturbed, and says whether it is the first one.
    pub(crate) fn first_disturbed(&self) -> bool {
        self.disturbed.fetch_add(1, Relaxed) == 0
    }

    pub(crate) fn connections(&self) -> Connections {
        Connections {
            control: self.control.load(Relaxed),
            data: self.data.load(Relaxed),
        }
    }

    pub(crate) fn peak(&self) -> usize {
        self.peak.load(Relaxed)
    }

    pub(crate) fn passwords(&self) -> usize {
        self.passwords.load(Relaxed)
    }
}

/// One open connection. Dropping it ends the count.
#[derive(Debug)]
pub(crate) struct Live {
    counters: Arc<Counters>,
    channel: Channel,
    /// Which connection of its channel this is, from 1.
    pub(crate) number: usize,
    /// How many control connections were open when this one came, itself included.
    pub(crate) at_one_time: usize,
}

impl Drop for Live {
    fn drop(&mut self) {
        self.counters.open.fetch_sub(1, Relaxed);
        if self.channel == Channel::Control {
            self.counters.open_control.fetch_sub(1, Relaxed);
        }
    }
}
