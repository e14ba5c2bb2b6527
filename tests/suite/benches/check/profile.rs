//! Where the processor time of quick diagnoses goes, sampled with perf.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::diagnoses::Load;
use crate::failure::Failure;
use crate::process;
use crate::worker::{self, Job, Site};

/// One after another, so that nobody waits for anybody.
const DIAGNOSES: usize = 400;
const PATIENCE: Duration = Duration::from_secs(300);
/// The rest is noise.
const HOT: usize = 12;

/// Parts in the order they are looked for: words of an object or a symbol, of which one is enough.
const PARTS: [(&str, &[&str]); 9] = [
    ("kernel: sockets, memory, threads", &["[kernel", "[vdso]"]),
    (PROBES, &[".cwasm"]),
    (
        "entropy, once in a process (aws-lc)",
        &["jent_", "rol64", "xoshiro"],
    ),
    (
        "cryptography (aws-lc)",
        &[
            "aws_lc",
            "ecp_nistz",
            "x25519",
            "curve25519",
            "p384",
            "sha2",
        ],
    ),
    (
        "TLS and certificates",
        &["rustls", "webpki", "x509", "asn1", "der_parser"],
    ),
    ("sandbox (wasmtime)", &["wasmtime", "cranelift", "sandbox"]),
    (
        "memory: allocation, copying, comparing",
        &[
            "malloc",
            "free",
            "calloc",
            "unlink_chunk",
            "memmove",
            "memset",
            "memcmp",
            "alloc::",
        ],
    ),
    (
        "names and settings of the system (hickory)",
        &["hickory", "resolv"],
    ),
    ("runtime (tokio)", &["tokio", "mio::", "futures"]),
];
const PROBES: &str = "probes: compiled WebAssembly";
const REST: &str = "the rest: engine, report, JSON";

/// Shares of all samples, from 0 to 1.
pub struct Profile {
    pub parts: Vec<(&'static str, f64)>,
    /// The functions that take most by themselves.
    pub hot: Vec<(String, f64)>,
}

impl Profile {
    pub fn measure(site: &Site, cache: &Path) -> Result<Self, Failure> {
        eprintln!("profile");
        let folder = tempfile::tempdir().map_err(Failure::system("a folder"))?;
        let samples = folder.path().join("samples");
        let job = worker::command(&Job::Diagnose(Load {
            sites: vec![site.clone()],
            diagnoses: DIAGNOSES,
            at_once: 1,
        }))?;
        let mut record = Command::new("perf");
        // A clock is there where a machine shows its counters to nobody.
        record.args([
            "record",
            "--quiet",
            "--event",
            "cpu-clock",
            "--freq",
            "2000",
        ]);
        record.arg("--output").arg(&samples).arg("--");
        record.arg(job.get_program()).args(job.get_args());
        record.env("XDG_CACHE_HOME", cache);
        drop(process::run_within("perf record", &mut record, PATIENCE)?);
        let mut report = Command::new("perf");
        report.args(["report", "--stdio", "--quiet", "--percent-limit", "0"]);
        report.args(["--sort", "dso,symbol", "--field-separator", "\t", "--input"]);
        report.arg(&samples);
        let (_, output) = process::run_within("perf report", &mut report, PATIENCE)?;
        Self::read(&String::from_utf8_lossy(&output.stdout))
    }

    fn read(text: &str) -> Result<Self, Failure> {
        let lines: Vec<(f64, &str, &str)> = text.lines().filter_map(line).collect();
        if lines.is_empty() {
            return Err(Failure::Unhealthy {
                what: "perf report".into(),
                said: "no sample".into(),
            });
        }
        let all: f64 = lines.iter().map(|(share, ..)| share).sum();
        let names = PARTS.iter().map(|(name, _)| *name).chain([REST]);
        let parts = names.map(|name| {
            let of = lines
                .iter()
                .filter(|(_, object, symbol)| part(object, symbol) == name);
            // A sum of nothing is negative zero.
            (name, of.fold(0.0, |sum, (share, ..)| sum + share / all))
        });
        let hot = lines.iter().take(HOT);
        Ok(Self {
            parts: parts.collect(),
            hot: hot
                .map(|(share, object, symbol)| (shown(object, symbol), share / all))
                .collect(),
        })
    }
}

/// Share, object and symbol.
fn line(line: &str) -> Option<(f64, &str, &str)> {
    let mut fields = line.split('\t').map(str::trim);
    let share = fields.next()?.strip_suffix('%')?.trim().parse().ok()?;
    Some((share, fields.next()?, fields.next()?))
}

fn part(object: &str, symbol: &str) -> &'static str {
    let is_in = |words: &&(&str, &[&str])| {
        let mut words = words.1.iter();
        words.any(|word| object.contains(word) || symbol.contains(word))
    };
    PARTS.iter().find(is_in).map_or(REST, |(name, _)| name)
}

/// A compiled probe has a digest for a name and addresses for symbols.
fn shown(object: &str, symbol: &str) -> String {
    match object.ends_with(".cwasm") {
        true => "a probe".into(),
        false => symbol
            .trim_start_matches("[.] ")
            .trim_start_matches("[k] ")
            .into(),
    }
}
