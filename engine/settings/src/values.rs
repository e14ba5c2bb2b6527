//! Values that are more than a word, as flags and settings files have them.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use model::remote::ExpectedName;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// What a list of addresses takes.
pub(crate) const ADDRESSES: &str = "a list of IP addresses in quotes, such as [\"203.0.113.7\"]";
/// What a time takes.
pub(crate) const SECONDS: &str = "a number of seconds between 0.1 and 86400";

/// An address on the command line, in brackets or not.
///
/// # Errors
/// What to write instead.
pub fn address(text: &str) -> Result<IpAddr, String> {
    let bare = text.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let address = bare.unwrap_or(text).parse();
    address.map_err(|_| "write an IP address, such as 192.0.2.7 or 2001:db8::7".into())
}

/// An address of this machine.
///
/// # Errors
/// What to write instead.
pub(crate) fn own_address(text: &str) -> Result<IpAddr, String> {
    address(text).map_err(|_| {
        "write an IP address of this machine, such as 192.0.2.7, not the name of an interface"
            .into()
    })
}

/// A time on the command line, in seconds.
///
/// # Errors
/// What to write instead.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.trim_end_matches('s').trim().parse();
    let seconds: f64 = seconds.map_err(|_| "write a number of seconds".to_string())?;
    in_time(seconds).ok_or_else(|| "write a number of seconds between 0.1 and 86400".into())
}

fn in_time(seconds: f64) -> Option<Duration> {
    let fits = (0.1..=86_400.0).contains(&seconds);
    fits.then(|| Duration::from_secs_f64(seconds))
}

/// A number on the command line that is not 0.
///
/// # Errors
/// What to write instead.
pub(crate) fn at_least_one(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| *number >= 1);
    number.ok_or_else(|| "write a number from 1 up".into())
}

/// A time in a settings file, in seconds.
pub(crate) fn time<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    let seconds = f64::deserialize(deserializer)?;
    let time = in_time(seconds).ok_or_else(|| D::Error::custom(SECONDS))?;
    Ok(Some(time))
}

/// Names in a settings file, each with its addresses.
/// A text, or a list of texts.
pub(crate) fn one_or_more<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Texts {
        One(String),
        More(Vec<String>),
    }
    Ok(match Texts::deserialize(deserializer)? {
        Texts::One(text) => vec![text],
        Texts::More(texts) => texts,
    })
}

pub(crate) fn expected_names<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<ExpectedName>, D::Error> {
    let names = BTreeMap::<String, Vec<IpAddr>>::deserialize(deserializer)?.into_iter();
    let names = names.map(|(name, addresses)| ExpectedName { name, addresses });
    Ok(names.collect())
}
