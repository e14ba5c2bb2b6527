//! Data connections that resume the TLS session of the control connection, again and again: what a server gives out to
//! resume with may run out (F-D18).

use probe_sdk::session::{NotOpened, Opening, Session};
use probe_sdk::{FactValue, Run, TlsSession, TlsVersion, value, version_name};

use crate::certificate::{self, Asked};
use crate::channel::Channel;
use crate::clients;
use crate::facts;
use crate::sample::Sample;

/// Transfers in the session of another TLS version.
const IN_ANOTHER_VERSION: usize = 6;

/// Lists until so many transfers have been made.
pub(crate) fn repeat(channel: &mut Channel, transfers: usize) {
    let made = |channel: &Channel| {
        channel
            .samples
            .iter()
            .filter(|it| it.session().is_some())
            .count()
    };
    if !channel.session.tls {
        return;
    }
    // Ports that fail are no transfers; each costs a data connection, so that this ends.
    while channel.has_room() && channel.transfers_well() && made(channel) < transfers {
        let before = channel.samples.len();
        let method = channel.method_that_works();
        clients::list(channel, method);
        if channel.samples[before..]
            .iter()
            .all(|it| it.port().is_none())
        {
            return;
        }
    }
}

/// What became of the offer to resume.
fn became(session: &TlsSession) -> &'static str {
    match (session.resumption_offered, session.resumed) {
        (_, true) => "resumed",
        (true, false) => "offered, full handshake",
        (false, false) => "nothing to offer, full handshake",
    }
}

/// The transfers in their order, and the first that was not resumed although one before was.
pub(crate) fn note(run: &mut Run, samples: &[Sample]) {
    let transfers: Vec<(&Sample, &TlsSession)> = samples
        .iter()
        .filter_map(|sample| Some((sample, sample.session()?)))
        .collect();
    if transfers.is_empty() {
        return;
    }
    let rows = (1..).zip(&transfers).map(|(number, (sample, session))| {
        let ended = if sample.refusal().is_some() {
            "refused"
        } else {
            "complete"
        };
        [
            ("number", format!("{number}")),
            ("command", sample.verb.unwrap_or_default().to_string()),
            ("version", version_name(session.version).to_string()),
            ("session", became(session).to_string()),
            ("transfer", ended.to_string()),
        ]
        .map(|(name, cell)| (name.to_string(), cell))
        .to_vec()
    });
    run.note(facts::RESUMPTION, FactValue::Rows(rows.collect()));
    if let Some(number) = first_not_resumed(samples) {
        run.note(facts::RESUMPTION_ENDS_AT, value::number(number));
    }
}

/// The number of the first transfer that was refused, or not resumed, after one that was; from 1.
pub(crate) fn first_not_resumed(samples: &[Sample]) -> Option<usize> {
    let sessions: Vec<(bool, bool)> = samples
        .iter()
        .filter_map(|sample| Some((sample.session()?.resumed, sample.refusal().is_some())))
        .collect();
    let first = sessions.iter().position(|(resumed, _)| *resumed)?;
    let ends = sessions[first + 1..]
        .iter()
        .position(|(resumed, refused)| !resumed || *refused)?;
    Some(first + ends + 2)
}

/// How a session of the other TLS version goes.
pub(crate) enum OtherVersion {
    /// The server does not speak it, or no session came about.
    NotOpened(String),
    /// So many transfers succeeded, and then none or one was refused.
    Went {
        sessions: Vec<String>,
        refused: Option<String>,
        /// What became of a full handshake at its end.
        full: Option<Asked>,
    },
}

impl OtherVersion {
    /// Whether all of its transfers succeeded.
    pub(crate) fn works(&self) -> bool {
        matches!(self, OtherVersion::Went { sessions, refused: None, .. } if !sessions.is_empty())
    }

    /// What became of a full handshake at its end, once.
    pub(crate) fn take_full(&mut self) -> Option<Asked> {
        match self {
            OtherVersion::NotOpened(_) => None,
            OtherVersion::Went { full, .. } => full.take(),
        }
    }

    /// In words.
    pub(crate) fn told(&self) -> String {
        match self {
            OtherVersion::NotOpened(why) => why.clone(),
            OtherVersion::Went {
                sessions, refused, ..
            } => match refused {
                None => format!("{} transfers work", sessions.len()),
                Some(why) => format!("{} transfers work, then: {why}", sessions.len()),
            },
        }
    }
}

/// The same in a session that goes no higher than TLS 1.2, where the first one spoke TLS 1.3.
pub(crate) fn other_version(run: &mut Run, channel: &Channel) -> Option<OtherVersion> {
    let version = channel.samples.iter().find_map(Sample::session)?.version;
    if version != TlsVersion::Tls13 {
        return None;
    }
    let opening = Opening {
        highest: Some(TlsVersion::Tls12),
        ..Opening::like_the_first(run)
    };
    let went = match Session::open(run, &opening) {
        Ok(session) => in_session(session, channel),
        Err(error) => OtherVersion::NotOpened(not_opened(&error)),
    };
    run.note(facts::WITH_TLS_1_2, value::text(went.told()));
    if let OtherVersion::Went { sessions, .. } = &went {
        run.note(facts::SESSIONS_WITH_TLS_1_2, value::texts(sessions.clone()));
    }
    Some(went)
}

fn in_session(session: Session, like: &Channel) -> OtherVersion {
    let mut other = Channel::new(session, IN_ANOTHER_VERSION, like.waits_no_longer);
    // The session is of no use to anybody after this: what may end it comes last.
    while other.has_room() {
        let method = like.method_that_works();
        other.list(method);
        if other.samples.last().and_then(Sample::done).is_none() {
            break;
        }
    }
    let done = other.samples.iter().filter_map(Sample::done);
    let sessions = done.map(|it| it.security()).collect();
    let refused = other
        .samples
        .iter()
        .find_map(Sample::refusal)
        .map(|refusal| {
            refusal
                .reply
                .as_ref()
                .map_or("no reply".to_string(), ToString::to_string)
        });
    let full = (refused.is_none() && other.transfers_well())
        .then(|| certificate::full_handshake(&mut other))
        .flatten();
    other.session.control.quit();
    OtherVersion::Went {
        sessions,
        refused,
        full,
    }
}

fn not_opened(error: &NotOpened) -> String {
    match error {
        NotOpened::Handshake(failure) => format!("not spoken: {}", failure.detail),
        error => format!("not tried: {error}"),
    }
}
