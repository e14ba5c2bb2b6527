//! The probe that holds a connection, and what it may say there.

use std::sync::Arc;

use super::commands::NotSaid;
use super::forbidden::{Forbidden, shown};
use super::verbs::{Act, Command, Origin};
use super::writes::Writes;
use model::capability::{Capability, Power, Powers};

/// Whose words go over a connection; nobody's has no powers.
#[derive(Clone, Debug)]
pub(super) struct Holder {
    powers: Arc<Powers>,
    origin: Origin,
}

impl Holder {
    pub(super) fn new(powers: Arc<Powers>, origin: Origin) -> Holder {
        Holder { powers, origin }
    }

    pub(super) fn nobody() -> Holder {
        Holder::new(Arc::default(), Origin::TakenOver)
    }

    /// Judges a command that is in the list, and writes down what it may make.
    ///
    /// # Errors
    /// The power that is missing, or the rule of writing that forbids it.
    pub(super) fn permits(
        &self,
        probe: &str,
        command: &Command<'_>,
        writes: &Writes,
    ) -> Result<(), NotSaid> {
        for needed in command.needs.powers(self.origin) {
            self.has(needed, || format!("`{}`", shown(command.text)))?;
        }
        match &command.act {
            Act::Change(change) => Ok(writes.permit(probe, change.clone())?),
            Act::Ask | Act::Name(_) | Act::Request => Ok(()),
        }
    }

    /// Whoever listens at a data port need not be the FTP server: without an upload nothing is said there.
    ///
    /// # Errors
    /// The probe may not write, or nobody may.
    pub(super) fn may_upload(&self, writes: &Writes) -> Result<(), NotSaid> {
        self.has(Capability::Write, || "data on a data connection".into())?;
        match writes.name() {
            Some(_) => Ok(()),
            None => Err(Forbidden::DataNotPermitted.into()),
        }
    }

    /// Whether it has the power that it takes to send this.
    fn has(&self, needed: Capability, what: impl Fn() -> String) -> Result<(), NotSaid> {
        match self.powers.of(needed) {
            Power::Granted => Ok(()),
            Power::Denied => Err(NotSaid::Denied(needed)),
            Power::NotAskedFor => Err(NotSaid::Forbidden(Forbidden::NotGranted {
                what: what(),
                capability: needed,
            })),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn data_is_sent_with_the_power_to_write_and_the_permission_to() {
        let holder = |asked: &[Capability], denied: &[Capability]| {
            let set = |list: &[Capability]| list.iter().copied().collect::<BTreeSet<_>>();
            let powers = Powers::new(&set(asked), &set(denied));
            Holder::new(Arc::new(powers), Origin::Opened)
        };
        let (permitted, forbidden) = (Writes::of_a_test(), Writes::forbidden());
        let write = [Capability::Write];
        assert_eq!(holder(&write, &[]).may_upload(&permitted), Ok(()));
        assert_eq!(
            holder(&write, &[]).may_upload(&forbidden),
            Err(Forbidden::DataNotPermitted.into())
        );
        assert_eq!(
            holder(&write, &write).may_upload(&permitted),
            Err(NotSaid::Denied(Capability::Write))
        );
        let others = [Capability::Data, Capability::Connect, Capability::Login];
        for holder in [holder(&others, &[]), Holder::nobody()] {
            assert!(matches!(
                holder.may_upload(&permitted),
                Err(NotSaid::Forbidden(Forbidden::NotGranted { .. }))
            ));
        }
    }
}
