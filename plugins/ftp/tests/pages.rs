//! Pages of advice name products as the registry does: a report finds the lines for a product by its name.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use ftp::product::Product;

/// What stands between both sides, or beside the server on its machine, and is no FTP server.
const ON_THE_WAY: &[&str] = &[
    "AWS security groups",
    "Azure network security groups",
    "Check Point",
    "Cisco ASA",
    "FortiGate",
    "Fortinet FortiGate",
    "Juniper SRX",
    "Linux connection tracking",
    "OPNsense",
    "OpenWrt",
    "Palo Alto Networks",
    "SonicWall",
    "Sophos",
    "UniFi",
    "Windows firewall",
    "Zyxel",
    "firewalld",
    "iptables",
    "nftables",
    "pfSense",
    "ufw",
];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The pages in the folder `remedies` of every probe and of the engine.
fn pages() -> Vec<PathBuf> {
    let mut pages = Vec::new();
    for part in ["plugins", "engine"] {
        let crates = fs::read_dir(workspace().join(part)).expect("crates of ours");
        for folder in crates.filter_map(|it| Some(it.ok()?.path().join("remedies"))) {
            let Ok(files) = fs::read_dir(folder) else {
                continue;
            };
            let files = files.filter_map(|it| Some(it.ok()?.path()));
            pages.extend(files.filter(|it| it.extension().is_some_and(|it| it == "md")));
        }
    }
    pages
}

/// `plugin new` hands out this crate without the pages.
fn are_here() -> bool {
    workspace().join("engine").exists()
}

#[test]
fn every_product_of_a_page_is_in_the_registry_by_this_name() {
    if !are_here() {
        return;
    }
    let mut seen = BTreeSet::new();
    for page in pages() {
        let text = fs::read_to_string(&page).expect("a page");
        // Those behind it are of owners.
        let advice = text.split("\n## Message").next().unwrap_or_default();
        for heading in advice.lines().filter_map(|line| line.strip_prefix("### ")) {
            let product = Product::named(heading).map(Product::name);
            let is_known = product == Some(heading) || ON_THE_WAY.contains(&heading);
            assert!(is_known, "{}: ### {heading}", page.display());
            seen.insert(heading.to_owned());
        }
    }
    for name in ON_THE_WAY {
        assert!(seen.contains(*name), "no page has anything for {name}");
    }
    assert!(seen.len() > 20, "these are not all headings: {seen:?}");
}

/// Pages of faults that come from a firewall which reads FTP.
const READ_ON_THE_WAY: &[&str] = &[
    "data.epsv-broken",
    "data.passive-refused",
    "data.pasv-broken",
    "data.tls-stalls",
    "service.closes-session",
    "tls.altered-in-transit",
    "tls.handshake-stalls",
];

/// The part of a page that is about one product, as it is typed where a firewall is the cause.
fn about<'a>(advice: &'a str, heading: &str) -> Option<&'a str> {
    let (_, rest) = advice.split_once(&format!("\n### {heading}\n"))?;
    let end = ["\n### ", "\n## "]
        .into_iter()
        .filter_map(|it| rest.find(it))
        .min();
    Some(&rest[..end.unwrap_or(rest.len())])
}

#[test]
fn a_helper_is_switched_off_in_the_same_way_on_every_page() {
    if !are_here() {
        return;
    }
    const HELPERS: &[&str] = &[
        "Check Point",
        "Cisco ASA",
        "FortiGate",
        "Juniper SRX",
        "Linux connection tracking",
        "MikroTik RouterOS",
        "OPNsense",
        "OpenWrt",
        "Palo Alto Networks",
        "SonicWall",
        "Sophos",
        "UniFi",
        "Windows firewall",
        "Zyxel",
        "pfSense",
    ];
    for helper in HELPERS {
        let mut all = BTreeSet::new();
        for code in READ_ON_THE_WAY {
            let page = pages()
                .into_iter()
                .find(|it| it.file_stem().is_some_and(|it| it == *code));
            let text = fs::read_to_string(page.expect(code)).expect("a page");
            let section = about(&text, helper);
            let section = section.unwrap_or_else(|| panic!("{code} has nothing for {helper}"));
            all.insert(section.replace("[[?on the way|", "").replace("]]", ""));
        }
        assert_eq!(all.len(), 1, "{helper}: {all:#?}");
    }
}
