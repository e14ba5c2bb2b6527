//! What an administrator does who was told what to type: edits the configuration, runs commands, asks a CA.

use std::env;
use std::fs;
use std::process::Command;

use crate::certificate;
use crate::error::HarnessError;
use crate::installation;
use crate::net::Net;
use crate::program::run;
use crate::server::Server;
use crate::setup::Product;

/// ProFTPD's directives that stand beside others of the same name.
const BESIDE_OTHERS: [&str; 2] = ["loadmodule", "include"];

impl Server {
    /// Puts lines into the configuration, in place of those that set the same; pyftpdlib's go to the end of the program.
    /// They count after [`Server::restart`].
    pub fn configure(&self, lines: &str) -> Result<(), HarnessError> {
        let Some((product, file)) = &self.configuration else {
            return Err(HarnessError::Unsupported {
                product: self.name,
                what: "lines of a configuration",
            });
        };
        let before = fs::read_to_string(file).map_err(HarnessError::file(file))?;
        let after = match product {
            Product::Pyftpdlib => format!("{before}{lines}\n"),
            product => replaced(*product, &before, lines),
        };
        fs::write(file, after).map_err(HarnessError::file(file))
    }

    /// Runs a command in a shell on the server's machine, in the folder that a CA hands its files out to.
    pub fn type_in(&self, net: &Net, command: &str) -> Result<(), HarnessError> {
        let mut path = env::var_os("PATH").unwrap_or_default();
        let tools = installation::find("pure-ftpd/usr/bin/pure-pw")?;
        if let Some(folder) = tools.parent() {
            path.push(":");
            path.push(folder);
        }
        let mut shell: Command = net.server();
        shell
            .args(["sh", "-e", "-c", command])
            .current_dir(self.site.path("desk"))
            .env("PATH", path)
            // Where this machine keeps its virtual accounts.
            .env("PURE_PASSWDFILE", self.site.path("accounts"))
            .env("PURE_DBFILE", self.site.path("accounts.pdb"));
        run(&mut shell, "").map(drop)
    }

    /// Has a CA that the client trusts issue a new certificate for this server: `privkey.pem`, `cert.pem`, `chain.pem` and
    /// `fullchain.pem`.
    pub fn renew_certificate(&self, rsa: bool) -> Result<(), HarnessError> {
        certificate::renew(&self.site.path("tls"), rsa, &self.site.path("desk"))
    }
}

/// A configuration with these lines in place of what has the same names.
fn replaced(product: Product, before: &str, lines: &str) -> String {
    let new = entries(product, lines);
    let old = entries(product, before).into_iter();
    let kept = old.filter(|(name, _)| !new.iter().any(|(other, _)| other == name));
    let texts = kept.map(|(_, text)| text);
    let all: Vec<String> = texts
        .chain(new.iter().map(|(_, text)| text.clone()))
        .collect();
    all.join("\n") + "\n"
}

/// The entries of a configuration with their names. ProFTPD's sections are one each.
fn entries(product: Product, text: &str) -> Vec<(String, String)> {
    let mut entries: Vec<(String, String)> = Vec::new();
    let mut depth = 0_usize;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let ends = line.trim_start().starts_with("</");
        match entries.last_mut() {
            Some((_, entry)) if depth > 0 => {
                entry.push('\n');
                entry.push_str(line);
            }
            _ => entries.push((name(product, line), line.to_owned())),
        }
        if product == Product::ProFtpd && line.trim_start().starts_with('<') {
            depth = if ends {
                depth.saturating_sub(1)
            } else {
                depth + 1
            };
        }
    }
    entries
}

fn name(product: Product, line: &str) -> String {
    let line = line.trim();
    if product == Product::Vsftpd {
        return line.split('=').next().unwrap_or(line).to_owned();
    }
    let first = line
        .split_whitespace()
        .next()
        .unwrap_or(line)
        .to_lowercase();
    match line.starts_with('<') || BESIDE_OTHERS.contains(&first.as_str()) {
        true => line.to_lowercase(),
        false => first,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_takes_the_place_of_its_kind() {
        let table = [
            (
                Product::Vsftpd,
                "listen=YES\npasv_min_port=1\npasv_max_port=2\n",
                "pasv_min_port=5\npasv_max_port=6",
                "listen=YES\npasv_min_port=5\npasv_max_port=6\n",
            ),
            (
                Product::ProFtpd,
                "LoadModule a\n<Limit STOR>\nDenyAll\n</Limit>\nPort 21\n",
                "<Limit STOR>\nAllowAll\n</Limit>\nLoadModule b\nport 22",
                "LoadModule a\n<Limit STOR>\nAllowAll\n</Limit>\nLoadModule b\nport 22\n",
            ),
            (
                Product::PureFtpd,
                "TLS 0\nBind ,21\n",
                "TLS 1",
                "Bind ,21\nTLS 1\n",
            ),
        ];
        for (product, before, lines, after) in table {
            assert_eq!(replaced(product, before, lines), after, "{product:?}");
        }
    }
}
