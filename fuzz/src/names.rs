//! What name servers answer: anybody may write the zone that is asked.

use std::net::{IpAddr, Ipv4Addr};

use host::net;

use crate::text::steers;

/// More is not looked at: aliases in a row, and names or texts of one name.
const MOST: [usize; 3] = [16, 8, 8];
/// A name or a text, and the sign that it was cut.
const LONGEST: usize = 301;

/// A message of DNS: few names and texts of it are looked at, each is one line and steers nothing.
pub fn dns(bytes: &[u8]) {
    let Some(told) = net::seams::dns(bytes) else {
        return;
    };
    for (list, most) in [&told.aliases, &told.names, &told.texts]
        .into_iter()
        .zip(MOST)
    {
        assert!(list.len() <= most);
        for text in list {
            assert!(!text.chars().any(steers), "{text:?}");
            assert!(text.chars().count() <= LONGEST);
        }
    }
    let address = IpAddr::from(Ipv4Addr::new(203, 0, 113, 7));
    for name in &told.names {
        allow_list::seams::signs(name, address);
    }
}
