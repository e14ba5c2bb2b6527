//! A control connection ready for the login, and what is known of it.

use probe_sdk::ftp::phase::greeting::{self as phase, Greeting};
use probe_sdk::ftp::product::{Clue, Clues, Recognition};
use probe_sdk::ftp::{Deviation, Reply};
use probe_sdk::{
    Control, FEATURES_ASKED_BESIDE, Fact, Failure, Run, TlsSession, shared, state, value,
    version_name,
};

use crate::explicit::{self, Auth};
use crate::facts;
use crate::{Place, demand, greeting};

/// How the control connection is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Clear,
    Explicit,
    Implicit,
    /// A greeting in clear text, then TLS without `AUTH`.
    AfterGreeting,
}

impl Mode {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Mode::Clear => "clear",
            Mode::Explicit => "explicit",
            Mode::Implicit => "implicit",
            Mode::AfterGreeting => "after-greeting",
        }
    }
}

/// A control connection whose greeting was read.
pub(crate) struct Secured {
    pub(crate) control: Control,
    pub(crate) mode: Mode,
    pub(crate) greeting: Reply,
    pub(crate) session: Option<TlsSession>,
    /// Where and how it was reached; perhaps not as the probe began.
    pub(crate) place: Place,
}

/// Why a session could not be had once more.
pub(crate) enum NotAgain {
    /// It did not come to a handshake; this was in the way.
    Before(String),
    /// The handshake failed.
    Handshake(Failure),
    /// There was nothing to change, so it would go as before.
    Same,
}

impl Secured {
    pub(crate) fn new(
        place: &Place,
        control: Control,
        mode: Mode,
        greeting: Reply,
        session: Option<TlsSession>,
    ) -> Secured {
        Secured {
            control,
            mode,
            greeting,
            session,
            place: place.clone(),
        }
    }

    pub(crate) fn explicit(
        place: &Place,
        control: Control,
        greeting: Reply,
        session: TlsSession,
    ) -> Secured {
        Secured::new(place, control, Mode::Explicit, greeting, Some(session))
    }

    /// The whole way from a new connection to a secured session, by explicit or implicit TLS.
    pub(crate) fn again(place: &Place, mode: Mode) -> Result<Secured, NotAgain> {
        let place = &place.looking_again();
        if mode == Mode::Implicit {
            return Secured::implicit(place);
        }
        let (control, greeting) = greeting::again(place).map_err(NotAgain::Before)?;
        match explicit::secure(place, control) {
            Auth::Secured(control, session) => {
                Ok(Secured::explicit(place, control, greeting, session))
            }
            Auth::Failed(failed) => Err(NotAgain::Handshake(failed.failure)),
            Auth::Refused(replies) => Err(NotAgain::Before(replies)),
            Auth::Halted(halt) => Err(NotAgain::Before(format!(
                "{} at {}",
                halt.manner,
                halt.at()
            ))),
        }
    }

    fn implicit(place: &Place) -> Result<Secured, NotAgain> {
        let mut control = place
            .control()
            .map_err(|failure| NotAgain::Before(failure.detail))?;
        let session = control
            .secure_within(&place.tls(), place.handshake_ms)
            .map_err(NotAgain::Handshake)?;
        let greeting = control
            .greeting_within(place.reply_ms)
            .map_err(|error| NotAgain::Before(error.to_string()))?;
        if phase::judge(&greeting) != Greeting::Ready {
            return Err(NotAgain::Before(greeting.to_string()));
        }
        Ok(Secured::new(
            place,
            control,
            Mode::Implicit,
            greeting,
            Some(session),
        ))
    }

    /// How it is secured, in words.
    pub(crate) fn security(&self) -> String {
        match &self.session {
            None => "clear text".to_string(),
            Some(session) => {
                let version = version_name(session.version);
                format!("{} {version} ({})", self.mode.name(), session.cipher)
            }
        }
    }

    /// Hands it on.
    pub(crate) fn leave(self, run: &mut Run) {
        run.note(facts::MODE, value::text(self.mode.name()));
        note_greeting(run, &self.greeting);
        let replies = self.control.answers();
        if !replies.is_empty() {
            run.note(facts::REPLIES, value::texts(replies));
        }
        if self.place.at.port != run.control_endpoint().port {
            run.note(shared::CONTROL_PORT, value::number(self.place.at.port));
        }
        if self.place.server_name.is_none() && run.server_name().is_some() {
            run.note(facts::SERVER_NAME_REFUSED, value::flag(true));
        }
        if let Some(bytes) = self.place.max_segment {
            run.note(facts::MAX_SEGMENT, value::number(bytes));
        }
        if let Some(session) = &self.session {
            run.note(facts::VERSION, value::text(version_name(session.version)));
            run.note(facts::CIPHER, value::text(&session.cipher));
            run.note(facts::HANDSHAKE_US, value::number(session.took_us));
        }
        run.note(facts::SECURITY, value::text(self.security()));
        run.provide_identified(
            self.session
                .as_ref()
                .map_or(&[], |session| session.chain.as_slice()),
        );
        let asked_beside = demand::asks_for_features(run, self.mode).then(|| Fact {
            name: FEATURES_ASKED_BESIDE.into(),
            value: value::flag(true),
        });
        let connection = self.control.into_connection();
        run.provide_with(state::SECURED, Some(connection), asked_beside);
    }
}

/// What the greeting says of the server.
pub(crate) fn note_greeting(run: &mut Run, greeting: &Reply) {
    run.note(facts::GREETING, value::text(greeting.text()));
    let guess = greeting.deviations.iter().find_map(|it| match it {
        Deviation::InEncoding(name) => Some(*name),
        _ => None,
    });
    if let Some(name) = guess {
        let told = format!("not UTF-8; read as {name}, which is a guess");
        run.note(facts::GREETING_ENCODING, value::text(told));
    }
    run.note_seen_as(&greeting.text());
    let line = note_product(run, greeting).map(|recognised| named_in(greeting, &recognised));
    let line = line.unwrap_or_else(|| greeting.first_line().to_string());
    run.note(facts::SOFTWARE, value::text(line));
}

/// Which product it is, if a greeting, or a refusal in its place, shows that.
pub(crate) fn note_product(run: &mut Run, greeting: &Reply) -> Option<Recognition> {
    let mut clues = Clues::default();
    clues.hear(Clue::Greeting, &greeting.text());
    let recognised = clues.recognise()?;
    run.note_product(&recognised);
    Some(recognised)
}

/// The line of a greeting in which a product names itself, without what is put around it.
fn named_in(greeting: &Reply, recognised: &Recognition) -> String {
    let text = greeting.text();
    let alone = |line: &&str| {
        let mut clues = Clues::default();
        clues.hear(Clue::Greeting, line);
        clues
            .recognise()
            .is_some_and(|it| it.product == recognised.product)
    };
    let line = text.lines().find(|line| alone(line));
    let line = line.unwrap_or_default().trim_matches(['-', ' ', '.']);
    let bare = line
        .strip_prefix('(')
        .and_then(|line| line.strip_suffix(')'));
    bare.unwrap_or(line).to_string()
}
