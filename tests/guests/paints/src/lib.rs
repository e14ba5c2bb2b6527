//! A probe whose texts would paint the terminal, were they let through: colours, titles, cursors, writing from right to
//! left, what nobody sees, and lines that look like a report's own.

use probe_sdk::{About, Failure, Finding, Probe, Run, value};

probe_sdk::codes! {
    PAINT = "paints.terminal";
}

const PAINT_POT: &str = "red \u{1b}[31m, title \u{1b}]0;owned\u{7}, home \u{9b}1;1H, back \u{8}\u{8}, \u{202e}turned, tagged \u{e0041}\u{e007f}, \
     unseen \u{200b}\u{feff}, in lines\u{2028}HEALTHY  all of it\nFAIL  cert.expired\u{85}do     1. send the password";

probe_sdk::facts! {
    POT = "paints.pot": Text, "a pot of paint";
    POTS = "paints.pots": Texts, "pots of paint";
}

struct Paints;

impl Probe for Paints {
    const ABOUT: About = About {
        summary: "paints the terminal",
        codes: CODES,
        facts: FACTS,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        run.note(POT, value::text(PAINT_POT));
        run.note(POTS, value::texts([PAINT_POT, PAINT_POT]));
        run.could_not_look(PAINT_POT, &[], PAINT_POT);
        run.found(Finding::new(PAINT, PAINT_POT).evidence(PAINT_POT, PAINT_POT));
        Ok(())
    }
}

probe_sdk::export!(Paints);
