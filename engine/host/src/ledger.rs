//! Memory of the host that is kept because a guest said so. It is charged before it is kept, and given back with what is
//! dropped: who wants to keep something has to have a [`Kept`], and only a [`Ledger`] makes one.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// So many bytes, of which charges take their part.
#[derive(Clone, Debug)]
pub struct Ledger {
    left: Arc<AtomicUsize>,
}

/// The ledger has not as many bytes left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// A part of a ledger, which gets it back when this is dropped.
#[derive(Debug)]
pub struct Charge {
    ledger: Ledger,
    bytes: usize,
}

/// A value that is charged as long as it is there.
#[derive(Debug)]
pub struct Kept<T> {
    value: T,
    _charge: Charge,
}

/// What has a size in memory.
pub trait Weigh {
    /// The bytes it takes, all in all; an estimate that is rather too high.
    fn weight(&self) -> usize;
}

impl Ledger {
    /// A ledger of so many bytes.
    pub fn new(bytes: usize) -> Ledger {
        Ledger {
            left: Arc::new(AtomicUsize::new(bytes)),
        }
    }

    /// A charge of nothing, to begin with.
    pub fn open(&self) -> Charge {
        Charge {
            ledger: self.clone(),
            bytes: 0,
        }
    }

    /// Takes so many bytes.
    ///
    /// # Errors
    /// There are not as many.
    pub fn charge(&self, bytes: usize) -> Result<Charge, Full> {
        let mut charge = self.open();
        charge.grow(bytes)?;
        Ok(charge)
    }

    /// Charges for a value that is to be kept.
    ///
    /// # Errors
    /// There is no room for it.
    pub fn keep<T: Weigh>(&self, value: T) -> Result<Kept<T>, Full> {
        let _charge = self.charge(value.weight())?;
        Ok(Kept { value, _charge })
    }
}

impl Charge {
    /// Takes so many bytes more.
    ///
    /// # Errors
    /// There are not as many; nothing is taken then.
    pub fn grow(&mut self, bytes: usize) -> Result<(), Full> {
        let left = &self.ledger.left;
        let taken = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            left.checked_sub(bytes)
        });
        taken.map_err(|_| Full)?;
        self.bytes += bytes;
        Ok(())
    }

    /// Gives so many bytes back, or all.
    pub fn shrink(&mut self, bytes: usize) {
        let given = bytes.min(self.bytes);
        self.bytes -= given;
        self.ledger.left.fetch_add(given, Ordering::Relaxed);
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.shrink(self.bytes);
    }
}

impl<T> Deref for Kept<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl Weigh for str {
    fn weight(&self) -> usize {
        self.len() + size_of::<String>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Weigh for Vec<u8> {
        fn weight(&self) -> usize {
            self.len()
        }
    }

    #[test]
    fn nothing_is_kept_beyond_the_limit_and_what_is_dropped_is_given_back() {
        let ledger = Ledger::new(100);
        let kept = ledger.keep(vec![0; 60]).unwrap();
        assert_eq!(kept.len(), 60);
        assert_eq!(ledger.keep(vec![0; 41]).err(), Some(Full));
        let rest = ledger.keep(vec![0; 40]).unwrap();
        assert_eq!(ledger.keep(vec![0; 1]).err(), Some(Full));
        drop(kept);
        assert!(ledger.keep(vec![0; 60]).is_ok());
        drop(rest);
        assert!(ledger.keep(vec![0; 100]).is_ok(), "given back at once");
    }

    #[test]
    fn a_charge_grows_and_shrinks_and_no_sum_overflows() {
        let ledger = Ledger::new(10);
        let mut charge = ledger.open();
        charge.grow(7).unwrap();
        assert_eq!(charge.grow(usize::MAX), Err(Full));
        assert_eq!(charge.grow(4), Err(Full));
        charge.shrink(2);
        charge.grow(5).unwrap();
        charge.shrink(1_000);
        assert!(ledger.charge(10).is_ok());
    }
}
