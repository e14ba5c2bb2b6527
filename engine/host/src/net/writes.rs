//! What a run may write on the remote, and what it owes: everything it makes is to be removed again.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use data_encoding::HEXLOWER;

use super::forbidden::Forbidden;
use super::verbs::RemoteChange;
use crate::journal::{Journal, Left, Page, Session};
use model::cleaner;

/// An administrator who finds such a name knows whose it is.
const PREFIX: &str = "remote-doctor-";
/// So many hexadecimal digits tell the names of two runs apart.
const DIGITS: usize = 16;
/// A careful probe makes a handful.
const MOST_DEBTS: usize = 50;

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

impl Debt {
    fn is(&self, probe: &str, path: &str) -> bool {
        self.probe == probe && self.path == path
    }
}

/// The permission to write of one run from one source address.
#[derive(Debug, Default)]
pub struct Writes {
    /// What every name begins with; none where the user did not permit writing.
    name: Option<String>,
    /// Where everything is written down before it is made.
    page: Option<Page>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    debts: Vec<Debt>,
    cleaning: Cleaning,
}

/// Who makes nothing any more.
#[derive(Debug)]
enum Cleaning {
    /// Probes that run again to remove what they left.
    Some(BTreeSet<String>),
    /// Every probe: the run is there to remove what an earlier one left.
    Everybody,
}

impl Default for Cleaning {
    fn default() -> Self {
        Cleaning::Some(BTreeSet::new())
    }
}

impl Writes {
    /// Permission under a name that nobody has used before. What a session makes is written down in a journal first; where
    /// the journal cannot be used, there is no permission.
    pub fn permitted(journal: &Journal, session: &Session) -> Writes {
        if journal.withholds().is_some() {
            return Writes::forbidden();
        }
        let mut bytes = [0; DIGITS / 2];
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        provider
            .secure_random
            .fill(&mut bytes)
            .expect("a system without randomness could not begin TLS either");
        let name = format!("{PREFIX}{}", HEXLOWER.encode(&bytes));
        Writes {
            page: journal.page(&name, session),
            name: Some(name),
            state: Mutex::default(),
        }
    }

    /// Permission to remove what an earlier run left, and to make nothing.
    pub fn settling(left: &Left, page: Page) -> Writes {
        let debts = left.made.iter().map(|made| Debt {
            probe: made.probe.clone(),
            path: made.path.clone(),
            refusal: None,
        });
        let state = State {
            debts: debts.collect(),
            cleaning: Cleaning::Everybody,
        };
        Writes {
            name: Some(left.name.clone()),
            page: Some(page),
            state: Mutex::new(state),
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
    pub(super) fn permit(&self, probe: &str, change: RemoteChange) -> Result<(), Forbidden> {
        let (path, makes) = match change {
            RemoteChange::Make(path) => (path, true),
            RemoteChange::Remove(path) | RemoteChange::Alter(path) => (path, false),
        };
        let Some(name) = &self.name else {
            return Err(Forbidden::NotPermitted(path));
        };
        if !is_under(&path, name) {
            return Err(Forbidden::ForeignName(path));
        }
        let mut state = self.lock();
        if !makes || state.debts.iter().any(|debt| debt.path == path) {
            return Ok(());
        }
        let cleans = match &state.cleaning {
            Cleaning::Some(probes) => probes.contains(probe),
            Cleaning::Everybody => true,
        };
        if cleans {
            return Err(Forbidden::CleaningUp(path));
        }
        if state.debts.len() >= MOST_DEBTS {
            return Err(Forbidden::TooMany { most: MOST_DEBTS });
        }
        if let Some(page) = &self.page
            && let Err(error) = page.makes(probe, &path)
        {
            let why = error.reason();
            return Err(Forbidden::NotWrittenDown { path, why });
        }
        state.debts.push(Debt {
            probe: probe.into(),
            path,
            refusal: None,
        });
        Ok(())
    }

    /// It is not on the remote, or not any more. Whoever owes it says so; of what another owes nobody else knows.
    pub fn removed(&self, probe: &str, path: &str) {
        let mut state = self.lock();
        let owed = state.debts.len();
        state.debts.retain(|debt| !debt.is(probe, path));
        if let Some(page) = self.page.as_ref().filter(|_| state.debts.len() < owed) {
            page.removed(path);
        }
    }

    /// The server does not let it be removed.
    pub fn not_removed(&self, probe: &str, path: &str, refusal: &str) {
        let mut state = self.lock();
        if let Some(debt) = state.debts.iter_mut().find(|debt| debt.is(probe, path)) {
            debt.refusal = Some(cleaner::line(refusal, 300));
        }
    }

    /// What is owed.
    pub fn debts(&self) -> Vec<Debt> {
        self.lock().debts.clone()
    }

    /// From now on this probe makes nothing any more. Gives what it owes and has not tried in vain to remove.
    pub fn clean_up(&self, probe: &str) -> Vec<String> {
        let mut state = self.lock();
        if let Cleaning::Some(probes) = &mut state.cleaning {
            probes.insert(probe.into());
        }
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

impl Drop for Writes {
    fn drop(&mut self) {
        if let Some(page) = self.page.as_ref().filter(|_| self.lock().debts.is_empty()) {
            page.settled();
        }
    }
}

/// Whether a run could have this name.
pub(crate) fn is_name_of_a_run(name: &str) -> bool {
    let is_digit = |c: char| matches!(c, '0'..='9' | 'a'..='f');
    name.strip_prefix(PREFIX)
        .is_some_and(|digits| digits.len() == DIGITS && digits.chars().all(is_digit))
}

/// Whether the last part of a path begins with the name, or with its short form for servers that take no longer one, on
/// every system that has servers. What follows the name is plain: a server must not find a pattern or a version in it.
pub(crate) fn is_under(path: &str, name: &str) -> bool {
    let short = ftp::short_name(name);
    begins_with(path, name) || short.is_some_and(|short| begins_with(path, &short))
}

fn begins_with(path: &str, name: &str) -> bool {
    let last = path
        .rsplit(['/', '\\', ':', ']', '>'])
        .next()
        .unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    last.strip_prefix(name)
        .is_some_and(|rest| rest.chars().all(plain))
}

#[cfg(test)]
impl Writes {
    /// Permission that is written down nowhere.
    pub(super) fn of_a_test() -> Writes {
        let session = Session {
            host: "ftp.example.com".into(),
            port: 21,
            ssl: Default::default(),
            user: Some("jo".into()),
            remote_path: None,
            source: None,
        };
        Writes::permitted(&Journal::NotNeeded, &session)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make(path: &str) -> RemoteChange {
        RemoteChange::Make(path.into())
    }

    #[test]
    fn nothing_is_permitted_unless_the_user_did() {
        let writes = Writes::forbidden();
        assert_eq!(writes.name(), None);
        for change in [make("remote-doctor-00"), RemoteChange::Remove("x".into())] {
            assert!(matches!(
                writes.permit("p", change),
                Err(Forbidden::NotPermitted(_))
            ));
        }
    }

    #[test]
    fn only_names_of_this_run_are_written() {
        let writes = Writes::of_a_test();
        let name = writes.name().unwrap().to_string();
        for own in [
            name.clone(),
            format!("{name}.txt"),
            format!("/in box/{name}-1"),
            // Where a server takes eight letters only.
            ftp::short_name(&name).unwrap(),
            format!("{}.T2", ftp::short_name(&name).unwrap()),
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
            "RD.T1".to_string(),
            String::new(),
        ];
        for path in foreign {
            for change in [
                make(&path),
                RemoteChange::Remove(path.clone()),
                RemoteChange::Alter(path.clone()),
            ] {
                assert!(
                    matches!(writes.permit("p", change), Err(Forbidden::ForeignName(_))),
                    "{path}"
                );
            }
        }
        assert!(Writes::of_a_test().name() != Some(&name));
    }

    #[test]
    fn what_was_made_is_owed_until_it_is_gone() {
        let writes = Writes::of_a_test();
        let path = format!("{}.txt", writes.name().unwrap());
        let other = format!("{}-d", writes.name().unwrap());
        writes.permit("p", make(&path)).unwrap();
        writes.permit("p", make(&path)).unwrap();
        writes.permit("p", make(&other)).unwrap();
        writes
            .permit("p", RemoteChange::Remove(path.clone()))
            .unwrap();
        assert_eq!(writes.debts().len(), 2, "sent is not done");
        writes.removed("another", &path);
        writes.not_removed("another", &other, "forged");
        assert_eq!(writes.debts().len(), 2, "it is not the other's to say");
        writes.removed("p", &path);
        assert_eq!(writes.clean_up("p"), std::slice::from_ref(&other));
        assert!(matches!(
            writes.permit("p", make(&path)),
            Err(Forbidden::CleaningUp(_))
        ));
        writes.not_removed("p", &other, "550 no");
        assert!(writes.clean_up("p").is_empty());
        assert_eq!(writes.debts()[0].refusal.as_deref(), Some("550 no"));
    }

    #[test]
    fn there_is_an_end_to_what_a_probe_may_owe() {
        let writes = Writes::of_a_test();
        let name = writes.name().unwrap();
        let made = (0..100)
            .filter(|n| writes.permit("p", make(&format!("{name}-{n}"))).is_ok())
            .count();
        assert_eq!(made, MOST_DEBTS);
    }
}
