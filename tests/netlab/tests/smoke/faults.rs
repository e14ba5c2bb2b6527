//! One test per fault the network can have.

use std::io::{ErrorKind, Read};
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use netlab::{CLIENT, NOBODY, Net, OTHER_CLIENT, Product, Server, Setup};

use crate::talk::{Curl, Dialog, connect};

const SHORT: Duration = Duration::from_millis(400);
const LONG: Duration = Duration::from_secs(10);
const OPERATION_TIMED_OUT: i32 = 28;

fn passive_server(net: &Net) -> Server {
    let setup = Setup {
        passive_ports: Some(40_000..=40_010),
        ..Setup::explicit(Product::PureFtpd)
    };
    Server::start(net, &setup).unwrap()
}

#[test]
fn dropped_ports_are_silent_and_heal() {
    let net = Net::new().unwrap();
    let server = passive_server(&net);
    net.drop_ports(40_000..=40_010).unwrap();

    let curl = Curl::new(&net, &server)
        .with(&["--max-time", "2"])
        .fetch("/");
    assert_eq!(curl.code, OPERATION_TIMED_OUT, "{}", curl.err);
    assert!(curl.err.contains("230"), "the login works: {}", curl.err);

    net.heal().unwrap();
    assert_eq!(Curl::new(&net, &server).fetch("/").code, 0);
}

#[test]
fn rejected_ports_answer_with_a_reset() {
    let net = Net::new().unwrap();
    let server = passive_server(&net);
    net.reject_ports(21..=21).unwrap();
    let refused = connect(&net, server.socket_address(), LONG).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
}

#[test]
fn stalled_ports_open_and_then_stay_silent() {
    let net = Net::new().unwrap();
    let server = passive_server(&net);
    net.stall_ports(21..=21).unwrap();
    let mut stream = connect(&net, server.socket_address(), LONG).unwrap();
    stream.set_read_timeout(Some(SHORT)).unwrap();
    let silence = stream.read(&mut [0; 64]).unwrap_err();
    assert_eq!(silence.kind(), ErrorKind::WouldBlock);
}

#[test]
fn a_dropped_source_is_silent_and_the_other_one_works() {
    let net = Net::new().unwrap();
    let server = passive_server(&net);
    net.drop_source(CLIENT).unwrap();
    let silence = connect(&net, server.socket_address(), SHORT).unwrap_err();
    assert_eq!(silence.kind(), ErrorKind::TimedOut);

    let other = OTHER_CLIENT.to_string();
    let listing = Curl::new(&net, &server)
        .with(&["--interface", &other])
        .fetch("/");
    assert_eq!(listing.code, 0, "{}", listing.err);
}

#[test]
fn a_rejected_source_gets_a_reset() {
    let net = Net::new().unwrap();
    let server = passive_server(&net);
    net.reject_source(CLIENT).unwrap();
    let refused = connect(&net, server.socket_address(), LONG).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
}

#[test]
fn large_packets_vanish_and_small_ones_pass() {
    let net = Net::new().unwrap();
    let server = passive_server(&net);
    std::fs::write(server.home().join("large.bin"), vec![b'x'; 100_000]).unwrap();
    net.drop_larger_than(1_400).unwrap();

    let plain = |path| {
        Curl::new(&net, &server)
            .with(&["--no-ssl-reqd", "--max-time", "2"])
            .fetch(path)
    };
    let small = plain("/README.txt");
    assert_eq!(small.code, 0, "{}", small.err);
    let large = plain("/large.bin");
    assert_eq!(large.code, OPERATION_TIMED_OUT, "{}", large.err);
}

#[test]
fn nobody_answers_at_an_address_nobody_has() {
    let net = Net::new().unwrap();
    let began = Instant::now();
    // Longer than the three seconds after which a missing neighbour is reported.
    let patience = Duration::from_millis(3_500);
    let silence = connect(&net, (NOBODY, 21), patience).unwrap_err();
    assert_eq!(silence.kind(), ErrorKind::TimedOut);
    assert!(began.elapsed() >= patience);
}

#[test]
fn every_product_announces_the_address_it_is_given() {
    let net = Net::new().unwrap();
    for product in Product::ALL {
        let pasv_address = Some(Ipv4Addr::new(192, 168, 1, 5));
        let setup = Setup {
            pasv_address,
            ..Setup::plain(product)
        };
        let server = Server::start(&net, &setup).unwrap();
        let mut dialog = Dialog::open(&net, &server).unwrap();
        let login = dialog.log_in(server.user(), server.password());
        assert!(login.starts_with("230"), "{product:?}: {login}");
        let reply = dialog.say("PASV");
        assert!(reply.contains("(192,168,1,5,"), "{product:?}: {reply}");
    }
}

#[test]
fn vsftpd_on_ipv6_announces_zeros() {
    let net = Net::new().unwrap();
    let pasv_address = Some(Ipv4Addr::new(192, 168, 1, 5));
    let setup = Setup {
        pasv_address,
        ipv6: true,
        ..Setup::plain(Product::Vsftpd)
    };
    let server = Server::start(&net, &setup).unwrap();
    let mut dialog = Dialog::open(&net, &server).unwrap();
    dialog.log_in(server.user(), server.password());
    let reply = dialog.say("PASV");
    assert!(reply.contains("(0,0,0,0,"), "{reply}");
}
