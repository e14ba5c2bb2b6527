//! What a healthy check costs the user and the remote: round trips and connections, beside curl on the same servers in
//! the same run, and what it takes to start.
//!
//! The round trips need root and the servers that `cargo xtask test` puts into `target/servers`. What cannot be
//! measured is named at the end, and the exit code says so, too.

mod client;
mod cost;
mod failure;
mod lab;
mod process;
mod scene;
mod startup;
mod table;

use std::process::ExitCode;
use std::time::Duration;

use client::Client;
use cost::Cost;
use failure::Failure;
use scene::{Kind, Scene};
use startup::Startup;
use table::Row;

/// The program that is measured.
const PROGRAM: &str = env!("CARGO_BIN_EXE_remote-doctor");

/// Long enough to count by: everything else takes much less.
const ROUND_TRIP: Duration = Duration::from_millis(100);

fn main() -> ExitCode {
    let mut missed = Vec::new();
    match tempfile::tempdir() {
        Ok(cache) => {
            // Fills the cache for the checks, too.
            let startup = note(&mut missed, "start-up", Startup::measure(cache.path()));
            let rows = rows(&mut missed, &Client::all(cache.path()));
            println!("{}", table::render(&rows, startup.as_ref()));
        }
        Err(error) => missed.push(format!("anything: {error}")),
    }
    for what in &missed {
        println!("not measured: {what}");
    }
    if missed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Every client on every server.
fn rows(missed: &mut Vec<String>, clients: &[Client]) -> Vec<Row> {
    let mut rows = Vec::new();
    for kind in Kind::all() {
        let scene = match Scene::new(kind) {
            Ok(scene) => scene,
            Err(failure) if failure.is_lack_of_rights() => {
                missed.push(format!("round trips and connections: could not {failure}"));
                break;
            }
            Err(failure) => {
                missed.push(format!("{kind}: could not {failure}"));
                continue;
            }
        };
        for client in clients.iter().filter(|client| client.suits(kind)) {
            eprintln!("{kind}: {client}");
            let cost = Cost::measure(&scene, client, ROUND_TRIP);
            let cost = note(missed, &format!("{client} on {kind}"), cost);
            rows.extend(cost.map(|cost| Row::new(&scene, client, cost)));
        }
    }
    rows
}

fn note<T>(missed: &mut Vec<String>, what: &str, measured: Result<T, Failure>) -> Option<T> {
    measured
        .map_err(|failure| missed.push(format!("{what}: could not {failure}")))
        .ok()
}
