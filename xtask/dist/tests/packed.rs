//! What is packed, without a program: its format as programs of others read it, and the same bytes each time.

use std::fs;
use std::path::Path;
use std::process::Command;

use dist::contents::Contents;
use dist::pressed::Effort;
use dist::{archive, debian, image};

const WHEN: u64 = 1_700_000_000;

fn contents() -> Contents {
    let file = |name: &str| (name.to_owned(), b"text\n".to_vec());
    Contents {
        program: b"#!/bin/sh\necho it runs\n".to_vec(),
        pages: vec![file("remote-doctor.1"), file("remote-doctor-check.1")],
        completions: vec![
            ("bash", b"".to_vec()),
            ("fish", b"".to_vec()),
            ("zsh", b"".to_vec()),
        ],
        licence: b"licence\n".to_vec(),
        notices: b"notices\n".to_vec(),
        changes: b"changes\n".to_vec(),
        readme: b"readme\n".to_vec(),
        examples: vec![file("remote.toml")],
    }
}

fn printed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let file = folder.join(name);
    fs::write(&file, bytes).unwrap();
    file.display().to_string()
}

#[test]
fn the_same_program_packs_to_the_same_bytes() {
    let made = || {
        let contents = contents();
        [
            archive::pack("remote-doctor", &contents, WHEN, Effort::Least).unwrap(),
            debian::pack(&contents, WHEN, Effort::Least).unwrap(),
            image::pack("remote-doctor", &contents, WHEN, Effort::Least).unwrap(),
        ]
    };
    assert!(made() == made());
}

#[test]
fn tar_unpacks_the_archive_and_the_program_in_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = archive::pack("remote-doctor", &contents(), WHEN, Effort::Least).unwrap();
    let file = written(folder.path(), &archive::name("remote-doctor"), &bytes);
    printed(
        Command::new("tar")
            .args(["-xf", &file])
            .current_dir(&folder),
    );
    let place = folder.path().join(dist::stem("remote-doctor"));
    let said = printed(&mut Command::new(place.join("remote-doctor")));
    assert_eq!(said, "it runs\n");
    for file in [
        "man/man1/remote-doctor-check.1",
        "completions/zsh/_remote-doctor",
        "examples/remote.toml",
    ] {
        assert!(place.join(file).is_file(), "no {file}");
    }
    let listed = printed(Command::new("tar").args(["-tvf", &file]).env("TZ", "UTC"));
    assert!(
        listed
            .lines()
            .all(|line| line.contains(" 0/0 ") && line.contains("2023-11-14 22:13")),
        "{listed}"
    );
}

#[test]
fn dpkg_reads_the_package() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = debian::pack(&contents(), WHEN, Effort::Least).unwrap();
    let file = written(folder.path(), &debian::name(), &bytes);
    let field = |name: &str| printed(Command::new("dpkg-deb").args(["--field", &file, name]));
    assert_eq!(field("Package"), "remote-doctor\n");
    assert_eq!(field("Architecture"), "amd64\n");
    assert_eq!(field("Depends").trim(), "", "it needs nothing");
    let listed = printed(Command::new("dpkg-deb").args(["--contents", &file]));
    assert!(listed.contains(" usr/bin/remote-doctor\n"), "{listed}");
    assert!(
        listed.contains(" usr/share/man/man1/remote-doctor.1.gz\n"),
        "{listed}"
    );
}

#[test]
fn the_sums_in_the_image_are_those_of_its_parts() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = image::pack("remote-doctor", &contents(), WHEN, Effort::Least).unwrap();
    let file = written(folder.path(), "image.tar", &bytes);
    printed(
        Command::new("tar")
            .args(["-xf", &file])
            .current_dir(&folder),
    );
    let blobs = folder.path().join("blobs/sha256");
    let mut seen = 0;
    for blob in fs::read_dir(&blobs).unwrap() {
        let blob = blob.unwrap();
        let sum = printed(Command::new("sha256sum").arg(blob.path()));
        let name = blob.file_name().to_string_lossy().into_owned();
        assert!(sum.starts_with(&name), "{sum}");
        seen += 1;
    }
    assert_eq!(seen, 3, "layer, configuration and manifest");
    let index = fs::read_to_string(folder.path().join("index.json")).unwrap();
    let index: serde_json::Value = serde_json::from_str(&index).unwrap();
    let digest = index["manifests"][0]["digest"].as_str().unwrap();
    assert!(blobs.join(digest.trim_start_matches("sha256:")).is_file());
}
