//! Certificates with one fault each.

mod wanted;
mod workshop;

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::HarnessError;
use crate::net::NAME;

use self::wanted::Wanted;
use self::workshop::Workshop;

/// What is wrong with the certificate a server shows. All are made for [`NAME`] and the server's
/// addresses, and all but the first have one fault each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certificate {
    /// Nothing: leaf and intermediate are sent, the root is the client's authority.
    #[default]
    Valid,
    /// The same with an RSA key of 2048 bits, which old cipher suites need.
    Rsa,
    /// The leaf ended years ago.
    Expired,
    /// The leaf starts years from now.
    NotYetValid,
    /// The leaf ends in a week.
    ExpiresSoon,
    /// The leaf is for `other.example.net`.
    WrongName,
    /// The leaf signed itself.
    SelfSigned,
    /// The same, made with `openssl req -x509` as most are: it calls itself an authority.
    SelfSignedAuthority,
    /// A complete chain, root included, to an authority the client does not have.
    PrivateCa,
    /// The same, and the root is not sent.
    PrivateCaWithoutRoot,
    /// Only the leaf is sent.
    MissingIntermediate,
    /// The intermediate that is sent ended years ago.
    ExpiredIntermediate,
    /// Leaf, root, intermediate: the wrong order, and one too many.
    Misordered,
    /// RSA with 1024 bits; a server loads it only with
    /// [`Setup::legacy_tls`](crate::Setup::legacy_tls).
    WeakKey,
    /// The leaf is signed with SHA-1; a server loads it only with
    /// [`Setup::legacy_tls`](crate::Setup::legacy_tls).
    WeakSignature,
    /// The leaf is for clients only.
    ClientOnly,
}

impl Certificate {
    /// Whether the leaf's key is RSA instead of an elliptic curve.
    pub(crate) fn has_rsa_key(self) -> bool {
        matches!(self, Self::Rsa | Self::WeakKey)
    }

    /// Whether other certificates are sent with the leaf.
    pub(crate) fn sends_more_than_the_leaf(self) -> bool {
        !matches!(
            self,
            Self::SelfSigned
                | Self::SelfSignedAuthority
                | Self::PrivateCaWithoutRoot
                | Self::MissingIntermediate
        )
    }

    /// Makes the certificate, its chain and the client's authority in an empty folder.
    pub(crate) fn issue(self, folder: &Path) -> Result<Issued, HarnessError> {
        let workshop = Workshop::new(folder)?;
        workshop.root("root", "Lab Root")?;
        let rest: &[&str] = match self {
            Self::SelfSigned => {
                workshop.self_signed("leaf", NAME, "leaf")?;
                &[]
            }
            Self::SelfSignedAuthority => {
                workshop.self_signed_as_usual("leaf", NAME)?;
                &[]
            }
            Self::PrivateCa | Self::PrivateCaWithoutRoot => {
                workshop.root("private", "Office Internal Root")?;
                workshop.sign("private", Wanted::leaf(self))?;
                match self {
                    Self::PrivateCa => &["private"],
                    _ => &[],
                }
            }
            _ => {
                workshop.sign("root", Wanted::intermediate(self))?;
                workshop.sign("intermediate", Wanted::leaf(self))?;
                match self {
                    Self::MissingIntermediate => &[],
                    Self::Misordered => &["root", "intermediate"],
                    _ => &["intermediate"],
                }
            }
        };
        workshop.gather(rest)
    }
}

/// What a CA hands out to an administrator who asks for a new certificate, under the names that ACME clients use: the
/// key, the certificate, its issuers, and certificate and issuers in one file. It has no fault, and the client trusts it.
pub(crate) fn renew(folder: &Path, rsa: bool, to: &Path) -> Result<(), HarnessError> {
    let workshop = Workshop::at(folder);
    workshop.sign("root", Wanted::new_intermediate())?;
    workshop.sign("new-intermediate", Wanted::new_leaf(rsa))?;
    workshop.hand_out("new-leaf", "new-intermediate", to)
}

/// Makes the client's own certificate in a folder where a server's was made, signed by the same authority.
pub(crate) fn issue_to_client(folder: &Path) -> Result<(), HarnessError> {
    Workshop::at(folder).sign("root", Wanted::client())
}

/// The files made for one server.
#[derive(Debug)]
pub(crate) struct Issued {
    /// The certificates the server sends.
    pub(crate) chain: PathBuf,
    /// The first of them.
    pub(crate) leaf: PathBuf,
    /// The others; empty if there are none.
    pub(crate) rest: PathBuf,
    /// The private key of the first.
    pub(crate) key: PathBuf,
    /// Key and chain in one file.
    pub(crate) both: PathBuf,
    /// What the client trusts.
    pub(crate) authority: PathBuf,
}
