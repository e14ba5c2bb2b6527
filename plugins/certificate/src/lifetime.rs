//! How long a certificate of a public CA may live (CA/Browser Forum baseline requirements section 6.3.2, as of ballot
//! SC-081v3). Private CAs are bound by nothing.

use probe_sdk::{Finding, Run};
use x509_parser::prelude::X509Certificate;

use crate::{LIFETIME_TOO_LONG, dates, finding};

const DAY: i64 = 86_400;

/// From this moment on (seconds since 1970), at most so many days. The first row stands for 39 months, taken at their
/// longest: what was issued under it has ended long ago.
const LIMITS: [(i64, i64); 6] = [
    (i64::MIN, 1_188),
    (1_519_862_400, 825), // 2018-03-01
    (1_598_918_400, 398), // 2020-09-01
    (1_773_532_800, 200), // 2026-03-15
    (1_805_068_800, 100), // 2027-03-15
    (1_868_227_200, 47),  // 2029-03-15
];

/// The limit in days for a certificate that begins at this moment.
fn limit(begins: i64) -> i64 {
    LIMITS
        .iter()
        .rev()
        .find(|(from, _)| *from <= begins)
        .map_or(LIMITS[0].1, |(_, days)| *days)
}

/// Whether a certificate lives longer than the rules allow. Both ends count, to the second (RFC 5280 section 4.1.2.5).
fn is_too_long(begins: i64, ends: i64) -> bool {
    ends - begins + 1 > limit(begins) * DAY
}

/// Judges a certificate that a public CA issued.
pub(crate) fn judge(run: &mut Run, leaf: &X509Certificate<'_>) {
    let (begins, ends) = (
        leaf.validity().not_before.timestamp(),
        leaf.validity().not_after.timestamp(),
    );
    if !is_too_long(begins, ends) {
        return;
    }
    let days = (ends - begins) / DAY;
    let detail = format!(
        "The certificate is valid for {days} days, but the limit is {} days for a public CA when the validity \
        begins on {}. Strict clients reject it. {}",
        limit(begins),
        dates::day(begins),
        next(run.request().now, ends)
    );
    run.found(
        finding(LIFETIME_TOO_LONG, leaf, detail)
            .evidence("lifetime in days", days)
            .evidence("allowed in days", limit(begins)),
    );
}

/// Tells of the next certificate, in a finding that makes somebody renew this one.
pub(crate) fn with_next(finding: Finding, now: i64, ends: i64) -> Finding {
    finding.evidence(
        "the next one lives at most",
        format!("{} days", limit(renewal(now, ends))),
    )
}

/// What the limit means for whoever renews by hand.
fn next(now: i64, ends: i64) -> String {
    let days = limit(renewal(now, ends));
    let times = (365 + days - 1) / days;
    format!(
        "The next one may be valid for {days} days at most. That means {times} renewals a year, which should be \
        automatic."
    )
}

/// Nobody renews later than at the end, nor in the past.
fn renewal(now: i64, ends: i64) -> i64 {
    now.max(ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPRING_2026: i64 = 1_773_532_800;

    #[test]
    fn the_rules_change_on_these_days() {
        let days: Vec<String> = LIMITS[1..]
            .iter()
            .map(|(from, _)| dates::day(*from))
            .collect();
        assert_eq!(
            days,
            [
                "2018-03-01",
                "2020-09-01",
                "2026-03-15",
                "2027-03-15",
                "2029-03-15"
            ]
        );
    }

    #[test]
    fn the_limit_is_that_of_the_day_it_begins() {
        for pair in LIMITS.windows(2) {
            let ((_, before), (from, since)) = (pair[0], pair[1]);
            assert_eq!((limit(from - 1), limit(from)), (before, since));
        }
        assert_eq!((limit(0), limit(i64::MAX)), (1_188, 47));
    }

    #[test]
    fn the_last_second_counts() {
        assert!(!is_too_long(SPRING_2026, SPRING_2026 + 200 * DAY - 1));
        assert!(is_too_long(SPRING_2026, SPRING_2026 + 200 * DAY));
        // Issued a day before the rule changed, and as long as was right then.
        let eve = SPRING_2026 - DAY;
        assert!(!is_too_long(eve, eve + 398 * DAY - 1));
    }

    #[test]
    fn the_next_one_falls_under_the_rules_of_its_own_day() {
        let year = 365 * DAY;
        assert!(
            next(SPRING_2026, SPRING_2026 + year + DAY)
                .contains("100 days at most. That means 4 renewals")
        );
        assert!(
            next(SPRING_2026, SPRING_2026 - year)
                .contains("200 days at most. That means 2 renewals")
        );
    }
}
