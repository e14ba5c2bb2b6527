//! How fast the program begins: until all codes of all probes are listed.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};
use rustix::fs::{Advice, fadvise};

use dist::{NAME, archive, stem};

use crate::made::{self, holds, printed};

const RUNS: usize = 15;
/// With the program in the memory of the system.
const WARM: Duration = Duration::from_millis(15);
/// With the program on the disk, and nothing kept from an earlier run.
const COLD: Duration = Duration::from_millis(60);

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("begins: warm, within 15 ms", || measured(false, WARM)),
        Trial::test("begins: cold, within 60 ms", || measured(true, COLD)),
    ]
}

fn measured(cold: bool, most: Duration) -> Result<(), Failed> {
    let scratch = tempfile::tempdir_in(made::workspace().join("target"))?;
    let program = unpacked(scratch.path())?;
    let mut times = (0..RUNS)
        .map(|_| {
            if cold {
                // Nothing waits to be written, so the system forgets it.
                rustix::fs::fsync(File::open(&program)?)?;
                fadvise(File::open(&program)?, 0, None, Advice::DontNeed)?;
            }
            let mut list = Command::new(&program);
            list.args(["explain", "--list"]).env_clear();
            let home = tempfile::tempdir()?;
            list.env("HOME", home.path());
            let began = Instant::now();
            printed(&mut list, 0)?;
            Ok(began.elapsed())
        })
        .collect::<Result<Vec<_>, Failed>>()?;
    times.sort();
    let median = times[RUNS / 2];
    println!(
        "      {median:.1?} in the middle of {RUNS}, {:.1?} at best",
        times[0]
    );
    holds(median <= most, format!("it took {median:?}"))
}

fn unpacked(folder: &Path) -> Result<PathBuf, Failed> {
    let mut unpack = Command::new("tar");
    unpack.arg("-xf").arg(made::file(&archive::name(NAME))?);
    printed(unpack.arg("-C").arg(folder), 0)?;
    Ok(folder.join(stem(NAME)).join(NAME))
}
