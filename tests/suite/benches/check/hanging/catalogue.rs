//! The faults: firewalls before real servers, and the lab.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use ::lab::scenario::Scenario;
use netlab::{CLIENT, HarnessError, Icmp, Net, Product, SERVER, Server, Setup};

use super::time;
use crate::failure::Failure;
use crate::lab::{self, Lab};

/// What is in the way between client and a real server.
type Arrange = fn(&Net) -> Result<(), HarnessError>;

/// The ports that the real servers give for data.
const RANGE: std::ops::RangeInclusive<u16> = 40_000..=40_100;
/// Half of them.
const HALF: std::ops::RangeInclusive<u16> = 40_050..=40_100;
/// What a tunnel over a path with 1500 bytes leaves, and what no certificate passes.
const TUNNEL: u16 = 1_472;
const NARROW: u16 = 1_000;

/// What the cases are called that are measured for themselves.
pub const HEALTHY: &str = "healthy";
pub const NO_TLS: &str = "no TLS, and a greeting";
pub const HALF_DROPPED: &str = "half of the data ports dropped";
pub const ONE_DROPPED: &str = "one source address dropped";

/// One fault of the catalogue.
#[derive(Clone, Debug)]
pub struct Fault {
    pub name: String,
    /// What it may be called; none where nothing is wrong.
    pub codes: Vec<String>,
    /// From how many source addresses it is seen.
    pub sources: &'static [usize],
    /// Whether it is one over a long way, too: a firewall may stand on the short one alone.
    pub is_far: bool,
    /// Slow in a way that the verdict itself has to wait for.
    pub slow: Slow,
    server: At,
}

/// Whether what is measured hangs, or goes on and takes its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slow {
    Hangs,
    TakesItsTime,
    /// Neither: nothing is the matter, or what is the matter is said at once.
    AnswersAtOnce,
}

#[derive(Clone, Debug)]
enum At {
    Real(Product, Arrange),
    Plain(Product),
    Lab(Box<Scenario>),
}

/// Where a client finds the server.
pub struct Place {
    // Held until the case is over.
    _server: Held,
    pub port: u16,
    pub ssl: String,
    pub user: String,
    pub password: String,
    pub password_file: PathBuf,
    pub authority: PathBuf,
    /// More arguments of the check.
    pub arguments: Vec<String>,
}

enum Held {
    Real { _server: Box<Server> },
    Lab { _lab: Lab },
}

/// Firewalls, before each of these products.
const FIREWALLS: &[(&str, &[Product], Arrange, &[&str])] = &[
    (
        "control port dropped",
        &[Product::Vsftpd],
        |net| net.drop_ports(1..=1023),
        &["net.connection-timeout"],
    ),
    (
        "control port rejected",
        &[Product::Vsftpd],
        |net| net.reject_ports(1..=1023),
        &["net.connection-refused"],
    ),
    (
        ONE_DROPPED,
        &[Product::Vsftpd, Product::ProFtpd],
        |net| net.drop_source(CLIENT),
        &["net.connection-timeout", "net.source-ip-blocked"],
    ),
    (
        "one source address prohibited",
        &[Product::PureFtpd],
        |net| net.answer_by_icmp(CLIENT, Icmp::Prohibited),
        &["net.unreachable", "net.source-ip-blocked"],
    ),
    (
        "control connection stalls",
        &[Product::Vsftpd],
        |net| net.stall_ports(1..=1023),
        &["service.no-banner"],
    ),
    (
        "data ports dropped",
        &[Product::Vsftpd, Product::PureFtpd],
        |net| net.drop_ports(RANGE),
        &["data.all-ports-blocked"],
    ),
    (
        "data ports rejected",
        &[Product::ProFtpd],
        |net| net.reject_ports(RANGE),
        &["data.all-ports-blocked"],
    ),
    (
        HALF_DROPPED,
        &[Product::Vsftpd, Product::ProFtpd, Product::Pyftpdlib],
        |net| net.drop_ports(HALF),
        &["data.some-ports-blocked"],
    ),
    (
        "half of the data ports rejected",
        &[Product::PureFtpd],
        |net| net.reject_ports(HALF),
        &["data.some-ports-blocked"],
    ),
    (
        "data ports stall",
        &[Product::Vsftpd, Product::ProFtpd],
        |net| net.stall_ports(RANGE),
        &["data.tls-stalls"],
    ),
    (
        "data dropped from one source address",
        &[Product::Vsftpd],
        |net| net.drop_data_from(CLIENT),
        &["data.all-ports-blocked", "net.source-ip-blocked"],
    ),
    (
        "arge packets are lost",
        &[Product::Vsftpd, Product::Pyftpdlib],
        |net| net.drop_larger_than(NARROW),
        &["net.mtu-blackhole"],
    ),
    (
        "healthy behind a tunnel",
        &[Product::ProFtpd],
        |net| net.drop_larger_than(TUNNEL),
        &[],
    ),
];

/// What is told about these servers at once.
const PRODUCTS: [Product; 4] = [
    Product::Vsftpd,
    Product::ProFtpd,
    Product::PureFtpd,
    Product::Pyftpdlib,
];

/// Scenarios of the suite whose server hangs or is silent, with the time-outs that everybody has.
const HANGING: &[&str] = &[
    "auth-never-ready",
    "data-both-swallowed",
    "data-epsv-port-dead",
    "data-epsv-swallowed",
    "data-machine-listing-hangs",
    "data-no-final-reply",
    "data-not-closed",
    "data-not-closed-in-clear",
    "data-pasv-port-dead",
    "data-ports-silent",
    "data-some-ports-silent",
    "data-stalls",
    "data-tls-ignored",
    "greeting-never",
    "hostile-hangs-after-tls",
    "hostile-unterminated-reply",
    "mode-no-tls",
    "mode-no-tls-pure-ftpd",
    "mode-no-tls-vsftpd",
    "reach-silent",
    "session-silent-at-features",
    "session-silent-at-passive",
    "session-silent-at-password",
    "session-silent-at-status",
    "session-silent-at-user",
    "session-silent-once",
    "tls-altered-telnet",
    "tls-silence",
];
/// The same where it goes on, late.
const SLOW: &[&str] = &["login-slow", "replies-slow", "data-listing-slow-in-time"];

/// The catalogue.
///
/// # Errors
/// A scenario is not there any more, or cannot be read.
pub fn all() -> Result<Vec<Fault>, Failure> {
    let mut all = Vec::new();
    for (name, products, arrange, codes) in FIREWALLS {
        for product in *products {
            all.push(Fault {
                name: format!("{name} ({product:?})"),
                codes: codes.iter().map(ToString::to_string).collect(),
                sources: match *name {
                    ONE_DROPPED => &[1, 2, 3],
                    _ => &[1, 2],
                },
                is_far: !codes.contains(&"net.mtu-blackhole"),
                slow: Slow::Hangs,
                server: At::Real(*product, *arrange),
            });
        }
    }
    for product in PRODUCTS {
        let at_once = |name: &str, codes: &[&str], server| Fault {
            name: format!("{name} ({product:?})"),
            codes: codes.iter().map(ToString::to_string).collect(),
            sources: &[1, 2],
            is_far: true,
            slow: Slow::AnswersAtOnce,
            server,
        };
        all.push(at_once(HEALTHY, &[], At::Real(product, |_| Ok(()))));
        all.push(at_once(NO_TLS, &["ftps.not-supported"], At::Plain(product)));
    }
    for (names, slow) in [(HANGING, Slow::Hangs), (SLOW, Slow::TakesItsTime)] {
        for name in names {
            all.push(of_the_suite(name, slow)?);
        }
    }
    Ok(all)
}

fn of_the_suite(name: &str, slow: Slow) -> Result<Fault, Failure> {
    let folder = suite::workspace().join("tests/scenarios").join(name);
    let scenario = Scenario::read(&folder).map_err(|error| Failure::Unhealthy {
        what: format!("the scenario {name}"),
        said: error.to_string(),
    })?;
    Ok(Fault {
        name: name.into(),
        codes: scenario.expect.root_causes.clone(),
        sources: &[1, 2],
        is_far: true,
        slow,
        server: At::Lab(Box::new(scenario)),
    })
}

impl Fault {
    /// Starts the server, and puts the fault in its way.
    pub fn arrange(&self, net: &Net) -> Result<Place, Failure> {
        match &self.server {
            At::Real(product, arrange) => {
                let server = real(net, Setup::explicit(*product))?;
                arrange(net)?;
                Ok(server)
            }
            At::Plain(product) => real(net, Setup::plain(*product)),
            At::Lab(scenario) => at_the_lab(net, scenario),
        }
    }
}

fn real(net: &Net, setup: Setup) -> Result<Place, Failure> {
    let setup = Setup {
        passive_ports: Some(RANGE),
        ..setup
    };
    let server = Server::start(net, &setup)?;
    Ok(Place {
        port: server.port(),
        ssl: "require-explicit".into(),
        user: server.user().into(),
        password: server.password().into(),
        password_file: server.password_file(),
        authority: server.authority_pem().into(),
        arguments: Vec::new(),
        _server: Held::Real {
            _server: Box::new(server),
        },
    })
}

fn at_the_lab(net: &Net, scenario: &Scenario) -> Result<Place, Failure> {
    let behaviour = scenario.server.clone().unwrap_or_default();
    let (ssl, arguments) = arguments(&scenario.check.args);
    let port = match ssl == "require-implicit" {
        true => 990,
        false => 21,
    };
    let json = serde_json::to_string(&behaviour).expect("a behaviour is plain data");
    let lab = Lab::behaving(net, port, &json)?;
    Ok(Place {
        port: lab.port,
        ssl,
        user: lab::USER.into(),
        password: lab::PASSWORD.into(),
        password_file: lab.password_file(),
        authority: lab.authority_pem(),
        arguments,
        _server: Held::Lab { _lab: lab },
    })
}

/// The SSL setting of a scenario, and its other arguments, but for the times: those are the usual ones.
fn arguments(given: &[String]) -> (String, Vec<String>) {
    let mut ssl = "if-available".to_string();
    let mut others = Vec::new();
    let mut given = given.iter();
    while let Some(argument) = given.next() {
        match argument.as_str() {
            "--ssl" => ssl = given.next().cloned().unwrap_or(ssl),
            "--connect-timeout" | "--reply-timeout" | "--timeout" => drop(given.next()),
            _ => others.push(argument.clone()),
        }
    }
    (ssl, others)
}

impl Place {
    /// What curl and lftp take for a listing, or until they give up.
    pub fn peers(&self, net: &Net) -> Result<Vec<(&'static str, Duration)>, Failure> {
        let implicit = self.ssl == "require-implicit";
        let scheme = if implicit { "ftps" } else { "ftp" };
        let url = format!("{scheme}://{SERVER}:{}/", self.port);
        let wants_tls = self.ssl.starts_with("require");
        let mut curl = net.client();
        curl.args(["curl", "--silent", "--output", "/dev/null", &url]);
        if wants_tls {
            curl.arg("--ssl-reqd");
        }
        curl.args(["--user", &format!("{}:{}", self.user, self.password)]);
        curl.arg("--cacert").arg(&self.authority);
        let settings = format!(
            "set ssl:ca-file {}; set ftp:ssl-force {wants_tls}; set ftp:ssl-protect-data true; set net:max-retries 1; ls; exit",
            self.authority.display()
        );
        let mut lftp: Command = net.client();
        lftp.args(["lftp", "-u", &format!("{},{}", self.user, self.password)]);
        lftp.args(["-e", &settings, &url]);
        Ok(vec![time("curl", curl)?, time("lftp", lftp)?])
    }
}
