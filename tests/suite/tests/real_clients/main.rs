//! Real clients against real servers, healthy and faulty, beside what `remote-doctor clients` predicts from one check of the
//! same server: for each client, server and step, predicted and seen.
//!
//! A sample runs with the other tests; `cargo xtask clients` gets the clients and runs all of them. A client that is not
//! there fails by name.

mod driver;
mod odd;
mod scene;
mod table;

use std::process::ExitCode;

use driver::Driver;
use scene::Scene;
use table::Compared;

/// Clients wait for servers, and servers for clients.
const AT_A_TIME: usize = 4;
/// What asks for every scene and every client.
const WHOLE: &str = "--whole";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // The harness of cargo asks for a list, and passes words that are for others.
    if arguments.iter().any(|it| it == "--list") {
        println!("real_clients: test");
        return ExitCode::SUCCESS;
    }
    if let Err(error) = suite::ready() {
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    let whole = arguments.iter().any(|it| it == WHOLE);
    let words: Vec<&String> = arguments.iter().filter(|it| !it.starts_with('-')).collect();
    let drivers = match whole || !words.is_empty() {
        true => driver::all(),
        false => driver::sample(),
    };
    let missing: Vec<&str> = drivers
        .iter()
        .filter(|it| !it.is_there())
        .map(Driver::name)
        .collect();
    if !missing.is_empty() {
        eprintln!(
            "NOT MADE: {} are not there: run `cargo xtask clients`",
            missing.join(", ")
        );
        return ExitCode::FAILURE;
    }
    let chosen = |scene: &Scene| match words.is_empty() {
        true => whole || scene.is_in_sample,
        false => words.iter().all(|word| scene.name.contains(*word)),
    };
    let scenes: Vec<Scene> = scene::all().into_iter().filter(chosen).collect();
    let played = suite::play_some_at_a_time(
        &scenes,
        AT_A_TIME,
        |scene| (scene.name.clone(), scene.play(&drivers)),
        |so_far, (name, _)| eprintln!("{so_far} of {}: {name}", scenes.len()),
    );
    let mut compared = Vec::new();
    let mut broken = Vec::new();
    for (name, outcome) in played {
        match outcome {
            Ok(steps) => compared.extend(steps),
            Err(error) => broken.push(format!("{name}: {error}")),
        }
    }
    compared.sort_by_key(Compared::key);
    let table = table::render(&compared);
    println!("{table}");
    let kept = driver::workspace().join("target/clients/table.md");
    if whole && let Err(error) = std::fs::write(&kept, table) {
        broken.push(format!("{}: {error}", kept.display()));
    }
    for error in &broken {
        println!("NOT MADE: {error}");
    }
    for complaint in table::complaints(&compared) {
        println!("{complaint}");
    }
    let shortcomings = table::shortcomings(&compared);
    for shortcoming in &shortcomings {
        println!("{shortcoming}");
    }
    match broken.is_empty() && shortcomings.is_empty() && !compared.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
