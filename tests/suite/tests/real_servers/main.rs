//! `remote-doctor check` against vsftpd, ProFTPD, Pure-FTPd and pyftpdlib, and against servers that it was not built on:
//! healthy servers are called healthy, and each fault is named by its code, alone, whichever product shows it and in
//! whatever words.
//!
//! Nothing is skipped: without root or without the servers every case fails and says what to do.

mod access_lists;
mod black_hole;
mod certificates;
mod check;
mod compare;
mod data;
mod draw;
mod expectation;
mod healing;
mod healthy;
mod held_session;
mod limits;
mod login;
mod matrix;
mod modes;
mod network;
mod old_tls;
mod products;
mod recognition;
mod record;
mod recordings;
mod rights;
mod scene;
mod secrecy;
mod seen;
mod small;
mod sources;
mod writes;

use std::process::ExitCode;

use libtest_mimic::Arguments;

/// More than there are processors: most of the time a case waits for a server or for silence.
const THREADS: usize = 8;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(THREADS);
    // A list of the tests needs no program.
    if !arguments.list
        && let Err(error) = suite::ready()
    {
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    // Those that wait longest come first, so that the last ones to end are short.
    let cases = [
        network::cases(),
        compare::cases(),
        sources::cases(),
        access_lists::cases(),
        black_hole::cases(),
        small::cases(),
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
