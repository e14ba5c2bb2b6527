//! Values that are more than a word.

use std::net::{IpAddr, SocketAddr};

pub(super) fn pointer(text: &str) -> Result<String, String> {
    match text.is_empty() || text.starts_with('/') {
        true => Ok(text.into()),
        false => Err("a JSON pointer begins with /; an empty one is the whole answer".into()),
    }
}

pub(crate) fn resolver(text: &str) -> Result<SocketAddr, String> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let ip: IpAddr = text
        .parse()
        .map_err(|_| "write an IP address, with :PORT if it is not 53".to_string())?;
    Ok(SocketAddr::new(ip, 53))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resolver_has_port_53_unless_it_says_otherwise() {
        assert_eq!(resolver("192.0.2.1").unwrap().port(), 53);
        assert_eq!(resolver("192.0.2.1:5353").unwrap().port(), 5353);
        assert_eq!(resolver("[2001:db8::1]:5353").unwrap().port(), 5353);
        assert!(resolver("dns.example").is_err());
    }
}
