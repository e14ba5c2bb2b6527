//! Everything a scenario needs that runs or lies somewhere while the program is at work.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;

use lab::{Behaviour, Lab, LabError};
use netlab::{HarnessError, Icmp, Net, SERVER, Server, Setup};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::canary;
use crate::dns::Dns;
use crate::scenario::{Network, NetworkFault, Password, Scenario};

/// Servers, resolver, network and files of one run. All of it goes away when it is dropped.
pub struct Site {
    pub lab: Option<Lab>,
    real: Option<Server>,
    dns: Option<Dns>,
    net: Option<Net>,
    folder: TempDir,
    /// Host and port of the server, if there is one.
    at: Option<SocketAddr>,
    /// What the program is given as the password.
    pub password: String,
    // Last: what runs in them has to end before.
    _runtimes: Vec<Runtime>,
}

/// Why a site could not be set up. Each text fits after "could not".
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    #[error("start the lab: {0}")]
    Lab(#[from] LabError),
    #[error("{0}")]
    Network(#[from] HarnessError),
    #[error("prepare the scenario: {0}")]
    System(#[from] io::Error),
}

impl Site {
    /// Starts what the scenario names.
    pub fn open(scenario: &Scenario) -> Result<Site, SiteError> {
        let net = match (&scenario.network, &scenario.real) {
            (None, None) => None,
            _ => Some(Net::new()?),
        };
        let mut site = Site {
            lab: None,
            real: None,
            dns: None,
            net,
            folder: tempfile::tempdir()?,
            at: None,
            password: canary::fresh(),
            _runtimes: Vec::new(),
        };
        if let Some(setup) = &scenario.real {
            site.start_real(setup, scenario.check.password)?;
        }
        if let Some(behaviour) = &scenario.server {
            site.start_lab(scenario, behaviour.clone())?;
        }
        if !scenario.dns.is_empty() {
            let runtime = runtime(site.net.as_ref(), Side::Client)?;
            let started = runtime.spawn(Dns::start(scenario.dns.clone()));
            site.dns = Some(runtime.block_on(started).map_err(io::Error::from)??);
            site._runtimes.push(runtime);
        }
        if let Some(network) = &scenario.network {
            site.spoil(network)?;
        }
        fs::write(site.password_file(), &site.password)?;
        if let Some(state) = &scenario.check.state {
            fs::write(site.state_file(), state)?;
        }
        Ok(site)
    }

    fn start_real(&mut self, setup: &Setup, password: Password) -> Result<(), SiteError> {
        let Some(net) = &self.net else { return Ok(()) };
        let server = Server::start(net, setup)?;
        if password == Password::Right {
            server.password().clone_into(&mut self.password);
        }
        self.at = Some(server.socket_address());
        fs::copy(server.authority_pem(), self.authority())?;
        self.real = Some(server);
        Ok(())
    }

    fn start_lab(
        &mut self,
        scenario: &Scenario,
        mut behaviour: Behaviour,
    ) -> Result<(), SiteError> {
        behaviour.password = match scenario.check.password {
            Password::Right => self.password.clone(),
            Password::Wrong => canary::fresh(),
        };
        let at: SocketAddr = match &scenario.network {
            None => (Ipv4Addr::LOCALHOST, 0).into(),
            Some(network) if network.ipv6 => (Ipv6Addr::UNSPECIFIED, network.port).into(),
            Some(network) => (SERVER, network.port).into(),
        };
        let runtime = runtime(self.net.as_ref(), Side::Server)?;
        let started = runtime.spawn(Lab::start_on(behaviour, at));
        let lab = runtime.block_on(started).map_err(io::Error::from)??;
        self._runtimes.push(runtime);
        let ip = match &self.net {
            None => lab.address().ip(),
            Some(_) => SERVER.into(),
        };
        self.at = Some((ip, lab.address().port()).into());
        fs::write(self.authority(), lab.authority_pem())?;
        self.lab = Some(lab);
        Ok(())
    }

    fn spoil(&self, network: &Network) -> Result<(), SiteError> {
        let Some(net) = &self.net else { return Ok(()) };
        for address in &network.client_addresses {
            net.add_client_address(*address)?;
        }
        for fault in &network.faults {
            match *fault {
                NetworkFault::DropPorts(first, last) => net.drop_ports(first..=last),
                NetworkFault::RejectPorts(first, last) => net.reject_ports(first..=last),
                NetworkFault::StallPorts(first, last) => net.stall_ports(first..=last),
                NetworkFault::DropSource(source) => net.drop_source(source),
                NetworkFault::RejectSource(source) => net.reject_source(source),
                NetworkFault::ProhibitSource(source) => {
                    net.answer_by_icmp(source, Icmp::Prohibited)
                }
                NetworkFault::RefuseByIcmp(source) => {
                    net.answer_by_icmp(source, Icmp::PortUnreachable)
                }
                NetworkFault::TurnBack(source) => net.answer_by_icmp(source, Icmp::HostUnreachable),
                NetworkFault::DropDataFrom(source) => net.drop_data_from(source),
                NetworkFault::Masquerade(true) => net.masquerade(),
                NetworkFault::Masquerade(false) => Ok(()),
                NetworkFault::DropLargerThan(bytes) => net.drop_larger_than(bytes),
                NetworkFault::NoRouteTo(address) => net.unroute(address),
            }?;
        }
        Ok(())
    }

    /// A command where the program belongs: on the client's side.
    pub fn command(&self, program: &str) -> Command {
        let mut command = match &self.net {
            None => Command::new(program),
            Some(net) => {
                let mut command = net.client();
                command.arg(program);
                command
            }
        };
        // What one run leaves is no other's to tell.
        command.env("XDG_STATE_HOME", self.file("state"));
        command
    }

    /// The server's address; without a server, that of this machine.
    pub fn host(&self) -> String {
        let ip = self.at.map_or(Ipv4Addr::LOCALHOST.into(), |at| at.ip());
        IpAddr::to_string(&ip)
    }

    pub fn port(&self) -> Option<u16> {
        self.at.map(|at| at.port())
    }

    pub fn resolver(&self) -> Option<SocketAddr> {
        self.dns.as_ref().map(|dns| dns.address)
    }

    /// A runtime whose sockets are on the client's side.
    pub fn client_runtime(&self) -> Result<Runtime, SiteError> {
        runtime(self.net.as_ref(), Side::Client)
    }

    /// The names that the resolver was asked about.
    pub fn asked(&self) -> BTreeSet<String> {
        self.dns.as_ref().map(Dns::asked).unwrap_or_default()
    }

    /// The account that the server knows.
    pub fn user(&self) -> &str {
        match (&self.real, &self.lab) {
            (Some(server), _) => server.user(),
            (None, Some(lab)) => &lab.behaviour().user,
            (None, None) => "demo",
        }
    }

    /// The CA of the server, if there is a server.
    pub fn authority(&self) -> PathBuf {
        self.file("authority.pem")
    }

    pub fn password_file(&self) -> PathBuf {
        self.file("password")
    }

    /// What was seen of our addresses before the run.
    pub fn state_file(&self) -> PathBuf {
        self.file("state.json")
    }

    pub fn file(&self, name: &str) -> PathBuf {
        Path::join(self.folder.path(), name)
    }
}

/// On which side something runs, where there are two.
#[derive(Clone, Copy)]
enum Side {
    Client,
    Server,
}

/// A runtime whose only worker, and so every socket opened by what is spawned on it, is on that side.
fn runtime(net: Option<&Net>, side: Side) -> Result<Runtime, SiteError> {
    let build = || {
        Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
    };
    let runtime = match (net, side) {
        (None, _) => build(),
        (Some(net), Side::Client) => net.in_client(build)?,
        (Some(net), Side::Server) => net.in_server(build)?,
    };
    Ok(runtime?)
}
