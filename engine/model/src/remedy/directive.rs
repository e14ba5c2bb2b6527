//! What to type, as it is: lines of a product's configuration, and commands.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::template::fill_typed;
use super::values::Values;

/// Lines that mend a fault on one product, word for word. All directives of one product belong together.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Directive {
    /// The server or the firewall that they are for.
    pub product: String,
    /// Where they go.
    pub kind: Kind,
    /// The lines, filled in with what is known of the case.
    pub text: String,
    /// Which parts of the lines are only examples.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<String>,
}

/// Where lines go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Into the product's configuration, in place of lines that set the same.
    Configuration,
    /// Into a shell on the machine that the product runs on, as its administrator.
    Command,
}

impl Kind {
    /// The word for people, which is also the one that opens a block in a page.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Configuration => "configuration",
            Kind::Command => "command",
        }
    }

    fn of(word: &str) -> Option<Kind> {
        let kinds = [Kind::Configuration, Kind::Command];
        kinds.into_iter().find(|kind| kind.word() == word)
    }
}

/// Products that stand between both sides, or on the server's machine beside the server. Which one it is cannot be seen
/// from here, so a report has the directives of all.
pub const FIREWALLS: &[&str] = &[
    "nftables",
    "iptables",
    "ufw",
    "firewalld",
    "AWS security groups",
    "Azure network security groups",
    "Windows firewall",
    "pfSense",
    "FortiGate",
    "Cisco ASA",
    "Juniper SRX",
    "MikroTik RouterOS",
    "OpenWrt",
    "Linux connection tracking",
];

/// Servers that run on Windows alone, and the firewall there.
const ON_WINDOWS: &[&str] = &[
    "Bitvise SSH Server",
    "Cerberus FTP Server",
    "Core FTP Server",
    "Globalscape EFT",
    "IIS",
    "Titan FTP Server",
    "WS_FTP Server",
    "Xlight FTP Server",
];

/// Servers that run on Windows more often than elsewhere.
const OFTEN_ON_WINDOWS: &[&str] = &["FileZilla Server", "Serv-U", "Wing FTP Server"];

/// Firewalls of Linux alone.
const OF_LINUX: &[&str] = &[
    "nftables",
    "iptables",
    "ufw",
    "firewalld",
    "Linux connection tracking",
];

/// Where the lines for a firewall stand among those for all: lower comes first, and none is of no use beside this server.
pub(super) fn rank(firewall: &str, server: Option<&str>) -> Option<u8> {
    let is = |one: &str, other: &str| one.eq_ignore_ascii_case(other.trim());
    let is_of = |names: &[&str]| server.is_some_and(|it| names.iter().any(|name| is(name, it)));
    let on_windows = is_of(ON_WINDOWS);
    let at_amazon = server.is_some_and(|it| is("AWS Transfer Family", it));
    let on_linux = OF_LINUX.iter().any(|name| is(name, firewall));
    match (on_windows || at_amazon, on_linux) {
        (true, true) => None,
        (_, false)
            if (on_windows || is_of(OFTEN_ON_WINDOWS)) && is("Windows firewall", firewall) =>
        {
            Some(0)
        }
        (true, false) if at_amazon && is("AWS security groups", firewall) => Some(0),
        (true, false) | (false, _) => Some(1),
    }
}

/// Whether a product is one of those.
pub(super) fn is_firewall(product: &str) -> bool {
    FIREWALLS
        .iter()
        .any(|it| it.eq_ignore_ascii_case(product.trim()))
}

/// The blocks of a product's section.
pub(super) fn of_section(product: &str, body: &str, values: &Values) -> Vec<Directive> {
    let blocks = blocks(body).into_iter().filter_map(|(kind, text)| {
        let filled = fill_typed(&text, values);
        let lines = filled.text.lines().filter(|line| !line.trim().is_empty());
        let text = lines.collect::<Vec<_>>().join("\n");
        // Somebody would type a word that is to be replaced first.
        (filled.complete && !text.is_empty()).then(|| Directive {
            product: product.to_owned(),
            kind,
            text,
            examples: filled.examples,
        })
    });
    blocks.collect()
}

/// Each fenced block with its kind.
fn blocks(body: &str) -> Vec<(Kind, String)> {
    let mut blocks: Vec<(Kind, String)> = Vec::new();
    let mut open = false;
    for line in body.lines() {
        if let Some(word) = line.trim().strip_prefix("```") {
            open = !open && Kind::of(word.trim()).is_some();
            if let (true, Some(kind)) = (open, Kind::of(word.trim())) {
                blocks.push((kind, String::new()));
            }
        } else if let (true, Some((_, text))) = (open, blocks.last_mut()) {
            text.push_str(line);
            text.push('\n');
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "\n- Restart it.\n\n```configuration\npasv_min_port={range low|50000}\n[[?range|x=1]]\n```\n\n\
                        ```command\nchown {user} '{reply}'\n```\n\n```command\nchown {user} /srv\n```\n\n```text\nno directive\n```\n";

    #[test]
    fn blocks_are_filled() {
        let mut values = Values::default();
        values.know("user", Some("lab".into()));
        values.see("reply", "rm");
        let directives = of_section("vsftpd", BODY, &values);
        let seen: Vec<_> = directives
            .iter()
            .map(|it| (it.kind, it.text.as_str(), it.examples.as_slice()))
            .collect();
        let none: &[String] = &[];
        assert_eq!(
            seen,
            [
                (
                    Kind::Configuration,
                    "pasv_min_port=50000",
                    &["50000".to_owned()][..]
                ),
                (Kind::Command, "chown lab /srv", none),
            ]
        );
    }
}
