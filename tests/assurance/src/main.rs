//! `cargo xtask notices`, `cargo xtask sbom` and the part of `cargo xtask deny` that needs no other tool.

use std::error::Error;
use std::fs;
use std::process::ExitCode;

use assurance::packages::Packages;
use assurance::policy::Policy;
use assurance::{bill, notices, workspace};

/// Where the bill goes; it is no part of the sources.
const BILL: &str = "target/remote-doctor.cdx.json";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["policy"] => policy(),
        ["notices"] => write_notices(),
        ["sbom"] => write_bill(),
        _ => Err("use: policy, notices or sbom".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn policy() -> Result<(), Box<dyn Error>> {
    let packages = Packages::read(&workspace())?;
    let breaches = Policy::read(&workspace())?.breaches(packages.foreign());
    for breach in &breaches {
        eprintln!("{breach}");
    }
    match breaches.len() {
        0 => {
            println!(
                "licences, sources and bans hold for {} packages",
                packages.foreign().count()
            );
            Ok(())
        }
        count => Err(format!("{count} packages break deny.toml").into()),
    }
}

fn write_notices() -> Result<(), Box<dyn Error>> {
    let packages = Packages::read(&workspace())?;
    let text = notices::render(&packages, &Policy::read(&workspace())?)?;
    fs::write(workspace().join(notices::FILE), text)?;
    println!(
        "{} names {} packages",
        notices::FILE,
        packages.shipped().len()
    );
    Ok(())
}

fn write_bill() -> Result<(), Box<dyn Error>> {
    let packages = Packages::read(&workspace())?;
    let bill = bill::render(&packages, env!("CARGO_PKG_VERSION"));
    fs::write(workspace().join(BILL), format!("{bill:#}\n"))?;
    println!("{BILL} names {} packages", packages.shipped().len());
    Ok(())
}
