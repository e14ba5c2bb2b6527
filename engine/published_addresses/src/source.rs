//! Where the lists are: a file, or an endpoint.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use url::{Host, Url};

use super::fetch::{self, Client, Token};
use super::read::{self, Mapping};
use super::{Lists, LookUpError, MAX_BYTES};

/// Where the lists are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A JSON file.
    File(PathBuf),
    /// An endpoint that answers JSON over HTTP.
    Endpoint(Url),
}

/// Why a text names no source.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// Not a URL.
    #[error("the URL of the endpoint cannot be read: {0}")]
    NotAUrl(url::ParseError),
    /// Another scheme.
    #[error("`{0}://` is not HTTP: give an http:// or https:// URL, or a file")]
    Scheme(String),
    /// The secret stands in the URL.
    #[error("other users can read a user or password in the URL: give a token with --token-file")]
    UserInfo,
}

impl Source {
    /// A URL where there is a scheme, else a file.
    ///
    /// # Errors
    /// The URL is no `http` or `https` one, or has a user or password in it.
    pub fn parse(text: &str) -> Result<Source, SourceError> {
        let Some((scheme, _)) = text.split_once("://") else {
            let path = Path::new(text);
            let whole = std::path::absolute(path);
            return Ok(Source::File(whole.unwrap_or_else(|_| path.into())));
        };
        if !["http", "https"].contains(&scheme.to_ascii_lowercase().as_str()) {
            return Err(SourceError::Scheme(scheme.into()));
        }
        let mut url = Url::parse(text).map_err(SourceError::NotAUrl)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(SourceError::UserInfo);
        }
        url.set_fragment(None);
        Ok(Source::Endpoint(url))
    }

    /// Whether what is sent there can be read on the way: clear text to another machine.
    pub fn is_exposed(&self) -> bool {
        let Source::Endpoint(url) = self else {
            return false;
        };
        let loopback = match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        };
        url.scheme() == "http" && !loopback
    }

    /// Reads the lists as they are now.
    ///
    /// # Errors
    /// There is no whole answer in time, or it is no list of addresses.
    pub async fn lists(
        &self,
        mapping: &Mapping,
        client: &Client,
        token: Option<&Token>,
        timeout: Duration,
    ) -> Result<Lists, LookUpError> {
        let answer = async {
            match self {
                Source::Endpoint(url) => Ok(client.get(url, token).await?),
                Source::File(path) => file(path.clone()).await,
            }
        };
        let answer = tokio::time::timeout(timeout, answer)
            .await
            .map_err(|_| LookUpError::TimedOut(timeout))??;
        let content_type = answer.content_type.as_deref();
        Ok(read::lists(&answer.body, content_type, mapping)?)
    }
}

/// A file may be a pipe that nobody writes to, so a thread reads it.
async fn file(path: PathBuf) -> Result<fetch::Answer, LookUpError> {
    let read = move || -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        let most = MAX_BYTES as u64 + 1;
        File::open(path)?.take(most).read_to_end(&mut body)?;
        Ok(body)
    };
    let body = tokio::task::spawn_blocking(read)
        .await
        .map_err(io::Error::from)
        .flatten()
        .map_err(LookUpError::File)?;
    if body.len() > MAX_BYTES {
        return Err(LookUpError::TooLong);
    }
    Ok(fetch::Answer {
        body,
        content_type: None,
    })
}

impl fmt::Display for Source {
    /// The query of a URL may hold a key, so it is not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::File(path) => path.display().fmt(f),
            Source::Endpoint(url) => {
                f.write_str(&url[..url::Position::AfterPath])?;
                f.write_str(if url.query().is_some() { "?…" } else { "" })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_a_url_or_a_file() {
        let source = Source::parse("https://app.example.com/ip_addresses?key=s3cret#x").unwrap();
        assert_eq!(source.to_string(), "https://app.example.com/ip_addresses?…");
        let Source::File(path) = Source::parse("lists/addresses.json").unwrap() else {
            panic!("a file");
        };
        assert!(path.is_absolute() && path.ends_with("lists/addresses.json"));
        assert_eq!(
            Source::parse("ftp://app.example.com"),
            Err(SourceError::Scheme("ftp".into()))
        );
    }

    #[test]
    fn a_secret_in_the_url_is_refused_and_not_repeated() {
        for text in [
            "https://u:s3cret@app.example.com/",
            "https://s3cret@h",
            "http://u:s3cret@h:x",
        ] {
            let error = Source::parse(text).unwrap_err().to_string();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn clear_text_to_another_machine_is_exposed() {
        let exposed = |text: &str| Source::parse(text).unwrap().is_exposed();
        assert!(exposed("http://app.example.com/") && exposed("http://192.0.2.1/"));
        assert!(exposed("http://127.0.0.1.example.com/") && exposed("HTTP://localhost.example/"));
        for own in [
            "http://127.0.0.2:80/",
            "http://[::1]/",
            "http://localhost:8080/",
        ] {
            assert!(!exposed(own), "{own}");
        }
        assert!(!exposed("https://app.example.com/") && !exposed("a.json"));
    }
}
