//! The shortest complete probe: is the greeting so long that simple clients give up on it?
use probe_sdk::{About, Failure, Finding, Probe, Run, name, state, value};

probe_sdk::codes! {
    TALKATIVE = "example.talkative-greeting";
}

probe_sdk::facts! {
    LINES = "greeting-lines": Integer, "number of lines of the greeting", compared(10, Value, PLACE);
}

struct Greeting;

impl Probe for Greeting {
    const ABOUT: About = About {
        summary: "length of the greeting",
        requires: &[state::SECURED],
        codes: CODES,
        facts: FACTS,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let greeting = run.text(name::SERVER_GREETING).unwrap_or_default();
        let lines = greeting.lines().count();
        run.note(LINES, value::number(lines));
        if lines > 10 {
            let detail = format!("The greeting has {lines} lines; some devices read only a few.");
            run.found(Finding::new(TALKATIVE, detail).evidence("lines", lines));
        }
        run.rest_clear(CODES);
        Ok(())
    }
}

probe_sdk::export!(Greeting);
