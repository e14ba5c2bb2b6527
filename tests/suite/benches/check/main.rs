//! What a check costs: round trips and connections beside other clients on the same servers in the same run, start-up,
//! processor time and what of it the probes take in the sandbox, many diagnoses at once, memory; and the targets beside
//! all of that.
//!
//! `cargo xtask bench` gets what is needed and runs all of it; names of parts after it run these alone. The round trips need
//! root. What cannot be measured is named at the end, and the exit code says so, too.

mod client;
mod cost;
mod crowd;
mod diagnoses;
mod failure;
mod hanging;
mod lab;
mod load;
mod part;
mod phases;
mod process;
mod profile;
mod remote;
mod results;
mod sandbox;
mod scanners;
mod scene;
mod startup;
mod strict;
mod table;
mod target;
mod usage;
mod worker;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use client::Client;
use cost::Cost;
use part::Part;
use profile::Profile;
use results::Results;
use scanners::SCANNERS;
use scene::{Kind, Scene};
use startup::Startup;
use table::Row;

/// The one that the program has.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Long enough to count by: everything else takes much less.
const ROUND_TRIP: Duration = Duration::from_millis(100);

fn main() -> ExitCode {
    if let Some(done) = worker::work() {
        return done;
    }
    let parts = match Part::asked() {
        Ok(parts) => parts,
        Err(mistake) => {
            eprintln!("{mistake}");
            return ExitCode::FAILURE;
        }
    };
    if let Err(error) = suite::ready() {
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    let mut results = Results::default();
    match tempfile::tempdir() {
        Ok(cache) => {
            // Compiling the probes is measured with the start-up and nowhere else.
            results.note("the cache for probes", startup::fill(cache.path()));
            for part in parts {
                measure(part, cache.path(), &mut results);
            }
            println!("{}\n", table::render(&results));
        }
        Err(error) => results.missed.push(format!("anything: {error}")),
    }
    for what in &results.missed {
        println!("not measured: {what}");
    }
    if results.missed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn measure(part: Part, cache: &Path, results: &mut Results) {
    match part {
        Part::Startup => {
            results.startup = results.note("start-up", Startup::measure(cache));
        }
        Part::RoundTrips => round_trips(cache, results),
        Part::Scanners => scan(results),
        Part::Sandbox => {
            results.phases = results.note("steps of a diagnosis", load::phases(cache));
        }
        Part::Throughput => {
            let took = results.note("throughput", load::throughput(cache));
            results.throughput = took.unwrap_or_default();
        }
        Part::Memory => {
            for (name, held) in load::memory(cache) {
                let held = results.note(name, held);
                results.memory.extend(held.map(|held| (name, held)));
            }
        }
        Part::Hanging => {
            let played = results.note("what hangs", hanging::measure(cache));
            results.hanging = played.unwrap_or_default();
        }
        Part::Profile => {
            let profile = load::with_site(|site| Profile::measure(&site, cache));
            results.profile = results.note("a profile", profile);
        }
    }
}

/// Every client on every server.
fn round_trips(cache: &Path, results: &mut Results) {
    let mut clients = vec![Client::Strict];
    clients.extend(Client::checks(cache));
    for peer in Client::peers() {
        clients.extend(results.note("a client to compare with", peer));
    }
    for kind in Kind::all() {
        let scene = match Scene::new(kind) {
            Ok(scene) => scene,
            Err(failure) => {
                let no_use = failure.is_lack_of_rights();
                results.missed.push(format!("{kind}: could not {failure}"));
                if no_use {
                    break;
                }
                continue;
            }
        };
        for client in clients.iter().filter(|client| client.suits(kind)) {
            eprintln!("{kind}: {client}");
            let round_trips = [ROUND_TRIP].iter().chain(client.also_at()).copied();
            let costs = Cost::measure(&scene, client, round_trips);
            let costs = results.note(&format!("{client} on {kind}"), costs);
            let costs = costs.into_iter().flatten();
            let rows = costs.map(|cost| Row::new(kind, client, cost));
            results.rows.extend(rows);
        }
    }
}

fn scan(results: &mut Results) {
    let Some(scene) = results.note("scanners", Scene::new(Kind::for_scanners())) else {
        return;
    };
    for scanner in SCANNERS {
        eprintln!("{}", scanner.name);
        let scan = results.note(scanner.name, scanner.scan(&scene));
        results.scans.extend(scan);
    }
}
