//! `PRET`, which some distributed servers want before they name a port: only then do they know which machine will have the
//! data connection (drftpd). It is in no RFC.

use probe_sdk::ftp::Reply;
use probe_sdk::session::{Method, Offer};
use probe_sdk::{Decision, Finding, Run};

use crate::PRET_REQUIRED;
use crate::channel::Channel;

/// The offer, or the one that comes after `PRET` where the server asks for that.
pub(crate) fn tried(channel: &mut Channel, method: Method, command: &str, offer: Offer) -> Offer {
    let Offer::Refused(reply) = &offer else {
        return offer;
    };
    if channel.session.pret || !channel.session.usable || !(channel.lists_pret || asks(reply)) {
        return offer;
    }
    channel.session.pret = true;
    match channel.session.ask(method, command) {
        Ok(given @ Offer::Port { .. }) => {
            channel.pret_refusal = Some((method, reply.clone()));
            given
        }
        Ok(_) => {
            channel.session.pret = false;
            offer
        }
        Err(_) => {
            channel.session.usable = false;
            offer
        }
    }
}

/// Whether a refusal names the command, as a word of its own.
fn asks(reply: &Reply) -> bool {
    let text = reply.text();
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| word.eq_ignore_ascii_case("PRET"))
}

/// Says that ports are given only after `PRET`.
pub(crate) fn judge(run: &mut Run, channel: &Channel) {
    let Some((method, reply)) = &channel.pret_refusal else {
        return;
    };
    let name = method.name();
    let detail = format!(
        "The server refuses {name} alone, but answers it after PRET, which names the transfer beforehand. It \
        consists of several machines and chooses one of them at that point. A client that does not send PRET \
        cannot transfer."
    );
    let listed = if channel.lists_pret {
        "PRET is listed"
    } else {
        "PRET is not listed"
    };
    run.found(
        Finding::new(PRET_REQUIRED, detail)
            .because(Decision::by_counter_test("PRET before it", "a port"))
            .evidence("reply", reply)
            .evidence("after PRET", format!("{name} names a port"))
            .evidence("FEAT", listed),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_that_asks_for_it() {
        let asked = |text: &str| asks(&Reply::single(500, text));
        assert!(asked(
            "You need to use a client supporting PRET (PRE Transfer) to use PASV"
        ));
        assert!(asked("pret first"));
        assert!(!asked("Please interpret this"));
    }
}
