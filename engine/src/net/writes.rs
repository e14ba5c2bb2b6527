//! What a run may write on the remote, and what it owes: everything it makes is to be removed again.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use data_encoding::HEXLOWER;

use super::commands::Change;
use super::printable;

/// An administrator who finds such a name knows whose it is.
const PREFIX: &str = "remote-doctor-";
/// A careful probe makes a handful.
const MOST_DEBTS: usize = 50;

/// Why a command of a probe is not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// The user did not permit writing.
    #[error("it would change `{0}` on the remote, and --allow-writes was not given")]
    NotPermitted(String),
    /// The probe does not have the capability, or not any more.
    #[error("it would change `{0}` on the remote, and does not have the capability `write`")]
    NotGranted(String),
    /// Not under the name of this run.
    #[error("it would change `{0}` on the remote, which is not under the name of this run")]
    ForeignName(String),
    /// A command that cannot be held to a name.
    #[error("it asked for `{0}`, which cannot be held to the files of this run")]
    Unbounded(String),
    /// Too many files.
    #[error("it has made {MOST_DEBTS} files and directories and removed none")]
    TooMany,
    /// Nothing is made any more.
    #[error("it would make `{0}`, and this run of the probe is there to remove")]
    CleaningUp(String),
    /// It may mean one thing to us and another to a server.
    #[error(
        "it sent `{0}`, which may be read as a command that changes something and is not spelt as one"
    )]
    Unreadable(String),
    /// What follows something else than text cannot be read.
    #[error("it wrote more after it had sent something else than text")]
    AfterBinary,
}

/// Something that a probe made on the remote, or may have made, and has not said to be gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Debt {
    /// The probe.
    pub probe: String,
    /// The path as it was sent.
    pub path: String,
    /// What the server says to its removal, where that was tried.
    pub refusal: Option<String>,
}

/// The permission to write of one run from one source address.
#[derive(Debug, Default)]
pub struct Writes {
    /// What every name begins with; none where the user did not permit writing.
    name: Option<String>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    debts: Vec<Debt>,
    /// Probes that run again to remove what they left.
    cleaning: BTreeSet<String>,
}

impl Writes {
    /// Permission under a name that nobody has used before.
    pub fn permitted() -> Writes {
        let mut bytes = [0; 8];
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        provider
            .secure_random
            .fill(&mut bytes)
            .expect("a system without randomness could not begin TLS either");
        Writes {
            name: Some(format!("{PREFIX}{}", HEXLOWER.encode(&bytes))),
            state: Mutex::default(),
        }
    }

    /// No permission.
    pub fn forbidden() -> Writes {
        Writes::default()
    }

    /// What every name begins with; none where writing is not permitted.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Judges a command of a probe before it is sent, and writes down what it may make.
    ///
    /// # Errors
    /// The rule that forbids it.
    pub(super) fn permit(&self, probe: &str, change: Change) -> Result<(), Forbidden> {
        let (path, makes) = match change {
            Change::Make(path) => (path, true),
            Change::Remove(path) | Change::Alter(path) => (path, false),
            Change::Unbounded(command) => {
                return Err(match self.name {
                    Some(_) => Forbidden::Unbounded(command),
                    None => Forbidden::NotPermitted(command),
                });
            }
        };
        let Some(name) = &self.name else {
            return Err(Forbidden::NotPermitted(path));
        };
        if !is_own(&path, name) {
            return Err(Forbidden::ForeignName(path));
        }
        let mut state = self.lock();
        if !makes || state.debts.iter().any(|debt| debt.path == path) {
            return Ok(());
        }
        if state.cleaning.contains(probe) {
            return Err(Forbidden::CleaningUp(path));
        }
        if state.debts.len() >= MOST_DEBTS {
            return Err(Forbidden::TooMany);
        }
        state.debts.push(Debt {
            probe: probe.into(),
            path,
            refusal: None,
        });
        Ok(())
    }

    /// It is not on the remote, or not any more.
    pub fn removed(&self, path: &str) {
        self.lock().debts.retain(|debt| debt.path != path);
    }

    /// The server does not let it be removed.
    pub fn not_removed(&self, path: &str, refusal: &str) {
        let mut state = self.lock();
        if let Some(debt) = state.debts.iter_mut().find(|debt| debt.path == path) {
            debt.refusal = Some(printable(&refusal.replace('\n', " "), 300));
        }
    }

    /// What is owed.
    pub fn debts(&self) -> Vec<Debt> {
        self.lock().debts.clone()
    }

    /// From now on this probe makes nothing any more. Gives what it owes and has not tried in vain to remove.
    pub fn clean_up(&self, probe: &str) -> Vec<String> {
        let mut state = self.lock();
        state.cleaning.insert(probe.into());
        let open = state
            .debts
            .iter()
            .filter(|debt| debt.probe == probe && debt.refusal.is_none());
        open.map(|debt| debt.path.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the last part of a path begins with the name, on every system that has servers. What follows the name is plain:
/// a server must not find a pattern or a version in it.
fn is_own(path: &str, name: &str) -> bool {
    let last = path
        .rsplit(['/', '\\', ':', ']', '>'])
        .next()
        .unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    last.strip_prefix(name)
        .is_some_and(|rest| rest.chars().all(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make(path: &str) -> Change {
        Change::Make(path.into())
    }

    #[test]
    fn nothing_is_permitted_unless_the_user_did() {
        let writes = Writes::forbidden();
        assert_eq!(writes.name(), None);
        for change in [
            make("remote-doctor-00"),
            Change::Remove("x".into()),
            Change::Unbounded("STOU".into()),
        ] {
            assert!(matches!(
                writes.permit("p", change),
                Err(Forbidden::NotPermitted(_))
            ));
        }
    }

    #[test]
    fn only_names_of_this_run_are_written() {
        let writes = Writes::permitted();
        let name = writes.name().unwrap().to_string();
        for own in [
            name.clone(),
            format!("{name}.txt"),
            format!("/in box/{name}-1"),
        ] {
            assert_eq!(writes.permit("p", make(&own)), Ok(()), "{own}");
        }
        let foreign = [
            "order.csv".to_string(),
            PREFIX.to_string(),
            format!("{name}/order.csv"),
            format!("{name}/.."),
            format!("{name}/"),
            format!("{name}*"),
            format!("{name} order.csv"),
            format!("-rf {name}"),
            format!("x{name}"),
            String::new(),
        ];
        for path in foreign {
            for change in [
                make(&path),
                Change::Remove(path.clone()),
                Change::Alter(path.clone()),
            ] {
                assert!(
                    matches!(writes.permit("p", change), Err(Forbidden::ForeignName(_))),
                    "{path}"
                );
            }
        }
        assert!(Writes::permitted().name() != Some(&name));
    }

    #[test]
    fn what_was_made_is_owed_until_it_is_gone() {
        let writes = Writes::permitted();
        let path = format!("{}.txt", writes.name().unwrap());
        let other = format!("{}-d", writes.name().unwrap());
        writes.permit("p", make(&path)).unwrap();
        writes.permit("p", make(&path)).unwrap();
        writes.permit("p", make(&other)).unwrap();
        writes.permit("p", Change::Remove(path.clone())).unwrap();
        assert_eq!(writes.debts().len(), 2, "sent is not done");
        writes.removed(&path);
        assert_eq!(writes.clean_up("p"), std::slice::from_ref(&other));
        assert!(matches!(
            writes.permit("p", make(&path)),
            Err(Forbidden::CleaningUp(_))
        ));
        writes.not_removed(&other, "550 no");
        assert!(writes.clean_up("p").is_empty());
        assert_eq!(writes.debts()[0].refusal.as_deref(), Some("550 no"));
    }

    #[test]
    fn there_is_an_end_to_what_a_probe_may_owe() {
        let writes = Writes::permitted();
        let name = writes.name().unwrap();
        let made = (0..100)
            .filter(|n| writes.permit("p", make(&format!("{name}-{n}"))).is_ok())
            .count();
        assert_eq!(made, MOST_DEBTS);
    }
}
