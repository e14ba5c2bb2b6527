//! Cases that are mostly waiting, some at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Plays every case, so many at a time; what came of them is in the order in which they ended. `told` hears how many there are
/// so far, and of the last one.
pub fn play_some_at_a_time<Case: Sync, Played: Send>(
    cases: &[Case],
    at_a_time: usize,
    play: impl Fn(&Case) -> Played + Sync,
    told: impl Fn(usize, &Played) + Sync,
) -> Vec<Played> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(cases.len()));
    std::thread::scope(|scope| {
        for _ in 0..at_a_time {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let played = play(case);
                    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    told(done.len() + 1, &played);
                    done.push(played);
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_is_played_once() {
        let cases: Vec<usize> = (0..50).collect();
        let told = AtomicUsize::new(0);
        let count = |_, _: &usize| {
            told.fetch_add(1, Ordering::Relaxed);
        };
        let mut played = play_some_at_a_time(&cases, 7, |case| case * 2, count);
        played.sort_unstable();
        assert_eq!(played, cases.iter().map(|it| it * 2).collect::<Vec<_>>());
        assert_eq!(told.into_inner(), 50);
    }
}
