//! Servers that can be set up in few ways only: how each is told what a [`SmallSetup`] asks for, in one file per product
//! with the same function.

mod aioftp;
mod ftp_srv;
mod inetutils;
mod twisted;

use std::ffi::OsString;
use std::ops::RangeInclusive;
use std::path::Path;

use crate::account::{PASSWORD, USER};
use crate::certificate::Certificate;
use crate::error::HarnessError;
use crate::setup::Mode;
use crate::site::Site;

/// A server program that has few settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmallProduct {
    /// aioftp, a library of Python's; of TLS it has the implicit kind.
    Aioftp,
    /// ftp-srv, a library of Node.js; with both kinds of TLS.
    FtpSrv,
    /// The ftpd of the GNU inetutils, behind tcpsvd; without TLS.
    Inetutils,
    /// Twisted, a library of Python's; without TLS.
    Twisted,
}

/// What the account may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Rights {
    /// Read and write. In [`SmallProduct::Inetutils`] the rights of the files count, too: only `inbox` can be written to.
    #[default]
    All,
    /// Only read. Not with [`SmallProduct::Inetutils`].
    Read,
    /// Only log in; [`SmallProduct::Aioftp`] alone knows that.
    Nothing,
}

/// How a small server is set up. Start from [`SmallSetup::of`] and change what the test is about.
#[derive(Debug, Clone)]
pub struct SmallSetup {
    /// The server program.
    pub product: SmallProduct,
    /// How TLS starts; see [`SmallProduct::speaks`].
    pub mode: Mode,
    /// The certificate shown where there is TLS.
    pub certificate: Certificate,
    /// The range of passive ports, where [`SmallProduct::can_choose_ports`]; the product's default if not given.
    pub passive_ports: Option<RangeInclusive<u16>>,
    /// How many clients may be connected at once, refused with 421 in place of the greeting; where
    /// [`SmallProduct::can_limit_clients`].
    pub max_clients: Option<u32>,
    /// What the account may do.
    pub rights: Rights,
}

impl SmallProduct {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Aioftp, Self::FtpSrv, Self::Inetutils, Self::Twisted];

    /// The name in the name of a test.
    pub fn name(self) -> &'static str {
        match self {
            Self::Aioftp => "aioftp",
            Self::FtpSrv => "ftp-srv",
            Self::Inetutils => "inetutils",
            Self::Twisted => "twisted",
        }
    }

    /// Whether the product can be set up so.
    pub fn speaks(self, mode: Mode) -> bool {
        match mode {
            Mode::Plain => true,
            Mode::Explicit => self == Self::FtpSrv,
            Mode::ExplicitRequired => false,
            Mode::Implicit => matches!(self, Self::Aioftp | Self::FtpSrv),
        }
    }

    /// Whether a range of passive ports can be set. inetutils takes those that the kernel gives.
    pub fn can_choose_ports(self) -> bool {
        self != Self::Inetutils
    }

    /// Whether the number of clients can be limited.
    pub fn can_limit_clients(self) -> bool {
        self != Self::FtpSrv
    }
}

impl SmallSetup {
    /// A healthy server without TLS, whose account may do everything.
    pub fn of(product: SmallProduct) -> Self {
        Self {
            product,
            mode: Mode::Plain,
            certificate: Certificate::Valid,
            passive_ports: None,
            max_clients: None,
            rights: Rights::All,
        }
    }

    /// The port the server will listen on.
    pub fn port(&self) -> u16 {
        match self.mode {
            Mode::Implicit => 990,
            Mode::Plain | Mode::Explicit | Mode::ExplicitRequired => 21,
        }
    }
}

/// The command line that runs the server in the foreground. `etc` is the folder that lies over `/etc` for it.
pub(crate) fn prepare(
    setup: &SmallSetup,
    site: &Site,
    etc: &Path,
) -> Result<Vec<OsString>, HarnessError> {
    refuse_impossible(setup)?;
    match setup.product {
        SmallProduct::Aioftp => aioftp::prepare(setup, site),
        SmallProduct::FtpSrv => ftp_srv::prepare(setup, site),
        SmallProduct::Inetutils => inetutils::prepare(setup, site, etc),
        SmallProduct::Twisted => twisted::prepare(setup, site),
    }
}

/// A setup a product would silently ignore is an error, or a test would show something else than it says.
fn refuse_impossible(setup: &SmallSetup) -> Result<(), HarnessError> {
    let product = setup.product;
    let able = match setup.rights {
        Rights::All => true,
        Rights::Read => product != SmallProduct::Inetutils,
        Rights::Nothing => product == SmallProduct::Aioftp,
    };
    let table = [
        (product.speaks(setup.mode), "this mode of TLS"),
        (
            setup.passive_ports.is_none() || product.can_choose_ports(),
            "a range of ports",
        ),
        (
            setup.max_clients.is_none() || product.can_limit_clients(),
            "a limit on clients",
        ),
        (able, "these rights"),
    ];
    match table.into_iter().find(|(can, _)| !can) {
        None => Ok(()),
        Some((_, what)) => Err(HarnessError::Unsupported {
            product: product.name(),
            what,
        }),
    }
}

/// The arguments that the programs around libraries have in common.
fn arguments(setup: &SmallSetup, site: &Site, library: &Path) -> Vec<OsString> {
    let mut arguments = Vec::new();
    let mut option =
        |name: &str, value: OsString| arguments.extend([format!("--{name}").into(), value]);
    option("library", library.into());
    option("port", setup.port().to_string().into());
    option("user", USER.into());
    option("password", PASSWORD.into());
    option("home", site.home().into());
    if let Some(ports) = &setup.passive_ports {
        let range = format!("{}-{}", ports.start(), ports.end());
        option("passive-ports", range.into());
    }
    if let Some(clients) = setup.max_clients {
        option("max-clients", clients.to_string().into());
    }
    arguments
}
