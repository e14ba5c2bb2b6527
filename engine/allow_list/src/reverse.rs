//! What the reverse name of an address gives away. There is no standard for such names: the words are those that deny
//! lists and mail servers go by, and each is a hint, never a proof.

use std::net::{IpAddr, Ipv4Addr};

/// Words of providers for lines that change hands.
const DYNAMIC: &[&str] = &[
    "adsl",
    "broadband",
    "cable",
    "cgn",
    "cgnat",
    "cust",
    "customer",
    "dhcp",
    "dial",
    "dialin",
    "dialup",
    "dip",
    "dsl",
    "dyn",
    "dynamic",
    "dynamicip",
    "dynip",
    "fios",
    "ftth",
    "home",
    "lte",
    "mobile",
    "nat",
    "pool",
    "pools",
    "ppp",
    "pppoe",
    "res",
    "resi",
    "residential",
    "vdsl",
    "wireless",
    "wlan",
    "xdsl",
];
/// Words for lines that do not.
const STATIC: &[&str] = &[
    "biz",
    "business",
    "corp",
    "dedicated",
    "fixed",
    "static",
    "staticip",
];

/// What a name looks like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signs {
    /// It is made from the address, as providers name lines and machines by the thousand.
    pub embeds_address: bool,
    /// Words in it that speak of a dynamic or residential line.
    pub dynamic: Vec<&'static str>,
    /// Words in it that speak of a static or business line.
    pub fixed: Vec<&'static str>,
}

impl Signs {
    /// It says dynamic or residential, and nothing in it says otherwise.
    pub fn says_dynamic(&self) -> bool {
        !self.dynamic.is_empty() && self.fixed.is_empty()
    }

    /// It speaks of a gateway or of a pool that addresses are taken from.
    pub fn says_shared(&self) -> bool {
        const SHARED: &[&str] = &["cgn", "cgnat", "nat", "pool", "pools"];
        self.dynamic.iter().any(|word| SHARED.contains(word))
    }

    /// It says static or business.
    pub fn says_static(&self) -> bool {
        !self.fixed.is_empty()
    }

    /// Nothing in it is a provider's.
    pub fn is_own(&self) -> bool {
        *self == Signs::default()
    }
}

/// Reads a reverse name of an address.
pub fn signs(name: &str, address: IpAddr) -> Signs {
    let name = name.to_ascii_lowercase();
    let host = before_domain(&name);
    let words: Vec<&str> = host
        .split(|c: char| !c.is_ascii_alphabetic())
        .filter(|word| !word.is_empty())
        .collect();
    let among = |list: &[&'static str]| -> Vec<&'static str> {
        let in_name = |word: &&&str| words.contains(*word);
        list.iter().filter(in_name).copied().collect()
    };
    let embeds_address = match address.to_canonical() {
        IpAddr::V4(address) => embeds_v4(host, address),
        IpAddr::V6(address) => {
            let nibbles: String = address
                .octets()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            let bare: String = host.chars().filter(char::is_ascii_hexdigit).collect();
            // The lower half alone is what a provider's counter or a machine's own identifier makes of it.
            bare.contains(&nibbles) || bare.contains(&nibbles[16..])
        }
    };
    Signs {
        embeds_address,
        dynamic: among(DYNAMIC),
        fixed: among(STATIC),
    }
}

/// The labels before the registered domain: what a company is called says nothing about its lines. Two labels, or three
/// under one of the second levels that the registries of countries use (`co.uk`).
fn before_domain(name: &str) -> &str {
    const SECOND: &[&str] = &[
        "ac", "co", "com", "edu", "go", "gov", "ne", "net", "or", "org",
    ];
    let labels: Vec<&str> = name.split('.').collect();
    let registered = match labels.as_slice() {
        [.., second, country] if country.len() == 2 && SECOND.contains(second) => 3,
        _ => 2,
    };
    let keep = labels.len().saturating_sub(registered);
    let end: usize = labels[..keep].iter().map(|label| label.len() + 1).sum();
    name[..end].trim_end_matches('.')
}

/// Three of the four numbers in a row, either way round; all of it as hexadecimal or as twelve digits.
fn embeds_v4(host: &str, address: Ipv4Addr) -> bool {
    let octets = address.octets();
    let numbers: Vec<u64> = host
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|digits| digits.parse().ok())
        .collect();
    let forward = octets.map(u64::from);
    let mut backward = forward;
    backward.reverse();
    let in_a_row = |part: &[u64]| numbers.windows(part.len()).any(|window| window == part);
    let rows = [&forward[..3], &forward[1..], &backward[..3], &backward[1..]];
    let [a, b, c, d] = octets;
    let run_together = [
        format!("{a:02x}{b:02x}{c:02x}{d:02x}"),
        format!("{d:02x}{c:02x}{b:02x}{a:02x}"),
        format!("{a:03}{b:03}{c:03}{d:03}"),
        format!("{d:03}{c:03}{b:03}{a:03}"),
    ];
    rows.iter().any(|row| in_a_row(row)) || run_together.iter().any(|form| host.contains(form))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> Signs {
        signs(name, "203.0.113.7".parse().unwrap())
    }

    #[test]
    fn names_made_from_the_address_are_known() {
        for name in [
            "203-0-113-7.isp.example",
            "7.113.0.203.isp.example",
            "host-203.0.113-7.isp.example",
            "c-203-0-113-7.hsd1.isp.example",
            "cb007107.isp.example",
            "203000113007.isp.example",
            "ip7-113-0.isp.example",
        ] {
            assert!(of(name).embeds_address, "{name}");
        }
        for name in [
            "ftp7.customer.example",
            "web-113-7.customer.example",
            "mail.customer.example",
        ] {
            assert!(!of(name).embeds_address, "{name}");
        }
        let v6 = "2001:db8::d3ad:beef:1:2".parse().unwrap();
        assert!(signs("d3adbeef00010002.isp.example", v6).embeds_address);
        assert!(!signs("ftp.customer.example", v6).embeds_address);
    }

    #[test]
    fn words_count_where_providers_put_them() {
        assert!(of("p7.dyn.isp.example").says_dynamic());
        assert!(of("dsl113.pool.isp.co.uk").says_dynamic());
        assert!(of("203-0-113-7.static.isp.example").says_static());
        // A business line of a provider that sells them over cable.
        let business = of("203-0-113-7.business.cable.isp.example");
        assert!(business.says_static() && !business.says_dynamic());
        // Words in other words, and in the name of the company.
        assert!(of("dynamo.resort.customer.example").is_own());
        assert!(of("mail.cable.example").is_own());
        assert!(of("dyn.example").is_own());
    }
}
