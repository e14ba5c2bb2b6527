//! What a sample of ports says about the range it comes from, and what it leaves open.

use std::collections::BTreeMap;

/// Where chance alone would order the ports like this less often than once in ten times, it is said.
const BY_CHANCE: f64 = 0.1;
/// Servers that give ports out in order leave out those in use.
const STEP: u16 = 4;
/// The deviation that a normal variable exceeds in one case of twenty.
const Z: f64 = 1.96;

/// The ports that were tried, in the order they were asked for, and whether each opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Map(Vec<(u16, bool)>);

/// What failure goes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// The same port failed once and opened another time.
    NotByPort { port: u16 },
    /// All ports that failed lie from the first to the last, and none that opened does.
    Together { first: u16, last: u16 },
    /// All ports that opened lie there, and none that failed does.
    OpenTogether { first: u16, last: u16 },
    /// Each so-and-so-many-th port that was asked for failed.
    InTurn { every: usize },
    /// Nothing that so few ports show.
    None,
}

impl Map {
    pub(crate) fn new(tries: impl IntoIterator<Item = (u16, bool)>) -> Map {
        Map(tries.into_iter().collect())
    }

    fn failed(&self) -> usize {
        self.0.iter().filter(|(_, opened)| !opened).count()
    }

    /// Each port once, in the order they were first asked for; one that failed in any try counts as failed.
    fn distinct(&self) -> Vec<(u16, bool)> {
        let mut ports: Vec<(u16, bool)> = Vec::new();
        for (port, opened) in &self.0 {
            match ports.iter_mut().find(|(known, _)| known == port) {
                Some((_, all)) => *all &= opened,
                None => ports.push((*port, *opened)),
            }
        }
        ports
    }

    /// Whether the ports come one after another, each a small step above the one before: then the sample is one stretch of
    /// the range and says nothing of the rest. Ports that are drawn by chance from a wide range lie far apart.
    fn in_sequence(&self) -> bool {
        let mut ports: Vec<u16> = self.0.iter().map(|(port, _)| *port).collect();
        ports.dedup();
        let is_small = |pair: &[u16]| (1..=STEP).contains(&pair[1].wrapping_sub(pair[0]));
        let steps = ports.windows(2).count();
        let comes_back = ports.len() > self.distinct().len();
        // A range may end, and begin anew.
        ports.len() > 2
            && !comes_back
            && ports.windows(2).filter(|pair| is_small(pair)).count() + 1 >= steps
    }

    /// The lowest and the highest port seen.
    pub(crate) fn range(&self) -> Option<(u16, u16)> {
        let ports = || self.0.iter().map(|(port, _)| *port);
        Some((ports().min()?, ports().max()?))
    }

    /// What the sample excludes, at a confidence of 95 %, and what it does not.
    pub(crate) fn excludes(&self) -> String {
        let ports = self.distinct();
        let (tried, failed) = (
            ports.len(),
            ports.iter().filter(|(_, opened)| !opened).count(),
        );
        let percent = |share: f64| (100.0 * share).round();
        let counted = match (tried, failed) {
            (0, _) => return "no port was tried: nothing is known about the range".into(),
            (1, _) if self.0.len() > 1 => {
                return format!(
                    "the server gave the same port {} times: nothing is known about others",
                    self.0.len()
                );
            }
            (1..=2, 0) => format!(
                "{tried} of {tried} ports opened: so few exclude hardly anything about the rest of the range"
            ),
            _ if self.in_sequence() => format!("{} of {tried} ports opened", tried - failed),
            (_, 0) => format!(
                "all {tried} ports that were tried opened, so at most about {} % of the range can be closed (95 % confidence)",
                percent(clean_bound(tried))
            ),
            _ if failed == tried => format!(
                "none of the {tried} ports that were tried opened, so at most about {} % of the range can be open (95 % confidence)",
                percent(clean_bound(tried))
            ),
            _ => {
                let (least, most) = share(failed, tried);
                format!(
                    "{failed} of {tried} ports failed: expect about {} % to {} % of transfers to fail (95 % confidence)",
                    percent(least),
                    percent(most)
                )
            }
        };
        match (self.in_sequence(), self.range()) {
            (true, Some((first, last))) => format!(
                "{counted}: the server gives them in sequence, so only {first} to {last} were tried and nothing \
                is known about the rest of the range"
            ),
            _ => counted,
        }
    }

    /// What failure goes with, as far as the sample shows it.
    pub(crate) fn pattern(&self) -> Pattern {
        let failed = self.failed();
        if failed == 0 || failed == self.0.len() {
            return Pattern::None;
        }
        let mut by_port: BTreeMap<u16, Vec<bool>> = BTreeMap::new();
        for (port, opened) in &self.0 {
            by_port.entry(*port).or_default().push(*opened);
        }
        let mixed = by_port
            .iter()
            .find(|(_, tries)| tries.contains(&true) && tries.contains(&false));
        if let Some((port, _)) = mixed {
            return Pattern::NotByPort { port: *port };
        }
        let ports: Vec<(u16, bool)> = by_port
            .iter()
            .map(|(port, tries)| (*port, tries[0]))
            .collect();
        let bad = ports.iter().filter(|(_, opened)| !opened).count();
        let good = ports.len() - bad;
        let ordered_by_chance =
            |few: usize| (ports.len() - few + 1) as f64 / choose(ports.len(), few);
        // From one border in the range to the other; of a single port chance says nothing. Where those that failed lie
        // together, what opened beside them says no more than they do.
        match (run_of(&ports, false), run_of(&ports, true)) {
            (Some((first, last)), _) if bad > 1 && ordered_by_chance(bad) <= BY_CHANCE => {
                Pattern::Together { first, last }
            }
            (None, Some((first, last))) if good > 1 && ordered_by_chance(good) <= BY_CHANCE => {
                Pattern::OpenTogether { first, last }
            }
            _ => self.in_turn(),
        }
    }

    fn in_turn(&self) -> Pattern {
        let at: Vec<usize> = self
            .0
            .iter()
            .enumerate()
            .filter(|(_, (_, opened))| !opened)
            .map(|(index, _)| index)
            .collect();
        let steps: Vec<usize> = at.windows(2).map(|pair| pair[1] - pair[0]).collect();
        match steps.first() {
            Some(&every)
                if steps.len() > 1
                    && every > 1
                    && steps.iter().all(|step| *step == every)
                    && at[0] < every
                    && at[at.len() - 1] + every >= self.0.len() =>
            {
                Pattern::InTurn { every }
            }
            _ => Pattern::None,
        }
    }
}

/// The first and the last of the ports of one kind, if none of the other kind lies between.
fn run_of(ports: &[(u16, bool)], kind: bool) -> Option<(u16, u16)> {
    let is_kind = |(_, opened): &&(u16, bool)| *opened == kind;
    let first = ports.iter().position(|it| is_kind(&it))?;
    let last = ports.iter().rposition(|it| is_kind(&it))?;
    let run = &ports[first..=last];
    run.iter()
        .all(|it| is_kind(&it))
        .then_some((ports[first].0, ports[last].0))
}

/// The largest share that shows up in none of `tried` tries once in twenty times: about 3 / `tried`.
fn clean_bound(tried: usize) -> f64 {
    1.0 - 0.05_f64.powf(1.0 / tried as f64)
}

/// The share that `failed` of `tried` tries speak for, at a confidence of 95 % (the score interval of Wilson).
fn share(failed: usize, tried: usize) -> (f64, f64) {
    let (n, p) = (tried as f64, failed as f64 / tried as f64);
    let middle = p + Z * Z / (2.0 * n);
    let width = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let whole = 1.0 + Z * Z / n;
    (
        ((middle - width) / whole).max(0.0),
        ((middle + width) / whole).min(1.0),
    )
}

/// In how many ways `few` of `all` can be chosen.
fn choose(all: usize, few: usize) -> f64 {
    (0..few).fold(1.0, |ways, taken| {
        ways * (all - taken) as f64 / (taken + 1) as f64
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(ports: &[u16], failed: &[u16]) -> Map {
        Map::new(ports.iter().map(|port| (*port, !failed.contains(port))))
    }

    #[test]
    fn what_a_sample_excludes() {
        let ports: Vec<u16> = (0..30).map(|nth| 50_000 + nth * 37 % 1000).collect();
        assert!(map(&ports[..1], &[]).excludes().contains("hardly anything"));
        assert!(map(&ports[..8], &[]).excludes().contains("31 %"));
        assert!(map(&ports, &[]).excludes().contains("10 %"));
        assert!(
            map(&ports[..8], &ports[..8])
                .excludes()
                .starts_with("none of the 8")
        );
        let some = map(&ports[..8], &ports[..2]).excludes();
        assert!(some.contains("7 %") && some.contains("59 %"), "{some}");
    }

    #[test]
    fn a_port_counts_once_and_a_stretch_is_no_sample_of_the_range() {
        let same = map(&[50_000; 8], &[]).excludes();
        assert!(same.contains("8 times") && !same.contains('%'), "{same}");
        let ports: Vec<u16> = (50_000..50_008).collect();
        let stretch = map(&ports, &[]).excludes();
        assert!(stretch.contains("in sequence"), "{stretch}");
        assert!(
            stretch.contains("50000 to 50007") && !stretch.contains('%'),
            "{stretch}"
        );
        let by_chance = map(&[50_001, 50_001, 50_002, 50_004, 50_001, 50_004], &[]).excludes();
        assert!(!by_chance.contains("in sequence"), "{by_chance}");
        // A range that ended and began anew, and ports in use that are left out.
        let around = map(&[50_008, 50_009, 50_000, 50_003, 50_004], &[]).excludes();
        assert!(around.contains("in sequence"), "{around}");
    }

    #[test]
    fn what_failure_goes_with() {
        let ports = [
            50_010, 60_000, 50_020, 55_000, 50_040, 58_000, 50_030, 50_001,
        ];
        let above = map(&ports, &[60_000, 55_000, 58_000, 50_040]);
        let expected = Pattern::Together {
            first: 50_040,
            last: 60_000,
        };
        assert_eq!(above.pattern(), expected);
        // Three of eight lie together by chance too often.
        let three = map(&ports, &[60_000, 55_000, 58_000]);
        assert_eq!(three.pattern(), Pattern::None);

        let between = map(&ports, &[50_001, 50_010, 60_000, 58_000]);
        let expected = Pattern::OpenTogether {
            first: 50_020,
            last: 55_000,
        };
        assert_eq!(between.pattern(), expected);

        let ports: Vec<u16> = (50_000..50_008).collect();
        let every_second = map(&ports, &[50_001, 50_003, 50_005, 50_007]);
        assert_eq!(every_second.pattern(), Pattern::InTurn { every: 2 });

        assert_eq!(map(&ports, &[50_002]).pattern(), Pattern::None);
        let twice = Map::new([(50_000, true), (50_001, true), (50_000, false)]);
        assert_eq!(twice.pattern(), Pattern::NotByPort { port: 50_000 });
    }
}
