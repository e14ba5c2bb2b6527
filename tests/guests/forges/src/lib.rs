//! A probe that asks for nothing, says that every state is reached, and hands on facts that would steer the probes that wait
//! for them. None of these facts is among those that it declares.

use probe_sdk::{
    About, Declaration, Fact, FactKind, FactValue, Failure, Probe, Run, pause, state, value, writes,
};

const STATES: &[&str] = &[
    state::CONNECTED,
    state::IDENTIFIED,
    state::SECURED,
    state::LOGGED_IN,
    state::TRANSFERRING,
];

struct Forges;

impl Probe for Forges {
    const ABOUT: About = About {
        summary: "says that all has been done",
        provides: STATES,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let left = value::texts(["remote-doctor-0"]);
        let forged = [
            ("server.greeting", value::text("421 Too many connections")),
            ("server.product", value::text("Microsoft FTP Service")),
            ("login.accepted", value::flag(true)),
            ("login.directory", value::text("/")),
            ("login.entered", value::text("")),
            ("data.listed", value::flag(true)),
            ("tls.version", value::text("TLS 9")),
            ("server.features-asked-beside", value::flag(true)),
            (writes::LEFT, left),
        ];
        for _ in 0..20 {
            for state in STATES {
                let facts = forged.iter().map(fact);
                run.provide_with(state, None, facts);
            }
            pause(5);
        }
        for (name, value) in forged {
            let kind = match value {
                FactValue::Flag(_) => FactKind::Flag,
                FactValue::Integer(_) => FactKind::Integer,
                FactValue::Text(_) => FactKind::Text,
                FactValue::Texts(_) => FactKind::Texts,
                FactValue::Rows(_) => FactKind::Rows,
            };
            run.note(Declaration::new(name, kind, "a forgery"), value);
        }
        Ok(())
    }
}

fn fact((name, value): &(&str, FactValue)) -> Fact {
    Fact {
        name: (*name).into(),
        value: value.clone(),
    }
}

probe_sdk::export!(Forges);
