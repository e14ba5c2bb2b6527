//! A probe that never says what it is.

use probe_sdk::bindings::Guest;
use probe_sdk::bindings::remote_doctor::probe::types::{Description, Outcome};
use probe_sdk::{Failure, Request};

struct Component;

impl Guest for Component {
    fn describe() -> Description {
        let mut number = 1_u64;
        while number != 0 {
            number = std::hint::black_box(number | 1);
        }
        unreachable!("an odd number is never 0")
    }

    fn run(_request: Request) -> Result<Outcome, Failure> {
        panic!("nobody runs what cannot say what it is")
    }
}

probe_sdk::bindings::export_component!(Component with_types_in probe_sdk::bindings);
