//! The clock of this machine, by which certificates are judged.

use jiff::Timestamp;
use jiff::civil::Date;

/// Every certificate in use is younger, and so is this program.
const FIRST: Date = Date::constant(2020, 1, 1);
/// No certificate in use lasts as long.
const LAST: Date = Date::constant(2100, 1, 1);

/// The clock cannot be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the clock of this machine says {0}, which cannot be right: without the right time, no certificate can be \
    verified and no TLS connection made. Set the clock, and run the check again"
)]
pub struct ClockError(Timestamp);

/// The time to judge certificates by, in seconds since 1970.
///
/// # Errors
/// The clock is off by years. Every fault it would lead to is this machine's, and none the remote's.
pub fn now() -> Result<i64, ClockError> {
    judged(Timestamp::now())
}

fn judged(now: Timestamp) -> Result<i64, ClockError> {
    let date = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    match (FIRST..LAST).contains(&date) {
        true => Ok(now.as_second()),
        false => Err(ClockError(now.round(jiff::Unit::Second).unwrap_or(now))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_off_by_years_is_this_machines_fault() {
        for wrong in [
            "1969-12-31T23:59:59Z",
            "1901-12-13T20:45:52Z",
            "1970-01-01T00:00:00Z",
            "2019-12-31T23:59:59Z",
            "2100-01-01T00:00:00Z",
            "9999-01-01T00:00:00Z",
        ] {
            let error = judged(wrong.parse().unwrap()).unwrap_err().to_string();
            assert!(error.contains("the clock of this machine"), "{error}");
            assert!(error.contains(&wrong[..10]), "{error}");
        }
        let right: Timestamp = "2026-11-29T12:00:00Z".parse().unwrap();
        assert_eq!(judged(right), Ok(right.as_second()));
    }
}
