//! `PROT C`: whether the server would transfer in clear text beside a secured login. Only a listing is asked for, and only
//! at full depth; the session is private again afterwards (RFC 4217 section 9).

use probe_sdk::{Run, quoted, value};

use crate::channel::Channel;
use crate::facts;
use crate::sample::Sample;

/// Notes what the server says to `PROT C`. It is never a fault: some demand what we want anyhow.
pub(crate) fn look(run: &mut Run, channel: &mut Channel) {
    if !channel.session.tls || !channel.has_room() {
        return;
    }
    let told = match channel.session.control.command("PROT C") {
        Ok(reply) if reply.is_positive() => listed(channel),
        Ok(reply) => format!("PROT C is refused: {}", quoted(reply)),
        Err(error) => {
            channel.session.usable = false;
            error.to_string()
        }
    };
    run.note(facts::CLEAR_TEXT, value::text(told));
}

fn listed(channel: &mut Channel) -> String {
    let before = channel.samples.len();
    let method = channel.method_that_works();
    channel.session.tls = false;
    channel.list(method);
    channel.session.tls = true;
    let asked: Vec<Sample> = channel.samples.drain(before..).collect();
    let private = channel
        .session
        .usable
        .then(|| channel.session.control.command("PROT P"));
    if !matches!(private, Some(Ok(reply)) if reply.is_positive()) {
        channel.session.usable = false;
    }
    let Some(sample) = asked.first() else {
        return "PROT C is accepted, but the server gave no port".into();
    };
    match (
        sample.done(),
        sample.refusal().and_then(|it| it.reply.as_ref()),
    ) {
        (Some(_), _) => "a listing in clear text is accepted".into(),
        (None, Some(reply)) => format!(
            "PROT C is accepted, but a listing is refused: {}",
            quoted(reply)
        ),
        (None, None) => "PROT C is accepted, but no listing succeeded".into(),
    }
}
