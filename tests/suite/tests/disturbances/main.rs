//! The disturbance suite: the healthy server of the lab, in the words of every product, disturbed at every command of the main
//! line in every way; some thousand runs.
//!
//! A disturbance that goes on is never "nothing wrong was found" and never another fault's code. One that happens once is no
//! error at all, but for the password, which is never sent twice. A sample runs with the other tests; `cargo xtask
//! disturbances` runs all of it and prints what came of each command and disturbance.

mod case;
mod expected;
mod play;
mod table;

use std::process::ExitCode;

use case::Case;
use play::Played;

/// Nearly all of a case is waiting.
const AT_A_TIME: usize = 96;
/// One case of so many is in the sample; no number of cases of one kind has a divisor in common with it.
const SAMPLE: usize = 41;
/// What asks for every case.
const WHOLE: &str = "--whole";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // The harness of cargo asks for a list, and passes words that are for others.
    if arguments.iter().any(|it| it == "--list") {
        println!("disturbances: test");
        return ExitCode::SUCCESS;
    }
    let whole = arguments.iter().any(|it| it == WHOLE);
    let words: Vec<&String> = arguments.iter().filter(|it| !it.starts_with('-')).collect();
    let all = Case::all();
    let total = all.len();
    let named = |case: &Case| words.iter().all(|word| case.to_string().contains(*word));
    let cases: Vec<Case> = all
        .into_iter()
        .enumerate()
        .filter(|(at, case)| {
            let chosen = whole || !words.is_empty() || at % SAMPLE == 0;
            chosen && named(case)
        })
        .map(|(_, case)| case)
        .collect();
    let played = match play_all(&cases) {
        Ok(played) => played,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    println!("{}\n", table::render(&played));
    let wrong: Vec<&Played> = played
        .iter()
        .filter(|it| !it.complaints.is_empty())
        .collect();
    for played in &wrong {
        println!(
            "{}: {}\n  {}",
            played.case,
            played.outcome,
            played.complaints.join("\n  ")
        );
    }
    println!("{} of {total} cases, {} wrong", played.len(), wrong.len());
    match wrong.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

fn play_all(cases: &[Case]) -> Result<Vec<Played>, Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let probes = runtime.block_on(play::probes(AT_A_TIME))?;
    let mut played = suite::play_some_at_a_time(
        cases,
        AT_A_TIME,
        |case| runtime.block_on(play::play(case, &probes)),
        |so_far, _| {
            if so_far % 100 == 0 {
                eprintln!("{so_far} of {}", cases.len());
            }
        },
    );
    played.sort_by_key(|it| it.case.to_string());
    Ok(played)
}
