//! What was typed against which fault, and whether it healed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::sync::Mutex;

use libtest_mimic::Arguments;

use super::FIREWALL;
use super::exceptions::EXCEPTIONS;
use super::text::Typed;
use crate::seen::{Seen, list};

const PRODUCTS: [&str; 5] = ["vsftpd", "ProFTPD", "Pure-FTPd", "pyftpdlib", FIREWALL];

/// Code, product.
type Pair = (String, String);

/// What reports said to type, in all cases of the suite.
static PRINTED: Mutex<BTreeSet<Pair>> = Mutex::new(BTreeSet::new());
/// What was typed, by code and server, and whether it healed.
static TYPED: Mutex<BTreeMap<Pair, Row>> = Mutex::new(BTreeMap::new());

struct Row {
    products: BTreeSet<String>,
    lines: Vec<String>,
    healed: bool,
}

/// Remembers for which products a report has something to type.
pub fn note_directives(seen: &Seen) {
    let Ok(mut printed) = PRINTED.lock() else {
        return;
    };
    for finding in seen.findings() {
        if !finding["caused_by"].is_null() {
            continue;
        }
        for directive in list(&finding["remedy"]["directives"]) {
            let product = directive["product"].as_str().unwrap_or_default();
            if PRODUCTS.contains(&product) {
                let code = finding["code"].as_str().unwrap_or_default();
                printed.insert((code.to_owned(), product.to_owned()));
            }
        }
    }
}

/// Remembers what came of typing these.
pub fn note(code: &str, server: &str, directives: &[Typed], healed: bool) {
    let Ok(mut typed) = TYPED.lock() else {
        return;
    };
    let row = typed
        .entry((code.to_owned(), server.to_owned()))
        .or_insert_with(|| Row {
            products: BTreeSet::new(),
            lines: Vec::new(),
            healed: true,
        });
    row.healed &= healed;
    let products = directives.iter().map(|it| it.product.clone());
    row.products.extend(products);
    row.lines = directives
        .iter()
        .flat_map(|it| {
            let lines: Vec<String> = it.text.lines().map(Into::into).collect();
            lines
        })
        .collect();
}

/// Prints the table. After a run of all cases every fault that a directive was printed for has to have been healed by
/// following it, but for the written exceptions; whether that is so.
pub fn conclude(arguments: &Arguments) -> bool {
    let (Ok(typed), Ok(printed)) = (TYPED.lock(), PRINTED.lock()) else {
        return false;
    };
    if !typed.is_empty() {
        let table = table(&typed);
        println!("{table}");
        if std::env::var_os("REMOTE_DOCTOR_BLESS").is_some() && has_all_rows(arguments) {
            let file = suite::workspace().join("tests/suite/tests/real_servers/healing.md");
            if let Err(error) = fs::write(&file, table) {
                eprintln!("{}: {error}", file.display());
                return false;
            }
        }
    }
    !is_whole(arguments) || nothing_is_missing(&typed, &printed)
}

/// Whether all cases of healing ran, be it alone.
fn has_all_rows(arguments: &Arguments) -> bool {
    is_whole(arguments) || arguments.filter.as_deref() == Some("healing")
}

fn is_whole(arguments: &Arguments) -> bool {
    arguments.filter.is_none() && arguments.skip.is_empty() && !arguments.list
}

fn nothing_is_missing(typed: &BTreeMap<Pair, Row>, printed: &BTreeSet<Pair>) -> bool {
    let healed: BTreeSet<(&str, &str)> = typed
        .iter()
        .flat_map(|((code, _), row)| {
            row.products
                .iter()
                .map(move |product| (code.as_str(), product.as_str()))
        })
        .collect();
    let excepted = |code: &str, product: &str| {
        EXCEPTIONS
            .iter()
            .any(|it| it.code == code && it.product == product)
    };
    let mut complete = true;
    for (code, product) in printed {
        let pair = (code.as_str(), product.as_str());
        if !healed.contains(&pair) && !excepted(code, product) {
            println!("no case of healing follows what is printed for {code} on {product}");
            complete = false;
        }
    }
    for it in EXCEPTIONS {
        if healed.contains(&(it.code, it.product)) {
            println!("{} on {} is healed and no exception", it.code, it.product);
            complete = false;
        }
    }
    complete
}

fn table(typed: &BTreeMap<Pair, Row>) -> String {
    let mut out = String::from(
        "# What a report says to type, followed word for word\n\n\
         Written by the suite of real servers. After typing, the server was started again and checked again.\n\n\
         | fault | server | typed | healed |\n|---|---|---|---|\n",
    );
    for ((code, server), row) in typed {
        let lines: Vec<String> = row
            .lines
            .iter()
            .map(|line| format!("`{}`", line.replace('|', "\\|")))
            .collect();
        let healed = if row.healed { "yes" } else { "NO" };
        let _ = writeln!(
            out,
            "| {code} | {server} | {} | {healed} |",
            lines.join("<br>")
        );
    }
    if !EXCEPTIONS.is_empty() {
        out.push_str("\nNot followed here:\n\n");
    }
    for it in EXCEPTIONS {
        let _ = writeln!(out, "- {} on {}: {}", it.code, it.product, it.reason);
    }
    out
}
