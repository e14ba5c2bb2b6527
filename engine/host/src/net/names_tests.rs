//! Names are asked of a resolver that writes down every question.

use crate::check::at;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use hickory_proto::op::{Message, MessageType, ResponseCode};
use hickory_proto::rr::{Name, RData, Record, RecordType, rdata};
use proptest::prelude::*;
use rcgen::{CertificateParams, KeyPair};
use tokio::net::UdpSocket;
use tokio_util::task::AbortOnDropHandle;

use super::*;
use crate::{Asked, Check};

/// The remote's own.
const OWN: [u8; 4] = [198, 51, 100, 20];
const INSIDE: [u8; 4] = [10, 0, 0, 5];

/// What is asked of the resolver, and where names lead.
struct Zone {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    _serving: AbortOnDropHandle<()>,
}

impl Zone {
    async fn start() -> Zone {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = socket.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = asked.clone();
        let serving = tokio::spawn(async move {
            let mut buffer = [0; 4096];
            while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
                let query = Message::from_vec(&buffer[..length]).unwrap();
                let (answer, name) = answered(&query);
                lock(&kept).push(name);
                socket.send_to(&answer, peer).await.unwrap();
            }
        });
        Zone {
            address,
            asked,
            _serving: AbortOnDropHandle::new(serving),
        }
    }

    /// The names that were asked about, each once, as they were spelt.
    fn asked(&self) -> BTreeSet<String> {
        lock(&self.asked).iter().cloned().collect()
    }

    fn names(&self, host: &str, run_host: &str) -> Names {
        let mut asked = Asked::about(at(host, 21));
        let expected = "Acct.service.example=203.0.113.7".parse().unwrap();
        asked.remote.expect_names = vec![expected];
        let check = Check::of(asked);
        let policy = Arc::new(AddressPolicy::new(check.authority().clone()));
        Names::new(Resolver::new(Some(self.address)).unwrap(), policy, run_host)
    }
}

/// Where a name leads: over a name, or to an address.
fn led(name: &str) -> Option<Result<&'static str, [u8; 4]>> {
    Some(match name {
        "ftp.customer.example" => Ok("node.service.example"),
        "node.service.example" | "files.customer.example" => Err(OWN),
        "acct.service.example" => Err([203, 0, 113, 7]),
        "intranet.customer.example" => Err(INSIDE),
        "elsewhere.example" => Err([203, 0, 113, 99]),
        _ => return None,
    })
}

fn answered(query: &Message) -> (Vec<u8>, String) {
    let question = query.queries.first().unwrap().clone();
    let spelt = question.name().to_ascii();
    let mut message = Message::new(
        query.metadata.id,
        MessageType::Response,
        query.metadata.op_code,
    );
    message.metadata.recursion_available = true;
    let mut at = question.name().clone();
    let mut code = ResponseCode::NXDomain;
    while let Some(leads) = led(at.to_ascii().to_ascii_lowercase().trim_end_matches('.')) {
        code = ResponseCode::NoError;
        match leads {
            Ok(alias) => {
                let alias = Name::from_ascii(format!("{alias}.")).unwrap();
                let data = RData::CNAME(rdata::CNAME(alias.clone()));
                message.answers.push(Record::from_rdata(at, 0, data));
                at = alias;
            }
            Err(address) => {
                if question.query_type() == RecordType::A {
                    let data = RData::A(rdata::A(address.into()));
                    message.answers.push(Record::from_rdata(at, 0, data));
                }
                break;
            }
        }
    }
    message.metadata.response_code = code;
    message.add_query(question);
    (message.to_vec().unwrap(), spelt)
}

fn certificate(names: &[&str]) -> CertificateDer<'static> {
    let names = names.iter().map(|it| (*it).to_string());
    let params = CertificateParams::new(names.collect::<Vec<_>>()).unwrap();
    let key = KeyPair::generate().unwrap();
    params.self_signed(&key).unwrap().der().clone()
}

const HOST: &str = "ftp.customer.example";

async fn addresses(
    names: &Names,
    name: &str,
    asker: Standing,
) -> Result<Vec<(IpAddr, bool)>, FailureKind> {
    let resolved = names.resolve(name, asker).await;
    let resolved = resolved.map_err(|failure| failure.kind)?;
    Ok(resolved.iter().map(|it| (it.address, it.granted)).collect())
}

#[tokio::test]
async fn host_aliases_and_what_is_expected_are_answered() {
    let zone = Zone::start().await;
    let names = zone.names(HOST, HOST);
    let own = vec![(IpAddr::from(OWN), true)];
    for asker in [Standing::BuiltIn, Standing::ThirdParty] {
        for name in [HOST, "FTP.Customer.EXAMPLE.", "node.service.example"] {
            assert_eq!(
                addresses(&names, name, asker).await,
                Ok(own.clone()),
                "{name}"
            );
        }
        // It is compared, and never connected to.
        let expected = Ok(vec![([203, 0, 113, 7].into(), false)]);
        assert_eq!(
            addresses(&names, "acct.service.example", asker).await,
            expected
        );
        let aliases = names.aliases(HOST, asker).await;
        assert_eq!(aliases.unwrap(), ["node.service.example"]);
        // An address is its own, and that is all it is.
        let itself = Ok(vec![(IpAddr::from(INSIDE), false)]);
        assert_eq!(addresses(&names, "10.0.0.5", asker).await, itself);
    }
    assert!(!names.policy.covers([203, 0, 113, 7].into()));
    assert!(!names.policy.covers(INSIDE.into()));
}

#[tokio::test]
async fn nothing_else_leaves_in_no_spelling() {
    let zone = Zone::start().await;
    let names = zone.names(HOST, HOST);
    names.chain_shown(&[certificate(&[
        "files.customer.example",
        "intranet.customer.example",
    ])]);
    let long = format!("{}.{HOST}", "x".repeat(300));
    let label = "s3cret".repeat(9);
    for name in [
        "attacker.example",
        "attacker.example.",
        "s3cret.attacker.example",
        "s3cret.ftp.customer.example",
        "ftp.customer.example.attacker.example",
        "ftp.customer.example..",
        ".ftp.customer.example",
        " ftp.customer.example",
        "ftp.customer.example\0.attacker.example",
        "ftp\\.customer.example",
        "\\102tp.customer.example",
        "xn--s3cret-.example",
        "ſtp.customer.example",
        "bücher.example",
        "customer.example",
        "localhost",
        "10.in-addr.arpa",
        "0x7f.1",
        "intranet.customer.example",
        "files.customer.example",
        "*.customer.example",
        "",
        ".",
        long.as_str(),
        label.as_str(),
    ] {
        let refused = addresses(&names, name, Standing::ThirdParty).await;
        assert_eq!(refused, Err(FailureKind::NotPermitted), "{name}");
        let refused = names.aliases(name, Standing::ThirdParty).await;
        assert_eq!(refused.unwrap_err().kind, FailureKind::NotPermitted);
    }
    let detail = names
        .resolve(&long, Standing::ThirdParty)
        .await
        .unwrap_err()
        .detail;
    assert!(detail.chars().count() < 300, "{detail}");
    let own = [HOST, "node.service.example"].map(|it| format!("{it}."));
    assert_eq!(zone.asked(), BTreeSet::from(own));
}

#[tokio::test]
async fn the_spelling_of_a_question_and_how_often_it_is_asked_say_nothing() {
    let zone = Zone::start().await;
    let names = zone.names(HOST, HOST);
    let mut counted = None;
    for name in [
        "FTP.customer.example",
        "fTp.CUSTOMER.example.",
        HOST,
        "ACCT.SERVICE.EXAMPLE",
    ] {
        for _ in 0..5 {
            names
                .resolve("acct.SERVICE.example", Standing::ThirdParty)
                .await
                .unwrap();
            names.resolve(name, Standing::ThirdParty).await.unwrap();
            names.aliases(name, Standing::ThirdParty).await.unwrap();
            // Although the answers say that they are not to be kept.
            let questions = lock(&zone.asked).len();
            assert_eq!(*counted.get_or_insert(questions), questions, "{name}");
        }
    }
    let own = [HOST, "node.service.example", "acct.service.example"];
    assert_eq!(zone.asked(), own.map(|it| format!("{it}.")).into());
}

#[tokio::test]
async fn a_name_of_a_certificate_is_for_probes_of_ours_and_tells_what_they_know() {
    let zone = Zone::start().await;
    let names = zone.names(HOST, HOST);
    let files = "files.customer.example";
    assert_eq!(
        addresses(&names, files, Standing::BuiltIn).await,
        Err(FailureKind::NotPermitted)
    );
    assert!(
        !zone.asked().contains("files.customer.example."),
        "nobody showed it yet"
    );
    let shown = [
        "Files.customer.example",
        "intranet.customer.example",
        "elsewhere.example",
    ];
    names.chain_shown(&[certificate(&shown), certificate(&["node.example"])]);
    let own = vec![(IpAddr::from(OWN), true)];
    assert_eq!(addresses(&names, files, Standing::BuiltIn).await, Ok(own));
    // Where else it leads, and whether it does at all, is not told.
    for other in ["intranet.customer.example", "elsewhere.example"] {
        let refused = addresses(&names, other, Standing::BuiltIn).await;
        assert_eq!(refused, Err(FailureKind::NotPermitted), "{other}");
    }
    let above = addresses(&names, "node.example", Standing::BuiltIn).await;
    assert_eq!(above, Err(FailureKind::NotPermitted), "no leaf names it");
    assert!(!names.policy.covers(INSIDE.into()));
    let aliases = names.aliases(files, Standing::BuiltIn).await;
    assert_eq!(aliases.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn certificates_have_a_few_names_asked_about() {
    let zone = Zone::start().await;
    let names = zone.names(HOST, HOST);
    let many: Vec<String> = (0..30).map(|it| format!("n{it}.example")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    names.chain_shown(&[certificate(&many)]);
    for name in many {
        let _ = names.resolve(name, Standing::BuiltIn).await;
    }
    // And the host, and what it is an alias of.
    assert_eq!(zone.asked().len(), MAX_OF_CERTIFICATES + 2);
}

#[tokio::test]
async fn a_proposed_host_leads_to_the_remote_or_nowhere() {
    let zone = Zone::start().await;
    let own = vec![(IpAddr::from(OWN), true)];
    let names = zone.names(HOST, "files.customer.example");
    let found = addresses(&names, "files.customer.example", Standing::BuiltIn).await;
    assert_eq!(found, Ok(own));
    for other in [
        "intranet.customer.example",
        "elsewhere.example",
        "nowhere.example",
    ] {
        let names = zone.names(HOST, other);
        let found = addresses(&names, other, Standing::BuiltIn).await;
        assert!(found.is_err(), "{other}: {found:?}");
        assert!(!names.policy.covers([203, 0, 113, 99].into()));
    }
}

#[tokio::test]
async fn a_remote_given_as_an_address_has_no_names() {
    let zone = Zone::start().await;
    let names = zone.names("10.0.0.5", "10.0.0.5");
    let itself = Ok(vec![(IpAddr::from(INSIDE), true)]);
    assert_eq!(
        addresses(&names, "10.0.0.5", Standing::ThirdParty).await,
        itself
    );
    for other in ["127.0.0.1", "169.254.169.254", "10.0.0.6", "::1"] {
        let found = addresses(&names, other, Standing::ThirdParty).await;
        assert!(
            found.is_ok_and(|it| it.iter().all(|(_, granted)| !granted)),
            "{other}"
        );
    }
    let refused = addresses(&names, HOST, Standing::ThirdParty).await;
    assert_eq!(refused, Err(FailureKind::NotPermitted));
    assert_eq!(zone.asked(), BTreeSet::new());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_question_of_somebody_else_s_probe_leaves_for_another_name(name in "\\PC{0,40}(\\.customer\\.example\\.?)?") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let zone = Zone::start().await;
            let names = zone.names(HOST, HOST);
            let _ = names.resolve(&name, Standing::ThirdParty).await;
            let _ = names.aliases(&name, Standing::ThirdParty).await;
            for asked in zone.asked() {
                let known = [HOST, "node.service.example", "acct.service.example"];
                assert!(known.iter().any(|it| asked == format!("{it}.")), "{asked}");
            }
        });
    }
}

#[tokio::test]
async fn a_silent_server_is_not_waited_for_where_another_one_answers() {
    let zone = Zone::start().await;
    let silent = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let servers = [silent.local_addr().unwrap(), zone.address];
    let resolver = Resolver::asking(&servers).unwrap();
    let found = tokio::time::timeout(Duration::from_secs(2), resolver.addresses(HOST)).await;
    assert!(!found.unwrap().unwrap().is_empty());
}
