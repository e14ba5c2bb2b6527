//! A check that fails beside others is repeated alone before it counts: on a busy machine a server, or the program, may be late
//! for a reason that is no fault of either. What needs that is told apart in the table of all checks, and only a few may.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};

/// So many in one suite are repeated. Where more fail, it is not the machine.
const MOST: usize = 4;

/// Checks beside others read, one that is alone writes.
static OTHERS: RwLock<()> = RwLock::new(());
static REPEATED: AtomicUsize = AtomicUsize::new(0);

/// Plays a check. Where it fails, plays it once more while no other one runs, and, where it does not fail then, hands over why
/// it had failed.
///
/// # Errors
/// It failed alone, too, or failed after the last one that may be repeated.
pub fn again_alone<E>(
    play: impl Fn() -> Result<(), E>,
    set_aside: impl FnOnce(E) -> Result<(), E>,
) -> Result<(), E> {
    let first = {
        let _beside_others = OTHERS.read().unwrap_or_else(PoisonError::into_inner);
        play()
    };
    let Err(failed) = first else { return Ok(()) };
    if REPEATED.fetch_add(1, Ordering::Relaxed) >= MOST {
        return Err(failed);
    }
    let _alone = OTHERS.write().unwrap_or_else(PoisonError::into_inner);
    play()?;
    set_aside(failed)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn what_fails_once_is_set_aside_and_what_fails_twice_counts() {
        let plays = Cell::new(0);
        let fails_at_first = || {
            plays.set(plays.get() + 1);
            if plays.get() == 1 {
                Err("late")
            } else {
                Ok(())
            }
        };
        let told = Cell::new("");
        let set_aside = |why| {
            told.set(why);
            Ok(())
        };
        assert_eq!(again_alone(fails_at_first, set_aside), Ok(()));
        assert_eq!((plays.get(), told.get()), (2, "late"));
        let always = again_alone(|| Err("wrong"), |_| Ok(()));
        assert_eq!(always, Err("wrong"));
        // Both were repeated, and there is room for two more.
        let many = (0..MOST).map(|_| {
            plays.set(0);
            again_alone(fails_at_first, |_| Ok(()))
        });
        let kept = many.filter(Result::is_ok).count();
        assert_eq!(kept, MOST - 2);
    }
}
