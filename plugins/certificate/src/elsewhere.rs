//! Is it the same certificate without the server name, and at every address of the name?

use probe_sdk::{
    Code, Depth, Endpoint, FactValue, FailureKind, Finding, Run, name, resolve, value,
};

use crate::facts;
use crate::look::{Look, Place};
use crate::other::Other;
use crate::{ADDRESSES_DIFFER, DIFFERS_BETWEEN_ADDRESSES, SNI_DEPENDENT};

/// Two where all is well: without the name, and at one other address. What differs is looked at again.
const LOOKS_AT_STANDARD: usize = 3;
/// Addresses that may be asked at `standard` until one was compared: the first may be dead.
const TRIED_AT_STANDARD: usize = 2;
const COMPARED_AT_FULL: usize = 4;

/// Compares what is shown elsewhere with the chain that was judged.
pub(crate) fn judge(run: &mut Run, chain: &[Vec<u8>]) {
    let Some(leaf) = chain.first() else { return };
    let both = &[SNI_DEPENDENT, DIFFERS_BETWEEN_ADDRESSES];
    let Some(name) = run.server_name() else {
        let reason = "the remote is reached by its address, without a server name";
        return run.not_applicable("the certificate shown elsewhere", both, reason);
    };
    if run.is_brief() {
        let reason = "a quick check makes no further connections";
        return run.not_applicable("the certificate shown elsewhere", both, reason);
    }
    if !run.has_fact(name::TLS_VERSION) {
        let reason = "no TLS session was established to compare with";
        return run.behind_fault("the certificate shown elsewhere", both, reason);
    }
    let mut shown = Shown {
        name,
        leaf: leaf.clone(),
        left: match run.request().depth {
            Depth::Full => usize::MAX,
            _ => LOOKS_AT_STANDARD,
        },
    };
    without_name(run, &mut shown);
    at_other_addresses(run, &mut shown);
}

/// What the session was shown.
struct Shown {
    name: String,
    leaf: Vec<u8>,
    /// Connections that may still be made.
    left: usize,
}

impl Shown {
    fn is_same(&self, chain: &[Vec<u8>]) -> bool {
        chain.first() == Some(&self.leaf)
    }

    /// One look, if this depth has one left.
    fn look(&mut self, run: &Run, place: &Place) -> Option<Look> {
        self.left = self.left.checked_sub(1)?;
        let look = Look::at(run, place);
        if matches!(look, Look::Full) {
            self.left = 0;
        }
        Some(look)
    }

    /// A difference may come from several servers behind one address: then it shows without any change of ours. Such
    /// servers all serve the name; where the other certificate does so too, one more look makes sure that they do not
    /// just take turns.
    fn is_steady(&mut self, run: &Run, other: &Other) -> bool {
        let again = Place {
            at: run.control_endpoint(),
            server_name: Some(self.name.clone()),
        };
        let looks = if other.covers_host { 2 } else { 1 };
        !(0..looks).any(|_| {
            let look = self.look(run, &again);
            matches!(look, Some(Look::Shown(chain)) if !self.is_same(&chain))
        })
    }
}

fn without_name(run: &mut Run, shown: &mut Shown) {
    let place = Place {
        at: run.control_endpoint(),
        server_name: None,
    };
    let Some(look) = shown.look(run, &place) else {
        return;
    };
    let fact = match look {
        Look::Shown(chain) if shown.is_same(&chain) => "the same certificate".to_string(),
        Look::Shown(chain) => {
            let other = Other::read(&chain, &shown.name, run.request().now);
            if shown.is_steady(run, &other) {
                let detail = format!(
                    "Clients that send no server name get a different certificate: {}.",
                    other.words
                );
                let place = "without a server name";
                run.found(other.differs(SNI_DEPENDENT, detail, &shown.leaf, place));
            } else {
                changes_by_itself(run, shown, &other);
                let reason =
                    "the certificate changes from one connection to the next, whatever we send";
                run.behind_fault(
                    "the certificate without a server name",
                    &[SNI_DEPENDENT],
                    reason,
                );
            }
            other.words
        }
        // Whoever asks for nothing gets nothing: that harms only clients that send no name, and says so itself.
        Look::NoHandshake(failure) => format!("the handshake fails: {}", failure.detail),
        other => {
            return not_compared(
                run,
                "the certificate without a server name",
                &[SNI_DEPENDENT],
                other,
            );
        }
    };
    run.note(facts::WITHOUT_SERVER_NAME, value::text(fact));
}

fn at_other_addresses(run: &mut Run, shown: &mut Shown) {
    let here = run.control_endpoint();
    let others = resolve(&shown.name).unwrap_or_default();
    let others = others
        .into_iter()
        .filter(|found| found.granted && found.ip != here.ip && run.allows_address(&found.ip))
        .collect::<Vec<_>>();
    let (tried, wanted) = match run.request().depth {
        Depth::Full => (COMPARED_AT_FULL, COMPARED_AT_FULL),
        _ => (TRIED_AT_STANDARD, 1),
    };
    let (mut rows, mut compared, mut in_vain) = (Vec::new(), 0, None);
    for found in others.into_iter().take(tried) {
        let place = Place {
            at: Endpoint {
                ip: found.ip.clone(),
                port: here.port,
            },
            server_name: Some(shown.name.clone()),
        };
        let look = shown.look(run, &place).unwrap_or(Look::NoneLeft);
        rows.push(vec![
            ("address".into(), found.ip),
            ("certificate".into(), at_address(run, shown, &place, &look)),
        ]);
        match look {
            Look::Shown(_) => compared += 1,
            other => in_vain = Some(other),
        }
        if compared == wanted {
            break;
        }
    }
    if let Some(look) = in_vain.filter(|_| compared == 0) {
        let check = "the certificate at other addresses";
        not_compared(run, check, &[DIFFERS_BETWEEN_ADDRESSES], look);
    }
    if !rows.is_empty() {
        run.note(facts::ELSEWHERE, FactValue::Rows(rows));
    }
}

/// What was seen at another address, in words.
fn at_address(run: &mut Run, shown: &mut Shown, place: &Place, look: &Look) -> String {
    match look {
        Look::Shown(chain) => compare(run, shown, &place.at.ip, chain),
        Look::NoHandshake(failure) => {
            no_handshake(run, shown, place, &failure.detail);
            format!("the handshake fails: {}", failure.detail)
        }
        Look::NoConnection(failure) => failure.detail.clone(),
        Look::NoRoom => "no connection was free".into(),
        Look::Full | Look::NoneLeft => "not looked at".into(),
        Look::NotLooked(why) => why.clone(),
    }
}

/// The certificate at another address, in words.
fn compare(run: &mut Run, shown: &Shown, ip: &str, chain: &[Vec<u8>]) -> String {
    if shown.is_same(chain) {
        return "the same certificate".into();
    }
    let other = Other::read(chain, &shown.name, run.request().now);
    if !run.has_found(DIFFERS_BETWEEN_ADDRESSES) {
        let detail = format!(
            "Another address of the name, {ip}, presents a different certificate: {}. Which one a client gets is \
            random.",
            other.words
        );
        let place = format!("at {ip}");
        run.found(other.differs(DIFFERS_BETWEEN_ADDRESSES, detail, &shown.leaf, &place));
    }
    other.words
}

fn changes_by_itself(run: &mut Run, shown: &Shown, other: &Other) {
    let here = run.control_endpoint().ip;
    let detail = format!(
        "The same address, {here}, presents different certificates from one connection to the next: several \
        servers answer behind it."
    );
    run.found(other.differs(
        DIFFERS_BETWEEN_ADDRESSES,
        detail,
        &shown.leaf,
        "on another connection",
    ));
}

/// TLS works at one address of the name and fails at another: twice, since one failure may be an accident.
fn no_handshake(run: &mut Run, shown: &mut Shown, place: &Place, detail: &str) {
    let again = shown.look(run, place);
    if run.has_found(ADDRESSES_DIFFER) || !matches!(again, Some(Look::NoHandshake(_))) {
        return;
    }
    let words = format!(
        "TLS works at {} but fails at {}, another address of the name. A client that picks that one fails, so \
        failures are random.",
        run.control_endpoint().ip,
        place.at.ip
    );
    run.found(Finding::new(ADDRESSES_DIFFER, words).evidence(&place.at.ip, detail));
}

fn not_compared(run: &mut Run, check: &str, codes: &[Code], look: Look) {
    match look {
        Look::NoRoom => {
            let reason = "the connection limit leaves no room for another connection";
            run.not_permitted(check, codes, reason);
        }
        Look::NoConnection(failure)
            if matches!(
                failure.kind,
                FailureKind::Unreachable | FailureKind::Prohibited | FailureKind::AddressNotLocal
            ) =>
        {
            let reason = "this machine, or this source address, has no route to them";
            run.not_applicable(check, codes, reason);
        }
        // That an address cannot be reached is told by the probe that connects to all of them.
        Look::NoConnection(failure) => run.behind_fault(check, codes, &failure.detail),
        Look::Full => {
            let reason = "the server accepts no further connection in addition to the session: it allows too few \
            at a time";
            run.could_not_look(check, codes, reason);
        }
        Look::NotLooked(why) => run.could_not_look(check, codes, &why),
        Look::NoneLeft => {
            let reason =
                "at this depth the check opens no more connections for it; `--depth full` compares";
            run.not_applicable(check, codes, reason);
        }
        Look::NoHandshake(failure) if run.has_found(ADDRESSES_DIFFER) => {
            run.behind_fault(check, codes, &failure.detail);
        }
        Look::NoHandshake(failure) => run.could_not_look(check, codes, &failure.detail),
        Look::Shown(_) => {}
    }
}
