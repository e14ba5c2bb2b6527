//! Writes down what each check of a case showed, under the name of the case.

use std::cell::RefCell;

use libtest_mimic::{Failed, Trial};
use outcomes::{Judgement, Outcome};

/// The case that a thread is at: one at a time, from its beginning to its end.
struct Case {
    name: String,
    server: String,
    /// Whether a check was written down as not as expected.
    wrong: bool,
}

thread_local! {
    static CASE: RefCell<Option<Case>> = const { RefCell::new(None) };
}

/// A case as a test.
pub fn case(
    name: impl Into<String>,
    server: impl ToString,
    run: impl Fn() -> Result<(), Failed> + Send + 'static,
) -> Trial {
    let (name, server) = (name.into(), server.to_string());
    Trial::test(name.clone(), move || {
        let case = || Case {
            name: name.clone(),
            server: server.clone(),
            wrong: false,
        };
        suite::again_alone(
            || play(case(), &run),
            |first| {
                let judgement = Judgement::SetAside(first.message().unwrap_or_default().into());
                Ok(outcome(&case(), Vec::new(), judgement).write_down()?)
            },
        )
    })
}

fn play(case: Case, run: &impl Fn() -> Result<(), Failed>) -> Result<(), Failed> {
    CASE.set(Some(case));
    let done = run();
    if let (Some(case), Err(failed)) = (CASE.take(), &done)
        && !case.wrong
    {
        // It broke beside its checks, or before there was one.
        let reason = failed.message().unwrap_or("no reason was given");
        let judgement = Judgement::NotMade(reason.into());
        outcome(&case, Vec::new(), judgement).write_down()?;
    }
    done
}

/// Writes down a check of the case that this thread is at.
pub fn check(expected: Vec<String>, judgement: Judgement) -> Result<(), Failed> {
    CASE.with_borrow_mut(|case| {
        let case = case.as_mut().ok_or("a check outside of a case")?;
        case.wrong |= matches!(judgement, Judgement::Wrong(_));
        Ok(outcome(case, expected, judgement).write_down()?)
    })
}

fn outcome(case: &Case, expected: Vec<String>, judgement: Judgement) -> Outcome {
    Outcome {
        scenario: case.name.clone(),
        server: case.server.clone(),
        expected,
        judgement,
    }
}
