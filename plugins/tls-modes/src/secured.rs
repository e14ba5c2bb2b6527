//! A control connection ready for the login, and what is known of it.

use probe_sdk::ftp::Reply;
use probe_sdk::{Control, Run, TlsSession, state, value, version_name};

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
    fn name(self) -> &'static str {
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
    /// The port, where it is not the one the probe began with.
    pub(crate) port: Option<u16>,
}

impl Secured {
    /// Hands it on.
    pub(crate) fn leave(self, run: &mut Run) {
        run.note("control.mode", value::text(self.mode.name()));
        run.note("server.greeting", value::text(self.greeting.text()));
        if let Some(software) = software(&self.greeting) {
            run.note("server.software", value::text(software.0));
            run.note("server.product", value::text(software.1));
        } else {
            run.note("server.software", value::text(self.greeting.first_line()));
        }
        if let Some(port) = self.port {
            run.note("control.port", value::number(port));
        }
        let security = match &self.session {
            None => "clear text".to_string(),
            Some(session) => {
                let version = version_name(session.version);
                run.note("tls.version", value::text(version));
                run.note("tls.cipher", value::text(&session.cipher));
                run.note("tls.handshake-us", value::number(session.took_us));
                format!("{} {version} ({})", self.mode.name(), session.cipher)
            }
        };
        run.note("control.security", value::text(security));
        run.leave_identified(
            self.session
                .as_ref()
                .map_or(&[], |session| session.chain.as_slice()),
        );
        run.leave(state::SECURED, Some(self.control.into_connection()));
    }
}

/// The product that a greeting names, as it names it and as remedies call it. A greeting can say anything: it chooses
/// between texts of advice, never between verdicts.
fn software(greeting: &Reply) -> Option<(String, &'static str)> {
    const PRODUCTS: &[(&str, &str)] = &[
        ("vsftpd", "vsftpd"),
        ("proftpd", "ProFTPD"),
        ("pure-ftpd", "Pure-FTPd"),
        ("filezilla server", "FileZilla Server"),
        ("microsoft ftp service", "IIS"),
        ("serv-u", "Serv-U"),
        ("pyftpdlib", "pyftpdlib"),
        ("aws transfer", "AWS Transfer Family"),
    ];
    let text = greeting.text();
    let lower = text.to_ascii_lowercase();
    let (_, product) = PRODUCTS.iter().find(|(mark, _)| lower.contains(mark))?;
    let line = text.lines().find(|line| {
        PRODUCTS
            .iter()
            .any(|(mark, _)| line.to_ascii_lowercase().contains(mark))
    })?;
    let line = line.trim_matches(['-', ' ', '.']);
    let bare = line
        .strip_prefix('(')
        .and_then(|line| line.strip_suffix(')'));
    Some((bare.unwrap_or(line).to_string(), product))
}
