//! The image for containers: a layout of OCI (image-layout.md, config.md and manifest.md of the image specification 1.1) with one
//! layer, as one file that `podman load`, `docker load` and `skopeo copy oci-archive:` take.

use std::io;

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::contents::Contents;
use crate::pressed::{self, Effort};
use crate::tree::Tree;
use crate::{NAME, VERSION, stem};

/// A user that no machine has: the program needs no right that everybody has not.
const NOBODY: u64 = 65532;
/// Where the program keeps what it keeps.
const HOME: &str = "home/remote-doctor";
/// Where settings and reports are, for a folder of the machine to be mounted there.
const WORK: &str = "work";

/// The name of the file.
pub fn name(program: &str) -> String {
    format!("{}.oci.tar", stem(program))
}

/// The image.
///
/// # Errors
/// There is not enough memory, or the time is none that a calendar has.
pub fn pack(program: &str, contents: &Contents, when: u64, effort: Effort) -> io::Result<Vec<u8>> {
    let layer = layer(contents).tar("", when)?;
    let unpacked = sum(&layer);
    let layer = pressed::gzip(&layer, effort)?;
    let config = config(&unpacked, when)?.to_string().into_bytes();
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": described("application/vnd.oci.image.config.v1+json", &config),
        "layers": [described("application/vnd.oci.image.layer.v1.tar+gzip", &layer)],
    });
    let manifest = manifest.to_string().into_bytes();
    let mut described = described("application/vnd.oci.image.manifest.v1+json", &manifest);
    described["annotations"] = json!({
        "org.opencontainers.image.ref.name": VERSION,
        // What docker and podman call it.
        "io.containerd.image.name": format!("localhost/{program}:{VERSION}"),
    });
    let index = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [described],
    });
    let mut layout = Tree::default();
    for blob in [layer, config, manifest] {
        layout.file(format!("blobs/sha256/{}", sum(&blob)), blob);
    }
    layout.file("index.json", index.to_string());
    layout.file(
        "oci-layout",
        json!({ "imageLayoutVersion": "1.0.0" }).to_string(),
    );
    layout.tar("", when)
}

fn layer(contents: &Contents) -> Tree {
    let mut tree = Tree::default();
    tree.program(format!("usr/bin/{NAME}"), contents.program.clone());
    let documents = format!("usr/share/doc/{NAME}");
    tree.file(format!("{documents}/LICENSE"), contents.licence.clone());
    tree.file(
        format!("{documents}/THIRD-PARTY-NOTICES"),
        contents.notices.clone(),
    );
    tree.folder("tmp", 0o1777, 0);
    tree.folder(HOME, 0o700, NOBODY);
    tree.folder(WORK, 0o755, NOBODY);
    tree
}

fn config(layer: &str, when: u64) -> io::Result<Value> {
    let seconds = i64::try_from(when).map_err(io::Error::other)?;
    let created = Timestamp::from_second(seconds).map_err(io::Error::other)?;
    Ok(json!({
        "created": created.to_string(),
        "architecture": "amd64",
        "os": "linux",
        "config": {
            "User": format!("{NOBODY}:{NOBODY}"),
            "Env": [format!("HOME=/{HOME}"), "PATH=/usr/bin".to_owned()],
            "Entrypoint": [format!("/usr/bin/{NAME}")],
            "Cmd": ["--help"],
            "WorkingDir": format!("/{WORK}"),
            "Labels": {
                "org.opencontainers.image.title": NAME,
                "org.opencontainers.image.version": VERSION,
                "org.opencontainers.image.licenses": "MIT",
            },
        },
        "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{layer}")] },
        "history": [{ "created": created.to_string(), "created_by": "cargo xtask dist" }],
    }))
}

fn described(kind: &str, bytes: &[u8]) -> Value {
    json!({ "mediaType": kind, "digest": format!("sha256:{}", sum(bytes)), "size": bytes.len() })
}

fn sum(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}
