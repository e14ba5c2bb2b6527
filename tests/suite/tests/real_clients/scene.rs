//! A server in a network of its own, what is wrong with it, and what the clients make of it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::ops::RangeInclusive;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use netlab::{
    ACCOUNT, Certificate, DataProtection, HarnessError, Mode, NAME, NOBODY, Net, Product, SERVER,
    Server, SessionReuse, Setup, SmallProduct, SmallSetup, TlsVersions,
};
use serde_json::{Value, json};

use crate::driver::Driver;
use crate::odd;
use crate::table::Compared;

/// Where files are read and written; only this folder belongs to the account.
const FOLDER: &str = "inbox";
/// A file that is there.
const THERE: &str = "orders.csv";
const CONTENT: &str = "number,amount\n1,120\n2,98\n";
/// A step takes no longer, in seconds: what hangs, fails.
const PATIENCE: &str = "15";
/// Of the lab's user.
const LAB_PASSWORD: &str = "lab-word-77";
/// A folder that reports are kept in, and the sign to say what clients said.
const KEEP: &str = "REMOTE_DOCTOR_KEEP";
/// Clients of one server that run beside each other: most of them wait.
const CLIENTS_AT_A_TIME: usize = 3;
const PORTS: RangeInclusive<u16> = 40_000..=40_030;

/// Which server.
#[derive(Clone)]
pub enum Which {
    Full(Setup),
    Small(SmallSetup),
    /// The lab's server, with these settings as JSON.
    Lab(Value),
}

/// What is between it and the clients.
#[derive(Clone, Copy)]
pub enum Between {
    Nothing,
    DropsPorts,
    RejectsPorts,
    StallsPorts,
    DropsControl,
    RejectsControl,
}

/// A case.
#[derive(Clone)]
pub struct Scene {
    pub name: String,
    which: Which,
    between: Between,
    ssl: &'static str,
    pub is_healthy: bool,
    pub is_in_sample: bool,
    /// The folder that the settings name.
    folder: &'static str,
}

/// All of them.
pub fn all() -> Vec<Scene> {
    let mut scenes = Vec::new();
    for product in Product::ALL {
        healthy(product, &mut scenes);
        faulty(product, &mut scenes);
    }
    for product in SmallProduct::ALL {
        scenes.push(small(product, Mode::Plain));
        for mode in [Mode::Explicit, Mode::Implicit] {
            if product.speaks(mode) {
                scenes.push(small(product, mode));
            }
        }
    }
    scenes.extend(odd::all().into_iter().map(lab));
    for scene in &mut scenes {
        let sample = [
            "vsftpd::healthy-explicit",
            "vsftpd::reuse-off",
            "pyftpdlib::healthy-explicit",
        ];
        scene.is_in_sample = sample.contains(&scene.name.as_str());
    }
    scenes
}

fn explicit(product: Product) -> Setup {
    Setup {
        mode: Mode::ExplicitRequired,
        passive_ports: Some(PORTS),
        ..Setup::explicit(product)
    }
}

fn scene(product: Product, name: &str, setup: Setup) -> Scene {
    let ssl = match setup.mode {
        Mode::Plain => "never",
        Mode::Explicit | Mode::ExplicitRequired => "require-explicit",
        Mode::Implicit => "require-implicit",
    };
    Scene {
        name: format!("{}::{name}", product.name()),
        which: Which::Full(setup),
        between: Between::Nothing,
        ssl,
        is_healthy: false,
        is_in_sample: false,
        folder: FOLDER,
    }
}

/// What no server here does by a setting, and some out there do.
fn lab(odd: odd::Odd) -> Scene {
    Scene {
        name: format!("lab::{}", odd.name),
        which: Which::Lab(odd.behaviour),
        between: Between::Nothing,
        ssl: odd.ssl,
        is_healthy: odd.is_healthy,
        is_in_sample: false,
        folder: FOLDER,
    }
}

fn small(product: SmallProduct, mode: Mode) -> Scene {
    let (name, ssl) = match mode {
        Mode::Plain => ("plain", "never"),
        Mode::Explicit | Mode::ExplicitRequired => ("explicit", "require-explicit"),
        Mode::Implicit => ("implicit", "require-implicit"),
    };
    Scene {
        name: format!("{}::healthy-{name}", product.name()),
        which: Which::Small(SmallSetup {
            mode,
            ..SmallSetup::of(product)
        }),
        between: Between::Nothing,
        ssl,
        is_healthy: true,
        is_in_sample: false,
        folder: FOLDER,
    }
}

fn healthy(product: Product, scenes: &mut Vec<Scene>) {
    let base = explicit(product);
    let mut add = |name: &str, setup: Setup| {
        let mut scene = scene(product, name, setup);
        scene.is_healthy = true;
        scenes.push(scene);
    };
    add("healthy-explicit", base.clone());
    add(
        "healthy-optional",
        Setup {
            mode: Mode::Explicit,
            ..base.clone()
        },
    );
    add(
        "healthy-tls-1.2",
        Setup {
            tls: TlsVersions::Tls12,
            ..base.clone()
        },
    );
    add(
        "healthy-plain",
        Setup {
            mode: Mode::Plain,
            ..base.clone()
        },
    );
    if product.can_be_implicit() {
        add(
            "healthy-implicit",
            Setup {
                mode: Mode::Implicit,
                ..base.clone()
            },
        );
    }
    if product.can_require_session_reuse() {
        add(
            "reuse-off",
            Setup {
                session_reuse: SessionReuse::Off,
                ..base.clone()
            },
        );
    }
}

fn faulty(product: Product, scenes: &mut Vec<Scene>) {
    let base = explicit(product);
    let mut add = |name: &str, setup: Setup, between: Between| {
        let mut scene = scene(product, name, setup);
        scene.between = between;
        scenes.push(scene);
    };
    for (name, certificate) in [
        ("cert-expired", Certificate::Expired),
        ("cert-self-signed", Certificate::SelfSigned),
        ("cert-wrong-name", Certificate::WrongName),
        ("cert-private-ca", Certificate::PrivateCa),
        ("cert-client-only", Certificate::ClientOnly),
    ] {
        // What a certificate does is the client's doing and no product's.
        if matches!(product, Product::Vsftpd | Product::PureFtpd) {
            add(
                name,
                Setup {
                    certificate,
                    ..base.clone()
                },
                Between::Nothing,
            );
        }
    }
    add("ports-dropped", base.clone(), Between::DropsPorts);
    add("ports-rejected", base.clone(), Between::RejectsPorts);
    if product == Product::ProFtpd {
        add("ports-stalled", base.clone(), Between::StallsPorts);
        add("control-dropped", base.clone(), Between::DropsControl);
        add("control-rejected", base.clone(), Between::RejectsControl);
        let refused = DataProtection::Refused;
        add(
            "protection-refused",
            Setup {
                data_protection: refused,
                ..base.clone()
            },
            Between::Nothing,
        );
    }
    if product != Product::PureFtpd {
        let old = Setup {
            tls: TlsVersions::Old,
            legacy_tls: true,
            ..base.clone()
        };
        add("tls-old", old, Between::Nothing);
    }
    if product.can_require_session_reuse() {
        let impossible = SessionReuse::Impossible;
        add(
            "reuse-impossible",
            Setup {
                session_reuse: impossible,
                ..base.clone()
            },
            Between::Nothing,
        );
    }
    for (name, address) in [
        ("pasv-private", "10.0.0.4"),
        ("pasv-foreign", &*NOBODY.to_string()),
        ("pasv-zero", "0.0.0.0"),
    ] {
        // The others refuse to announce it, or announce another.
        let announces = matches!(product, Product::Vsftpd | Product::ProFtpd)
            || name == "pasv-private" && product != Product::PureFtpd;
        if announces && !(name == "pasv-zero" && product == Product::ProFtpd) {
            let pasv_address = address.parse().ok();
            add(
                name,
                Setup {
                    pasv_address,
                    ..base.clone()
                },
                Between::Nothing,
            );
        }
    }
    let mut folder = scene(product, "folder-missing", base);
    folder.folder = "outbox";
    scenes.push(folder);
}

impl Scene {
    /// One check, and every step of every client.
    pub fn play(&self, drivers: &[Driver]) -> Result<Vec<Compared>, String> {
        let net = Net::new().map_err(told)?;
        let desk = tempfile::tempdir().map_err(told)?;
        let serving = Serving::start(&self.which, &net, desk.path())?;
        self.between.put(&net, serving.port()).map_err(told)?;
        let predicted = self.predict(&net, &serving, desk.path())?;
        let played = suite::play_some_at_a_time(
            drivers,
            CLIENTS_AT_A_TIME,
            |driver| self.compare(&net, &serving, desk.path(), driver, &predicted),
            |_, _| {},
        );
        let compared: Result<Vec<Vec<Compared>>, String> = played.into_iter().collect();
        let compared: Vec<Compared> = compared?.into_iter().flatten().collect();
        if let Some(kept) = std::env::var_os(KEEP) {
            let seen = compared
                .iter()
                .map(|it| json!({"client": it.client, "step": it.step, "works": it.works}));
            let seen = json!({"healthy": self.is_healthy, "seen": seen.collect::<Vec<_>>()});
            let name = self.name.replace("::", "-") + ".seen";
            fs::write(Path::new(&kept).join(name), seen.to_string()).map_err(told)?;
        }
        Ok(compared)
    }

    /// Every step of one client.
    fn compare(
        &self,
        net: &Net,
        serving: &Serving,
        desk: &Path,
        driver: &Driver,
        predicted: &[Value],
    ) -> Result<Vec<Compared>, String> {
        let of_it = predicted.iter().find(|it| it["client"] == driver.name());
        let of_it = of_it.ok_or_else(|| format!("{} is not predicted", driver.name()))?;
        let mut connects = true;
        let mut compared = Vec::new();
        for step in driver.steps {
            let seen = connects && self.seen(net, serving, desk, driver, step)?;
            connects &= seen || *step != "connect";
            compared.push(Compared {
                scene: self.name.clone(),
                is_healthy: self.is_healthy,
                client: driver.name(),
                step,
                predicted: of_it["steps"][step].as_str().unwrap_or_default().into(),
                reason: of_it["reason"].as_str().unwrap_or_default().into(),
                works: seen,
            });
        }
        Ok(compared)
    }

    fn predict(&self, net: &Net, serving: &Serving, desk: &Path) -> Result<Vec<Value>, String> {
        let report = desk.join("report.json");
        let mut check = net.client();
        check.args([suite::program(), "check", "--host", NAME, "--ssl", self.ssl]);
        check.args([
            "--port",
            &serving.port().to_string(),
            "--remote-path",
            self.folder,
        ]);
        check
            .args(["--user", serving.user()])
            .arg("--password-file")
            .arg(serving.password_file());
        check.arg("--ca-file").arg(serving.authority());
        check.args(["--allow-unverified-login", "--allow-private", "--quiet"]);
        // Whether an account may write is seen by writing.
        if self.name.ends_with("write-denied") {
            check.arg("--allow-writes");
        }
        check.args([
            "--connect-timeout",
            "3",
            "--reply-timeout",
            "8",
            "--format",
            "json",
            "-o",
        ]);
        check.arg(&report).env("XDG_STATE_HOME", desk);
        let output = check.output().map_err(told)?;
        if !report.is_file() {
            return Err(format!(
                "no report: {}",
                String::from_utf8_lossy(&output.stderr)
            ));
        }
        if let Some(kept) = std::env::var_os(KEEP) {
            let name = self.name.replace("::", "-") + ".json";
            fs::copy(&report, Path::new(&kept).join(name)).map_err(told)?;
        }
        let mut clients = Command::new(suite::program());
        clients
            .arg("clients")
            .arg(&report)
            .args(["--format", "json"]);
        let output = clients.output().map_err(told)?;
        let told_of: Value = serde_json::from_slice(&output.stdout)
            .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&output.stderr)))?;
        Ok(told_of["clients"].as_array().cloned().unwrap_or_default())
    }

    /// Whether a step of a client does what it is for.
    fn seen(
        &self,
        net: &Net,
        serving: &Serving,
        desk: &Path,
        driver: &Driver,
        step: &str,
    ) -> Result<bool, String> {
        let local = desk.join(format!("{}-{step}", driver.name()));
        let sent = format!("from-{}.txt", driver.name());
        let name = match step {
            "upload" => {
                fs::write(&local, CONTENT).map_err(told)?;
                sent.as_str()
            }
            _ => serving.there(),
        };
        let mut command = net.client();
        command.args(["timeout", "-k", "1", PATIENCE]);
        driver.onto(&mut command);
        command.arg(step).arg(&local).arg(name);
        let mode = match self.ssl {
            "never" => "plain",
            "require-implicit" => "implicit",
            _ => "explicit",
        };
        command
            .env("FTP_HOST", NAME)
            .env("FTP_PORT", serving.port().to_string())
            .env("FTP_MODE", mode)
            .env("FTP_USER", serving.user())
            .env("FTP_PASSWORD", serving.password())
            .env("FTP_CA", serving.authority())
            .env("FTP_FOLDER", self.folder)
            .env("FTP_THERE", serving.there())
            .env("HOME", desk)
            .env("LC_ALL", "C.UTF-8")
            .current_dir(desk)
            .stdin(Stdio::null());
        let output = command.output().map_err(told)?;
        if std::env::var_os(KEEP).is_some() && !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let last: Vec<&str> = said.lines().rev().take(3).collect();
            eprintln!(
                "{} {} {step}: {}",
                self.name,
                driver.name(),
                last.join(" / ")
            );
        }
        let is_done = match step {
            // tnftp says what it lists where it says everything.
            "list" => {
                let said = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
                String::from_utf8_lossy(&said).contains(serving.there())
            }
            "download" => fs::read_to_string(&local).is_ok_and(|it| it == serving.content()),
            "upload" => serving.has(self.folder, &sent),
            _ => true,
        };
        Ok(output.status.success() && is_done)
    }
}

/// What answers.
enum Serving {
    Real(Server),
    Lab {
        process: Child,
        authority: PathBuf,
        password_file: PathBuf,
    },
}

impl Serving {
    fn start(which: &Which, net: &Net, desk: &Path) -> Result<Serving, String> {
        let server = match which {
            Which::Full(setup) => Server::start(net, setup),
            Which::Small(setup) => Server::start_small(net, setup),
            Which::Lab(behaviour) => return Serving::lab(behaviour, net, desk),
        };
        let server = server.map_err(told)?;
        let there = server.home().join(FOLDER).join(THERE);
        fs::write(&there, CONTENT).map_err(told)?;
        chown(&there, Some(ACCOUNT), None).map_err(told)?;
        Ok(Serving::Real(server))
    }

    fn lab(behaviour: &Value, net: &Net, desk: &Path) -> Result<Serving, String> {
        let mut behaviour = behaviour.clone();
        behaviour["names"] = json!([NAME]);
        behaviour["password"] = LAB_PASSWORD.into();
        let (authority, password_file) = (desk.join("ca.pem"), desk.join("password"));
        fs::write(&password_file, LAB_PASSWORD).map_err(told)?;
        let mut lab = net.server();
        lab.args([
            suite::program(),
            "lab",
            "--listen",
            &SERVER.to_string(),
            "--port",
            "21",
        ]);
        lab.args(["--behaviour", &behaviour.to_string(), "--ca-file"])
            .arg(&authority);
        lab.stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut process = lab.spawn().map_err(told)?;
        // It says where it listens once it does.
        let said = process.stdout.take().ok_or("no standard output")?;
        let mut first = String::new();
        BufReader::new(said).read_line(&mut first).map_err(told)?;
        match first.starts_with("listening") {
            true => Ok(Serving::Lab {
                process,
                authority,
                password_file,
            }),
            false => Err(format!("the lab does not listen: {behaviour}")),
        }
    }

    fn port(&self) -> u16 {
        match self {
            Serving::Real(server) => server.port(),
            Serving::Lab { .. } => 21,
        }
    }

    fn user(&self) -> &str {
        match self {
            Serving::Real(server) => server.user(),
            Serving::Lab { .. } => "demo",
        }
    }

    fn password(&self) -> &str {
        match self {
            Serving::Real(server) => server.password(),
            Serving::Lab { .. } => LAB_PASSWORD,
        }
    }

    fn password_file(&self) -> PathBuf {
        match self {
            Serving::Real(server) => server.password_file(),
            Serving::Lab { password_file, .. } => password_file.clone(),
        }
    }

    fn authority(&self) -> &Path {
        match self {
            Serving::Real(server) => server.authority_pem(),
            Serving::Lab { authority, .. } => authority,
        }
    }

    /// A file that is there.
    fn there(&self) -> &'static str {
        match self {
            Serving::Real(_) => THERE,
            Serving::Lab { .. } => "order-1001.csv",
        }
    }

    fn content(&self) -> &'static str {
        match self {
            Serving::Real(_) => CONTENT,
            Serving::Lab { .. } => "article,count\r\nbolt M6,200\r\nnut M6,200\r\n",
        }
    }

    /// Whether an upload is there, whole. The lab keeps files in its memory: there the client's word counts.
    fn has(&self, folder: &str, name: &str) -> bool {
        match self {
            Serving::Real(server) => {
                let path = server.home().join(folder).join(name);
                fs::read_to_string(path).is_ok_and(|it| it == CONTENT)
            }
            Serving::Lab { .. } => true,
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if let Serving::Lab { process, .. } = self {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl Between {
    fn put(self, net: &Net, control: u16) -> Result<(), HarnessError> {
        match self {
            Between::Nothing => Ok(()),
            Between::DropsPorts => net.drop_ports(PORTS),
            Between::RejectsPorts => net.reject_ports(PORTS),
            Between::StallsPorts => net.stall_ports(PORTS),
            Between::DropsControl => net.drop_ports(control..=control),
            Between::RejectsControl => net.reject_ports(control..=control),
        }
    }
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}
