//! How a name comes near a host without fitting it. A star stands for exactly one whole label, the first
//! (RFC 9525 section 6.3).

/// Why this name, which nearly is the host's, does not fit; none where it is another name altogether.
pub(crate) fn of(host: &str, name: &str) -> Option<String> {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let lower = name.to_ascii_lowercase();
    if !lower.contains('*') {
        return (lower.trim_end_matches('.') == host)
            .then(|| format!("`{name}` ends in a dot, as no name in a certificate may."));
    }
    match lower.strip_prefix("*.") {
        Some(parent) if !parent.contains('*') => below(&host, name, parent),
        _ => fits_freely(&host, &lower).then(|| {
            format!(
                "`{name}` has its wildcard in a place where clients do not accept it: a wildcard must be the \
                whole first label."
            )
        }),
    }
}

/// A proper wildcard for the children of `parent`.
fn below(host: &str, name: &str, parent: &str) -> Option<String> {
    if host == parent {
        return Some(format!(
            "`{name}` covers the names below {parent}, but not {parent} itself."
        ));
    }
    let head = host.strip_suffix(parent)?.strip_suffix('.')?;
    let (extra, _) = head.rsplit_once('.')?;
    let too_many = if extra.contains('.') {
        format!("the labels `{extra}` are too many")
    } else {
        format!("the label `{extra}` is too many")
    };
    Some(format!(
        "`{name}` covers exactly one label in place of the wildcard; in {host} {too_many}."
    ))
}

/// Whether the name would fit if a star could stand anywhere in a label.
fn fits_freely(host: &str, name: &str) -> bool {
    let (host, name): (Vec<&str>, Vec<&str>) =
        (host.split('.').collect(), name.split('.').collect());
    host.len() == name.len()
        && host
            .iter()
            .zip(&name)
            .all(|(label, pattern)| match pattern.split_once('*') {
                None => label == pattern,
                Some((before, after)) => {
                    label.len() >= before.len() + after.len()
                        && label.starts_with(before)
                        && label.ends_with(after)
                }
            })
}

/// The name that shares most of its end with the host.
pub(crate) fn nearest<'a>(host: &str, names: &'a [String]) -> Option<&'a String> {
    let shared = |name: &str| {
        let (host, name) = (host.rsplit('.'), name.trim_start_matches("*.").rsplit('.'));
        host.zip(name)
            .take_while(|(a, b)| a.eq_ignore_ascii_case(b))
            .count()
    };
    names
        .iter()
        .filter(|name| shared(name) >= 2)
        .max_by_key(|name| shared(name))
}

/// The words of a text that could be names of hosts: letters, digits, hyphens, and a dot between.
pub(crate) fn host_names(text: &str) -> impl Iterator<Item = &str> {
    let is_label = |label: &str| {
        !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-')
    };
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '.')
        .map(|word| word.trim_matches('.'))
        .filter(move |word| {
            let top = word.rsplit('.').next().unwrap_or_default();
            word.len() <= 253
                && word.contains('.')
                && word.split('.').all(is_label)
                && top.len() > 1
                && top.chars().all(|c| c.is_ascii_alphabetic())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_comes_near_says_why_it_does_not_fit() {
        for (host, name, words) in [
            (
                "eu.ftp.example.com",
                "*.example.com",
                "the label `eu` is too many",
            ),
            (
                "a.eu.ftp.example.com",
                "*.example.com",
                "the labels `a.eu` are too many",
            ),
            (
                "EU.FTP.Example.Com.",
                "*.EXAMPLE.com",
                "the label `eu` is too many",
            ),
            ("example.com", "*.example.com", "but not example.com itself"),
            ("ftp.example.com", "f*.example.com", "the whole first label"),
            (
                "ftp.eu.example.com",
                "ftp.*.example.com",
                "the whole first label",
            ),
            (
                "ftp.eu.example.com",
                "*.*.example.com",
                "the whole first label",
            ),
            ("ftp.example.com", "ftp.example.com.", "ends in a dot"),
            (
                "eu.xn--mnchen-3ya.example",
                "*.example",
                "the label `eu` is too many",
            ),
        ] {
            let said = of(host, name).unwrap_or_else(|| panic!("{host} {name}"));
            assert!(said.contains(words), "{said}");
        }
    }

    #[test]
    fn another_name_is_not_near() {
        for (host, name) in [
            ("ftp.example.org", "*.example.com"),
            ("ftp.notexample.com", "*.example.com"),
            ("web.example.com", "f*.example.com"),
            ("ftp.example.com", "other.example.com"),
            ("ftp.example.com", "*"),
        ] {
            assert_eq!(of(host, name), None, "{host} {name}");
        }
    }

    #[test]
    fn the_nearest_name_shares_the_end() {
        let names = [
            "example.org".to_string(),
            "www.example.com".into(),
            "*.ftp.example.com".into(),
        ];
        assert_eq!(nearest("x.ftp.example.com", &names), Some(&names[2]));
        assert_eq!(nearest("a.b.net", &names), None);
    }

    #[test]
    fn host_names_are_picked_out_of_a_greeting() {
        let greeting = "ProFTPD 1.3.8b Server (srv12.host.example) [198.51.100.20] ready. -.- a..b";
        assert_eq!(
            host_names(greeting).collect::<Vec<_>>(),
            ["srv12.host.example"]
        );
    }
}
