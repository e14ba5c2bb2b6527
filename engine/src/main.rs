//! The program `remote-doctor`.

use std::process::ExitCode;

fn main() -> ExitCode {
    remote_doctor::cli::main()
}
