//! Was the certificate made on the way, by a firewall or proxy that opens TLS to look inside?
//!
//! One look from one place cannot know. What such products leave is a CA of their own, which is no public one, and whose
//! name they choose themselves. A name alone can be chosen by anybody, so a second sign is asked for.

use probe_sdk::{Decision, Finding, Run};
use x509_parser::prelude::{X509Certificate, X509Name};

use crate::path::{End, Path};
use crate::{FROM_INSPECTION, INTERCEPTION, UNTRUSTED_CA, chain, facts, finding};

/// Made on the fly: the certificate is about as old as the connection.
const FRESH: i64 = 24 * 60 * 60;

/// A product that inspects TLS, by words that stand in the names of the CAs it makes. Words are whole: `Fortinet` is one,
/// `Fortune Net` is not.
struct Product {
    name: &'static str,
    words: &'static [&'static str],
}

const fn product(name: &'static str, words: &'static [&'static str]) -> Product {
    Product { name, words }
}

const PRODUCTS: &[Product] = &[
    product("Fortinet FortiGate", &["fortinet", "fortigate", "fortios"]),
    product(
        "Palo Alto Networks",
        &["palo alto networks", "paloaltonetworks", "pan-os"],
    ),
    product("Zscaler", &["zscaler"]),
    product("Sophos", &["sophos", "cyberoam", "astaro"]),
    product(
        "Check Point",
        &[
            "check point software",
            "check point https",
            "check point ssl",
            "check point gateway",
            "check point security",
        ],
    ),
    product(
        "Cisco",
        &[
            "cisco umbrella",
            "cisco secure access",
            "cisco firepower",
            "firepower",
            "ironport",
        ],
    ),
    product(
        "Blue Coat ProxySG",
        &["blue coat", "bluecoat", "proxysg", "symantec web security"],
    ),
    product("WatchGuard", &["watchguard"]),
    product("SonicWall", &["sonicwall"]),
    product(
        "Barracuda",
        &[
            "barracuda networks",
            "barracuda cloudgen",
            "barracuda web",
            "barracuda firewall",
        ],
    ),
    product("Netskope", &["netskope", "goskope"]),
    product("Forcepoint", &["forcepoint", "websense"]),
    product(
        "Trellix or McAfee Web Gateway",
        &["mcafee web gateway", "skyhigh", "trellix"],
    ),
    product("Trend Micro", &["trend micro", "interscan"]),
    product("iboss", &["iboss"]),
    product("Untangle or Smoothwall", &["untangle", "smoothwall"]),
    product(
        "Cloudflare Gateway",
        &["cloudflare gateway", "gateway ca - cloudflare"],
    ),
    product("Juniper SSL proxy", &["juniper networks"]),
    product("Squid", &["squid proxy", "squid-cache", "squid ca"]),
    product("mitmproxy", &["mitmproxy"]),
    product("Charles", &["charles proxy"]),
    product("Fiddler", &["do_not_trust_fiddlerroot", "fiddler root"]),
    product("Burp Suite", &["portswigger"]),
    product(
        "a virus scanner",
        &[
            "kaspersky",
            "eset",
            "bitdefender",
            "avast",
            "avg technologies",
        ],
    ),
];

/// Words by which a CA says what it is for.
const PURPOSES: &[&str] = &[
    "inspection",
    "inspecting",
    "interception",
    "intercept",
    "decryption",
    "decrypt",
    "ssl proxy",
    "ssl scan",
    "https scan",
    "ssl inspection",
    "proxy",
    "proxy ca",
    "mitm",
    "forward trust",
    "web filter",
    "ssl ca",
    "ca_ssl",
    "ca_untrusted",
    "untrusted ca",
    "web anti-virus",
    "ssl filter",
    "gateway ca",
    "mitmproxy",
    "portswigger",
    "do_not_trust_fiddlerroot",
];

/// Why it looks like interception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    /// The CA says that it inspects.
    SaysSo,
    /// Made within the last day.
    Fresh,
    /// Marks of a public CA beneath a root that is none: copied from the real certificate.
    Copied,
}

impl Sign {
    fn words(self) -> &'static str {
        match self {
            Sign::SaysSo => "the name of the CA says that it inspects traffic",
            Sign::Fresh => "the certificate was made within the last day",
            Sign::Copied => "it contains entries of a public CA, but its root is not public",
        }
    }
}

/// A CA above the leaf that bears the name of such a product.
pub(crate) struct Suspicion {
    product: &'static str,
    signs: Vec<Sign>,
}

/// Looks at the CAs above the leaf; `is_public`: they lead to a public root, so that nobody on the way made them.
pub(crate) fn suspect(path: &Path<'_>, is_public: bool, now: i64) -> Option<Suspicion> {
    let leaf = path.members[0].certificate;
    let itself = path.end == End::UnknownRoot && path.issuers().is_empty();
    // Below a link that is missing there may well be a public root.
    let may_be_public = path.end == End::Open && chain::is_public(leaf);
    if is_public || may_be_public || itself {
        return None;
    }
    let names: Vec<&X509Name<'_>> = path
        .members
        .iter()
        .map(|it| it.certificate.issuer())
        .collect();
    let product = names.iter().find_map(|name| named(name))?;
    let signs = signs(leaf, &names, now);
    Some(Suspicion { product, signs })
}

impl Suspicion {
    /// A name alone can be chosen by anybody.
    pub(crate) fn is_certain(&self) -> bool {
        !self.signs.is_empty()
    }

    pub(crate) fn report(&self, run: &mut Run, path: &Path<'_>) {
        let product = self.product;
        let detail = format!(
            "The certificate was issued by a CA with the name of {product}, a product that inspects TLS. A \
            firewall or proxy on the network path presents its own certificate in place of the server's.{}",
            if path.end == End::Known {
                ""
            } else {
                " It is not trusted here."
            }
        );
        // Where the settings trust that CA, inspection is meant; and a name alone may be that of another CA.
        let code = if path.end != End::Known && self.is_certain() {
            FROM_INSPECTION
        } else {
            INTERCEPTION
        };
        let mut named = finding(code, path.members[0].certificate, detail)
            .evidence("product", product)
            .evidence(
                "top of the chain",
                facts::name(path.top().certificate.issuer()),
            );
        for sign in &self.signs {
            named = named.evidence("sign", sign.words());
        }
        run.found(if self.is_certain() {
            named.because(Decision::by_evidence(
                "several of the signs above; one alone would not be enough",
            ))
        } else {
            likely(named)
        });
    }
}

fn likely(finding: Finding) -> Finding {
    finding.likely(
        UNTRUSTED_CA,
        "run the check from another network, which bypasses this firewall. A different certificate there proves \
        the inspection. If it is the same, its owner uses a CA of that name",
    )
}

fn signs(leaf: &X509Certificate<'_>, names: &[&X509Name<'_>], now: i64) -> Vec<Sign> {
    let begins = leaf.validity().not_before.timestamp();
    let says_so = names.iter().any(|name| says(name, PURPOSES));
    [
        (says_so, Sign::SaysSo),
        ((0..FRESH).contains(&(now - begins)), Sign::Fresh),
        (chain::is_public(leaf), Sign::Copied),
    ]
    .into_iter()
    .filter_map(|(there, sign)| there.then_some(sign))
    .collect()
}

fn named(name: &X509Name<'_>) -> Option<&'static str> {
    PRODUCTS
        .iter()
        .find(|product| says(name, product.words))
        .map(|product| product.name)
}

/// Whether one of the name's parts has one of these words in it.
fn says(name: &X509Name<'_>, words: &[&str]) -> bool {
    name.iter_attributes()
        .filter_map(|attribute| attribute.as_str().ok())
        .any(|part| words.iter().any(|word| contains_word(part, word)))
}

/// Whether `text` contains `word`, not as a part of a longer one. Upper and lower case are the same.
fn contains_word(text: &str, word: &str) -> bool {
    let text = text.to_lowercase();
    let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    text.match_indices(word).any(|(start, found)| {
        is_edge(text[..start].chars().next_back())
            && is_edge(text[start + found.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product_in(text: &str) -> Option<&'static str> {
        let word = |product: &&Product| product.words.iter().any(|it| contains_word(text, it));
        PRODUCTS.iter().find(word).map(|product| product.name)
    }

    #[test]
    fn products_are_known_by_their_own_cas() {
        for (text, product) in [
            ("Fortinet", "Fortinet FortiGate"),
            ("Fortinet_CA_SSL", "Fortinet FortiGate"),
            ("Zscaler Intermediate Root CA (zscalertwo.net)", "Zscaler"),
            ("Sophos SSL CA_C01001", "Sophos"),
            ("Cisco Umbrella Secondary SubCA", "Cisco"),
            ("caadmin.netskope.com", "Netskope"),
            ("mitmproxy", "mitmproxy"),
            ("DO_NOT_TRUST_FiddlerRoot", "Fiddler"),
        ] {
            assert_eq!(product_in(text), Some(product), "{text}");
        }
    }

    #[test]
    fn a_name_that_only_sounds_alike_is_none() {
        for text in [
            "Fortune Net CA",
            "Fortinetworks of Example",
            "Example Widgets private root",
            "Checkpoint Logistics",
            "Giant Squid Fisheries",
            "Cisco Systems",
            "Palo Alto Bakery",
            "Reset Consulting",
        ] {
            assert_eq!(product_in(text), None, "{text}");
        }
    }
}
