//! Tokens for what programs go on reading: as long as what they stand for, and of the same letters, digits and signs, so that
//! listings keep their columns, replies their lengths and addresses their network.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;

use sha2::{Digest, Sha256};

/// A word that is as short as its disguises are many may have none that nobody else has.
const TRIES: u32 = 1_000;

/// Disguises that nobody can undo: what makes them is forgotten with it.
#[derive(Debug)]
pub(super) struct Pseudonyms {
    secret: [u64; 4],
    words: HashMap<String, String>,
    worn: HashSet<String>,
}

impl Pseudonyms {
    pub(super) fn new() -> Pseudonyms {
        // The seeds of std's hash maps come from the system's source of randomness, anew for each thread.
        let random = RandomState::new();
        Pseudonyms {
            secret: [0, 1, 2, 3].map(|part: u64| random.hash_one(part)),
            words: HashMap::new(),
            worn: HashSet::new(),
        }
    }

    /// The disguise of a word, however it is written: the same letters wear the same.
    pub(super) fn word(&mut self, word: &str) -> String {
        let lower = word.to_lowercase();
        let worn = match self.words.get(&lower) {
            Some(worn) => worn.clone(),
            None => {
                let new = self.unworn(&lower);
                self.worn.insert(new.clone());
                self.words.insert(lower, new.clone());
                new
            }
        };
        in_the_case_of(&worn, word)
    }

    fn unworn(&self, lower: &str) -> String {
        let mut tries = (0..TRIES).map(|number| self.made(lower, number));
        let free = tries.find(|it| it != lower && !self.worn.contains(it));
        free.unwrap_or_else(|| self.made(lower, 0))
    }

    fn made(&self, lower: &str, number: u32) -> String {
        let mut bytes = self.noise(lower, number);
        lower
            .chars()
            .map(|c| {
                let noise = bytes.next().unwrap_or_default();
                match c {
                    'a'..='z' => char::from(b'a' + noise % 26),
                    '0'..='9' => char::from(b'0' + noise % 10),
                    _ if c.is_alphabetic() => ['\u{e6}', '\u{4e00}', '\u{10380}']
                        .into_iter()
                        .find(|it| it.len_utf8() == c.len_utf8())
                        .unwrap_or(c),
                    sign => sign,
                }
            })
            .collect()
    }

    /// The disguise of an address, written as it is written there: its first numbers stay, so that it is of the same kind.
    pub(super) fn address(&self, ip: IpAddr, shown: &str) -> String {
        let mut noise = self.noise(&ip.to_string(), 0);
        let kept = match ip {
            IpAddr::V4(ip) if ip.octets()[0] == 10 => 1,
            IpAddr::V4(_) => 2,
            IpAddr::V6(_) => 1,
        };
        let mut out = String::with_capacity(shown.len());
        let mut groups = 0;
        for part in shown.split_inclusive(|c: char| !c.is_ascii_hexdigit()) {
            let digits = part.trim_end_matches(|c: char| !c.is_ascii_hexdigit());
            let is_port = ip.is_ipv4() && groups >= 4;
            if digits.is_empty() || groups < kept || is_port {
                out.push_str(digits);
            } else {
                let noise = noise.next().unwrap_or_default();
                out.push_str(&match ip {
                    IpAddr::V4(_) => octet(noise, digits.len()),
                    IpAddr::V6(_) => hexadecimal(noise, digits.len()),
                });
            }
            groups += usize::from(!digits.is_empty());
            out.push_str(&part[digits.len()..]);
        }
        out
    }

    fn noise(&self, value: &str, number: u32) -> impl Iterator<Item = u8> + use<> {
        let mut seed = Sha256::new();
        for part in self.secret {
            seed.update(part.to_be_bytes());
        }
        seed.update(number.to_be_bytes());
        seed.update(value);
        let seed = seed.finalize();
        (0_u32..).flat_map(move |block| {
            let mut more = Sha256::new();
            more.update(seed);
            more.update(block.to_be_bytes());
            more.finalize()
        })
    }
}

/// Capital letters where there were capital letters.
fn in_the_case_of(worn: &str, word: &str) -> String {
    let pairs = worn.chars().zip(word.chars());
    pairs
        .map(|(new, old)| match old.is_uppercase() {
            true => new.to_ascii_uppercase(),
            false => new,
        })
        .collect()
}

/// A number of so many digits that an IPv4 address may have.
fn octet(noise: u8, digits: usize) -> String {
    match digits {
        1 => format!("{}", noise % 10),
        2 => format!("{}", 10 + noise % 90),
        _ => format!("{}", 100 + noise % 155),
    }
}

fn hexadecimal(noise: u8, digits: usize) -> String {
    let number = u32::from(noise) * 0x0101 + 0x1111;
    let text = format!("{:x}", 0x1000 + number % 0xefff);
    text[..digits.min(4)].into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disguise_has_the_shape_of_what_wears_it() {
        let mut pseudonyms = Pseudonyms::new();
        let worn = pseudonyms.word("Umsatz-2024.csv");
        assert_eq!(worn.len(), "Umsatz-2024.csv".len());
        assert_ne!(worn, "Umsatz-2024.csv");
        assert!(worn.starts_with(|c: char| c.is_ascii_uppercase()));
        assert_eq!((&worn[6..7], &worn[11..12]), ("-", "."));
        assert!(worn[7..11].chars().all(|c| c.is_ascii_digit()));
        assert_eq!(pseudonyms.word("UMSATZ-2024.CSV"), worn.to_uppercase());
        assert_eq!(pseudonyms.word("M\u{fc}ller").len(), "M\u{fc}ller".len());
    }

    #[test]
    fn nobody_wears_the_same() {
        let mut pseudonyms = Pseudonyms::new();
        let worn: HashSet<String> = (0..500)
            .map(|n| pseudonyms.word(&format!("kunde{n:03}")))
            .collect();
        assert_eq!(worn.len(), 500);
    }

    #[test]
    fn an_address_stays_of_its_kind_however_it_is_written() {
        let pseudonyms = Pseudonyms::new();
        for text in ["10.47.113.9", "192.168.44.120", "172.20.3.255"] {
            let ip: IpAddr = text.parse().unwrap();
            let worn = pseudonyms.address(ip, text);
            let parsed: IpAddr = worn.parse().unwrap();
            assert_eq!(worn.len(), text.len());
            let IpAddr::V4(v4) = parsed else {
                panic!("{worn}")
            };
            assert!(v4.is_private(), "{worn}");
            let commas = pseudonyms.address(ip, &text.replace('.', ","));
            assert_eq!(commas, worn.replace('.', ","));
        }
        let worn = pseudonyms.address("10.1.2.3".parse().unwrap(), "10,1,2,3,195,80");
        assert!(worn.ends_with(",195,80"), "{worn}");
        let ip: IpAddr = "fd12:3456::7".parse().unwrap();
        let worn = pseudonyms.address(ip, "fd12:3456::7");
        assert!(
            worn.starts_with("fd12:") && worn.parse::<IpAddr>().is_ok(),
            "{worn}"
        );
    }
}
