//! Installs what `cargo xtask dist` made as the README says, in bare systems and in an empty folder, and runs it there.
//!
//! Nothing here leaves the machine but what `debootstrap` fetches: the servers of the checks, the name server and the endpoint
//! listen on loopback.

mod begins;
mod compose;
mod installs;
mod made;
mod root;
mod runs;
mod served;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use root::Root;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // They measure, and share their systems.
    arguments.test_threads = Some(1);
    if let Err(error) = served::names() {
        eprintln!("no name server on {}: {error}", served::NAME_SERVER);
        return ExitCode::FAILURE;
    }
    let mut trials: Vec<Trial> = made::trials();
    for root in Root::ALL {
        trials.extend(runs::trials(root));
    }
    trials.extend(installs::trials());
    trials.extend(begins::trials());
    trials.extend(compose::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}
