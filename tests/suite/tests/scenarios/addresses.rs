//! Published addresses: looks at a list over HTTP, one after another.

mod cases;
mod desk;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use crate::binary::{self, Format};
use crate::endpoint::{Endpoint, redirection};
use crate::scenario::Scenario;
use crate::site::Site;

use cases::{CASES, Case};
use desk::{BEFORE, Desk, PATH, json};

/// The codes that a case shows, and those that one could be taken for.
pub fn shown_and_resembled() -> [BTreeSet<String>; 2] {
    let codes = |of: fn(&Case) -> &'static [&'static str]| {
        let codes = CASES.iter().flat_map(of);
        codes.map(ToString::to_string).collect()
    };
    [codes(|case| case.shows), codes(|case| case.look_alike_of)]
}

pub fn trials() -> Vec<Trial> {
    let cases = CASES.iter().map(|case| {
        Trial::test(case.name, || {
            play(case, Format::Json)?;
            play(case, Format::Text)
        })
    });
    let more = vec![
        Trial::test("addresses_look_after_look", look_after_look),
        Trial::test(
            "addresses_moved_on_the_same_origin",
            moved_on_the_same_origin,
        ),
        Trial::test("addresses_moved_elsewhere", moved_elsewhere),
        Trial::test("addresses_over_tls", over_tls),
        Trial::test("addresses_token_echoed", token_echoed),
        Trial::test("addresses_token_in_clear_text", token_in_clear_text),
        Trial::test("addresses_foreign_state", foreign_state),
        Trial::test("addresses_of_saved_remotes", saved_remotes),
        Trial::test("addresses_in_a_file", in_a_file),
    ];
    cases.chain(more).collect()
}

/// A first look, and the one of the case.
fn play(case: &Case, format: Format) -> Result<(), Failed> {
    let desk = Desk::new(Endpoint::start()?)?;
    desk.look(&[])?.expect(0, &["FIRST LOOK"])?;
    let before = desk.state()?;
    desk.endpoint.answer(PATH, (case.reply)());
    if format == Format::Text {
        desk.look(&[])?.expect(case.exit, case.says)?;
    } else {
        let look = desk
            .look(&["--format", "json"])?
            .expect(case.exit, &[])?
            .json()?;
        let findings = look["findings"].as_array().ok_or("no findings")?;
        let codes: Vec<&str> = findings
            .iter()
            .filter_map(|it| it["code"].as_str())
            .collect();
        if codes != case.shows {
            return Err(format!("finds {codes:?}\n{look:#}").into());
        }
    }
    let state = desk.state()?;
    if (state == before) != (case.exit == 3) {
        return Err(format!("the state is {}", String::from_utf8_lossy(&state)).into());
    }
    desk.endpoint.answer(PATH, (case.reply)());
    if case.exit == 1 {
        // It is told once.
        desk.look(&[])?.expect(0, &["UNCHANGED"])?;
    }
    let asked = desk.endpoint.requests();
    match asked.iter().all(|head| head.contains(&desk.token)) {
        true => Ok(()),
        false => Err(format!("asked without the token: {asked:?}").into()),
    }
}

fn look_after_look() -> Result<(), Failed> {
    let desk = Desk::new(Endpoint::start()?)?;
    let first = desk.look(&["--format", "json"])?.expect(0, &[])?.json()?;
    if first["outcome"] != "first-look" || first["dedicated"][1] != "203.0.113.8" {
        return Err(format!("{first:#}").into());
    }
    let since = |state: &[u8]| serde_json::from_slice::<Value>(state).map(|it| it["since"].clone());
    let before = since(&desk.state()?)?;
    desk.look(&[])?
        .expect(0, &["UNCHANGED", "2 dedicated and 2 published"])?;
    if since(&desk.state()?)? != before {
        return Err("an unchanged list is not the same any more".into());
    }
    let none = r#"{"published": ["198.51.100.0/24", "192.0.2.1"]}"#;
    desk.endpoint.answer(PATH, json(none));
    desk.look(&[])?.expect(3, &["no dedicated address"])?;
    desk.look(&["--allow-empty"])?
        .expect(1, &["0 new, 2 gone"])?;
    desk.look(&[])?
        .expect(0, &["no dedicated and 2 published"])?;
    let pointers = ["--published", "/a/0", "--dedicated-at", "/b"];
    desk.endpoint.answer(
        PATH,
        json(r#"{"a": [["198.51.100.0/24", "192.0.2.1"]], "b": "192.0.2.9"}"#),
    );
    desk.look(&pointers)?
        .expect(1, &["1 new, 0 gone", "192.0.2.9"])?;
    let asked = desk.endpoint.requests().len();
    match asked {
        6 => Ok(()),
        _ => Err(format!("{asked} requests for 6 looks").into()),
    }
}

fn moved_on_the_same_origin() -> Result<(), Failed> {
    let desk = Desk::new(Endpoint::start()?)?;
    desk.endpoint.answer(PATH, redirection("/v2"));
    desk.endpoint
        .answer("/v2", redirection(&desk.endpoint.url("/v3")));
    desk.endpoint.answer("/v3", json(BEFORE));
    desk.look(&[])?.expect(0, &["FIRST LOOK"])?;
    let asked = desk.endpoint.requests();
    match asked.len() == 3 && asked.iter().all(|head| head.contains(&desk.token)) {
        true => Ok(()),
        false => Err(format!("{asked:?}").into()),
    }
}

fn moved_elsewhere() -> Result<(), Failed> {
    let desk = Desk::new(Endpoint::start()?)?;
    desk.look(&[])?.expect(0, &[])?;
    let before = desk.state()?;
    let elsewhere = Endpoint::start()?;
    elsewhere.answer(PATH, json(r#"["192.0.2.66"]"#));
    desk.endpoint
        .answer(PATH, redirection(&elsewhere.url(PATH)));
    desk.look(&[])?
        .expect(3, &["redirects to", "not followed"])?;
    match elsewhere.requests().is_empty() && desk.state()? == before {
        true => Ok(()),
        false => Err(format!("asked elsewhere: {:?}", elsewhere.requests()).into()),
    }
}

fn over_tls() -> Result<(), Failed> {
    let desk = Desk::new(Endpoint::start_tls()?)?;
    desk.look(&[])?.expect(3, &["UnknownIssuer", "--ca-file"])?;
    if desk.state().is_ok() || !desk.endpoint.requests().is_empty() {
        return Err("a stranger was trusted".into());
    }
    let authority = desk.file("ca.pem");
    fs::write(&authority, desk.endpoint.authority_pem())?;
    let authority = authority.display().to_string();
    desk.look(&["--ca-file", &authority])?
        .expect(0, &["FIRST LOOK"])?;
    // The certificate is for the address, not for the name.
    let by_name = desk.endpoint.url(PATH).replace("127.0.0.1", "localhost");
    fs::remove_file(desk.file("state"))?;
    desk.look_at(&by_name, &["--ca-file", &authority])?
        .expect(3, &["not valid for"])?;
    Ok(())
}

/// An endpoint that sends back what it got, wherever the program might repeat it.
fn token_echoed() -> Result<(), Failed> {
    let desk = Desk::new(Endpoint::start()?)?;
    let entry = serde_json::json!([desk.token]).to_string();
    desk.endpoint.answer(PATH, json(&entry));
    desk.look(&[])?.expect(3, &["[password]"])?;
    let part = desk.token.split('"').nth(1).unwrap_or_default();
    fs::write(desk.file("token"), part)?;
    desk.endpoint
        .answer(PATH, redirection(&format!("https://{part}.invalid/")));
    desk.look(&[])?.expect(3, &["which is not followed"])?;
    let token = desk.file("token").display().to_string();
    let source = desk.endpoint.url(PATH);
    desk.look_at(&source, &["--token-file", &token])?
        .expect(3, &[])?;
    let asked = desk.endpoint.requests();
    let bearer = format!("authorization: Bearer {part}\r\n");
    match asked.last().is_some_and(|head| head.contains(&bearer)) {
        true => Ok(()),
        false => Err(format!("{asked:?}").into()),
    }
}

fn token_in_clear_text() -> Result<(), Failed> {
    let desk = Desk::new(Endpoint::start()?)?;
    let token = desk.file("token").display().to_string();
    let with_token = ["--token-file", &token, "--token-header", "X-Api-Key"];
    // It leads here, and is none of the addresses that stand for this machine alone.
    let source = desk.endpoint.url(PATH).replace("127.0.0.1", "0.0.0.0");
    desk.look_at(&source, &with_token)?
        .expect(2, &["in clear text", "--allow-cleartext-token"])?;
    let in_the_url = source.replace("://", "://u:p@");
    desk.look_at(&in_the_url, &[])?
        .expect(2, &["--token-file"])?;
    if !desk.endpoint.requests().is_empty() {
        return Err("the endpoint was asked".into());
    }
    let agreed = [&with_token[..], &["--allow-cleartext-token"]].concat();
    desk.look_at(&source, &agreed)?.expect(0, &["FIRST LOOK"])?;
    Ok(())
}

fn foreign_state() -> Result<(), Failed> {
    let desk = Desk::new(Endpoint::start()?)?;
    desk.look(&[])?.expect(0, &[])?;
    let whole = desk.state()?;
    let asked = desk.endpoint.requests().len();
    for (text, why) in [
        (&whole[..whole.len() / 2], "ends too early"),
        (b"", "ends too early"),
        (b"{\"published\": []}", "is not a state file of"),
        (b"shopping list", "is not a state file of"),
    ] {
        fs::write(desk.file("state"), text)?;
        let file = desk.file("state").display().to_string();
        desk.look(&[])?.expect(2, &[why, &file, "not changed"])?;
        if desk.state()? != text {
            return Err(format!("a state that {why} is written over").into());
        }
    }
    fs::write(desk.file("state"), &whole)?;
    let other = desk.endpoint.url("/other");
    desk.look_at(&other, &[])?
        .expect(2, &["a separate state file"])?;
    match desk.endpoint.requests().len() == asked {
        true => Ok(()),
        false => Err("it asked, and could not have kept the answer".into()),
    }
}

/// Reports of the program itself, from two source addresses.
fn saved_remotes() -> Result<(), Failed> {
    let desk = Desk::new(Endpoint::start()?)?;
    let folder = desk.file("reports");
    fs::create_dir(&folder)?;
    let dedicated = report(
        &folder.join("a.json"),
        &["--source", "127.0.0.2", "--dedicated", "127.0.0.2"],
    )?;
    let pool = report(&folder.join("b.json"), &["--source", "127.0.0.3"])?;
    let unknown = report(&folder.join("c.json"), &[])?;
    let settings = folder.join("e.toml");
    fs::write(
        &settings,
        "host = \"ftp.example.com\"\nsources = [\"127.0.0.2\"]\n",
    )?;
    fs::write(folder.join("f.toml"), "host = 7\n")?;
    fs::write(folder.join("d.json"), "{\"schema_version\": ")?;
    let before = r#"{"dedicated": ["127.0.0.2", "127.0.0.4"], "published": ["127.0.0.3"]}"#;
    let now = r#"{"dedicated": ["127.0.0.4"], "published": ["127.0.0.3"]}"#;
    let folder = folder.display().to_string();
    let args = ["--remote", &folder];
    desk.endpoint.answer(PATH, json(before));
    let no_source = format!("{unknown}: it names no source address");
    let listed = format!("listed: {dedicated}, {pool}");
    desk.look(&args)?.expect(0, &[&listed, &no_source])?;
    let state = desk.state()?;
    desk.endpoint.answer(PATH, json(now));
    let says = [
        "2 of 6 saved remotes are affected",
        &format!("tell {dedicated} its address 127.0.0.2 is gone"),
        &format!("not affected: {pool}"),
        "d.json: the report ends too early",
        "f.toml: line 1, column 8: host: takes a name",
    ];
    desk.look(&args)?.expect(1, &says)?;
    fs::write(desk.file("state"), state)?;
    let look = desk
        .look(&["--format", "json", "--remote", &folder])?
        .expect(1, &[])?
        .json()?;
    let standings: Vec<_> = (0..6)
        .map(|n| look["remotes"][n]["standing"].clone())
        .collect();
    let [affected, not_affected, not_known] = ["affected", "not-affected", "not-known"];
    if standings
        != [
            affected,
            not_affected,
            not_known,
            not_known,
            affected,
            not_known,
        ]
    {
        return Err(format!("{look:#}").into());
    }
    // By name, a file has to be a report or a settings file.
    let broken = format!("{folder}/d.json");
    desk.look(&["--remote", &broken])?.expect(2, &[&broken])?;
    let mistaken = format!("{folder}/f.toml");
    let place = format!("{mistaken}:1:8: host: takes a name");
    desk.look(&["--remote", &mistaken])?.expect(2, &[&place])?;
    let settings = settings.display().to_string();
    desk.look(&["--remote", &settings])?
        .expect(0, &["UNCHANGED"])?;
    Ok(())
}

/// Saves the report of a check of the lab, and gives host and port.
fn report(file: &Path, args: &[&str]) -> Result<String, Failed> {
    let scenario = format!(
        "[server]\n[check]\nargs = {args:?}\n[expect]\nroot-causes = []\nverdict = \"healthy\"\nexit = 0\n"
    );
    let scenario: Scenario = toml::from_str(&scenario)?;
    let site = Site::open(&scenario).map_err(|error| format!("could not {error}"))?;
    let run = binary::run(&scenario, &site, Format::Json)?;
    fs::write(file, &run.stdout)?;
    let port = site.port().ok_or("the lab has a port")?;
    Ok(format!("{}:{port}", site.host()))
}

fn in_a_file() -> Result<(), Failed> {
    let desk = Desk::new(Endpoint::start()?)?;
    let list = desk.file("list.json");
    let source = list.display().to_string();
    desk.look_at(&source, &[])?
        .expect(3, &["cannot be read", "Nothing was saved"])?;
    fs::write(&list, BEFORE)?;
    desk.look_at(&source, &[])?.expect(0, &["FIRST LOOK"])?;
    fs::write(&list, BEFORE.replace("203.0.113.8", "203.0.113.9"))?;
    desk.look_at(&source, &[])?.expect(1, &["1 new, 1 gone"])?;
    let token = desk.file("token").display().to_string();
    desk.look_at(&source, &["--token-file", &token])?
        .expect(2, &["needs no token"])?;
    Ok(())
}
