//! A clock that is off by years: the fault is this machine's, and no server is blamed for it.

use std::fs;
use std::process::Command;

use libtest_mimic::{Failed, Trial};
use tokio::runtime::Runtime;

use lab::{Behaviour, Lab};

/// The clock of one process, in place of the machine's, which everybody uses.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t clock, struct timespec *now) {
    if (clock == CLOCK_REALTIME) {
        now->tv_sec = SECONDS;
        now->tv_nsec = 0;
        return 0;
    }
    return (int)syscall(SYS_clock_gettime, clock, now);
}
"#;

pub fn trial() -> Trial {
    Trial::test("a_clock_that_is_off_is_no_fault_of_the_server", blamed)
}

fn blamed() -> Result<(), Failed> {
    let runtime = Runtime::new()?;
    let lab = runtime.block_on(Lab::start(Behaviour::default()))?;
    let port = lab.address().port().to_string();
    let folder = tempfile::tempdir()?;
    let at = |name: &str| folder.path().join(name);
    fs::write(at("shim.c"), SHIM)?;
    for (seconds, says) in [("-86400", "1969-12-31"), ("0", "1970-01-01")] {
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", &format!("-DSECONDS={seconds}"), "-o"])
            .args([at("shim.so"), at("shim.c")])
            .status()?;
        if !built.success() {
            return Err("cc cannot build the clock".into());
        }
        for args in [
            &[
                "check",
                "--host",
                "127.0.0.1",
                "--port",
                &port,
                "--format",
                "json",
            ][..],
            &["addresses", "https://127.0.0.1:1/", "--state", "none"],
        ] {
            let output = Command::new(suite::program())
                .args(args)
                .current_dir(folder.path())
                .env("LD_PRELOAD", at("shim.so"))
                .output()?;
            let said = String::from_utf8_lossy(&output.stderr);
            let told = said.contains("the clock of this machine") && said.contains(says);
            if output.status.code() != Some(2) || !told || !output.stdout.is_empty() {
                return Err(format!("{args:?}: {}\n{said}", output.status).into());
            }
        }
    }
    match lab.log().is_empty() {
        true => Ok(()),
        false => Err("the server was asked".into()),
    }
}
