//! One GET over HTTP/1.1 (RFC 9112), with or without TLS. Redirections are followed on the same origin only (RFC 6454),
//! so that the token goes nowhere else and the lists come from where the user said.

use std::fmt;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http_body_util::Empty;
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName,
    HeaderValue, LINK, LOCATION, USER_AGENT,
};
use hyper::http::response;
use hyper::{Response, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use rustls::ClientConfig;
use secrecy::{ExposeSecret, SecretString};
use tower_service::Service;
use url::Url;

use super::MAX_BYTES;
use host::http::{self, HttpError};
use host::net::Resolver;
use host::trust::Trust;
use model::cleaner;
use model::failure::Failure;
use model::mask::Mask;

/// Redirections followed.
const MAX_REDIRECTIONS: usize = 3;

/// Why an endpoint gave no answer.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the texts say it")]
pub enum FetchError {
    #[error("{origin} cannot be reached: {cause}")]
    Connection { origin: String, cause: String },
    #[error("the answer broke off: {0}")]
    Broken(String),
    #[error("the endpoint answers {status}{}", hint(*.status))]
    Status { status: StatusCode },
    #[error(
        "the endpoint redirects to {to}, which is not followed; if that is right, give its URL instead"
    )]
    Elsewhere { to: String },
    #[error("the endpoint redirects without saying where to")]
    Nowhere,
    #[error("the endpoint redirects more than {MAX_REDIRECTIONS} times")]
    TooManyRedirections,
    #[error("the answer is longer than {} KiB", MAX_BYTES / 1024)]
    TooLong,
    #[error("the answer is compressed, although no compression was requested")]
    Compressed,
    #[error("the answer is one page of several (Link: rel=\"next\"), so it is not the whole list")]
    Paged,
    #[error("the URL cannot be requested")]
    Url,
}

fn hint(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            ": it requires a token, or a different one (--token-file, --token-header)"
        }
        _ => "",
    }
}

/// A secret and the header it is sent in.
pub struct Token {
    header: HeaderName,
    value: HeaderValue,
    mask: Mask,
}

/// Why a token cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The header.
    #[error("--token-header is not a valid header name")]
    Header,
    /// The secret.
    #[error("the token has characters that no header can contain")]
    Value,
}

impl Token {
    /// In `Authorization` a token without a scheme of its own is a bearer token (RFC 6750 section 2.1); every other
    /// header carries it as it is.
    ///
    /// # Errors
    /// The header or the token is not what HTTP can carry.
    pub fn new(header: Option<&str>, secret: &SecretString) -> Result<Token, TokenError> {
        let header = match header {
            None => AUTHORIZATION,
            Some(name) => {
                HeaderName::from_bytes(name.as_bytes()).map_err(|_| TokenError::Header)?
            }
        };
        let secret = secret.expose_secret();
        let value = if header == AUTHORIZATION && !secret.contains(' ') {
            HeaderValue::try_from(format!("Bearer {secret}"))
        } else {
            HeaderValue::try_from(secret)
        };
        let mut value = value.map_err(|_| TokenError::Value)?;
        value.set_sensitive(true);
        Ok(Token {
            header,
            value,
            mask: Mask::new(secret),
        })
    }

    /// A text without the token, which an endpoint may have sent back.
    pub fn masked(&self, text: &str) -> String {
        self.mask.text(text)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token in {}", self.header)
    }
}

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    /// At most [`MAX_BYTES`].
    pub body: Vec<u8>,
    /// What the sender calls it, in lower case.
    pub content_type: Option<String>,
}

/// Asks endpoints. Each question has a connection of its own: servers that close one after an answer do so in the moment of the
/// next question.
pub struct Client(HttpsConnector<HttpConnector<Names>>);

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

impl Client {
    /// A client that trusts the roots of a remote's check, and resolves names as that does.
    pub fn new(trust: &Trust, resolver: Resolver) -> Client {
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let config = ClientConfig::builder_with_provider(provider.into())
            .with_protocol_versions(rustls::ALL_VERSIONS)
            .expect("the provider has suites for both versions")
            .with_root_certificates(trust.roots())
            .with_no_client_auth();
        let mut connector = HttpConnector::new_with_resolver(Names(Arc::new(resolver)));
        connector.enforce_http(false);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(config)
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector);
        Client(connector)
    }

    /// Gets what is there.
    ///
    /// # Errors
    /// There is no answer, or none that can be used.
    pub async fn get(&self, url: &Url, token: Option<&Token>) -> Result<Answer, FetchError> {
        let mut at = url.clone();
        for _ in 0..=MAX_REDIRECTIONS {
            let answer = self.ask(&at, token).await?;
            if !is_redirection(answer.status()) {
                usable(answer.status(), answer.headers())?;
                return Ok(Answer {
                    content_type: text(answer.headers(), &CONTENT_TYPE)
                        .map(str::to_ascii_lowercase),
                    body: answer.into_body(),
                });
            }
            at = redirected(&at, answer.headers())?;
        }
        Err(FetchError::TooManyRedirections)
    }

    async fn ask(&self, at: &Url, token: Option<&Token>) -> Result<Response<Vec<u8>>, FetchError> {
        let request = http::request(at).ok_or(FetchError::Url)?;
        let mut request = request
            .header(
                USER_AGENT,
                concat!("remote-doctor/", env!("CARGO_PKG_VERSION")),
            )
            .header(ACCEPT, "application/json")
            .header(ACCEPT_ENCODING, "identity")
            .body(Empty::new())
            .map_err(|_| FetchError::Url)?;
        if let Some(token) = token {
            let headers = request.headers_mut();
            headers.insert(&token.header, token.value.clone());
        }
        let uri = Uri::try_from(at.as_str()).map_err(|_| FetchError::Url)?;
        let mut connector = self.0.clone();
        let connected = match poll_fn(|context| connector.poll_ready(context)).await {
            Ok(()) => connector.call(uri).await,
            Err(error) => Err(error),
        };
        let connection = connected.map_err(|error| FetchError::Connection {
            origin: at.origin().ascii_serialization(),
            cause: deepest(error.as_ref()),
        })?;
        let wanted = |head: &response::Parts| usable(head.status, &head.headers).is_ok();
        let answer = http::get(connection, request, wanted, MAX_BYTES).await;
        answer.map_err(|error| match error {
            HttpError::TooLong(_) => FetchError::TooLong,
            HttpError::Body(error) => FetchError::Broken(deepest(error.as_ref())),
            HttpError::Exchange(error) => FetchError::Broken(deepest(&error)),
        })
    }
}

/// The names of endpoints. They do not pass through the C library: a program that has it built in has none of the modules that
/// a machine may be set up to resolve names with, and would load those of another version.
#[derive(Clone)]
struct Names(Arc<Resolver>);

impl Service<Name> for Names {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Failure>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let resolver = self.0.clone();
        Box::pin(async move {
            let addresses = resolver.addresses(name.as_str()).await?;
            // The connector puts the port of the URL in.
            let places = addresses.into_iter().map(|it| SocketAddr::new(it, 0));
            Ok(places.collect::<Vec<_>>().into_iter())
        })
    }
}

/// The cause below all wrappings, in words.
fn deepest(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause: &(dyn std::error::Error + 'static) = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    let text = cleaner::line(&cause.to_string(), 200);
    match text.contains("UnknownIssuer") {
        true => format!("{text}; a CA of your own is trusted with --ca-file"),
        false => text,
    }
}

fn is_redirection(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Where a redirection leads to, if that is the same origin.
fn redirected(at: &Url, headers: &HeaderMap) -> Result<Url, FetchError> {
    let location = headers.get(LOCATION).and_then(|it| it.to_str().ok());
    let mut to = location
        .and_then(|location| at.join(location).ok())
        .ok_or(FetchError::Nowhere)?;
    if to.origin() != at.origin() {
        let to = cleaner::line(&to.origin().ascii_serialization(), 100);
        return Err(FetchError::Elsewhere { to });
    }
    to.set_fragment(None);
    // A URL of this origin takes them, and nobody here means to send them.
    let _ = (to.set_username(""), to.set_password(None));
    Ok(to)
}

/// Whether an answer with this head is the whole of what was asked for, as it is.
fn usable(status: StatusCode, headers: &HeaderMap) -> Result<(), FetchError> {
    if status != StatusCode::OK {
        return Err(FetchError::Status { status });
    }
    if text(headers, &CONTENT_ENCODING).is_some_and(|it| it != "identity") {
        return Err(FetchError::Compressed);
    }
    let next = |value: &HeaderValue| {
        let text = value.to_str().unwrap_or_default();
        text.contains("rel=\"next\"") || text.contains("rel=next")
    };
    match headers.get_all(LINK).iter().any(next) {
        true => Err(FetchError::Paged),
        false => Ok(()),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(header: Option<&str>, secret: &str) -> (String, String) {
        let token = Token::new(header, &SecretString::from(secret)).unwrap();
        assert!(!format!("{token:?} {:?}", token.value).contains(secret));
        let value = token.value.to_str().unwrap().to_owned();
        (token.header.to_string(), value)
    }

    #[test]
    fn a_token_goes_into_its_header() {
        let expected = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(sent(None, "abc"), expected("authorization", "Bearer abc"));
        assert_eq!(
            sent(Some("Authorization"), "Basic abc"),
            expected("authorization", "Basic abc")
        );
        assert_eq!(sent(Some("X-API-Key"), "abc"), expected("x-api-key", "abc"));
        let refused = |header, secret: &str| Token::new(header, &SecretString::from(secret));
        assert_eq!(refused(Some("a b"), "abc").unwrap_err(), TokenError::Header);
        assert_eq!(refused(None, "a\nb").unwrap_err(), TokenError::Value);
    }

    fn to(location: &str) -> Result<String, FetchError> {
        let at = Url::parse("https://app.example.com/v1/ip_addresses").unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(LOCATION, HeaderValue::from_str(location).unwrap());
        redirected(&at, &headers).map(|url| url.to_string())
    }

    #[test]
    fn a_redirection_stays_on_its_origin() {
        for (location, url) in [
            ("/v2", "https://app.example.com/v2"),
            ("../x?y#z", "https://app.example.com/x?y"),
            ("https://app.example.com:443/z", "https://app.example.com/z"),
            ("https://u:p@app.example.com/z", "https://app.example.com/z"),
        ] {
            assert_eq!(to(location).unwrap(), url);
        }
        for location in [
            "https://other.example/",
            "http://app.example.com/",
            "https://app.example.com:8443/",
            "//other.example/v1",
            "https://app.example.com@other.example/",
            "ftp://app.example.com/",
            "data:,x",
        ] {
            assert!(
                matches!(to(location), Err(FetchError::Elsewhere { .. })),
                "{location}"
            );
        }
        let at = Url::parse("https://app.example.com/").unwrap();
        assert!(matches!(
            redirected(&at, &HeaderMap::new()),
            Err(FetchError::Nowhere)
        ));
    }
}
