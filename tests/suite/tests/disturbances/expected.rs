//! What a disturbance may be called.

use lab::Software;
use model::verdict::Verdict;

use crate::case::{At, Case, Way};
use crate::play::{Found, Outcome};

/// Where what came is not what it should be.
pub fn complaints(case: &Case, outcome: &Outcome) -> Vec<String> {
    let mut complaints = Vec::new();
    let allowed = codes(case);
    for found in &outcome.found {
        if case.once && found.is_error && !is_never_repeated(case.at) {
            complaints.push(format!(
                "{} for what happened once ({})",
                found.code, found.evidence
            ));
        } else if !is_allowed(&allowed, found) {
            complaints.push(format!(
                "{} is another fault's code ({})",
                found.code, found.evidence
            ));
        }
    }
    if outcome.verdict == Verdict::Healthy && outcome.found.is_empty() && !may_be_healthy(case) {
        complaints.push("nothing wrong was found".into());
    }
    complaints
}

/// The password is sent once; what is said of that one time is all there is.
fn is_never_repeated(at: At) -> bool {
    at == At::Pass
}

fn is_allowed(allowed: &[&str], found: &Found) -> bool {
    allowed.contains(&found.code.as_str())
}

/// Whether nothing is lost with it: it came in time, or in pieces, once, or to a question that need not be answered.
fn may_be_healthy(case: &Case) -> bool {
    let harmless = match case.way {
        Way::Late | Way::InPieces => true,
        Way::Silence
        | Way::Fin
        | Way::Rst
        | Way::Twice
        | Way::TooLate
        | Way::NotNow
        | Way::Refused
        | Way::UnknownText
        | Way::Garbage => false,
    };
    harmless || case.once || case.at.is_left_out() || words_do_not_matter(case) || is_optional(case)
}

/// The code alone says it (RFC 959 section 4.2), or what the words carry can be done without; a port can not.
fn words_do_not_matter(case: &Case) -> bool {
    let in_words = matches!(case.at, At::Epsv | At::Pasv);
    case.way == Way::UnknownText && !in_words
}

/// What a server need not know: RFC 2389, RFC 3659, and what RFC 4217 lets follow from the mode.
fn is_optional(case: &Case) -> bool {
    let refused = matches!(case.way, Way::NotNow | Way::Refused);
    let needless = matches!(
        case.at,
        At::Feat | At::Mlsd | At::Pbsz | At::Pwd | At::Size | At::Mdtm | At::Mfmt
    );
    refused && needless
}

/// The codes that fit.
fn codes(case: &Case) -> Vec<&'static str> {
    let mut codes = match case.way {
        Way::Silence => vec!["service.stops-answering"],
        Way::Fin | Way::Rst => vec!["service.closes-session"],
        Way::Twice => vec!["service.replies-out-of-step"],
        Way::Late => vec!["service.slow-replies", "service.slow-banner"],
        Way::TooLate => vec![
            "settings.timeout-too-short",
            "service.stops-answering",
            "service.slow-replies",
        ],
        Way::NotNow | Way::Refused | Way::UnknownText | Way::InPieces => Vec::new(),
        Way::Garbage => vec!["service.malformed-reply"],
    };
    codes.extend(at_this_command(case));
    if case.at.writes() {
        codes.extend(of_the_product(case));
    }
    codes
}

/// What is true of a product, whatever is disturbed.
fn of_the_product(case: &Case) -> Option<&'static str> {
    let sets_no_times = matches!(case.software, Software::Iis | Software::Libunftp);
    sets_no_times.then_some("ftp.times-not-settable")
}

/// The names that a fault has because of where it is.
fn at_this_command(case: &Case) -> &'static [&'static str] {
    let ends = matches!(case.way, Way::Fin | Way::Rst);
    let refuses = matches!(case.way, Way::NotNow | Way::Refused);
    let unread = matches!(case.way, Way::UnknownText | Way::Garbage);
    match case.at {
        At::Greeting if case.way == Way::Silence => &["service.no-banner"],
        At::Greeting if ends => &["net.closed-without-banner"],
        At::Greeting if case.way == Way::TooLate => &["service.slow-banner"],
        At::Greeting if refuses => &["service.unavailable", "service.not-ftp"],
        At::Greeting if case.way == Way::Garbage => &["service.not-ftp"],
        At::Auth if refuses => &["ftps.not-supported"],
        At::Auth if case.way == Way::Garbage => &["ftps.not-supported"],
        At::User if refuses => &["ftp.account-restricted", "ftp.login-rejected"],
        At::Pass if refuses => &[
            "ftp.login-rejected",
            "ftp.home-unavailable",
            "ftp.account-restricted",
        ],
        At::Pass if ends => &["ftp.login-rejected"],
        // Without PBSZ, PROT is out of order (RFC 4217 section 9).
        At::Prot | At::Pbsz if refuses => &["ftps.data-protection-refused"],
        At::Epsv if case.way != Way::InPieces && case.way != Way::Late => &[
            "data.epsv-broken",
            "data.passive-refused",
            "data.ports-exhausted",
        ],
        At::Pasv if case.way != Way::InPieces && case.way != Way::Late => &[
            "data.pasv-broken",
            "data.passive-refused",
            "data.ports-exhausted",
        ],
        At::List if refuses => &["ftp.list-denied", "data.truncated"],
        At::List if case.way == Way::Silence || case.way == Way::TooLate => {
            &["data.tls-stalls", "data.affinity-lost"]
        }
        At::List if unread => &["data.truncated", "ftp.list-denied", "data.tls-failed"],
        At::Mlsd if unread => &["ftp.no-machine-listing", "data.truncated"],
        At::Mlsd if case.way == Way::Silence => &["data.tls-stalls"],
        At::Mkd if refuses => &["ftp.directory-create-denied"],
        At::Stor if refuses => &["ftp.write-denied"],
        At::Rnfr | At::Rnto if refuses => &["ftp.rename-denied"],
        At::Dele | At::Rmd if refuses => &["ftp.delete-denied"],
        At::Rest if refuses => &["ftp.resume-broken"],
        At::Mfmt | At::Mdtm if refuses => &["ftp.times-not-settable"],
        _ => &[],
    }
}
