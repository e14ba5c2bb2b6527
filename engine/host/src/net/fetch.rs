//! A certificate from the address that another certificate names (RFC 5280 section 4.2.2.1), over HTTP: only where the user
//! asked for it, since that address is a third party's and chosen by whoever made the certificate.

use crate::http;
use crate::net::failure;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use http_body_util::Empty;
use hyper::StatusCode;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpSocket, TcpStream};
use url::Url;

use http::HttpError;
use model::failure::{Failure, FailureKind, Operation};

/// A chain of certificates takes a few kilobytes.
const MAX_BYTES: usize = 64 * 1024;
/// The whole exchange.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Where a certificate can be fetched from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Location {
    url: Url,
    pub(super) host: String,
    pub(super) port: u16,
}

impl Location {
    /// Reads an `http` URL; no other scheme is meant for this (RFC 5280 section 4.2.2.1), and no redirection is followed.
    pub(super) fn parse(text: &str) -> Result<Location, Failure> {
        let not_http = || {
            let detail = "the certificate names no http address to fetch its issuer from";
            Failure::new(Operation::Resolve, FailureKind::InvalidArgument, detail)
        };
        let url = Url::parse(text).map_err(|_| not_http())?;
        let host = url.host_str().ok_or_else(not_http)?;
        let host = host.trim_matches(['[', ']']).to_string();
        let port = url.port_or_known_default().unwrap_or(80);
        if url.scheme() != "http" || !url.username().is_empty() || url.password().is_some() {
            return Err(not_http());
        }
        Ok(Location { url, host, port })
    }

    /// Gets what is there, from `to`, at most 64 KiB.
    pub(super) async fn get(
        &self,
        source: Option<IpAddr>,
        to: SocketAddr,
    ) -> Result<Vec<u8>, Failure> {
        tokio::time::timeout(TIMEOUT, self.exchange(source, to))
            .await
            .map_err(|_| Failure::timed_out(Operation::Read, TIMEOUT))?
    }

    async fn exchange(&self, source: Option<IpAddr>, to: SocketAddr) -> Result<Vec<u8>, Failure> {
        let socket = super::socket::bound(source, to, None)?;
        let stream: TcpStream = TcpSocket::from_std_stream(socket.into())
            .connect(to)
            .await
            .map_err(|error| failure::from_io(Operation::Connect, &error))?;
        let request = http::request(&self.url).and_then(|it| it.body(Empty::new()).ok());
        let request = request.ok_or_else(|| {
            let detail = format!("{} cannot be asked for", self.url);
            Failure::new(Operation::Write, FailureKind::InvalidArgument, detail)
        })?;
        let is_there = |status| status == StatusCode::OK;
        let asked = http::get(
            TokioIo::new(stream),
            request,
            |head| is_there(head.status),
            MAX_BYTES,
        );
        let answer = asked.await.map_err(|error| match error {
            HttpError::Exchange(error) => {
                Failure::new(Operation::Read, FailureKind::Closed, exchange(&error))
            }
            error @ (HttpError::Body(_) | HttpError::TooLong(_)) => {
                let detail = format!("{}: {error}", self.url);
                Failure::new(Operation::Read, FailureKind::Truncated, detail)
            }
        })?;
        if !is_there(answer.status()) {
            let detail = format!("{} answers {}", self.url, answer.status());
            return Err(Failure::new(Operation::Read, FailureKind::Closed, detail));
        }
        Ok(answer.into_body())
    }
}

/// How an exchange ended, in our words.
fn exchange(error: &hyper::Error) -> &'static str {
    if error.is_parse() {
        "the answer is not HTTP"
    } else if error.is_incomplete_message() {
        "the connection was closed within the answer"
    } else {
        "the connection was lost"
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// Answers one request with these bytes, and gives the request.
    async fn answered(answer: Vec<u8>) -> (Result<Vec<u8>, Failure>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let to = listener.local_addr().unwrap();
        let location = Location::parse(&format!("http://{to}/ca.der?x=1#part")).unwrap();
        let served = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = vec![0; 4096];
            let length = stream.read(&mut asked).await.unwrap();
            let _ = stream.write_all(&answer).await;
            String::from_utf8_lossy(&asked[..length]).into_owned()
        });
        let got = location.get(None, to).await;
        (got, served.await.unwrap())
    }

    #[tokio::test]
    async fn a_certificate_is_asked_for_by_path_and_host() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc".to_vec();
        let (got, asked) = answered(answer).await;
        assert_eq!(got, Ok(b"abc".to_vec()));
        assert!(
            asked.starts_with("GET /ca.der?x=1 HTTP/1.1\r\nhost: 127.0.0.1:"),
            "{asked}"
        );
    }

    #[tokio::test]
    async fn neither_redirections_nor_floods_are_taken() {
        let moved =
            b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n";
        let (got, _) = answered(moved.to_vec()).await;
        assert_eq!(got.unwrap_err().kind, FailureKind::Closed);
        let mut flood = b"HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n".to_vec();
        flood.resize(70_100, b'x');
        let (got, _) = answered(flood).await;
        assert_eq!(got.unwrap_err().kind, FailureKind::Truncated);
    }

    #[test]
    fn only_http_is_a_location() {
        for text in [
            "https://ca.example/x",
            "ldap://ca.example/cn=x",
            "file:///etc/passwd",
            "http://u:p@ca.example/",
            "ca.example",
        ] {
            assert!(Location::parse(text).is_err(), "{text}");
        }
        let location = Location::parse("http://[2001:db8::1]:8080/x").unwrap();
        assert_eq!(
            (location.host.as_str(), location.port),
            ("2001:db8::1", 8080)
        );
    }
}
