//! What names a remote: settings files, which people pass on, and URLs.

use model::remote::{Location, is_host};
use settings::{RemoteFile, RemoteFileError};

use crate::text::steers;

/// Stands in seeds where a secret may have strayed. It is no key, so no error may repeat it.
const CANARY: &str = "c4n4ry!S3cret";

/// Settings files: a mistake is told in one line with its place and without a value, and what is read makes sense.
pub fn settings(bytes: &[u8]) {
    match RemoteFile::read("remote.toml", bytes) {
        Ok(file) => {
            assert_eq!(
                RemoteFile::read("remote.toml", bytes).ok().as_ref(),
                Some(&file)
            );
            assert!(
                file.authority
                    .password_env
                    .as_ref()
                    .is_none_or(|variable| !variable.name().is_empty())
            );
            let Ok(remote) = file.settings.remote() else {
                return;
            };
            assert!(is_host(&remote.host), "{}", remote.host);
            assert!(remote.port != 0 && remote.place().contains(&remote.host));
        }
        Err(error) => {
            let told = error.to_string();
            assert!(!told.contains(CANARY), "{told}");
            assert!(!told.chars().any(steers), "{told:?}");
            if let RemoteFileError::Mistake { line, column, .. } = error {
                let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
                assert!((1..=lines + 1).contains(&line), "line {line}");
                assert!(column >= 1 && column <= bytes.len() + 1, "column {column}");
            }
        }
    }
}

/// URLs: an error does not repeat a password, and no part of a URL is lost or doubled.
pub fn url(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    match text.parse::<Location>() {
        Ok(location) => {
            assert!(!location.host.is_empty());
            assert_ne!(location.user.as_deref(), Some(""));
            assert_ne!(location.path.as_deref(), Some(""));
        }
        Err(error) => {
            let told = error.to_string();
            // A name for a user stands before the colon, and a path after the host: what is between is a password. What is
            // written a second time is a host or a path as well.
            let in_userinfo = text.contains(&format!(":{CANARY}@"));
            let once = text.matches(CANARY).count() == 1;
            assert!(!(in_userinfo && once && told.contains(CANARY)), "{told}");
        }
    }
}
