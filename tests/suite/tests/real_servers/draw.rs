//! Samples of ports that a server gives by chance.

use std::ops::RangeInclusive;

use libtest_mimic::Failed;

use crate::check::Check;
use crate::seen::Seen;

/// How often a sample is drawn.
const DRAWS: usize = 3;

/// A check that meets ports of both kinds: those that are closed, and others. Some samples have one kind only, and say nothing
/// of the fault: the next one is drawn.
pub fn with_both_kinds(check: &Check, closed: &RangeInclusive<u16>) -> Result<Seen, Failed> {
    let mut seen = check.run()?;
    for _ in 1..DRAWS {
        if has_both_kinds(&seen, closed)? {
            break;
        }
        seen = check.run()?;
    }
    Ok(seen)
}

fn has_both_kinds(seen: &Seen, closed: &RangeInclusive<u16>) -> Result<bool, Failed> {
    let tried = seen.fact("data.passive-map");
    let ports = tried.as_array().into_iter().flatten();
    let ports = ports.map(|row| row["port"].as_str().unwrap_or_default().parse());
    let ports: Vec<u16> = ports.collect::<Result<_, _>>()?;
    let is_closed = |port: &u16| closed.contains(port);
    Ok(ports.iter().any(is_closed) && !ports.iter().all(is_closed))
}
