//! Which data port is tried, for people who watch a run: the fourth of eight.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One data port among those that are tried from one source address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataPort {
    /// Counted from 1.
    pub number: u32,
    /// How many there will be, where the probe has said so.
    pub of: Option<u32>,
}

impl fmt::Display for DataPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.of {
            Some(of) => write!(f, "data port {} of {of}", self.number),
            None => write!(f, "data port {}", self.number),
        }
    }
}

/// Counts the data connections from one source address.
#[derive(Debug, Default)]
pub(super) struct DataPorts(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    opened: u32,
    plan: Option<Plan>,
}

#[derive(Debug)]
struct Plan {
    /// How many were opened when the probe made it.
    opened: u32,
    tried: u32,
    of: u32,
}

impl DataPorts {
    /// A probe has tried so many data ports and will try so many in all.
    pub(super) fn plan(&self, tried: u32, of: u32) {
        let mut counted = self.lock();
        counted.plan = Some(Plan {
            opened: counted.opened,
            tried,
            of,
        });
    }

    /// How many data connections were opened.
    pub(super) fn opened(&self) -> u32 {
        self.lock().opened
    }

    /// The next data port.
    pub(super) fn next(&self) -> DataPort {
        let mut counted = self.lock();
        counted.opened = counted.opened.saturating_add(1);
        let planned = counted.plan.as_ref().map(|plan| {
            let number = plan.tried.saturating_add(counted.opened - plan.opened);
            (number, plan.of)
        });
        match planned {
            Some((number, of)) if number <= of => DataPort {
                number,
                of: Some(of),
            },
            Some(_) | None => DataPort {
                number: counted.opened,
                of: None,
            },
        }
    }

    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_planned_port_has_its_place_and_any_other_its_number() {
        let ports = DataPorts::default();
        assert_eq!(ports.next().to_string(), "data port 1");
        ports.plan(1, 3);
        assert_eq!(ports.next().to_string(), "data port 2 of 3");
        assert_eq!(ports.next().to_string(), "data port 3 of 3");
        assert_eq!(ports.next().to_string(), "data port 4");
        ports.plan(u32::MAX, 0);
        assert_eq!(ports.next().to_string(), "data port 5");
        assert_eq!(ports.opened(), 5);
    }
}
