//! Every kind of certificate is wrong in its own way, and in no other.

mod client;

use std::{collections::BTreeSet, sync::Arc};

use client::{Client, Tls, soon, start, variant, variants};
use lab::{Behaviour, CertificateKind, Lab};
use rustls::{
    ClientConfig, DigitallySignedStruct, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use x509_parser::{certificate::X509Certificate, prelude::FromDer};

/// Lets everybody in, to see what they show.
#[derive(Debug)]
struct Anybody;

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        aws_lc_rs::default_provider()
            .signature_verification_algorithms
            .supported_schemes()
    }
}

async fn show(kind: CertificateKind) -> Lab {
    start(Behaviour {
        certificate: kind,
        mode: lab::Mode::Implicit,
        ..Behaviour::default()
    })
    .await
}

/// The chain as sent.
async fn chain(lab: &Lab, name: &str) -> Vec<CertificateDer<'static>> {
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody))
        .with_no_client_auth();
    let stream = soon(TcpStream::connect(lab.address()))
        .await
        .expect("a connection");
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    let stream = soon(TlsConnector::from(Arc::new(config)).connect(name, stream))
        .await
        .expect("a handshake");
    stream
        .get_ref()
        .1
        .peer_certificates()
        .expect("a chain")
        .iter()
        .map(|der| der.clone().into_owned())
        .collect()
}

/// What a strict client says; nothing if it is content.
async fn verdict(lab: &Lab) -> Option<String> {
    let client = Client::connect(lab).await.handshake(&Tls::both(lab)).await;
    client.err().map(|error| error.to_string())
}

fn leaf<'a>(chain: &'a [CertificateDer<'static>]) -> X509Certificate<'a> {
    X509Certificate::from_der(&chain[0])
        .expect("a certificate")
        .1
}

/// What a strict client says to each kind.
fn verdicts() -> Vec<(CertificateKind, Option<&'static str>)> {
    use CertificateKind::*;
    vec![
        (Valid, None),
        (Expired, Some("expired")),
        (NotYetValid, Some("not valid yet")),
        (ExpiresSoon, None),
        (LongLived, None),
        (Public, None),
        (WrongName, Some("not valid for name")),
        (WildcardTooDeep, Some("not valid for name")),
        (CommonNameOnly, Some("not valid for name")),
        (SniDependent, Some("not valid for name")),
        (NameRequired, Some("alert")),
        (OtherOverIpv6, None),
        (Alternating, None),
        (SelfSigned, Some("UnknownIssuer")),
        (PrivateCa, Some("UnknownIssuer")),
        (Inspected, Some("UnknownIssuer")),
        (MissingIntermediate, Some("UnknownIssuer")),
        (ExpiredIntermediate, Some("expired")),
        (RootSent, None),
        (CrossSigned, None),
        (ExpiredCrossSign, None),
        (StrangerAlong, None),
        (Misordered, None),
        (WeakKey, Some("BadSignature")),
        (WeakSignature, Some("UnsupportedSignatureAlgorithm")),
        (ClientOnly, Some("extended key usage")),
        (CaAsLeaf, Some("CaUsedAsEndEntity")),
        (DatesReversed, Some("Expired")),
        (VersionOne, Some("UnsupportedCertVersion")),
        (Malformed, Some("BadEncoding")),
    ]
}

#[tokio::test]
async fn a_strict_client_names_the_fault() {
    for (kind, words) in verdicts() {
        let verdict = verdict(&show(kind).await).await;
        match (words, &verdict) {
            (None, None) => {}
            (Some(words), Some(verdict)) => assert!(verdict.contains(words), "{kind:?}: {verdict}"),
            _ => panic!("{kind:?}: {verdict:?}"),
        }
    }
}

#[tokio::test]
async fn what_no_strict_client_tells_is_in_the_chain() {
    use CertificateKind::*;
    let sent = async |kind| chain(&show(kind).await, "localhost").await;
    assert_eq!(sent(Valid).await.len(), 2);
    assert_eq!(sent(MissingIntermediate).await.len(), 1);
    assert_eq!(sent(PrivateCa).await.len(), 3);
    assert_eq!(sent(Misordered).await.len(), 4);
    let days = |leaf: &X509Certificate<'_>| {
        let validity = leaf.validity();
        (validity.not_after.timestamp() - validity.not_before.timestamp()) / 86_400
    };
    assert_eq!(days(&leaf(&sent(LongLived).await)), 900);
    let expiring = sent(ExpiresSoon).await;
    let left = leaf(&expiring)
        .validity()
        .time_to_expiration()
        .expect("time left");
    assert!(left.whole_days() < 30);
    let own = sent(SelfSigned).await;
    assert_eq!(leaf(&own).issuer(), leaf(&own).subject());
    assert!(
        leaf(&sent(Inspected).await)
            .issuer()
            .to_string()
            .contains("FortiGate")
    );
    let weak = sent(WeakKey).await;
    assert_eq!(
        leaf(&weak).public_key().parsed().expect("a key").key_size(),
        1024
    );
    let sha1 = sent(WeakSignature).await;
    assert_eq!(
        leaf(&sha1).signature_algorithm.algorithm.to_id_string(),
        "1.2.840.113549.1.1.5"
    );
    assert_eq!(
        leaf(&sha1).signature_algorithm,
        leaf(&sha1).tbs_certificate.signature
    );
}

#[tokio::test]
async fn a_server_name_makes_the_difference() {
    let lab = show(CertificateKind::SniDependent).await;
    let (named, unnamed) = (
        chain(&lab, "localhost").await,
        chain(&lab, "127.0.0.1").await,
    );
    let names =
        |chain: &[CertificateDer<'static>]| format!("{:?}", leaf(chain).subject_alternative_name());
    assert!(names(&named).contains("localhost") && names(&unnamed).contains("other.example"));
}

#[tokio::test]
async fn a_wildcard_lacks_one_label() {
    let names = vec!["ftp.eu.lab.example".to_owned()];
    let behaviour = Behaviour {
        certificate: CertificateKind::WildcardTooDeep,
        names,
        ..Behaviour::default()
    };
    let lab = start(Behaviour {
        mode: lab::Mode::Implicit,
        ..behaviour
    })
    .await;
    let sent = chain(&lab, "localhost").await;
    assert!(format!("{:?}", leaf(&sent).subject_alternative_name()).contains("\"*.lab.example\""));
}

#[test]
fn no_kind_is_left_out() {
    let judged: BTreeSet<String> = verdicts().iter().map(|(kind, _)| variant(kind)).collect();
    assert_eq!(judged, variants::<CertificateKind>());
}
