//! Prints which scenarios show each fault of the lab and each code: `cargo xtask coverage`.

use std::process::ExitCode;

use suite::Coverage;

fn main() -> ExitCode {
    let coverage = match Coverage::read(suite::workspace()) {
        Ok(coverage) => coverage,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    println!("{coverage}");
    let gaps = coverage.gaps();
    for gap in &gaps {
        println!("NOT COVERED: {gap}");
    }
    match gaps.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
