use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::AsFd;
use std::path::Path;
use std::process::Command;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::account;
use crate::error::HarnessError;
use crate::namespace::Namespace;

/// The client's first address; connections leave from it unless they are bound to another.
pub const CLIENT: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 7);
/// The client's second address.
pub const OTHER_CLIENT: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 8);
/// More of the client's addresses: a pool beside the first two.
pub const POOL: [Ipv4Addr; 4] = [
    Ipv4Addr::new(203, 0, 113, 9),
    Ipv4Addr::new(203, 0, 113, 10),
    Ipv4Addr::new(203, 0, 113, 11),
    Ipv4Addr::new(203, 0, 113, 12),
];
/// A private address of the client, which the server has no way back to: see [`Net::masquerade`].
pub const INSIDE: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 5);
/// The client's IPv6 address.
pub const CLIENT_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 7);
/// The client's second IPv6 address.
pub const OTHER_CLIENT_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 8);
/// The server's address.
pub const SERVER: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 20);
/// The server's IPv6 address.
pub const SERVER_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 1, 0, 0, 0, 0, 0x20);
/// An address nobody has: packets to it vanish in silence.
pub const NOBODY: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 99);
/// The name both sides resolve to the server's IPv4 address.
pub const NAME: &str = "ftp.example.com";

/// Two network namespaces joined by a cable: one for the client, one for the server.
///
/// Dropping it removes both, together with every process that still runs in them.
#[derive(Debug)]
pub struct Net {
    client: Namespace,
    server: Namespace,
}

impl Net {
    /// Makes the two namespaces, their addresses and their routes.
    pub fn new() -> Result<Self, HarnessError> {
        if !rustix::process::geteuid().is_root() {
            return Err(HarnessError::NeedsRoot);
        }
        let net = Self {
            client: Namespace::new("client")?,
            server: Namespace::new("server")?,
        };
        for namespace in [&net.client, &net.server] {
            write_names(&namespace.etc())?;
        }
        account::write(&net.server.etc())?;

        let peer = net.server.name();
        let addresses = || [CLIENT, OTHER_CLIENT].into_iter().chain(POOL);
        let own: String = addresses()
            .map(|address| format!("addr add {address}/32 dev cable\n"))
            .collect();
        let back: String = addresses()
            .map(|address| format!("route add {address}/32 dev cable src {SERVER}\n"))
            .collect();
        net.client.configure(&format!(
            "link set lo up\n\
             link add cable type veth peer name cable netns {peer}\n\
             link set cable addrgenmode none up\n\
             {own}\
             addr add {INSIDE}/32 dev cable\n\
             addr add {CLIENT_V6}/128 dev cable nodad\n\
             addr add {OTHER_CLIENT_V6}/128 dev cable nodad\n\
             route add {SERVER}/32 dev cable src {CLIENT}\n\
             route add {SERVER_V6}/128 dev cable src {CLIENT_V6}\n\
             {}",
            into_the_void(CLIENT, CLIENT_V6)
        ))?;
        net.server.configure(&format!(
            "link set lo up\n\
             link set cable addrgenmode none up\n\
             addr add {SERVER}/32 dev cable\n\
             addr add {SERVER_V6}/128 dev cable nodad\n\
             {back}\
             route add {CLIENT_V6}/128 dev cable src {SERVER_V6}\n\
             route add {OTHER_CLIENT_V6}/128 dev cable src {SERVER_V6}\n\
             {}",
            into_the_void(SERVER, SERVER_V6)
        ))?;
        for namespace in [&net.client, &net.server] {
            namespace.wait_for("cable")?;
        }
        Ok(net)
    }

    /// A command on the client's side; add the program and its arguments.
    pub fn client(&self) -> Command {
        self.client.command()
    }

    /// A command on the server's side; add the program and its arguments.
    pub fn server(&self) -> Command {
        self.server.command()
    }

    /// Runs `work` in a thread on the client's side: sockets it opens belong there.
    ///
    /// Threads it starts follow it; an existing pool of threads does not.
    pub fn in_client<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T, HarnessError> {
        within(&self.client, work)
    }

    /// The same on the server's side.
    pub fn in_server<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T, HarnessError> {
        within(&self.server, work)
    }

    /// Gives the client a further address, which the server knows the way to.
    pub fn add_client_address(&self, address: Ipv4Addr) -> Result<(), HarnessError> {
        self.client
            .configure(&format!("addr add {address}/32 dev cable\n"))?;
        self.server
            .configure(&format!("route add {address}/32 dev cable src {SERVER}\n"))
    }

    pub(crate) fn client_side(&self) -> &Namespace {
        &self.client
    }

    pub(crate) fn server_side(&self) -> &Namespace {
        &self.server
    }
}

fn within<T: Send>(side: &Namespace, work: impl FnOnce() -> T + Send) -> Result<T, HarnessError> {
    let handle = side.handle();
    let namespace = fs::File::open(&handle).map_err(HarnessError::file(&handle))?;
    let enter = || {
        move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network)).map_err(
            |error| HarnessError::File {
                path: handle,
                source: error.into(),
            },
        )?;
        Ok(work())
    };
    std::thread::scope(|scope| scope.spawn(enter).join())
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Lines that send everything without a route into a second cable that leads nowhere. A blackhole
/// route would fail at once for the sender itself, and a missing neighbour after three seconds; the
/// internet stays silent.
fn into_the_void(source: impl Into<IpAddr>, source_v6: impl Into<IpAddr>) -> String {
    format!(
        "link add nowhere type veth peer name nobody\n\
         link set nobody arp off addrgenmode none up\n\
         link set nowhere arp off addrgenmode none up\n\
         route add default dev nowhere src {}\n\
         route add default dev nowhere src {}\n",
        source.into(),
        source_v6.into()
    )
}

/// The names of this small internet. Nothing answers for other names, at once: a resolver of the
/// machine would be asked through a network that is not there.
pub(crate) fn write_names(etc: &Path) -> Result<(), HarnessError> {
    let hosts = format!(
        "127.0.0.1 localhost\n::1 localhost\n{SERVER} {NAME}\n{CLIENT} client.example.com\n"
    );
    for (name, text) in [
        ("hosts", hosts.as_str()),
        ("resolv.conf", "nameserver 127.0.0.1\noptions attempts:1\n"),
    ] {
        if Path::new("/etc").join(name).exists() {
            let path = etc.join(name);
            fs::write(&path, text).map_err(HarnessError::file(&path))?;
        }
    }
    Ok(())
}
