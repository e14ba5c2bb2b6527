//! What is printed for a fault of this suite and not followed in it.

pub struct Exception {
    pub code: &'static str,
    pub product: &'static str,
    pub reason: &'static str,
}

pub const EXCEPTIONS: &[Exception] = &[];
