//! A probe that makes use of being asked what it is.

use probe_sdk::bindings::Guest;
use probe_sdk::bindings::remote_doctor::probe::types::{Description, Outcome};
use probe_sdk::{Failure, Request, resolve};

struct Component;

impl Guest for Component {
    fn describe() -> Description {
        let found = resolve("localhost");
        panic!("it was told {found:?}")
    }

    fn run(_request: Request) -> Result<Outcome, Failure> {
        panic!("nobody runs what cannot say what it is")
    }
}

probe_sdk::bindings::export_component!(Component with_types_in probe_sdk::bindings);
