//! Every target over its corpus and over what is near it: the same inputs in each run, without a fuzzer.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use fuzz_targets::{TARGETS, Target};

/// No input near the corpus is longer, so that a run stays short.
const LONGEST: usize = 64 * 1024;

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").path());
    names
        .map(|path| {
            path.file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        })
        .collect()
}

fn seeds(target: &Target) -> Vec<Vec<u8>> {
    let folder = here("corpus").join(target.name);
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("a folder of seeds")
        .map(|entry| entry.expect("a seed").path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{}: no seed", target.name);
    let read = |path: &PathBuf| fs::read(path).expect("a seed can be read");
    paths.iter().map(read).collect()
}

#[test]
fn every_target_has_a_binary_and_seeds() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|it| it.name.to_owned()).collect();
    assert_eq!(targets, names(&here("corpus")));
    assert_eq!(targets, names(&here("fuzz_targets")));
    let manifest = fs::read_to_string(here("Cargo.toml")).expect("a manifest");
    for target in &targets {
        assert!(
            manifest.contains(&format!("name = \"{target}\"")),
            "{target}"
        );
    }
}

/// One test for all: a target that fails is told with the input, by the panic of the thread that ran it.
#[test]
fn no_promise_is_broken_near_the_corpus() {
    let mut broken = Vec::new();
    for target in TARGETS {
        let seeds = seeds(target);
        let mut random = Random::new(target.name);
        let near = (0..target.tries).map(|_| random.near(&seeds));
        for input in seeds.iter().cloned().chain(near) {
            let run = target.run;
            let ran = std::panic::catch_unwind(|| run(&input));
            if ran.is_err() {
                let shown = input[..input.len().min(400)].escape_ascii();
                broken.push(format!("{}: {} bytes: {shown}", target.name, input.len()));
                break;
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Numbers that look random and are the same in every run (Knuth's MMIX generator).
struct Random(u64);

impl Random {
    fn new(name: &str) -> Random {
        let seed = |sum: u64, byte: u8| sum.wrapping_mul(31).wrapping_add(byte.into());
        Random(name.bytes().fold(7, seed))
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let high = usize::try_from(self.0 >> 33).unwrap_or_default();
        high % bound.max(1)
    }

    fn byte(&mut self) -> u8 {
        const ODD: &[u8] =
            b"\0\x01\n\r\t \x1b\"'{}[]|<>&%\\/.:,-\x7f\x80\xc3\xe2\xf0\xfe\xff\xf1\xfb0129";
        match self.below(2) {
            0 => ODD[self.below(ODD.len())],
            _ => u8::try_from(self.below(256)).unwrap_or_default(),
        }
    }

    /// A seed with a few changes, each of a kind that breaks parsers.
    fn near(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut input = seeds[self.below(seeds.len())].clone();
        for _ in 0..=self.below(6) {
            let at = self.below(input.len() + 1);
            let end = at + self.below(input.len() + 1 - at).min(40);
            match self.below(7) {
                0 => input.insert(at, self.byte()),
                1 if at < input.len() => input[at] = self.byte(),
                2 if at < input.len() => input[at] ^= 1 << self.below(8),
                3 => drop(input.drain(at..end)),
                4 => {
                    let again = input[at..end].repeat(1 + self.below(20));
                    input.splice(at..at, again);
                }
                5 => input.truncate(at),
                _ => {
                    let other = &seeds[self.below(seeds.len())];
                    let from = self.below(other.len() + 1);
                    let to = from + self.below(other.len() + 1 - from);
                    input.splice(at..end, other[from..to].iter().copied());
                }
            }
        }
        input.truncate(LONGEST);
        input
    }
}
