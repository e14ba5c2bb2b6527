//! One GET over HTTP/1.1 (RFC 9112), on a connection that somebody else made: who may be asked, and what of an answer counts,
//! the callers know.

use std::error::Error;

use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::header::HOST;
use hyper::http::{request, response};
use hyper::rt::{Read, Write};
use hyper::{Method, Request, Response, Uri};
use tokio_util::task::AbortOnDropHandle;
use url::{Position, Url};

/// Why an answer did not come, or not whole.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The connection ended, or what came is no HTTP.
    #[error(transparent)]
    Exchange(#[from] hyper::Error),
    /// The body did not come to its end.
    #[error(transparent)]
    Body(Box<dyn Error + Send + Sync>),
    /// The body is longer than what was to be read.
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
}

/// The beginning of a request for what is at a URL; none where its path is none for HTTP.
pub fn request(url: &Url) -> Option<request::Builder> {
    let target = &url[Position::BeforePath..Position::AfterQuery];
    let authority = &url[Position::BeforeHost..Position::AfterPort];
    let uri = Uri::try_from(target).ok()?;
    let request = Request::builder().method(Method::GET).uri(uri);
    Some(request.header(HOST, authority))
}

/// Asks, and reads the answer. The body is read only where the head is one that `wanted` takes, and it is empty otherwise.
///
/// # Errors
/// There is no answer, or no whole one of at most `most` bytes.
pub async fn get<C>(
    connection: C,
    request: Request<Empty<Bytes>>,
    wanted: impl FnOnce(&response::Parts) -> bool,
    most: usize,
) -> Result<Response<Vec<u8>>, HttpError>
where
    C: Read + Write + Send + Unpin + 'static,
{
    let (mut sender, connection) = hyper::client::conn::http1::handshake(connection).await?;
    let _driver = AbortOnDropHandle::new(tokio::spawn(connection));
    let (head, body) = sender.send_request(request).await?.into_parts();
    if !wanted(&head) {
        return Ok(Response::from_parts(head, Vec::new()));
    }
    let body = Limited::new(body, most).collect().await;
    let body = body.map_err(|error| match error.is::<LengthLimitError>() {
        true => HttpError::TooLong(most),
        false => HttpError::Body(error),
    })?;
    Ok(Response::from_parts(head, body.to_bytes().into()))
}
