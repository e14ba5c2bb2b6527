//! Where the program looks from: an endpoint, a state file and a token that must not show up anywhere.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use libtest_mimic::Failed;
use serde_json::Value;
use tempfile::TempDir;

use crate::canary;
use crate::endpoint::{Endpoint, Reply};

pub const PATH: &str = "/ip_addresses";
/// What every first look sees.
pub const BEFORE: &str = r#"[
    {"id": "Site", "associated_with": "Site", "ip_addresses": ["203.0.113.7", "203.0.113.8"]},
    {"id": "Public", "associated_with": "Public", "ip_addresses": ["198.51.100.0/24", "192.0.2.1"]}
]"#;

pub fn json(text: &str) -> Reply {
    Reply::Json(text.into())
}

/// An endpoint, a state file and a token.
pub struct Desk {
    pub endpoint: Endpoint,
    folder: TempDir,
    pub token: String,
}

/// What a look came to.
pub struct Looked {
    pub exit: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Looked {
    pub fn json(&self) -> Result<Value, Failed> {
        Ok(serde_json::from_str(&self.stdout)?)
    }

    /// Words may be on two lines.
    pub fn says(&self, words: &str) -> bool {
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        flat(&self.stdout).contains(words) || flat(&self.stderr).contains(words)
    }

    pub fn expect(self, exit: i32, says: &[&str]) -> Result<Looked, Failed> {
        let missing = says.iter().find(|words| !self.says(words));
        if self.exit != Some(exit) || missing.is_some() {
            let Looked { stdout, stderr, .. } = &self;
            let got = self.exit;
            return Err(format!("exit {got:?}, not said: {missing:?}\n{stdout}{stderr}").into());
        }
        Ok(self)
    }
}

impl Desk {
    pub fn new(endpoint: Endpoint) -> Result<Desk, Failed> {
        let desk = Desk {
            endpoint,
            folder: tempfile::tempdir()?,
            token: canary::fresh(),
        };
        fs::write(desk.file("token"), &desk.token)?;
        desk.endpoint.answer(PATH, json(BEFORE));
        Ok(desk)
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn state(&self) -> Result<Vec<u8>, Failed> {
        Ok(fs::read(self.file("state"))?)
    }

    /// Looks at the endpoint with the token.
    pub fn look(&self, args: &[&str]) -> Result<Looked, Failed> {
        let token = self.file("token").display().to_string();
        let with_token = ["--token-file", &token, "--token-header", "X-Api-Key"];
        self.look_at(&self.endpoint.url(PATH), &[&with_token, args].concat())
    }

    pub fn look_at(&self, source: &str, args: &[&str]) -> Result<Looked, Failed> {
        let output = Command::new(suite::program())
            .args(["addresses", source, "--timeout", "5", "--state"])
            .arg(self.file("state"))
            .args(args)
            .stdin(Stdio::null())
            .output()?;
        for text in [&output.stdout, &output.stderr] {
            if let Some(form) = canary::leak(&self.token, text) {
                return Err(format!("the token is printed ({form})").into());
            }
        }
        if let Ok(state) = self.state()
            && canary::leak(&self.token, &state).is_some()
        {
            return Err("the token is in the state".into());
        }
        Ok(Looked {
            exit: output.status.code(),
            stdout: String::from_utf8(output.stdout)?,
            stderr: String::from_utf8(output.stderr)?,
        })
    }
}
