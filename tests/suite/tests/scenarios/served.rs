//! A server of the lab with a password that no other run has, and a folder with what a check of it needs.

use std::fs;

use lab::{Behaviour, Lab};
use libtest_mimic::Failed;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::canary;

/// All of it goes away together.
pub struct Served {
    pub lab: Lab,
    /// Holds `ca.pem` and the password in `secret`.
    pub folder: TempDir,
    /// Other servers may run on it, too.
    pub runtime: Runtime,
}

impl Served {
    /// Starts a server that behaves like this, but for its password.
    pub fn open(behaviour: Behaviour) -> Result<Served, Failed> {
        let runtime = Runtime::new()?;
        let behaviour = Behaviour {
            password: canary::fresh(),
            ..behaviour
        };
        let lab = runtime.block_on(Lab::start(behaviour))?;
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("ca.pem"), lab.authority_pem())?;
        fs::write(folder.path().join("secret"), &lab.behaviour().password)?;
        Ok(Served {
            lab,
            folder,
            runtime,
        })
    }
}
