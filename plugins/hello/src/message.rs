//! Handshake messages of a server, read with `tls-parser`.

use tls_parser::{
    ECParametersContent, NamedGroup, TlsCipherKx, TlsHandshakeType, TlsMessage,
    TlsMessageHandshake, parse_dh_params, parse_ec_parameters, parse_tls_message_handshake,
};

use crate::{Flight, Group, KeyExchange, ServerHello, Suite, Version};

/// More certificates than any chain has.
const MOST_CERTIFICATES: usize = 32;

/// What a message means for the flight.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    GoesOn,
    Done,
}

/// Type and length of a handshake message.
pub(crate) const HEADER: usize = 4;

/// The length of the message that begins here, header included; none while the header is not complete.
pub(crate) fn length(bytes: &[u8]) -> Option<usize> {
    let header: &[u8; HEADER] = bytes.get(..HEADER)?.try_into().ok()?;
    let body = u32::from_be_bytes([0, header[1], header[2], header[3]]);
    Some(HEADER + usize::try_from(body).ok()?)
}

/// Reads one whole message into the flight.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn read(message: &[u8], flight: &mut Flight) -> Result<Step, &'static str> {
    let first = flight.hello.is_none();
    match message.first().copied().map(TlsHandshakeType) {
        Some(TlsHandshakeType::HelloRequest) => return Ok(Step::GoesOn),
        Some(TlsHandshakeType::ServerHello) if !first => return Err("a second ServerHello"),
        Some(TlsHandshakeType::ServerHello) => {}
        _ if first => return Err("a message before the ServerHello"),
        // What staples and tickets say is of no use here.
        Some(TlsHandshakeType::CertificateStatus | TlsHandshakeType::NewSessionTicket) => {
            return Ok(Step::GoesOn);
        }
        // It is empty, and says so in its header.
        Some(TlsHandshakeType::ServerDone) => return Ok(Step::Done),
        _ => {}
    }
    let Ok((_, TlsMessage::Handshake(parsed))) = parse_tls_message_handshake(message) else {
        return Err("a handshake message that cannot be read");
    };
    match parsed {
        TlsMessageHandshake::ServerHello(hello) => {
            let version = Version::from_wire(hello.version.to_be_bytes());
            flight.hello = Some(ServerHello {
                version: version.ok_or("a ServerHello of a version that was not offered")?,
                suite: Suite(hello.cipher.0),
            });
        }
        TlsMessageHandshake::Certificate(certificates) => {
            let chain = certificates.cert_chain.iter().take(MOST_CERTIFICATES);
            flight.chain = chain.map(|each| each.data.to_vec()).collect();
        }
        TlsMessageHandshake::ServerKeyExchange(exchange) => {
            flight.key_exchange = key_exchange(flight, exchange.parameters);
        }
        TlsMessageHandshake::CertificateRequest(_) => flight.client_certificate_requested = true,
        _ => return Err("a message that has no place here"),
    }
    Ok(Step::GoesOn)
}

/// Parameters that cannot be read are no reason to give up what else was seen.
fn key_exchange(flight: &Flight, parameters: &[u8]) -> Option<KeyExchange> {
    match flight.hello?.suite.key_exchange()? {
        TlsCipherKx::Dhe | TlsCipherKx::Dh => {
            let (_, dh) = parse_dh_params(parameters).ok()?;
            Some(KeyExchange::Dh {
                bits: bits(dh.dh_p),
            })
        }
        TlsCipherKx::Ecdhe | TlsCipherKx::Aecdh => {
            let (_, curve) = parse_ec_parameters(parameters).ok()?;
            Some(match curve.params_content {
                ECParametersContent::NamedGroup(NamedGroup(group)) => {
                    KeyExchange::Ecdh(Group(group))
                }
                ECParametersContent::ExplicitPrime(_) => KeyExchange::ExplicitCurve,
            })
        }
        _ => None,
    }
}

/// The length of a number without leading zeros.
fn bits(number: &[u8]) -> usize {
    let significant = number.iter().skip_while(|byte| **byte == 0);
    let first = significant
        .clone()
        .next()
        .map_or(0, |byte| byte.leading_zeros());
    significant.count() * 8 - first as usize
}
