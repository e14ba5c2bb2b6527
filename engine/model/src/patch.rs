//! The changes of settings that a proof can try: each by its name in reports, and nothing else.

use std::net::IpAddr;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, from_value};
use strum::VariantArray;

use crate::remote::{HighestTlsVersion, IpVersion, PassiveMode, Remote, SslSetting, Timeouts};

/// A setting that a patch can change, by its name there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, VariantArray)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "documented once, in `Remote`")]
pub enum Setting {
    Ssl,
    Port,
    Host,
    RemotePath,
    PassiveMode,
    IpVersion,
    HighestTlsVersion,
    ReplyTimeout,
    MaxConnections,
    SourceSet,
}

impl Setting {
    fn named(name: &str) -> Option<Setting> {
        parsed(&name.into())
    }

    /// Whether one session tells what a change of it does. A number of sessions does not show in one, and a greeting stays
    /// slow however long one waits for it: of these the probe says itself what it saw.
    pub fn shows_in_a_session(self) -> bool {
        !matches!(self, Setting::MaxConnections | Setting::ReplyTimeout)
    }
}

/// One setting with its new value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "documented once, in `Remote`")]
pub enum Change {
    Ssl(SslSetting),
    Port(u16),
    Host(String),
    RemotePath(String),
    PassiveMode(PassiveMode),
    IpVersion(IpVersion),
    HighestTlsVersion(HighestTlsVersion),
    ReplyTimeout(Duration),
    MaxConnections(usize),
    SourceSet { dedicated: bool },
}

/// Why changes are not tried.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTriable {
    /// The password would be anybody's.
    #[error("the password would go in clear text")]
    ClearText,
    /// A setting that is not listed above, or a value that it does not have.
    #[error("this program cannot try the change of `{0}`")]
    Unknown(String),
}

/// What stands in a patch beside its changes.
pub fn is_remark(name: &str) -> bool {
    ["effect", "verified", "remaining", "reason"].contains(&name)
}

/// The settings that a patch changes, as far as they are known here.
pub fn settings(patch: &Map<String, Value>) -> impl Iterator<Item = Setting> {
    patch.keys().filter_map(|name| Setting::named(name))
}

impl Change {
    /// All changes of a patch. As a whole or not at all: a part of the changes mends a part of the faults.
    ///
    /// # Errors
    /// The first that is not to be tried, and why.
    pub fn all(patch: &Map<String, Value>) -> Result<Vec<Change>, NotTriable> {
        let changes = patch.iter().filter(|(name, _)| !is_remark(name));
        changes
            .map(|(name, value)| Change::read(name, value))
            .collect()
    }

    fn read(name: &str, value: &Value) -> Result<Change, NotTriable> {
        let unknown = || NotTriable::Unknown(name.into());
        let change = match Setting::named(name).ok_or_else(unknown)? {
            Setting::Ssl => match parsed(value) {
                Some(SslSetting::Never | SslSetting::IfAvailable) => {
                    return Err(NotTriable::ClearText);
                }
                encrypted => encrypted.map(Change::Ssl),
            },
            Setting::Port => parsed(value).map(Change::Port),
            Setting::Host => parsed(value).map(Change::Host),
            Setting::RemotePath => parsed(value).map(Change::RemotePath),
            Setting::PassiveMode => parsed(value).map(Change::PassiveMode),
            Setting::IpVersion => parsed(value).map(Change::IpVersion),
            Setting::HighestTlsVersion => parsed(value).map(Change::HighestTlsVersion),
            Setting::ReplyTimeout => {
                let time = parsed(value).map(Duration::from_secs);
                time.map(Change::ReplyTimeout)
            }
            Setting::MaxConnections => parsed(value).map(Change::MaxConnections),
            Setting::SourceSet => match value.as_str() {
                Some("dedicated") => Some(Change::SourceSet { dedicated: true }),
                Some("pool") => Some(Change::SourceSet { dedicated: false }),
                Some(_) | None => None,
            },
        };
        change.ok_or_else(unknown)
    }

    /// Makes the change.
    pub fn apply(self, remote: &mut Remote, timeouts: &mut Timeouts) {
        match self {
            Change::Ssl(ssl) => remote.ssl = ssl,
            Change::Port(port) => remote.port = port,
            Change::Host(host) => remote.host = host,
            Change::RemotePath(path) => remote.remote_path = Some(path),
            Change::PassiveMode(mode) => remote.client.passive_mode = Some(mode),
            Change::IpVersion(version) => remote.client.ip_version = Some(version),
            Change::HighestTlsVersion(version) => {
                remote.client.highest_tls_version = Some(version);
            }
            Change::ReplyTimeout(time) => timeouts.reply = time,
            // The probe that proposes a number has tried it; one session has no use for it.
            Change::MaxConnections(most) => remote.max_connections = Some(most),
            Change::SourceSet { dedicated } => {
                let is_of_set = |it: &IpAddr| remote.dedicated.contains(it) == dedicated;
                remote.sources = remote.sources.iter().copied().filter(is_of_set).collect();
                remote.dedicated.retain(|_| dedicated);
            }
        }
    }
}

fn parsed<T: DeserializeOwned>(value: &Value) -> Option<T> {
    from_value(value.clone()).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn patch(changes: Value) -> Map<String, Value> {
        changes.as_object().unwrap().clone()
    }

    #[test]
    fn a_patch_is_tried_as_a_whole_or_not_at_all() {
        let whole = json!({"ssl": "require-implicit", "port": 990, "verified": false});
        let changes = [Change::Port(990), Change::Ssl(SslSetting::RequireImplicit)];
        assert_eq!(Change::all(&patch(whole)).unwrap(), changes);
        let more = json!({"port": 990, "certificate_check": "off"});
        assert_eq!(
            Change::all(&patch(more)),
            Err(NotTriable::Unknown("certificate_check".into()))
        );
        for port in [json!("990"), json!(70_000), json!(-1), json!(null)] {
            let wrong = Change::all(&patch(json!({"port": port})));
            assert_eq!(wrong, Err(NotTriable::Unknown("port".into())));
        }
    }

    #[test]
    fn clear_text_is_never_tried() {
        for ssl in ["never", "if-available"] {
            let changes = Change::all(&patch(json!({"ssl": ssl, "port": 21})));
            assert_eq!(changes, Err(NotTriable::ClearText), "{ssl}");
        }
    }

    #[test]
    fn remarks_are_no_settings() {
        for setting in Setting::VARIANTS {
            let Ok(Value::String(name)) = serde_json::to_value(setting) else {
                panic!("{setting:?} has no name");
            };
            assert!(!is_remark(&name), "{name}");
            assert_eq!(Setting::named(&name), Some(*setting));
        }
    }
}
