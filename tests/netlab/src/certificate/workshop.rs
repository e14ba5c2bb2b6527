//! Makes certificates with the `openssl` command line tool: it also makes the keys and signatures
//! that newer libraries refuse to make.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::HarnessError;
use crate::net::{NAME, SERVER, SERVER_V6};
use crate::program::run;

use super::Issued;
use super::wanted::{EC, Wanted};

/// A folder in which certificates are made.
pub(super) struct Workshop<'a> {
    folder: &'a Path,
}

impl<'a> Workshop<'a> {
    pub(super) fn new(folder: &'a Path) -> Result<Self, HarnessError> {
        let workshop = Self::at(folder);
        workshop.write("openssl.cnf", &configuration())?;
        workshop.write("index.txt", "")?;
        Ok(workshop)
    }

    /// One that was used before.
    pub(super) fn at(folder: &'a Path) -> Self {
        Self { folder }
    }

    pub(super) fn root(&self, name: &str, subject: &str) -> Result<(), HarnessError> {
        self.self_signed(name, subject, "authority")
    }

    pub(super) fn self_signed(
        &self,
        name: &str,
        subject: &str,
        section: &str,
    ) -> Result<(), HarnessError> {
        let mut request = self.request(name, subject, EC);
        request.args([
            "-x509",
            "-days",
            "90",
            "-extensions",
            section,
            "-out",
            &format!("{name}.pem"),
        ]);
        run(&mut request, "").map(drop)
    }

    /// What people type: nothing but names is asked for, and the tool's own settings decide the rest.
    pub(super) fn self_signed_as_usual(
        &self,
        name: &str,
        subject: &str,
    ) -> Result<(), HarnessError> {
        let mut request = Command::new("openssl");
        request
            .args(["req", "-x509", "-nodes", "-days", "90"])
            .args(EC);
        request.args(["-subj", &format!("/CN={subject}")]);
        request.args(["-addext", &names()]);
        request.args(["-keyout", &format!("{name}.key"), "-out"]);
        request.arg(format!("{name}.pem")).current_dir(self.folder);
        run(&mut request, "").map(drop)
    }

    pub(super) fn sign(&self, issuer: &str, wanted: Wanted) -> Result<(), HarnessError> {
        let Wanted {
            name,
            subject,
            section,
            key,
            dates,
            digest,
        } = wanted;
        run(
            self.request(name, subject, key)
                .args(["-out", &format!("{name}.csr")]),
            "",
        )?;
        let mut sign = self.openssl("ca");
        sign.args(["-batch", "-notext", "-md", digest, "-extensions", section])
            .args(dates);
        sign.args([
            "-cert",
            &format!("{issuer}.pem"),
            "-keyfile",
            &format!("{issuer}.key"),
        ]);
        sign.args([
            "-in",
            &format!("{name}.csr"),
            "-out",
            &format!("{name}.pem"),
        ]);
        run(&mut sign, "").map(drop)
    }

    /// A new key, and a request for it.
    fn request(&self, name: &str, subject: &str, key: &[&str]) -> Command {
        let mut request = self.openssl("req");
        request
            .args(["-new", "-nodes", "-keyout", &format!("{name}.key")])
            .args(key);
        request.args(["-subj", &format!("/O=Lab/CN={subject}")]);
        request
    }

    fn openssl(&self, tool: &str) -> Command {
        let mut command = Command::new("openssl");
        command
            .args([tool, "-config", "openssl.cnf"])
            .current_dir(self.folder);
        command
    }

    pub(super) fn gather(&self, rest: &[&str]) -> Result<Issued, HarnessError> {
        let read = |name: &&str| self.read(&format!("{name}.pem"));
        let key = self.read("leaf.key")?;
        let leaf = self.read("leaf.pem")?;
        let rest = rest.iter().map(read).collect::<Result<String, _>>()?;
        Ok(Issued {
            chain: self.write("chain.pem", &format!("{leaf}{rest}"))?,
            leaf: self.folder.join("leaf.pem"),
            rest: self.write("rest.pem", &rest)?,
            key: self.folder.join("leaf.key"),
            both: self.write("key-and-chain.pem", &format!("{key}{leaf}{rest}"))?,
            authority: self.folder.join("root.pem"),
        })
    }

    /// Puts a certificate with its key and its issuer where an administrator takes them from.
    pub(super) fn hand_out(&self, leaf: &str, issuer: &str, to: &Path) -> Result<(), HarnessError> {
        let key = self.read(&format!("{leaf}.key"))?;
        let certificate = self.read(&format!("{leaf}.pem"))?;
        let issuer = self.read(&format!("{issuer}.pem"))?;
        let desk = Workshop::at(to);
        desk.write("fullchain.pem", &format!("{certificate}{issuer}"))?;
        desk.write("privkey.pem", &key)?;
        desk.write("cert.pem", &certificate)?;
        desk.write("chain.pem", &issuer).map(drop)
    }

    fn read(&self, name: &str) -> Result<String, HarnessError> {
        let path = self.folder.join(name);
        fs::read_to_string(&path).map_err(HarnessError::file(path))
    }

    fn write(&self, name: &str, text: &str) -> Result<PathBuf, HarnessError> {
        let path = self.folder.join(name);
        fs::write(&path, text).map_err(HarnessError::file(&path))?;
        Ok(path)
    }
}

/// The names of the server, as `openssl` takes them.
fn names() -> String {
    format!("subjectAltName = DNS:{NAME}, IP:{SERVER}, IP:{SERVER_V6}")
}

/// What goes into each kind of certificate.
fn configuration() -> String {
    let leaf = "basicConstraints = CA:false\n\
         keyUsage = critical, digitalSignature, keyEncipherment\n\
         subjectKeyIdentifier = hash\n\
         authorityKeyIdentifier = keyid\n";
    let names = format!("{}\n", names());
    format!(
        "[req]\ndistinguished_name = subject\n\
         [subject]\n\
         [ca]\ndefault_ca = lab\n\
         [lab]\ndatabase = index.txt\nnew_certs_dir = .\nrand_serial = yes\nunique_subject = no\npolicy = any\n\
         [any]\norganizationName = supplied\ncommonName = supplied\n\
         [authority]\nbasicConstraints = critical, CA:true\nkeyUsage = critical, keyCertSign, cRLSign\n\
         subjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\n\
         [leaf]\n{leaf}extendedKeyUsage = serverAuth\n{names}\
         [wrong_name]\n{leaf}extendedKeyUsage = serverAuth\nsubjectAltName = DNS:other.example.net\n\
         [client_only]\n{leaf}extendedKeyUsage = clientAuth\n{names}"
    )
}
