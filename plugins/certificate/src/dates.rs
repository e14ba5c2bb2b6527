//! Is the certificate valid today?

use probe_sdk::{Decision, Run};
use x509_parser::prelude::X509Certificate;
use x509_parser::time::ASN1Time;

use crate::mend::Mended;
use crate::{EXPIRED, EXPIRES_SOON, NOT_YET_VALID, finding, lifetime};

const DAY: i64 = 86_400;
/// Renewing takes people a few weeks.
const SOON_DAYS: i64 = 30;

pub(crate) fn judge(run: &mut Run, leaf: &X509Certificate<'_>, mended: &Mended, is_public: bool) {
    let now = run.request().now;
    let (from, until) = (
        leaf.validity().not_before.timestamp(),
        leaf.validity().not_after.timestamp(),
    );
    let renewed = |finding| match is_public {
        true => lifetime::with_next(finding, now, until),
        false => finding,
    };
    if now > until {
        let detail = format!(
            "The certificate expired {} ({}).",
            ago(now - until),
            day(until)
        );
        run.found(
            mended.by_clock(renewed(finding(EXPIRED, leaf, detail).because(
                Decision::by_evidence("its expiry date, by the clock of this machine"),
            ))),
        );
    } else if now < from {
        let detail = format!(
            "The certificate is not valid yet: it becomes valid {} ({}), unless the clock of this machine is \
            wrong.",
            ahead(from - now),
            day(from)
        );
        let named = finding(NOT_YET_VALID, leaf, detail)
            .because(Decision::by_evidence(
                "its start date, by the clock of this machine",
            ))
            .evidence("our clock", day(now));
        run.found(mended.by_clock(named));
    } else if until - now < SOON_DAYS * DAY {
        let left = days_between(now, until);
        let detail = format!(
            "The certificate expires {} ({}).",
            ahead(until - now),
            day(until)
        );
        run.found(renewed(finding(EXPIRES_SOON, leaf, detail)).evidence("days left", left));
    }
}

/// A moment at which the dates of the leaf are right: now, where they are.
pub(crate) fn moment_of_validity(now: i64, leaf: &X509Certificate<'_>) -> i64 {
    let (from, until) = (
        leaf.validity().not_before.timestamp(),
        leaf.validity().not_after.timestamp(),
    );
    if (from..=until).contains(&now) {
        now
    } else {
        from + (until - from) / 2
    }
}

/// Whole days from one moment to another.
pub(crate) fn days_between(from: i64, to: i64) -> i64 {
    (to - from).div_euclid(DAY)
}

/// The date of a moment, in UTC.
pub(crate) fn day(timestamp: i64) -> String {
    ASN1Time::from_timestamp(timestamp).map_or_else(
        |_| "an impossible date".into(),
        |time| time.to_datetime().date().to_string(),
    )
}

fn ago(seconds: i64) -> String {
    match seconds / DAY {
        0 => "less than a day ago".into(),
        1 => "1 day ago".into(),
        days => format!("{days} days ago"),
    }
}

fn ahead(seconds: i64) -> String {
    match seconds / DAY {
        0 => "in less than a day".into(),
        1 => "in 1 day".into(),
        days => format!("in {days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_people_s() {
        assert_eq!(day(0), "1970-01-01");
        assert_eq!(ago(12 * DAY + 5), "12 days ago");
        assert_eq!(ahead(DAY), "in 1 day");
        assert_eq!(days_between(0, 29 * DAY + 1), 29);
    }
}
