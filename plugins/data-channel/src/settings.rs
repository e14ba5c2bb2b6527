//! Settings that allow one passive command only, and whether it is one that can work here.

use probe_sdk::session::{Method, Session};
use probe_sdk::{Decision, Finding, PassiveMode, Run};

use crate::PASSIVE_MODE_UNUSABLE;
use crate::channel::Channel;
use crate::sample::Sample;

/// Whether the settings allow PASV only, over a connection that PASV has no room for (RFC 2428 section 1).
fn wants_what_cannot_be(session: &Session) -> bool {
    session.is_ipv6() && session.configured_method() == Some(PassiveMode::Pasv)
}

/// What the settings ask for, where the session itself speaks the other command: it is asked for all the same.
pub(crate) fn other_than_allowed(channel: &mut Channel) {
    if wants_what_cannot_be(&channel.session) && channel.has_room() {
        channel.list(Method::Pasv);
    }
}

/// Says that the only command that the settings allow cannot work, and the other one does.
pub(crate) fn judge(run: &mut Run, session: &Session, samples: &[Sample]) {
    if !wants_what_cannot_be(session) {
        return;
    }
    let of = |method: Method| samples.iter().filter(move |sample| sample.method == method);
    let epsv_works = of(Method::Epsv).any(|sample| sample.port_opened());
    let pasv_works = of(Method::Pasv).any(|sample| sample.port_opened());
    if !epsv_works || pasv_works {
        return;
    }
    let detail = "The settings allow only PASV, but the connection uses IPv6, which PASV cannot express. So no \
    data connection is possible. EPSV works here.";
    let mut finding = Finding::new(PASSIVE_MODE_UNUSABLE, detail).because(
        Decision::by_counter_test("EPSV in place of PASV", "a data connection"),
    );
    if let Some(reply) = of(Method::Pasv).find_map(Sample::reply) {
        finding = finding.evidence("PASV", reply);
    }
    if let Some(reply) = of(Method::Epsv).find_map(Sample::reply) {
        finding = finding.evidence("EPSV", reply);
    }
    run.found(finding.cured_by(&[("passive_mode", "epsv")]));
}
