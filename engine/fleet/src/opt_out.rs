//! Who does not want to be checked: names, whole domains, addresses and networks.

use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use model::remote::{is_host_name, is_same_name};

/// A list of those who opted out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OptOut {
    names: Vec<String>,
    /// Domains, each with everything below it.
    domains: Vec<String>,
    networks: Vec<IpNet>,
}

/// Why a list of those who opted out cannot be used. Nothing is checked then.
#[derive(Debug, thiserror::Error)]
pub enum OptOutError {
    /// It cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Lines of it are nothing that could opt out.
    #[error("{}", .0.join("\n"))]
    Mistakes(Vec<String>),
}

impl OptOut {
    /// Reads a list: a name, `*.` and a domain, an address or a network (CIDR) in each line. What begins with `#` is a remark.
    ///
    /// # Errors
    /// It cannot be read, or a line of it is none of these.
    pub fn read(path: &Path) -> Result<OptOut, OptOutError> {
        let text = fs::read_to_string(path).map_err(|source| OptOutError::Unreadable {
            path: path.into(),
            source,
        })?;
        OptOut::of(&path.display().to_string(), &text)
    }

    fn of(file: &str, text: &str) -> Result<OptOut, OptOutError> {
        let (mut list, mut mistakes) = (OptOut::default(), Vec::new());
        for (number, line) in (1..).zip(text.lines()) {
            let entry = line.split('#').next().unwrap_or_default().trim();
            let domain = entry.strip_prefix("*.");
            if entry.is_empty() {
                continue;
            } else if let Ok(address) = entry.parse::<IpAddr>() {
                list.networks.push(IpNet::from(address.to_canonical()));
            } else if let Ok(network) = entry.parse::<IpNet>() {
                list.networks.push(network);
            } else if let Some(domain) = domain.filter(|it| is_host_name(it)) {
                list.domains.push(domain.to_ascii_lowercase());
            } else if is_host_name(entry) {
                list.names.push(entry.into());
            } else {
                let column = 1 + line.len() - line.trim_start().len();
                mistakes.push(format!(
                    "{file}:{number}:{column}: takes a name, *.domain, an address or a network"
                ));
            }
        }
        match mistakes.is_empty() {
            true => Ok(list),
            false => Err(OptOutError::Mistakes(mistakes)),
        }
    }

    /// Why a host is not to be checked, by its name.
    pub fn of_host(&self, host: &str) -> Option<String> {
        if let Ok(address) = host.parse::<IpAddr>() {
            return self.of_addresses(&[address]);
        }
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let below = |domain: &String| {
            let rest = host.strip_suffix(domain.as_str());
            rest.is_some_and(|rest| rest.ends_with('.'))
        };
        let listed = self.names.iter().any(|name| is_same_name(name, &host));
        let listed = listed || self.domains.iter().any(below);
        listed.then(|| format!("{host} is on the opt-out list"))
    }

    /// Why a host that leads to these addresses is not to be checked.
    pub fn of_addresses(&self, addresses: &[IpAddr]) -> Option<String> {
        let listed = |address: &&IpAddr| {
            let address = address.to_canonical();
            self.networks.iter().any(|it| it.contains(&address))
        };
        let address = addresses.iter().find(listed)?;
        Some(format!("its address {address} is on the opt-out list"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_domains_addresses_and_networks_opt_out() {
        let text = "# asked us\nftp.example.com\n*.example.net\n203.0.113.7 # since May\n2001:db8::/32\n\n";
        let list = OptOut::of("f", text).unwrap();
        for (host, is_listed) in [
            ("FTP.example.com.", true),
            ("other.example.com", false),
            ("a.b.example.net", true),
            ("example.net", false),
            ("badexample.net", false),
            ("203.0.113.7", true),
            ("203.0.113.8", false),
            ("2001:db8::5", true),
            ("::ffff:203.0.113.7", true),
        ] {
            assert_eq!(list.of_host(host).is_some(), is_listed, "{host}");
        }
        let addresses = ["198.51.100.1", "203.0.113.7"].map(|it| it.parse().unwrap());
        let why = list.of_addresses(&addresses).unwrap();
        assert!(why.contains("203.0.113.7"), "{why}");
        assert_eq!(list.of_addresses(&addresses[..1]), None);
    }

    #[test]
    fn a_line_that_is_nothing_is_told_and_the_list_is_not_used() {
        let error = OptOut::of("f", "a.example.com\n  not a host\n1.2.3.4/99\n").unwrap_err();
        let told = error.to_string();
        let lines: Vec<&str> = told.lines().collect();
        assert!(lines[0].starts_with("f:2:3: takes a name"), "{told}");
        assert!(lines[1].starts_with("f:3:1: takes a name"), "{told}");
    }
}
