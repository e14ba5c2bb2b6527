//! A way that takes time.

use std::time::{Duration, Instant};

use netlab::{Net, Product, Setup};

use crate::talk::{Dialog, connect, start};

const ROUND_TRIP: Duration = Duration::from_millis(60);
const PATIENCE: Duration = Duration::from_secs(10);

#[test]
fn everything_takes_a_round_trip_until_the_delay_is_dropped() {
    let net = Net::new().unwrap();
    let server = start(&net, Setup::plain(Product::Pyftpdlib));
    let delay = net.delay(ROUND_TRIP).unwrap();
    let began = Instant::now();
    let mut dialog = Dialog::open(&net, &server).unwrap();
    assert!(dialog.hear().starts_with("220"));
    assert!(dialog.say("NOOP").starts_with("200"));
    // The connection, the greeting, and the command.
    assert!(began.elapsed() >= ROUND_TRIP * 3);

    connect(&net, server.socket_address(), PATIENCE).unwrap();
    let traffic = delay.end();
    assert_eq!(traffic.connections(|port| port == server.port()), 2);
    assert_eq!(traffic.connections(|port| port != server.port()), 0);
    assert_eq!(traffic.peak(), 2);
    assert!(dialog.say("NOOP").starts_with("200"), "over the direct way");
}
