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
pub enum SettingChange {
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

/// What the changes are called in the clients that somebody named.
pub const IN_CLIENTS: &str = "in_clients";

/// What stands in a patch beside its changes.
pub fn is_remark(name: &str) -> bool {
    ["effect", "verified", "remaining", "reason", IN_CLIENTS].contains(&name)
}

/// The settings that a patch changes, as far as they are known here.
pub fn settings(patch: &Map<String, Value>) -> impl Iterator<Item = Setting> {
    patch.keys().filter_map(|name| Setting::named(name))
}

impl SettingChange {
    /// All changes of a patch. As a whole or not at all: a part of the changes mends a part of the faults.
    ///
    /// # Errors
    /// The first that is not to be tried, and why.
    pub fn all(patch: &Map<String, Value>) -> Result<Vec<SettingChange>, NotTriable> {
        let changes = patch.iter().filter(|(name, _)| !is_remark(name));
        changes
            .map(|(name, value)| SettingChange::read(name, value))
            .collect()
    }

    fn read(name: &str, value: &Value) -> Result<SettingChange, NotTriable> {
        let unknown = || NotTriable::Unknown(name.into());
        let change = match Setting::named(name).ok_or_else(unknown)? {
            Setting::Ssl => match parsed(value) {
                Some(SslSetting::Never | SslSetting::IfAvailable) => {
                    return Err(NotTriable::ClearText);
                }
                encrypted => encrypted.map(SettingChange::Ssl),
            },
            Setting::Port => parsed(value).map(SettingChange::Port),
            Setting::Host => parsed(value).map(SettingChange::Host),
            Setting::RemotePath => parsed(value).map(SettingChange::RemotePath),
            Setting::PassiveMode => parsed(value).map(SettingChange::PassiveMode),
            Setting::IpVersion => parsed(value).map(SettingChange::IpVersion),
            Setting::HighestTlsVersion => parsed(value).map(SettingChange::HighestTlsVersion),
            Setting::ReplyTimeout => {
                let time = parsed(value).map(Duration::from_secs);
                time.map(SettingChange::ReplyTimeout)
            }
            Setting::MaxConnections => parsed(value).map(SettingChange::MaxConnections),
            Setting::SourceSet => match value.as_str() {
                Some("dedicated") => Some(SettingChange::SourceSet { dedicated: true }),
                Some("pool") => Some(SettingChange::SourceSet { dedicated: false }),
                Some(_) | None => None,
            },
        };
        change.ok_or_else(unknown)
    }

    /// Makes the change.
    pub fn apply(self, remote: &mut Remote, timeouts: &mut Timeouts) {
        match self {
            SettingChange::Ssl(ssl) => remote.ssl = ssl,
            SettingChange::Port(port) => remote.port = port,
            SettingChange::Host(host) => remote.host = host,
            SettingChange::RemotePath(path) => remote.remote_path = Some(path),
            SettingChange::PassiveMode(mode) => remote.client.passive_mode = Some(mode),
            SettingChange::IpVersion(version) => remote.client.ip_version = Some(version),
            SettingChange::HighestTlsVersion(version) => {
                remote.client.highest_tls_version = Some(version);
            }
            SettingChange::ReplyTimeout(time) => timeouts.reply = time,
            // The probe that proposes a number has tried it; one session has no use for it.
            SettingChange::MaxConnections(most) => remote.max_connections = Some(most),
            SettingChange::SourceSet { dedicated } => {
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
        let changes = [
            SettingChange::Port(990),
            SettingChange::Ssl(SslSetting::RequireImplicit),
        ];
        assert_eq!(SettingChange::all(&patch(whole)).unwrap(), changes);
        let more = json!({"port": 990, "certificate_check": "off"});
        assert_eq!(
            SettingChange::all(&patch(more)),
            Err(NotTriable::Unknown("certificate_check".into()))
        );
        for port in [json!("990"), json!(70_000), json!(-1), json!(null)] {
            let wrong = SettingChange::all(&patch(json!({"port": port})));
            assert_eq!(wrong, Err(NotTriable::Unknown("port".into())));
        }
    }

    #[test]
    fn clear_text_is_never_tried() {
        for ssl in ["never", "if-available"] {
            let changes = SettingChange::all(&patch(json!({"ssl": ssl, "port": 21})));
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
