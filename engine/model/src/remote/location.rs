//! A remote in one word: a URL, or a bare host.

use std::net::Ipv6Addr;
use std::str::FromStr;

use url::Url;

use super::{HostError, SslSetting, host};

/// What somebody writes of a remote in one word: a URL, or a bare host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Name or address.
    pub host: String,
    /// Where it names one.
    pub port: Option<u16>,
    /// What the scheme says; `ftp` and a bare host say nothing.
    pub ssl: Option<SslSetting>,
    /// Where it names one.
    pub user: Option<String>,
    /// The path, if it is more than `/`. A bare host has none.
    pub path: Option<String>,
}

/// The schemes of FTP, as an error names them.
const SCHEMES: &str =
    "ftp:// (TLS if the server offers it), ftpes:// (explicit TLS) or ftps:// (implicit TLS)";

/// Why a text is not a remote.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocationError {
    /// Not a URL.
    #[error("`{0}` is not a URL: {1}; write {SCHEMES}, and the host after it")]
    NotAUrl(String, url::ParseError),
    /// SFTP: it is called like FTP, and has nothing in common with it.
    #[error(
        "`{0}` is SFTP: a different protocol, over SSH (port 22), which this version does not check; if the \
        server also speaks FTP, write {SCHEMES}"
    )]
    Sftp(String),
    /// A web server.
    #[error(
        "`{0}://` is for web servers, which this program does not check; for an FTP server write {SCHEMES}"
    )]
    Web(String),
    /// Another scheme.
    #[error("`{0}://` is not FTP: use {SCHEMES}")]
    Scheme(String),
    /// No host.
    #[error("`{0}` names no host")]
    NoHost(String),
    /// The host is none.
    #[error(transparent)]
    Host(#[from] HostError),
    /// Slashes without a scheme.
    #[error(
        "there is no file `{0}`, and a bare host has no path: for a remote with a path, write {SCHEMES}, as in \
        ftp://host/path"
    )]
    PathWithoutScheme(String),
    /// What stands where the port should be.
    #[error("`{0}` is not a port: a port is a number from 1 to 65535")]
    Port(String),
    /// An IPv6 address, of which nobody can tell where it ends (RFC 3986 section 3.2.2).
    #[error("in a URL, an IPv6 address is in brackets: write {0}")]
    Unbracketed(String),
    /// URLs of FTP have neither a query nor a fragment (RFC 1738 section 3.2).
    #[error("`{0}` has no meaning in an FTP URL; if it belongs to the user or the path, write {1}")]
    Query(char, &'static str),
    /// The password stands in it.
    #[error(
        "other users can read a password in the URL: give it with --password-file, --password-stdin or \
        --password-env"
    )]
    Password,
}

impl FromStr for Location {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Location, LocationError> {
        match text.contains("://") || calls_sftp(text) {
            true => of_url(text),
            false => bare(text),
        }
    }
}

/// `sftp:host` is a slip that names its protocol all the same.
fn calls_sftp(text: &str) -> bool {
    text.get(..5)
        .is_some_and(|begin| begin.eq_ignore_ascii_case("sftp:"))
}

fn of_url(text: &str) -> Result<Location, LocationError> {
    if calls_sftp(text) {
        return Err(LocationError::Sftp(without_userinfo(text)));
    }
    let url = Url::parse(text).map_err(|error| not_a_url(text, error))?;
    let ssl = match url.scheme() {
        "ftp" => None,
        "ftpes" => Some(SslSetting::RequireExplicit),
        "ftps" => Some(SslSetting::RequireImplicit),
        "http" | "https" => return Err(LocationError::Web(url.scheme().into())),
        other => return Err(LocationError::Scheme(other.into())),
    };
    if url.password().is_some() {
        return Err(LocationError::Password);
    }
    if url.query().is_some() {
        return Err(LocationError::Query('?', "%3F"));
    }
    if url.fragment().is_some() {
        return Err(LocationError::Query('#', "%23"));
    }
    if url.port() == Some(0) {
        return Err(LocationError::Port("0".into()));
    }
    let named = url.host_str().filter(|host| !host.is_empty());
    let named = named.ok_or_else(|| LocationError::NoHost(without_userinfo(text)))?;
    let decode = |text: &str| {
        percent_encoding::percent_decode_str(text)
            .decode_utf8_lossy()
            .into_owned()
    };
    Ok(Location {
        // Of a scheme that the library does not know, it keeps a name in another script in escapes.
        host: host(&decode(named))?,
        port: url.port().or_else(|| names_port_21(text)),
        ssl,
        user: Some(decode(url.username())).filter(|user| !user.is_empty()),
        // The path of an FTP URL starts at the login directory (RFC 1738 section 3.2.2).
        path: Some(decode(url.path().trim_start_matches('/'))).filter(|path| !path.is_empty()),
    })
}

fn not_a_url(text: &str, error: url::ParseError) -> LocationError {
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    // What stands before the last `@` may be a password, whatever the library took it for.
    let (user, rest) = rest.rsplit_once('@').map_or(("", rest), |it| ("…@", it.1));
    let named = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if named.parse::<Ipv6Addr>().is_ok() && is_scheme(scheme) {
        return LocationError::Unbracketed(format!("{scheme}://{user}[{named}]"));
    }
    if error == url::ParseError::InvalidPort
        && let Some((_, port)) = named.rsplit_once(':')
    {
        return LocationError::Port(port.into());
    }
    // The library says "invalid domain character" and does not say which.
    match host(named) {
        Err(wrong @ HostError::Character(_, foreign)) if foreign.is_whitespace() => wrong.into(),
        Ok(_) | Err(_) => LocationError::NotAUrl(without_userinfo(text), error),
    }
}

/// `[user@]host[:port]`, as other programs take it. An address of IPv6 needs its brackets only where a port follows.
fn bare(text: &str) -> Result<Location, LocationError> {
    let (user, place) = match text.rsplit_once('@') {
        Some((user, _)) if user.contains(':') => return Err(LocationError::Password),
        Some((user, place)) => (Some(user.to_owned()), place),
        None => (None, text),
    };
    if place.contains(['/', '\\']) {
        return Err(LocationError::PathWithoutScheme(without_userinfo(text)));
    }
    let (named, port) = match place.rsplit_once(':') {
        _ if place.parse::<Ipv6Addr>().is_ok() || place.ends_with(']') => (place, None),
        Some((named, port)) => (named, Some(port)),
        None => (place, None),
    };
    let port = port.map(|port| {
        let number = port.parse().ok().filter(|number| *number != 0);
        number.ok_or_else(|| LocationError::Port(port.into()))
    });
    Ok(Location {
        host: host(named)?,
        port: port.transpose()?,
        ssl: None,
        user: user.filter(|user| !user.is_empty()),
        path: None,
    })
}

/// The library drops a port that is its scheme's default; here it may have been written to contradict `--ssl`.
fn names_port_21(text: &str) -> Option<u16> {
    let authority = text.split_once("://")?.1.split('/').next()?;
    authority.ends_with(":21").then_some(21)
}

/// What somebody wrote of a remote, as an error may repeat it: what cannot be parsed may still hold a password. What stands
/// before `://` may be a part of it, too, unless it is a scheme (RFC 3986 section 3.1).
pub fn without_userinfo(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((before, host)) => {
            let scheme = before
                .split_once("://")
                .filter(|(scheme, _)| is_scheme(scheme))
                .map(|(scheme, _)| format!("{scheme}://"))
                .unwrap_or_default();
            format!("{scheme}…@{host}")
        }
        None => text.into(),
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_read() {
        let location: Location = "ftpes://jo%40corp@[2001:db8::1]:2121/in%20box"
            .parse()
            .unwrap();
        assert_eq!(location.host, "2001:db8::1");
        assert_eq!(location.ssl, Some(SslSetting::RequireExplicit));
        assert_eq!(
            (location.port, location.user.as_deref()),
            (Some(2121), Some("jo@corp"))
        );
        assert_eq!(location.path.as_deref(), Some("in box"));
        assert_eq!("ftp://h:21".parse::<Location>().unwrap().port, Some(21));
        assert_eq!(
            "ftps://h".parse::<Location>().unwrap().ssl,
            Some(SslSetting::RequireImplicit)
        );
        assert_eq!("ftp://h".parse::<Location>().unwrap().ssl, None);
    }

    #[test]
    fn a_password_in_a_url_is_refused_and_not_repeated() {
        for url in [
            "ftp://u:s3cret@h",
            "u:s3cret@h:x:y",
            "http://u:s3cret@h",
            // Where the scheme comes late, twice, or not at all.
            ":s3cret@http://h",
            "u :s3cret://x@h",
            "u:s3cret@ftp://v:w@h",
            "1://u:s3cret@h",
            "sftp://u:s3cret@h",
            "u:s3cret@h",
            "u:s3cret@h/in",
            "ftpes://u:s3cret@2001:db8::1",
            "ftp://u:s3cret@h h",
        ] {
            let error = url.parse::<Location>().unwrap_err().to_string();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn a_bare_host_is_enough() {
        for (text, host, port, user) in [
            ("ftp.example.com", "ftp.example.com", None, None),
            ("ftp.example.com:2121", "ftp.example.com", Some(2121), None),
            ("[2001:db8::1]", "2001:db8::1", None, None),
            ("[2001:db8::1]:2121", "2001:db8::1", Some(2121), None),
            ("2001:db8::1", "2001:db8::1", None, None),
            ("192.0.2.7:21", "192.0.2.7", Some(21), None),
            ("jo@ftp.example.com", "ftp.example.com", None, Some("jo")),
            ("jo@corp@h:2121", "h", Some(2121), Some("jo@corp")),
            ("m\u{fc}nchen.example", "xn--mnchen-3ya.example", None, None),
        ] {
            let expected = Location {
                host: host.into(),
                port,
                ssl: None,
                user: user.map(Into::into),
                path: None,
            };
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_in_its_words() {
        for (text, says) in [
            (
                "sftp://jo@h",
                "is SFTP: a different protocol, over SSH (port 22)",
            ),
            (
                "SFTP:h",
                "does not check; if the server also speaks FTP, write ftp://",
            ),
            ("https://h", "`https://` is for web servers"),
            ("gopher://h", "`gopher://` is not FTP"),
            ("ftp..example.com", "has an empty part between two dots"),
            (
                "ftp://ftp..example.com",
                "has an empty part between two dots",
            ),
            ("ftp.example.com ", "contains a space"),
            ("ftp://ftp example.com", "contains a space"),
            ("ftp,example.com", "contains the character `,`"),
            ("h:x", "`x` is not a port"),
            ("h:0", "`0` is not a port"),
            ("h:70000", "`70000` is not a port"),
            ("ftp://h:0", "`0` is not a port"),
            ("ftp://u:s3cret@h:99999/x", "`99999` is not a port"),
            (
                "h/in",
                "there is no file `h/in`, and a bare host has no path",
            ),
            ("ftpes://2001:db8::1", "write ftpes://[2001:db8::1]"),
            ("ftpes://jo@2001:db8::1/in", "write ftpes://…@[2001:db8::1]"),
            ("ftp://h/in?x=1", "`?` has no meaning in an FTP URL"),
            ("ftp://h/in#x", "write %23"),
            ("", "the host is empty"),
        ] {
            let error = text.parse::<Location>().unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn the_scheme_of_a_url_that_is_none_is_shown() {
        let error = "ftp://u:s3cret@h<".parse::<Location>().unwrap_err();
        assert!(error.to_string().starts_with("`ftp://…@h<` is"), "{error}");
    }
}
