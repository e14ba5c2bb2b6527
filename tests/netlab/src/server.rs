use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Pid;

use crate::access_list;
use crate::account::{ID, PASSWORD, USER};
use crate::certificate;
use crate::error::HarnessError;
use crate::namespace::Namespace;
use crate::net::{Net, SERVER};
use crate::processes::end_family;
use crate::product::{self, Prepared};
use crate::program::not_started;
use crate::setup::{
    ClientCertificate, Product, SessionReuse, Setup, TlsVersions, openssl_defaults,
};
use crate::site::{Site, TLS_DEFAULTS};
use crate::small::{self, SmallSetup};

/// Generous, because many tests start their servers at the same time on few processors.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(10);

/// A server that listens. Dropping it ends its processes and removes its folder.
#[derive(Debug)]
pub struct Server {
    pub(crate) name: &'static str,
    port: u16,
    process: Child,
    pub(crate) site: Site,
    /// How it is run, also when it is started again.
    line: Vec<OsString>,
    /// What an administrator would edit, and the product whose language that is in. A small server has nothing to edit.
    pub(crate) configuration: Option<(Product, PathBuf)>,
}

impl Server {
    /// Starts a server on the server's side and waits until it listens.
    pub fn start(net: &Net, setup: &Setup) -> Result<Self, HarnessError> {
        let site = Site::new(setup.certificate, &setup.openssl_defaults())?;
        if setup.client_certificate != ClientCertificate::Default {
            certificate::issue_to_client(&site.path("tls"))?;
        }
        let Prepared {
            mut line,
            configuration,
        } = product::prepare(setup, &site)?;
        if setup.product == Product::Vsftpd {
            access_list::write(&net.server_side().etc(), &setup.denied)?;
        }
        if setup.inbox_is_full {
            line = with_full_inbox(&site, line);
        }
        let configuration = Some((setup.product, configuration));
        Self::run(
            net,
            setup.product.name(),
            setup.port(),
            site,
            line,
            configuration,
        )
    }

    /// The same for a small server.
    pub fn start_small(net: &Net, setup: &SmallSetup) -> Result<Self, HarnessError> {
        let defaults = openssl_defaults(TlsVersions::Both, false, SessionReuse::Default);
        let site = Site::new(setup.certificate, &defaults)?;
        let line = small::prepare(setup, &site, &net.server_side().etc())?;
        Self::run(net, setup.product.name(), setup.port(), site, line, None)
    }

    fn run(
        net: &Net,
        name: &'static str,
        port: u16,
        site: Site,
        line: Vec<OsString>,
        configuration: Option<(Product, PathBuf)>,
    ) -> Result<Self, HarnessError> {
        site.lay_tls_defaults(&net.server_side().etc())?;
        let process = spawn(net, &site, &line, configuration.as_ref())?;
        let mut server = Self {
            name,
            port,
            process,
            site,
            line,
            configuration,
        };
        server.wait_until_it_listens(net.server_side())?;
        Ok(server)
    }

    /// Ends it with all its sessions and starts it again, with the configuration as it is now.
    pub fn restart(&mut self, net: &Net) -> Result<(), HarnessError> {
        self.end();
        self.process = spawn(net, &self.site, &self.line, self.configuration.as_ref())?;
        self.wait_until_it_listens(net.server_side())
    }

    fn end(&mut self) {
        // After it has been waited for, the number may already mean another process.
        if let (Ok(None), Some(process)) = (
            self.process.try_wait(),
            Pid::from_raw(self.process.id().cast_signed()),
        ) {
            end_family(process);
        }
        let _ = self.process.wait();
    }

    /// Looks at the kernel's table of sockets instead of connecting: a connection would be logged,
    /// and counted by a server that limits them.
    fn wait_until_it_listens(&mut self, namespace: &Namespace) -> Result<(), HarnessError> {
        let process = self.process.id();
        let began = Instant::now();
        while !(namespace.holds(process) && listens(process, self.port)) {
            if let Ok(Some(status)) = self.process.try_wait() {
                return Err(self.not_ready(format!("it ended with {status}")));
            }
            if began.elapsed() > PATIENCE {
                return Err(self.not_ready(format!("it does not listen after {PATIENCE:?}")));
            }
            std::thread::sleep(PAUSE);
        }
        Ok(())
    }

    fn not_ready(&self, reason: String) -> HarnessError {
        HarnessError::NotReady {
            product: self.name,
            reason,
            log: self.site.log(),
        }
    }

    /// The server's address.
    pub fn address(&self) -> Ipv4Addr {
        SERVER
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Address and port.
    pub fn socket_address(&self) -> SocketAddr {
        (SERVER, self.port).into()
    }

    /// The file with the authority a client should trust.
    pub fn authority_pem(&self) -> &Path {
        &self.site.tls.authority
    }

    /// The account's name.
    pub fn user(&self) -> &'static str {
        USER
    }

    /// The account's password.
    pub fn password(&self) -> &'static str {
        PASSWORD
    }

    /// A file with the password and nothing else.
    pub fn password_file(&self) -> PathBuf {
        self.site.path("password")
    }

    /// The client's certificate and its key, where the server asks for one.
    pub fn client_certificate(&self) -> [PathBuf; 2] {
        ["tls/client.pem", "tls/client.key"].map(|name| self.site.path(name))
    }

    /// The folder that is the account's `/`: it holds `README.txt`, `reports/2024.csv` and `inbox`,
    /// and only `inbox` can be written to.
    pub fn home(&self) -> PathBuf {
        self.site.home()
    }

    /// What the server has logged so far.
    pub fn log(&self) -> String {
        self.site.log()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

fn spawn(
    net: &Net,
    site: &Site,
    line: &[OsString],
    configuration: Option<&(Product, PathBuf)>,
) -> Result<Child, HarnessError> {
    let output = site.path("log/output.log");
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&output)
        .map_err(HarnessError::file(&output))?;
    let copy = || log.try_clone().map_err(HarnessError::file(&output));
    // vsftpd says why it cannot start to the client it would have if another program had
    // accepted one.
    let stdin = match configuration {
        Some((Product::Vsftpd, _)) => copy()?.into(),
        _ => Stdio::null(),
    };
    let stderr = copy()?;

    let mut command = net.server();
    command
        .args(line)
        .env("OPENSSL_CONF", tls_configuration(net, configuration))
        .current_dir(site.path("empty"))
        .stdin(stdin)
        .stdout(log)
        .stderr(stderr);
    command
        .spawn()
        .map_err(|source| not_started(&command, source))
}

/// The configuration of OpenSSL that the unit of the service names: its own file, once an administrator has made one, else
/// that of the system.
fn tls_configuration(net: &Net, configuration: Option<&(Product, PathBuf)>) -> String {
    let Some((product, _)) = configuration else {
        return TLS_DEFAULTS.into();
    };
    let own = format!("ssl/{}.cnf", product.name());
    match net.server_side().etc().join(&own).exists() {
        true => format!("/etc/{own}"),
        false => TLS_DEFAULTS.into(),
    }
}

/// The command line of a server that sees a small full disk in place of its inbox. Only it does: whatever runs in a
/// namespace has mounts of its own.
fn with_full_inbox(site: &Site, line: Vec<OsString>) -> Vec<OsString> {
    let disk = format!("mount -t tmpfs -o size=4k,mode=755,uid={ID} inbox \"$0\"");
    let script = format!("{disk} && head -c 4096 /dev/zero > \"$0\"/old.bin && exec \"$@\"");
    let inbox = site.path("home/inbox");
    let shell = ["sh".into(), "-c".into(), script.into(), inbox.into()];
    shell.into_iter().chain(line).collect()
}

/// Whether some socket listens on the port in the network namespace of a process.
fn listens(process: u32, port: u16) -> bool {
    ["tcp", "tcp6"].into_iter().any(|table| {
        let sockets =
            fs::read_to_string(format!("/proc/{process}/net/{table}")).unwrap_or_default();
        sockets.lines().skip(1).any(|line| is_listener(line, port))
    })
}

/// A line of the table: number, local address with port, remote address with port, state; 0A means
/// listening.
fn is_listener(line: &str, port: u16) -> bool {
    let mut fields = line.split_whitespace().skip(1);
    let local = fields.next().and_then(|local| local.rsplit(':').next());
    local.and_then(|local| u16::from_str_radix(local, 16).ok()) == Some(port)
        && fields.nth(1) == Some("0A")
}
