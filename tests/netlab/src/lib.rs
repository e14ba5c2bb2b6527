//! Real FTP servers for tests, each in a small network of its own: vsftpd, ProFTPD, Pure-FTPd and pyftpdlib with all that
//! can be set up in them, and others with what little they have to set up.
//!
//! A test makes a [`Net`], starts a [`Server`] in it with a [`Setup`], and runs its client with
//! [`Net::client`]:
//!
//! ```no_run
//! use netlab::{Net, Product, Server, Setup};
//!
//! let net = Net::new()?;
//! let server = Server::start(&net, &Setup::explicit(Product::Vsftpd))?;
//! net.drop_ports(40_000..=40_100)?;
//! let status = net.client().arg("curl").arg(format!("ftp://{}/", server.address())).status();
//! # Ok::<(), netlab::HarnessError>(())
//! ```
//!
//! The others ([`SmallProduct`]) are started with a [`SmallSetup`] by [`Server::start_small`].
//!
//! Everything belongs to one instance and goes away when it is dropped: two network namespaces, a
//! temporary folder, the processes. The user the servers know exists only inside the server's
//! namespace. Root is needed, and the servers that `cargo xtask servers` puts into `target/servers`.

mod access_list;
mod account;
mod administrator;
mod certificate;
mod delay;
mod elsewhere;
mod error;
mod faults;
mod installation;
mod leftovers;
mod namespace;
mod net;
mod processes;
mod product;
mod program;
mod server;
mod setup;
mod site;
mod small;

pub use account::ID as ACCOUNT;
pub use certificate::Certificate;
pub use delay::{Delay, Traffic};
pub use elsewhere::Elsewhere;
pub use error::HarnessError;
pub use faults::Icmp;
pub use net::{
    CLIENT, CLIENT_V6, INSIDE, NAME, NOBODY, Net, OTHER_CLIENT, OTHER_CLIENT_V6, POOL, SERVER,
    SERVER_V6,
};
pub use server::Server;
pub use setup::{
    ClientCertificate, DataProtection, Mode, Product, SessionReuse, Setup, TlsVersions,
};
pub use small::{Rights, SmallProduct, SmallSetup};
