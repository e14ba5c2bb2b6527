//! The parts of the benchmark, and which of them are asked for.

use std::env;

/// One part, measured by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Startup,
    RoundTrips,
    Scanners,
    Sandbox,
    Throughput,
    Memory,
    Profile,
    Hanging,
}

const ALL: [Part; 8] = [
    Part::Startup,
    Part::RoundTrips,
    Part::Scanners,
    Part::Sandbox,
    Part::Throughput,
    Part::Memory,
    Part::Profile,
    Part::Hanging,
];

impl Part {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Part::Startup => "start-up",
            Part::RoundTrips => "round-trips",
            Part::Scanners => "scanners",
            Part::Sandbox => "sandbox",
            Part::Throughput => "throughput",
            Part::Memory => "memory",
            Part::Profile => "profile",
            Part::Hanging => "hanging",
        }
    }

    /// Those that the arguments name, or all.
    pub fn asked() -> Result<Vec<Part>, String> {
        // Cargo adds flags of its own.
        let names = env::args().skip(1).filter(|name| !name.starts_with('-'));
        let named = names.map(|name| {
            let part = ALL.into_iter().find(|part| part.name() == name);
            part.ok_or(format!("there is no part `{name}`"))
        });
        let named = named.collect::<Result<Vec<_>, _>>()?;
        Ok(if named.is_empty() { ALL.into() } else { named })
    }
}
