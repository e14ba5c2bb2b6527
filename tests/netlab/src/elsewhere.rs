use std::net::Ipv4Addr;
use std::process::Command;

use crate::error::HarnessError;
use crate::namespace::Namespace;
use crate::net::{Net, SERVER, write_names};

/// Another place with one address, and a way to the server of its own.
///
/// Dropping it removes it, together with every process that still runs in it.
#[derive(Debug)]
pub struct Elsewhere(Namespace);

impl Net {
    /// Takes an address from the client and gives it to a machine elsewhere.
    pub fn move_elsewhere(&self, address: Ipv4Addr) -> Result<Elsewhere, HarnessError> {
        let place = Namespace::new("elsewhere")?;
        write_names(&place.etc())?;
        self.client_side()
            .configure(&format!("addr del {address}/32 dev cable\n"))?;
        let peer = self.server_side().name();
        place.configure(&format!(
            "link set lo up\n\
             link add cable type veth peer name elsewhere netns {peer}\n\
             link set cable addrgenmode none up\n\
             addr add {address}/32 dev cable\n\
             route add {SERVER}/32 dev cable src {address}\n"
        ))?;
        self.server_side().configure(&format!(
            "link set elsewhere addrgenmode none up\n\
             route replace {address}/32 dev elsewhere src {SERVER}\n"
        ))?;
        Ok(Elsewhere(place))
    }
}

impl Elsewhere {
    /// A command in that place; add the program and its arguments.
    pub fn client(&self) -> Command {
        self.0.command()
    }
}
