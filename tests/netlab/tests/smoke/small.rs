//! The servers with few settings: an ordinary client (curl) gets a listing in each of their modes, and what they cannot do
//! is an error.

use netlab::{HarnessError, Mode, Net, Rights, Server, SmallProduct, SmallSetup};

use crate::talk::{Curl, Dialog};

fn start(net: &Net, setup: &SmallSetup) -> Server {
    Server::start_small(net, setup).unwrap()
}

#[test]
fn each_lists_in_each_of_its_modes() {
    for product in SmallProduct::ALL {
        for mode in [Mode::Plain, Mode::Explicit, Mode::Implicit] {
            let setup = SmallSetup {
                mode,
                ..SmallSetup::of(product)
            };
            let net = Net::new().unwrap();
            if !product.speaks(mode) {
                let refused = Server::start_small(&net, &setup);
                let unsupported = matches!(refused, Err(HarnessError::Unsupported { .. }));
                assert!(unsupported, "{product:?} {mode:?}: {refused:?}");
                continue;
            }
            let server = start(&net, &setup);
            let curl = Curl::new(&net, &server);
            let listing = match mode {
                Mode::Plain => curl.with(&["--no-ssl-reqd"]).fetch("/"),
                Mode::Implicit => curl.scheme("ftps").fetch("/"),
                Mode::Explicit | Mode::ExplicitRequired => curl.fetch("/"),
            };
            let log = server.log();
            assert_eq!(
                listing.code, 0,
                "{product:?} {mode:?}: {}\n{log}",
                listing.err
            );
            assert!(
                listing.out.contains("README.txt"),
                "{product:?}: {}",
                listing.out
            );
        }
    }
}

#[test]
fn each_takes_the_ports_that_it_is_given() {
    let able = SmallProduct::ALL
        .into_iter()
        .filter(|it| it.can_choose_ports());
    for product in able {
        let net = Net::new().unwrap();
        let setup = SmallSetup {
            passive_ports: Some(40_000..=40_010),
            ..SmallSetup::of(product)
        };
        let server = start(&net, &setup);
        let mut dialog = Dialog::open(&net, &server).unwrap();
        dialog.log_in(server.user(), server.password());
        let reply = dialog.say("EPSV");
        let port: Option<u16> = reply.split('|').nth(3).and_then(|port| port.parse().ok());
        let inside = port.is_some_and(|port| (40_000..=40_010).contains(&port));
        assert!(inside, "{product:?}: {reply}");
    }
}

#[test]
fn each_keeps_to_its_limit() {
    let able = SmallProduct::ALL
        .into_iter()
        .filter(|it| it.can_limit_clients());
    for product in able {
        let net = Net::new().unwrap();
        let setup = SmallSetup {
            max_clients: Some(1),
            ..SmallSetup::of(product)
        };
        let server = start(&net, &setup);
        let mut first = Dialog::open(&net, &server).unwrap();
        assert!(first.hear().starts_with("220"), "{product:?}");
        let refused = Dialog::open(&net, &server).unwrap().hear();
        assert!(refused.starts_with("421"), "{product:?}: {refused}");
    }
}

#[test]
fn an_account_that_may_only_read_writes_nothing() {
    for product in [
        SmallProduct::Aioftp,
        SmallProduct::FtpSrv,
        SmallProduct::Twisted,
    ] {
        let net = Net::new().unwrap();
        let setup = SmallSetup {
            rights: Rights::Read,
            ..SmallSetup::of(product)
        };
        let server = start(&net, &setup);
        let source = server.password_file().display().to_string();
        let upload = Curl::new(&net, &server).with(&["--no-ssl-reqd", "--upload-file", &source]);
        assert_ne!(upload.fetch("/inbox/order.txt").code, 0, "{product:?}");
        let left = std::fs::read_dir(server.home().join("inbox"))
            .unwrap()
            .count();
        assert_eq!(left, 0, "{product:?}");
    }
}
