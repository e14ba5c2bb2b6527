//! Where the server listens for the data connection: the replies to PASV and EPSV.

use std::net::{IpAddr, Ipv4Addr, SocketAddrV4};
use std::{error, fmt};

use crate::reply::Reply;

/// Why no data address can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassiveError {
    /// The reply has this code instead of the one asked for. Some servers answer EPSV with 227 and
    /// PASV with 229.
    WrongCode(u16),
    /// So many numbers where PASV needs six.
    TooFewNumbers(usize),
    /// More than six numbers in a row, and nothing tells which six are meant.
    TooManyNumbers(usize),
    /// A part of the address over 255, a port over 65535, or a negative number (printed from signed
    /// bytes).
    OutOfRange(i64),
    /// The port is 0.
    PortZero,
    /// No port between delimiters in the reply to EPSV.
    NoPort,
}

/// The address in a 227 reply: six decimal numbers, four of the address and two of the port, high
/// byte first (RFC 959 section 4.1.2). Nothing else about the form is relied on (RFC 1123 section
/// 4.1.2.6): parentheses, text around and blanks between may be there or not.
///
/// # Errors
///
/// [`PassiveError`].
pub fn parse_227(reply: &Reply) -> Result<SocketAddrV4, PassiveError> {
    if reply.code != 227 {
        return Err(PassiveError::WrongCode(reply.code));
    }
    let numbers = numbers(&reply.text());
    let mut parts = [0_u8; 6];
    for (part, number) in parts.iter_mut().zip(six(&numbers)?) {
        *part = u8::try_from(number.value).map_err(|_| PassiveError::OutOfRange(number.value))?;
    }
    let [a, b, c, d, high, low] = parts;
    match u16::from_be_bytes([high, low]) {
        0 => Err(PassiveError::PortZero),
        port => Ok(SocketAddrV4::new(Ipv4Addr::new(a, b, c, d), port)),
    }
}

/// A number and what stands between it and the one before.
#[derive(Debug)]
struct Number {
    value: i64,
    /// Whether a comma, blanks aside, joins it to the number before.
    joined: bool,
}

/// All decimal numbers of a text. A hyphen is a sign only inside a list; after a word it is a dash.
fn numbers(text: &str) -> Vec<Number> {
    let mut found = Vec::new();
    let mut between = String::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let digits = rest.len()
            - rest
                .trim_start_matches(|next: char| next.is_ascii_digit())
                .len();
        if digits == 0 {
            between.push(character);
            rest = &rest[character.len_utf8()..];
            continue;
        }
        let before = between
            .strip_suffix('-')
            .filter(|before| before.trim_end().ends_with([',', '(', '=']));
        let gap = before.unwrap_or(&between);
        // Longer than any integer: out of range in any case.
        let size: i64 = rest[..digits].parse().unwrap_or(i64::MAX);
        let value = if before.is_some() { -size } else { size };
        found.push(Number {
            value,
            joined: gap.trim() == ",",
        });
        between.clear();
        rest = &rest[digits..];
    }
    found
}

/// The six numbers that are meant: a row of six with commas between, else the only six there are.
fn six(numbers: &[Number]) -> Result<&[Number], PassiveError> {
    let rows: Vec<&[Number]> = numbers.chunk_by(|_, next| next.joined).collect();
    let longest = rows.iter().map(|row| row.len()).max().unwrap_or(0);
    match rows.into_iter().find(|row| row.len() == 6) {
        Some(row) => Ok(row),
        None if longest > 6 => Err(PassiveError::TooManyNumbers(longest)),
        None if numbers.len() == 6 => Ok(numbers),
        None if longest > 1 => Err(PassiveError::TooFewNumbers(longest)),
        None if numbers.len() > 6 => Err(PassiveError::TooManyNumbers(numbers.len())),
        None => Err(PassiveError::TooFewNumbers(numbers.len())),
    }
}

/// The port in a 229 reply: `(<d><d><d><port><d>)` with any delimiter `<d>` of printable ASCII (RFC
/// 2428 section 3). The address is always the control connection's peer. Protocol and address may
/// be filled in, as in EPRT; they are passed over. Parentheses and the last delimiter may be
/// missing.
///
/// # Errors
///
/// [`PassiveError`].
pub fn parse_229(reply: &Reply) -> Result<u16, PassiveError> {
    if reply.code != 229 {
        return Err(PassiveError::WrongCode(reply.code));
    }
    let text = reply.text();
    let digits = text
        .char_indices()
        .find_map(|(at, _)| delimited_port(&text[at..]))
        .ok_or(PassiveError::NoPort)?;
    let port = digits.parse().unwrap_or(i64::MAX);
    match u16::try_from(port) {
        Ok(0) => Err(PassiveError::PortZero),
        Ok(port) => Ok(port),
        Err(_) => Err(PassiveError::OutOfRange(port)),
    }
}

/// The digits of the port, if the text begins with the delimited form.
fn delimited_port(text: &str) -> Option<&str> {
    let delimiter = text
        .chars()
        .next()
        .filter(|character| character.is_ascii_punctuation())?;
    let mut fields = text[1..].split(delimiter);
    let (protocol, address, port) = (
        fields.next()?.trim(),
        fields.next()?.trim(),
        fields.next()?.trim(),
    );
    let digits = port.len()
        - port
            .trim_start_matches(|next: char| next.is_ascii_digit())
            .len();
    let after = &port[digits..];
    let closed = match fields.next() {
        Some(_) => after.is_empty(),
        None => after.is_empty() || after.starts_with([')', ' ']),
    };
    let form = matches!(protocol, "" | "1" | "2")
        && (address.is_empty() || address.parse::<IpAddr>().is_ok());
    (form && digits > 0 && closed).then(|| &port[..digits])
}

impl fmt::Display for PassiveError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PassiveError::WrongCode(code) => write!(out, "code {code:03} announces no data port"),
            PassiveError::TooFewNumbers(found) => write!(out, "{found} numbers instead of six"),
            PassiveError::TooManyNumbers(found) => write!(out, "{found} numbers instead of six"),
            PassiveError::OutOfRange(number) => write!(out, "number {number} is out of range"),
            PassiveError::PortZero => out.write_str("port 0"),
            PassiveError::NoPort => out.write_str("no port between delimiters"),
        }
    }
}

impl error::Error for PassiveError {}

#[cfg(test)]
#[path = "passive_tests.rs"]
mod tests;
