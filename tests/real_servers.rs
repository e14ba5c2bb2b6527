//! `remote-doctor check` against vsftpd, ProFTPD, Pure-FTPd and pyftpdlib: healthy servers are called healthy, and each
//! fault is named by its code, alone, whichever product shows it and in whatever words.
//!
//! Nothing is skipped: without root or without the servers every case fails and says what to do.

#[path = "real_servers/access_lists.rs"]
mod access_lists;
#[path = "real_servers/black_hole.rs"]
mod black_hole;
#[path = "real_servers/certificates.rs"]
mod certificates;
#[path = "real_servers/check.rs"]
mod check;
#[path = "real_servers/compare.rs"]
mod compare;
#[path = "real_servers/data.rs"]
mod data;
#[path = "real_servers/expectation.rs"]
mod expectation;
#[path = "real_servers/healing.rs"]
mod healing;
#[path = "real_servers/healthy.rs"]
mod healthy;
#[path = "real_servers/held_session.rs"]
mod held_session;
#[path = "real_servers/limits.rs"]
mod limits;
#[path = "real_servers/login.rs"]
mod login;
#[path = "real_servers/matrix.rs"]
mod matrix;
#[path = "real_servers/modes.rs"]
mod modes;
#[path = "real_servers/network.rs"]
mod network;
#[path = "real_servers/old_tls.rs"]
mod old_tls;
#[path = "real_servers/products.rs"]
mod products;
#[path = "real_servers/recognition.rs"]
mod recognition;
#[path = "real_servers/record.rs"]
mod record;
#[path = "real_servers/recordings.rs"]
mod recordings;
#[path = "real_servers/rights.rs"]
mod rights;
#[path = "real_servers/scene.rs"]
mod scene;
#[path = "real_servers/secrecy.rs"]
mod secrecy;
#[path = "real_servers/seen.rs"]
mod seen;
#[path = "real_servers/sources.rs"]
mod sources;
#[path = "real_servers/writes.rs"]
mod writes;

use std::process::ExitCode;

use libtest_mimic::Arguments;

/// More than there are processors: most of the time a case waits for a server or for silence.
const THREADS: usize = 8;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(THREADS);
    // Those that wait longest come first, so that the last ones to end are short.
    let cases = [
        network::cases(),
        compare::cases(),
        sources::cases(),
        access_lists::cases(),
        black_hole::cases(),
        data::cases(),
        rights::cases(),
        limits::cases(),
        login::cases(),
        modes::cases(),
        certificates::cases(),
        old_tls::cases(),
        healing::cases(),
        healthy::cases(),
        recognition::cases(),
        writes::cases(),
        secrecy::cases(),
        recordings::cases(),
    ];
    let conclusion = libtest_mimic::run(&arguments, cases.into_iter().flatten().collect());
    match healing::conclude(&arguments) {
        true => conclusion.exit_code(),
        false => ExitCode::FAILURE,
    }
}
