//! From an accepted data connection to one that data may pass.

use tokio::io::AsyncWriteExt;

use crate::{
    Behaviour, Channel, Event, Fault, SessionReuse,
    lab::Server,
    stream::{Rewound, Stream},
    tls::{self, Reuse},
};

/// Why data cannot pass.
pub(super) enum Failure {
    /// The handshake did not succeed.
    Tls(String),
    /// It did, but not in the way that is demanded.
    Reuse(Event),
}

/// Secures a data connection that belongs to the control connection `owner`.
pub(super) async fn secure(
    server: &Server,
    mut stream: Rewound,
    owner: usize,
) -> Result<(Stream, Event), Failure> {
    let behaviour = &server.behaviour;
    let limit = behaviour.limits.handshake();
    if let Some(words) = instead_of_tls(behaviour) {
        // Without a ClientHello there is nobody to answer, and the handshake has failed either way.
        if tls::ignore_hello(&mut stream, limit).await.is_ok() {
            let _ = stream.write_all(&words).await;
            let _ = stream.shutdown().await;
        }
        return Err(Failure::Tls("spoiled on purpose".to_owned()));
    }
    let secured = server.tls.secure(Channel::Data, stream, owner, limit).await;
    let tls::Secured {
        mut stream,
        version,
        reuse,
    } = secured.map_err(|error| Failure::Tls(error.to_string()))?;
    let event = Event::Secured {
        channel: Channel::Data,
        version,
        resumed: reuse.resumed(),
    };
    if acceptable(behaviour, reuse) {
        return Ok((Stream::Secure(Box::new(stream)), event));
    }
    // The client is told on the control connection.
    let _ = stream.shutdown().await;
    Err(Failure::Reuse(event))
}

/// What is sent in place of a handshake, if that is the fault.
fn instead_of_tls(behaviour: &Behaviour) -> Option<Vec<u8>> {
    behaviour.value(|fault| match fault {
        Fault::DataPlain => Some(b"This is clear text where TLS is due.\r\n".to_vec()),
        Fault::DataTlsAlert => Some(tls::alert(tls::HANDSHAKE_FAILURE)),
        _ => None,
    })
}

/// Whether data may pass after what the handshake did with earlier sessions.
fn acceptable(behaviour: &Behaviour, reuse: Reuse) -> bool {
    if behaviour.has(&Fault::ReuseBreaks) && reuse != Reuse::NotOffered {
        return false;
    }
    let demanded =
        behaviour.session_reuse == SessionReuse::Required || behaviour.has(&Fault::ReuseRefused);
    !demanded || reuse == Reuse::Resumed
}
