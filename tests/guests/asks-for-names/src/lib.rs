//! A probe that asks about names of others: to see where they lead, and to tell whoever runs their zones what it knows.

use probe_sdk::{
    About, Capability, Failure, FailureKind, Probe, Run, aliases, resolve, state, value,
};

probe_sdk::facts! {
    REFUSED = "asks-for-names.refused": Integer, "names of others that were refused";
    ANSWERED = "asks-for-names.answered": Integer, "names of the remote that were answered";
}

struct AsksForNames;

impl Probe for AsksForNames {
    const ABOUT: About = About {
        summary: "asks about names of others",
        requires: &[state::CONNECTED],
        capabilities: &[Capability::Names],
        facts: FACTS,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let host = run.remote().host.clone();
        let user = run.remote().user.clone().unwrap_or_default();
        // What it knows, as labels, in the case of letters, behind a dot too many, in a name that is too long.
        let strangers = [
            "attacker.example".to_string(),
            format!("{user}.attacker.example"),
            format!("{user}.{host}"),
            format!("{host}.attacker.example."),
            format!("{host}..{user}"),
            format!("{}.attacker.example", "a".repeat(300)),
            "intranet.customer.example".to_string(),
            "files.customer.example".to_string(),
            "localhost".to_string(),
        ];
        let refuses = |failure: Failure| {
            // What is longer than any name is none.
            matches!(
                failure.kind,
                FailureKind::NotPermitted | FailureKind::InvalidArgument
            )
        };
        let refused =
            |it: &&String| resolve(it).is_err_and(refuses) && aliases(it).is_err_and(refuses);
        let refused = strangers.iter().filter(refused).count();
        let mine = [
            host.to_uppercase(),
            format!("{host}."),
            "ACCT.Customer.example".into(),
        ];
        let answered = mine.iter().filter(|it| resolve(it).is_ok()).count();
        run.note(REFUSED, value::number(refused as u64));
        run.note(ANSWERED, value::number(answered as u64));
        Ok(())
    }
}

probe_sdk::export!(AsksForNames);
