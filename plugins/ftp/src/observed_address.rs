//! The address that a server says its client comes from: in the answer to `STAT` (RFC 959 section 4.1.3), in a greeting or
//! in a refusal. No standard says how, so that only what stands where an address of the client's would is taken.

use std::net::{IpAddr, SocketAddr};

use crate::Scope;

/// Words right before the address of a client.
const BEFORE: &[&str] = &[
    "from", "to", "client", "ip", "address", "addr", "host", "peer", "remote", "user",
];

/// The address in these words that the client seems to have, seen from the server: that of our socket where it is named,
/// else the only one that can be the client's. `peer` is the server's own address.
pub fn seen_as(text: &str, local: IpAddr, peer: IpAddr) -> Option<IpAddr> {
    let mut likely: Vec<IpAddr> = Vec::new();
    let known = [local.to_canonical(), peer.to_canonical()];
    let [local, server] = known;
    for line in text.lines() {
        for Named { address, marked } in named(line, known) {
            if address == local {
                return Some(address);
            }
            // A narrower address than the one we connected to is that of the server behind its own translation.
            let could_be = address != server && Scope::of(address) >= Scope::of(peer);
            if marked && could_be && !likely.contains(&address) {
                likely.push(address);
            }
        }
    }
    match likely.as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}

/// An address in a line.
struct Named {
    address: IpAddr,
    /// It stands alone in brackets or after a word for a client: four numbers may also be a version.
    marked: bool,
}

fn named(line: &str, known: [IpAddr; 2]) -> Vec<Named> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut found = Vec::new();
    for (place, word) in words.iter().enumerate() {
        let bare = word.trim_matches(|c: char| !c.is_ascii_hexdigit() && c != ':');
        let Some(address) = address(bare, known) else {
            continue;
        };
        let before = place.checked_sub(1).map_or("", |before| words[before]);
        let before = before.trim_matches(|c: char| !c.is_alphanumeric());
        let in_brackets = word.starts_with(['(', '[', '<', '"', '\'']);
        let marked = in_brackets || BEFORE.iter().any(|it| it.eq_ignore_ascii_case(before));
        found.push(Named { address, marked });
    }
    found
}

/// An address, with or without a port after it. An IPv6 address without brackets and its port may look like another address:
/// where what is left of the port is one of those that are known, it is that.
fn address(text: &str, known: [IpAddr; 2]) -> Option<IpAddr> {
    let text = text.trim_end_matches([':', '.']);
    if let Some((before, port)) = text.rsplit_once(':')
        && port.parse::<u16>().is_ok()
        && let Ok(ip) = before.parse::<IpAddr>()
        && known.contains(&ip.to_canonical())
    {
        return Some(ip.to_canonical());
    }
    let ip = text.parse::<IpAddr>().ok();
    let ip = ip.or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))?;
    Some(ip.to_canonical()).filter(|ip| !ip.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str, local: &str, peer: &str) -> Option<String> {
        let parse = |text: &str| text.parse().unwrap();
        seen_as(text, parse(local), parse(peer)).map(|ip| ip.to_string())
    }

    #[test]
    fn the_servers_say_it_each_in_its_own_way() {
        let outside = Some("203.0.113.7".to_string());
        for text in [
            "FTP server status:\n     Connected to ::ffff:203.0.113.7\n     Logged in as demo",
            "Status of 'ftp.example.com'\n Connected from client.example.com (203.0.113.7)",
            "Connected from 203.0.113.7:51034.",
            "Access from [203.0.113.7] is not allowed",
            "Client address: 203.0.113.7, version 15.4.2.1",
        ] {
            assert_eq!(seen(text, "10.0.0.5", "198.51.100.20"), outside, "{text}");
        }
    }

    #[test]
    fn a_port_behind_an_address_without_brackets_is_no_part_of_it() {
        let (local, peer) = ("2001:db8:1::7", "2001:db8:1::20");
        assert_eq!(seen("Connected to: 2001:db8:1::20:21", local, peer), None);
        let own = Some(local.to_string());
        let text = "Connected from 2001:db8:1::7:51034";
        assert_eq!(seen(text, local, peer), own);
        let translated = Some("2001:db8:9::1".to_string());
        assert_eq!(
            seen("Connected from 2001:db8:9::1", local, peer),
            translated
        );
    }

    #[test]
    fn our_own_address_wins_wherever_it_stands() {
        let text = "203.0.113.7 connected to 198.51.100.99";
        let own = Some("203.0.113.7".to_string());
        assert_eq!(seen(text, "203.0.113.7", "198.51.100.20"), own);
    }

    #[test]
    fn addresses_of_the_server_and_versions_are_none_of_ours() {
        for text in [
            "Connected to: 198.51.100.20:21",
            "Connected to: 172.16.3.4:21",
            "Serv-U FTP Server v15.4.2.1",
            "version 15.4.2.1",
            "from 192.0.2.1 or from 192.0.2.2",
            "nothing",
        ] {
            assert_eq!(seen(text, "10.0.0.5", "198.51.100.20"), None, "{text}");
        }
    }
}
