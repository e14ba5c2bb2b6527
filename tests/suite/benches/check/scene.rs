//! A network with one healthy server in it, and how to log in there.

use std::fmt;
use std::path::PathBuf;

use netlab::{Mode, Net, Product, Server, Setup};

use crate::failure::Failure;
use crate::lab::{self, Lab};

/// Which server, and how TLS starts there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The lab where there is none.
    product: Option<Product>,
    mode: Mode,
}

impl Kind {
    /// All servers in both modes, where they know both.
    pub fn all() -> impl Iterator<Item = Self> {
        let products = Product::ALL.into_iter().map(Some);
        std::iter::once(None).chain(products).flat_map(|product| {
            let both = product.is_none_or(Product::can_be_implicit);
            let modes = [Mode::Explicit, Mode::Implicit];
            let modes = modes.into_iter().take(if both { 2 } else { 1 });
            modes.map(move |mode| Self { product, mode })
        })
    }

    pub fn server(self) -> &'static str {
        match self.product {
            None => "lab",
            Some(Product::Vsftpd) => "vsftpd",
            Some(Product::ProFtpd) => "ProFTPD",
            Some(Product::PureFtpd) => "Pure-FTPd",
            Some(Product::Pyftpdlib) => "pyftpdlib",
        }
    }

    pub fn is_lab(self) -> bool {
        self.product.is_none()
    }

    /// The server that scanners are let loose on.
    pub fn for_scanners() -> Self {
        Self {
            product: Some(Product::Pyftpdlib),
            mode: Mode::Explicit,
        }
    }

    pub fn tls(self) -> &'static str {
        if self.is_implicit() {
            "implicit"
        } else {
            "explicit"
        }
    }

    pub fn is_implicit(self) -> bool {
        self.mode == Mode::Implicit
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.server(), self.tls())
    }
}

/// Server and network go away with it.
pub struct Scene {
    // Before the network, so that the server ends while its namespace is still there.
    _running: Running,
    pub net: Net,
    pub kind: Kind,
    pub account: Account,
}

/// What a client has to know.
pub struct Account {
    pub port: u16,
    pub authority: PathBuf,
    pub user: &'static str,
    pub password: &'static str,
    pub password_file: PathBuf,
}

enum Running {
    Lab { _lab: Lab },
    Product { _server: Box<Server> },
}

impl Scene {
    pub fn new(kind: Kind) -> Result<Self, Failure> {
        let net = Net::new()?;
        let (running, account) = match kind.product {
            None => lab(&net, kind.mode)?,
            Some(product) => server(&net, product, kind.mode)?,
        };
        Ok(Self {
            _running: running,
            net,
            kind,
            account,
        })
    }
}

fn lab(net: &Net, mode: Mode) -> Result<(Running, Account), Failure> {
    let lab = Lab::start(net, mode)?;
    let account = Account {
        port: lab.port,
        authority: lab.authority_pem(),
        user: lab::USER,
        password: lab::PASSWORD,
        password_file: lab.password_file(),
    };
    Ok((Running::Lab { _lab: lab }, account))
}

fn server(net: &Net, product: Product, mode: Mode) -> Result<(Running, Account), Failure> {
    let setup = Setup {
        mode,
        ..Setup::explicit(product)
    };
    let server = Server::start(net, &setup)?;
    let account = Account {
        port: server.port(),
        authority: server.authority_pem().into(),
        user: server.user(),
        password: server.password(),
        password_file: server.password_file(),
    };
    let _server = Box::new(server);
    Ok((Running::Product { _server }, account))
}
