//! Whether the bytes of a server's flight were changed on the way. Keys, signatures and random numbers have every value in
//! them, as often as any other; what "cleans" a stream for people's eyes leaves a shape that chance does not.

use std::collections::BTreeSet;
use std::fmt;

/// The shape of a damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// The value `missing` never comes, and `by` comes in pairs: a filter put `by` for it and for the byte behind it, as
    /// filters of Telnet commands (RFC 854) do with 255.
    ReplacedByPairs {
        /// The value that never comes.
        missing: u8,
        /// What comes in its place.
        by: u8,
    },
    /// A flag of a certificate's extension has a value that DER does not have (X.690 section 11.1: 0 or 255).
    Flag {
        /// What stands where 255 was.
        value: u8,
    },
    /// A value comes in even runs only: each was doubled, as Telnet has it for 255.
    Doubled {
        /// Which one.
        value: u8,
    },
    /// Every line feed has a carriage return before it: line ends were translated.
    LineEnds,
    /// No byte has its highest bit set.
    SevenBits,
    /// The value never comes, in so many random bytes that chance is out of the question, or nearly.
    Missing {
        /// Which one.
        value: u8,
    },
}

impl Damage {
    /// Whether chance is out of the question.
    #[must_use]
    pub fn is_certain(self) -> bool {
        match self {
            Damage::ReplacedByPairs { .. }
            | Damage::Flag { .. }
            | Damage::Doubled { .. }
            | Damage::LineEnds
            | Damage::SevenBits => true,
            Damage::Missing { .. } => false,
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Damage::ReplacedByPairs { missing, by } => write!(
                out,
                "no byte 0x{missing:02x} arrives, and pairs of 0x{by:02x} stand in its place"
            ),
            Damage::Flag { value } => {
                write!(
                    out,
                    "0x{value:02x} stands in a flag of the certificate that was 0xff"
                )
            }
            Damage::Doubled { value } => write!(out, "every byte 0x{value:02x} arrives twice"),
            Damage::LineEnds => out.write_str("a 0x0d stands before every 0x0a"),
            Damage::SevenBits => out.write_str("the highest bit of every byte is gone"),
            Damage::Missing { value } => write!(out, "no byte 0x{value:02x} arrives"),
        }
    }
}

/// Bytes that look at each other for repetitions: what came before says nothing new.
const WINDOW: usize = 8;
/// Values that filters and terminals give a meaning: Telnet, NUL, line ends, XON and XOFF, end of file, backspace, delete,
/// escape.
const SPECIAL: &[u8] = &[0xff, 0x00, 0x0d, 0x0a, 0x11, 0x13, 0x1a, 0x08, 0x7f, 0x1b];
/// A value that is missing in so many random bytes is missing by chance once in a thousand times or less.
const ENOUGH: usize = 2_500;
/// Pairs of one value that chance does not make in a few thousand bytes.
const PAIRS: usize = 3;

/// Looks for damage in the flights that a server sent in answer to one ClientHello each, on connections of their own.
#[must_use]
pub fn damage(flights: &[Vec<u8>]) -> Option<Damage> {
    let all: usize = flights.iter().map(Vec::len).sum();
    if all < 200 {
        return None;
    }
    let fresh = fresh(flights);
    let mut counts = [0_usize; 256];
    for byte in &fresh {
        counts[usize::from(*byte)] += 1;
    }
    if counts[0x80..].iter().all(|count| *count == 0) {
        return Some(Damage::SevenBits);
    }
    flag(flights)
        .or_else(|| pairs(&fresh, &counts))
        .or_else(|| doubled(&fresh))
        .or_else(|| line_ends(&fresh))
        .or_else(|| missing(&fresh, &counts))
}

/// The bytes of all flights without what an earlier one had, such as the certificates.
fn fresh(flights: &[Vec<u8>]) -> Vec<u8> {
    let mut seen: BTreeSet<&[u8]> = BTreeSet::new();
    let mut fresh = Vec::new();
    for flight in flights {
        let known = |at: usize| {
            let from = at.saturating_sub(WINDOW - 1);
            let last = flight.len().saturating_sub(WINDOW).min(at);
            (from..=last).any(|start| {
                flight
                    .get(start..start + WINDOW)
                    .is_some_and(|window| seen.contains(window))
            })
        };
        let new = (0..flight.len()).filter(|at| !known(*at));
        fresh.extend(new.map(|at| flight[at]));
        seen.extend(flight.windows(WINDOW));
    }
    fresh
}

/// `critical` and `cA` of the extensions that every certificate has (RFC 5280 section 4.2): OID 2.5.29.x, then a BOOLEAN.
fn flag(flights: &[Vec<u8>]) -> Option<Damage> {
    let windows = flights.iter().flat_map(|flight| flight.windows(8));
    windows.into_iter().find_map(|window| match *window {
        [0x06, 0x03, 0x55, 0x1d, _, 0x01, 0x01, value] if value != 0xff && value != 0 => {
            Some(Damage::Flag { value })
        }
        _ => None,
    })
}

/// Text has double letters, and zeros stand in rows; other values do not come twice at a time.
fn is_telling(value: u8) -> bool {
    value != 0 && !(0x20..0x7f).contains(&value)
}

fn pairs(bytes: &[u8], counts: &[usize; 256]) -> Option<Damage> {
    if counts[0xff] > 0 || bytes.len() < 400 {
        return None;
    }
    let count = |value: u8| {
        bytes
            .windows(2)
            .filter(|pair| *pair == [value, value])
            .count()
    };
    let by = (0..=u8::MAX)
        .filter(|it| is_telling(*it))
        .max_by_key(|it| count(*it))?;
    (count(by) >= PAIRS).then_some(Damage::ReplacedByPairs { missing: 0xff, by })
}

fn doubled(bytes: &[u8]) -> Option<Damage> {
    (0..=u8::MAX)
        .filter(|it| is_telling(*it))
        .find_map(|value| {
            let runs: Vec<usize> = bytes
                .chunk_by(|a, b| (*a == value) == (*b == value))
                .filter(|run| run[0] == value)
                .map(<[u8]>::len)
                .collect();
            let even = runs.len() >= PAIRS && runs.iter().all(|run| run % 2 == 0);
            even.then_some(Damage::Doubled { value })
        })
}

fn line_ends(bytes: &[u8]) -> Option<Damage> {
    let before: Vec<u8> = bytes
        .windows(2)
        .filter(|pair| pair[1] == b'\n')
        .map(|pair| pair[0])
        .collect();
    (before.len() > PAIRS && before.iter().all(|byte| *byte == b'\r')).then_some(Damage::LineEnds)
}

fn missing(bytes: &[u8], counts: &[usize; 256]) -> Option<Damage> {
    if bytes.len() < ENOUGH {
        return None;
    }
    let value = *SPECIAL
        .iter()
        .find(|value| counts[usize::from(**value)] == 0)?;
    Some(Damage::Missing { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Random enough, and the same in each run.
    fn noise(seed: u64, length: usize) -> Vec<u8> {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        (0..length)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state >> 32).to_le_bytes()[0]
            })
            .collect()
    }

    fn flight(seed: u64) -> Vec<u8> {
        let mut bytes = noise(7, 700);
        bytes.extend([0x06, 0x03, 0x55, 0x1d, 0x0f, 0x01, 0x01, 0xff, 0x04, 0x04]);
        bytes.extend(noise(seed, 400));
        bytes
    }

    fn through(change: impl Fn(&[u8]) -> Vec<u8>) -> Option<Damage> {
        let flights: Vec<Vec<u8>> = (1..5).map(|seed| change(&flight(seed))).collect();
        damage(&flights)
    }

    #[test]
    fn what_is_sound_is_left_alone() {
        for seed in 1..200 {
            let flights: Vec<Vec<u8>> = (1..4).map(|it| flight(seed * 10 + it)).collect();
            assert_eq!(damage(&flights), None, "{seed}");
        }
    }

    #[test]
    fn a_filter_of_telnet_commands() {
        let eat = |bytes: &[u8]| {
            let mut out = bytes.to_vec();
            let mut at = 0;
            while at < out.len() {
                if out[at] == 0xff {
                    out[at] = b'\n';
                    if at + 1 < out.len() {
                        out[at + 1] = b'\n';
                    }
                    at += 1;
                }
                at += 1;
            }
            out
        };
        assert_eq!(through(eat), Some(Damage::Flag { value: b'\n' }));
        let keys_only = |bytes: &[u8]| eat(&bytes[..700]);
        assert!(matches!(
            damage(&[keys_only(&flight(1)), eat(&noise(3, 900))]),
            Some(Damage::ReplacedByPairs {
                missing: 0xff,
                by: b'\n'
            })
        ));
    }

    #[test]
    fn other_shapes() {
        let dropped = |bytes: &[u8]| bytes.iter().copied().filter(|it| *it != 0xff).collect();
        assert_eq!(through(dropped), Some(Damage::Flag { value: 0x04 }));
        let doubled = |bytes: &[u8]| {
            let twice = |it: &u8| std::iter::repeat_n(*it, if *it == 0xff { 2 } else { 1 });
            bytes.iter().flat_map(twice).collect()
        };
        assert_eq!(through(doubled), Some(Damage::Doubled { value: 0xff }));
        let lines = |bytes: &[u8]| {
            let ends = |it: &u8| {
                if *it == b'\n' {
                    vec![b'\r', b'\n']
                } else {
                    vec![*it]
                }
            };
            bytes.iter().flat_map(ends).collect()
        };
        assert_eq!(through(lines), Some(Damage::LineEnds));
        let seven = |bytes: &[u8]| bytes.iter().map(|it| it & 0x7f).collect();
        assert_eq!(through(seven), Some(Damage::SevenBits));
        let no_xon = |bytes: &[u8]| {
            let kept = bytes.iter().copied().filter(|it| *it != 0x11);
            kept.chain(noise(99, 2_000).into_iter().filter(|it| *it != 0x11))
                .collect()
        };
        assert_eq!(through(no_xon), Some(Damage::Missing { value: 0x11 }));
    }
}
