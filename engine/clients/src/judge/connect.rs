//! Up to the end of the login.

use facts::name;

use super::{Case, Way, certificate};
use crate::profile::{DeadAddress, Mode, Step, Unprotected};
use crate::server::{Said, SilentAddress};
use crate::trouble::Trouble;

/// Before the transfer, a session without an answer is lost to every client that sends the command.
const HALTS: [&str; 2] = ["service.stops-answering", "service.closes-session"];
/// Commands that every client sends while it connects.
const ALL_SEND: [&str; 5] = ["USER", "PASS", "AUTH", "PBSZ", "PROT"];

pub(super) fn look(case: &mut Case<'_>) -> Way {
    let mut way = Way::default();
    choose_mode(case, &mut way);
    let case = &*case;
    let plain_instead = !case.is_secured() && case.server.mode() != Mode::Plain;
    if plain_instead {
        let about_reach = case.codes.connect.iter().filter(|code| {
            ["dns", "net", "service", "ftp"].contains(&code.split('.').next().unwrap_or_default())
        });
        let about_reach: Vec<String> = about_reach.cloned().collect();
        case.everybody(&about_reach, &mut way);
    } else {
        case.everybody(&case.codes.connect, &mut way);
    }
    reach(case, &mut way);
    greeting(case, &mut way);
    if case.mode == Mode::Explicit {
        auth(case, &mut way);
    }
    if case.is_secured() {
        tls(case, &mut way);
        certificate::look(case, &mut way);
        protection(case, &mut way);
    }
    halts(case, &mut way);
    case.commands(Step::Connect, &mut way);
    login(case, &mut way);
    way
}

/// A client without TLS goes on in clear text where the server lets it.
fn choose_mode(case: &mut Case<'_>, way: &mut Way) {
    let Some(modes) = &case.client.encryption.modes else {
        return way.no_source("which modes of encryption it has");
    };
    if modes.is.contains(&case.mode) {
        return;
    }
    let has_tls = modes.is.iter().any(|it| *it != Mode::Plain);
    match case.mode {
        Mode::Explicit if !has_tls && !modes.is.is_empty() => {
            case.mode = Mode::Plain;
            match case.server.flag(name::SERVER_REQUIRES_TLS) {
                Some(true) => way.fails(Trouble::PlainOnly),
                Some(false) => {}
                // It cannot insist on what it does not have.
                None if case.server.has("ftps.not-supported") => {}
                None => way.not_asked("whether the server lets anybody in without TLS"),
            }
        }
        Mode::Implicit | Mode::Explicit | Mode::Plain => way.fails(Trouble::NoSuchMode(case.mode)),
    }
}

fn reach(case: &Case<'_>, way: &mut Way) {
    if let Some(silent) = case.server.silent_address() {
        dead_address(case, silent, way);
    }
    for code in &case.codes.somewhere {
        if let Some(found) = case.server.found(code) {
            match found.is_everywhere && case.server.flag(name::LOGIN_ACCEPTED).is_none() {
                true => way.not_asked(&format!("what other places see ({})", found.title)),
                false => way.depends(format!(
                    "the source address: from some of them, {}",
                    found.title
                )),
            }
        }
    }
    if let Some(found) = case.server.found("service.too-many-connections") {
        match case.server.flag(name::LOGIN_ACCEPTED) {
            Some(true) => way.depends("how many sessions are open"),
            Some(false) | None => way.fails(Trouble::Everybody {
                code: found.code.into(),
                title: found.title.into(),
            }),
        }
    }
}

fn dead_address(case: &Case<'_>, silent: SilentAddress, way: &mut Way) {
    let Some(does) = &case.client.data.dead_address else {
        return way.no_source("what it does with an address that does not answer");
    };
    match (does.is, silent) {
        (DeadAddress::TriesNext, _) | (DeadAddress::TriesOtherVersion, SilentAddress::OfIpv6) => {}
        (DeadAddress::Waits, SilentAddress::OfIpv6) => way.fails(Trouble::DeadAddress),
        (DeadAddress::TriesOtherVersion | DeadAddress::Waits, SilentAddress::AmongOthers) => {
            way.depends("which of the addresses of the name comes first: one does not answer");
        }
    }
}

fn greeting(case: &Case<'_>, way: &mut Way) {
    let dialogue = &case.client.dialogue;
    if case.server.flag(name::SERVER_GREETING_ANNOUNCED) == Some(true) {
        way.unless(
            &dialogue.waits_through_120,
            |waits| *waits,
            "whether it waits through a greeting of 120",
            || Trouble::Greeting120,
        );
    }
    if case.server.greets_with_codes_inside() {
        let what = "whether it reads greetings whose lines begin with other codes";
        way.unless(
            &dialogue.inner_codes,
            |reads| *reads,
            what,
            || Trouble::InnerCodes,
        );
    }
    if case.server.replies_end_in_bare_line_feeds() {
        let what = "whether it reads replies that end in a line feed alone";
        way.unless(
            &dialogue.bare_replies,
            |reads| *reads,
            what,
            || Trouble::BareReplies,
        );
    }
    let times = [name::SERVER_GREETING_MS, name::SERVER_REPLY_MS];
    let times = times.into_iter().filter_map(|it| case.server.number(it));
    let late = times.max().unwrap_or_default() / 1000;
    if late >= 5 {
        way.unless(
            &dialogue.patience,
            |patience| *patience == 0 || i64::from(*patience) > late,
            "how long it waits for a greeting",
            || Trouble::Slow(late),
        );
    }
}

/// How the server lets clients begin TLS (RFC 4217 section 4).
fn auth(case: &Case<'_>, way: &mut Way) {
    let encryption = &case.client.encryption;
    match case.server.says_to("AUTH TLS") {
        Some(Said::Code(334)) => {
            let what = "what it takes 334 to AUTH for";
            way.unless(
                &encryption.auth_334,
                |takes| *takes,
                what,
                || Trouble::Auth334,
            );
        }
        Some(Said::Code(400..)) if case.server.says_to("AUTH SSL").is_some_and(Said::succeeds) => {
            let what = "whether it asks AUTH SSL";
            way.unless(
                &encryption.auth_ssl,
                |asks| *asks,
                what,
                || Trouble::AuthSslAlone,
            );
        }
        Some(_) | None => {}
    }
}

fn tls(case: &Case<'_>, way: &mut Way) {
    let tls = &case.client.tls;
    let server = case.server;
    if server.has("tls.version-unsupported") {
        let best = server.text("tls.offered-version").unwrap_or("TLS 1.1");
        let best = best.trim_start_matches("TLS ").to_owned();
        let copes = |lowest: &String| lowest.as_str() <= best.as_str();
        way.unless(&tls.lowest, copes, "its lowest version of TLS", || {
            Trouble::OldTls(format!("TLS {best}"))
        });
    }
    if server.has("tls.cipher-mismatch") {
        suites(case, way);
    }
    if server.has("tls.sni-rejected") {
        way.unless(
            &tls.server_name,
            |sends| !sends,
            "whether it sends the server name",
            || Trouble::RefusesServerName,
        );
    }
}

/// What was offered to an older client is all that is known of a server that shares no suite with ours.
fn suites(case: &Case<'_>, way: &mut Way) {
    let tls = &case.client.tls;
    let suite = case.server.text("tls.offered-cipher").unwrap_or_default();
    let exchange = case
        .server
        .text("tls.offered-key-exchange")
        .unwrap_or_default();
    let bits = exchange
        .strip_prefix("DH with ")
        .and_then(|it| it.split(' ').next());
    if suite.starts_with("TLS_RSA_") {
        let kind = "an exchange of keys by RSA";
        way.unless(
            &tls.static_rsa,
            |has| *has,
            kind,
            || Trouble::NoCommonSuite(kind.into()),
        );
    } else if let Some(bits) = bits.and_then(|it| it.parse::<u32>().ok()) {
        let kind = format!("Diffie-Hellman with {bits} bits");
        let copes = |smallest: &u32| *smallest > 0 && *smallest <= bits;
        let trouble = || Trouble::NoCommonSuite(kind.clone());
        way.unless(&tls.smallest_dh, copes, &kind, trouble);
    } else {
        way.not_asked("which cipher suites the server has");
    }
}

fn protection(case: &Case<'_>, way: &mut Way) {
    if case.server.has("ftps.data-protection-refused") {
        let copes = |it: &Unprotected| *it != Unprotected::EndsSession;
        let what = "what it does where PROT P is refused";
        way.unless(
            &case.client.encryption.protection_refused,
            copes,
            what,
            || Trouble::ProtectionRefused,
        );
    }
}

/// A command that is left without an answer, or ends the session.
fn halts(case: &Case<'_>, way: &mut Way) {
    for code in HALTS {
        let Some(found) = case.server.found(code) else {
            continue;
        };
        let Some(command) = found.evidence("command") else {
            way.not_asked("which command the server does not answer");
            continue;
        };
        let verb = command.split(' ').next().unwrap_or_default().to_owned();
        let everybody = ALL_SEND.contains(&verb.as_str());
        if everybody || case.client.sends(&verb) {
            way.fails(Trouble::CommandUnanswered(verb));
        }
    }
}

fn login(case: &Case<'_>, way: &mut Way) {
    if case.server.remote.user.is_none() || case.server.flag(name::LOGIN_ACCEPTED).is_some() {
        return;
    }
    // What stands in the way of our login may not stand in the way of this client's.
    if !way.is_certain_to_fail() {
        way.not_asked(
            "whether the login is accepted (--allow-unverified-login looks behind a certificate)",
        );
    }
}
