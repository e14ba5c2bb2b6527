//! Why a handshake failed. An alert does not tell: servers send the same one for a version they lack, a cipher suite
//! they lack and a name they do not know. So the server is asked again, on new connections, with one thing changed at a
//! time: everything offered, only our suites offered, no server name, the oldest form of a hello, suites without encryption.
//! At most four of them, and none after one that was turned away.

use hello::{Flight, Group, KeyExchange, ServerHello, Suite, Version};
use probe_sdk::ftp::phase::wording;
use probe_sdk::{Decision, Finding, Run, value};

use crate::facts;
use crate::failed::Failed;
use crate::raw::{self, Answer, Offer};
use crate::secured::{Mode, NotAgain, Secured};
use crate::{
    CIPHER_MISMATCH, CLIENT_CERTIFICATE, HANDSHAKE_FAILED, Place, SNI_REJECTED,
    VERSION_UNSUPPORTED, altered, black_hole, stalls,
};

/// Reports why the handshake failed. Gives a session where one thing changed made it work, so that what lies behind is
/// tested too.
pub(crate) fn take(
    run: &mut Run,
    place: &Place,
    mode: Mode,
    mut failed: Failed,
) -> Option<Secured> {
    if !failed.in_handshake() {
        run.found(failed.finding());
        return None;
    }
    if failed.is_silent() {
        let secured = black_hole::look(run, place, mode, &mut failed);
        return secured.or_else(|| stalls::look(run, place, mode, &mut failed));
    }
    let failed = &failed;
    if let Some(finding) = altered::may_be(failed)
        .then(|| altered::look(place, mode, failed))
        .flatten()
    {
        if let Answer::Chosen(hello, flight) = raw::ask(place, mode, Offer::Everything) {
            // A certificate with other bytes than the server's says nothing of the server's.
            let chain = Vec::new();
            note(run, mode, hello, &Flight { chain, ..flight });
        }
        run.found(finding);
        return None;
    }
    match raw::ask(place, mode, Offer::Everything) {
        Answer::Chosen(hello, flight) => {
            chosen(run, place, mode, failed, hello, &flight);
            None
        }
        Answer::Unclear(words) if !failed.wants_certificate() => {
            // Something comes that cannot be read, and the server hung up before us: bytes may be missing.
            if let Some(finding) = altered::look(place, mode, failed) {
                run.found(finding);
                return None;
            }
            refused(run, place, mode, failed, &words)
        }
        Answer::Refused(words) if !failed.wants_certificate() => {
            refused(run, place, mode, failed, &words)
        }
        Answer::Refused(words) | Answer::Unclear(words) => {
            run.found(again(failed, "a second handshake", &words));
            None
        }
        Answer::NotMade(why) => {
            run.found(failed.finding().evidence("a second handshake", why));
            None
        }
    }
}

/// The handshake failed, and a second one, which offered more, tells no more of why than that.
fn again(failed: &Failed, what: &str, came: &str) -> Finding {
    let decision = Decision::by_counter_test("a second handshake, on a separate connection", came);
    failed.finding().because(decision).evidence(what, came)
}

/// The server chose from a wide offer: what it chose tells why it found nothing in ours.
pub(crate) fn chosen(
    run: &mut Run,
    place: &Place,
    mode: Mode,
    failed: &Failed,
    hello: ServerHello,
    flight: &Flight,
) {
    note(run, mode, hello, flight);
    let finding = if failed.wants_certificate() {
        failed.finding()
    } else if hello.version < Version::Tls12 {
        version_unsupported(failed, hello, flight)
    } else if flight.client_certificate_requested && failed.ended_without_a_word() {
        let detail = "The server asks for a client certificate, and ends the handshake without an alert when none \
        comes.";
        failed.explained_by(CLIENT_CERTIFICATE, detail).likely(
            HANDSHAKE_FAILED,
            "the server's log says why it ended the handshake; with a client certificate it completes",
        )
    } else if is_ours(hello.suite, flight.key_exchange) {
        let detail_of_choice = format!("{hello}, which our side supports, too");
        again(failed, "the server's choice", &detail_of_choice)
    } else {
        not_ours(place, mode, failed, hello, flight)
    };
    run.found(finding);
}

/// What the report and the other probes are told of a handshake that was never finished.
fn note(run: &mut Run, mode: Mode, hello: ServerHello, flight: &Flight) {
    run.note(facts::MODE, value::text(mode.name()));
    run.note(
        facts::OFFERED_VERSION,
        value::text(hello.version.to_string()),
    );
    run.note(facts::OFFERED_CIPHER, value::text(hello.suite.to_string()));
    if let Some(exchange) = flight.key_exchange {
        run.note(
            facts::OFFERED_KEY_EXCHANGE,
            value::text(exchange.to_string()),
        );
    }
    run.note(
        facts::CLIENT_CERTIFICATE_REQUESTED,
        value::flag(flight.client_certificate_requested),
    );
    // Without one (anonymous suites, an answer cut short) there is nothing to judge.
    if !flight.chain.is_empty() {
        run.provide_identified(&flight.chain);
    }
}

fn version_unsupported(failed: &Failed, hello: ServerHello, flight: &Flight) -> Finding {
    let detail = format!(
        "The highest version that the server offers is {}. Our side supports only TLS 1.2 and TLS 1.3; older \
        versions are deprecated.",
        hello.version
    );
    let decision = Decision::by_counter_test("an offer of every version and suite there is", hello);
    with_choice(
        failed
            .explained_by(VERSION_UNSUPPORTED, detail)
            .because(decision),
        hello,
        flight,
    )
}

fn with_choice(finding: Finding, hello: ServerHello, flight: &Flight) -> Finding {
    let finding = finding
        .evidence("version", hello.version)
        .evidence("cipher suite", hello.suite);
    match flight.key_exchange {
        Some(exchange) => finding.evidence("key exchange", exchange),
        None => finding,
    }
}

/// TLS 1.2, and a cipher suite or group that we do not speak. That this is all there is, a second offer of ours alone
/// shows: a server may prefer what we do not speak and have what we speak.
fn not_ours(
    place: &Place,
    mode: Mode,
    failed: &Failed,
    hello: ServerHello,
    flight: &Flight,
) -> Finding {
    let detail = format!(
        "The server supports TLS 1.2, but only with cipher suites that our side does not support: {}. Our side \
        supports ECDHE with AES-GCM or ChaCha20-Poly1305.",
        objections(hello.suite, flight.key_exchange)
    );
    let mismatch = with_choice(failed.explained_by(CIPHER_MISMATCH, detail), hello, flight);
    match raw::ask(place, mode, Offer::Ours) {
        Answer::Refused(words) => mismatch
            .because(Decision::by_counter_test(
                "only our suites, then a wider offer",
                "the server accepts the wider offer",
            ))
            .evidence("answer to only our suites", words),
        Answer::Chosen(ours, _) => {
            let choices = format!("{hello}; with only our suites: {ours}");
            again(failed, "the server's choice", &choices)
        }
        Answer::Unclear(words) | Answer::NotMade(words) => mismatch
            .evidence("answer to only our suites", words)
            .likely(
                HANDSHAKE_FAILED,
                "the server accepts a ClientHello with only ECDHE and AES-GCM suites",
            ),
    }
}

/// Whether our TLS library offers this.
fn is_ours(suite: Suite, exchange: Option<KeyExchange>) -> bool {
    let group = match exchange {
        Some(KeyExchange::Ecdh(group)) => Group::OURS.contains(&group),
        Some(KeyExchange::Dh { .. } | KeyExchange::ExplicitCurve) => false,
        None => true,
    };
    Suite::OURS.contains(&suite) && group
}

/// What stands against what the server chose, in words.
fn objections(suite: Suite, exchange: Option<KeyExchange>) -> String {
    let mut all: Vec<String> = suite.objections().into_iter().map(Into::into).collect();
    match exchange {
        Some(KeyExchange::Dh { bits }) if bits < 2048 => {
            all.push(format!("a Diffie-Hellman prime of {bits} bits"));
        }
        Some(exchange @ (KeyExchange::Ecdh(_) | KeyExchange::ExplicitCurve))
            if !is_ours(Suite::OURS[0], Some(exchange)) =>
        {
            all.push(exchange.to_string());
        }
        _ => {}
    }
    if all.is_empty() {
        return suite.to_string();
    }
    all.join(", ")
}

/// The server's own words say that it found no cipher suite in common, and an offer of every suite met the same.
fn no_cipher(place: &Place, mode: Mode, failed: &Failed, words: &str) -> Option<Finding> {
    let said = failed
        .said
        .as_deref()
        .filter(|said| wording::names_ciphers(said));
    let again = wording::names_ciphers(words).then_some(words);
    let said = said.or(again)?;
    let detail = "The server reports that it has no cipher suite in common with us. It also refused an offer of \
    every existing suite.";
    let finding = failed
        .explained_by(CIPHER_MISMATCH, detail)
        .because(Decision::by_evidence(
            "the server's own report, at two handshakes",
        ))
        .evidence("words", said);
    let finding = finding.evidence("answer to a wider offer", words);
    Some(match raw::ask(place, mode, Offer::Unencrypted) {
        Answer::Chosen(hello, _) => {
            finding.evidence("suite without encryption that it accepts", hello)
        }
        Answer::Refused(_) | Answer::Unclear(_) | Answer::NotMade(_) => finding,
    })
}

/// Not even a wide offer was taken. Is it the name, or a server too old to read it?
fn refused(
    run: &mut Run,
    place: &Place,
    mode: Mode,
    failed: &Failed,
    words: &str,
) -> Option<Secured> {
    if let Some(finding) = no_cipher(place, mode, failed, words) {
        run.found(finding);
        return None;
    }
    let mut finding = again(failed, "answer to a wider offer", words);
    match without_name(place, mode) {
        Ok(secured) => {
            run.found(
                sni_rejected(place, failed, &secured).evidence("answer to a wider offer", words),
            );
            return Some(secured);
        }
        Err(NotAgain::Before(why)) => {
            run.found(finding.evidence("without the server name", why));
            return None;
        }
        Err(NotAgain::Handshake(failure)) => {
            finding = finding.evidence("without the server name", failure.detail);
        }
        Err(NotAgain::Same) => {}
    }
    let finding = match raw::ask(&place.nameless(), mode, Offer::Bare) {
        Answer::Chosen(hello, flight) => {
            note(run, mode, hello, &flight);
            version_unsupported(failed, hello, &flight)
                .evidence("answer to a newer hello", words)
                .likely(
                    HANDSHAKE_FAILED,
                    "the server completes a handshake of TLS 1.2 with another client",
                )
        }
        Answer::Refused(words) => {
            let finding = finding.evidence("answer to the oldest hello", words);
            match run.is_brief() {
                // A try of other settings asks what it needs, and no more.
                true => finding,
                false => unencrypted(place, mode, failed).unwrap_or(finding),
            }
        }
        Answer::Unclear(words) | Answer::NotMade(words) => {
            finding.evidence("answer to the oldest hello", words)
        }
    };
    run.found(finding);
    None
}

/// A server that takes nothing but suites without encryption, or without a certificate.
fn unencrypted(place: &Place, mode: Mode, failed: &Failed) -> Option<Finding> {
    let Answer::Chosen(hello, flight) = raw::ask(place, mode, Offer::Unencrypted) else {
        return None;
    };
    let detail = "The server refuses every secure cipher suite, but accepts one without encryption or without a \
    certificate. With such a suite, its identity is not proven, or anyone can read the data.";
    let decision = Decision::by_counter_test("an offer of insecure suites", hello);
    let finding = failed.explained_by(CIPHER_MISMATCH, detail);
    Some(with_choice(finding.because(decision), hello, &flight))
}

/// The same handshake without the server name, where there is one.
pub(crate) fn without_name(place: &Place, mode: Mode) -> Result<Secured, NotAgain> {
    if place.server_name.is_none() {
        return Err(NotAgain::Same);
    }
    Secured::again(&place.nameless(), mode)
}

/// A handshake that failed with the server name and works without it.
pub(crate) fn sni_rejected(place: &Place, failed: &Failed, secured: &Secured) -> Finding {
    let name = place.server_name.as_deref().unwrap_or_default();
    let detail = format!(
        "The server refuses every handshake that names {name}, but completes one without a name. It does not know \
        that name, and does not fall back to its default certificate."
    );
    failed
        .explained_by(SNI_REJECTED, detail)
        .because(Decision::by_counter_test(
            "the same handshake without the server name",
            "it completes",
        ))
        .evidence("server name", name)
        .evidence("without the server name", secured.security())
}
