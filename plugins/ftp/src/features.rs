//! What a server says it can do: the reply to FEAT (RFC 2389 section 3).

use crate::reply::{Deviation, Reply};

/// The features of one FEAT reply, in its order. The list may change after AUTH and after login, so
/// it is asked again there; and it is a claim, not a proof.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Features {
    list: Vec<Feature>,
    /// Whether some line lacks the blank that RFC 2389 section 3.2 puts before each feature. Strict
    /// clients skip such lines.
    pub not_indented: bool,
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// The name in upper case: names ignore case (RFC 2389 section 3.2).
    pub name: String,
    /// What follows the name, as sent without outer blanks; empty if nothing does.
    pub arguments: String,
}

impl Features {
    /// Reads a 211 reply. A reply of one line means that there are no features. `None` for any
    /// other code: the server does not know FEAT or does not tell yet (RFC 2389 section 3.2).
    pub fn parse(reply: &Reply) -> Option<Features> {
        if reply.code != 211 {
            return None;
        }
        let mut features = Features::default();
        let without_end = reply.deviations.contains(&Deviation::Unfinished);
        let end = reply.lines.len() - usize::from(!without_end);
        for line in reply.lines.get(1..end).unwrap_or_default() {
            features.add(line);
        }
        Some(features)
    }

    fn add(&mut self, line: &str) {
        let content = line.trim();
        if content.is_empty() {
            return;
        }
        self.not_indented |= !line.starts_with(' ');
        let (name, arguments) = content.split_once([' ', '\t']).unwrap_or((content, ""));
        self.list.push(Feature {
            name: name.to_ascii_uppercase(),
            arguments: arguments.trim().to_owned(),
        });
    }

    /// Whether the feature is listed; case does not matter.
    pub fn has(&self, name: &str) -> bool {
        self.find(name).next().is_some()
    }

    /// The arguments of the first line with this name, such as the facts of MLST (RFC 3659 section
    /// 7.8).
    pub fn arguments(&self, name: &str) -> Option<&str> {
        self.find(name)
            .next()
            .map(|feature| feature.arguments.as_str())
    }

    /// The words that AUTH takes, in upper case and in their order: `TLS`, `SSL`, … (RFC 4217
    /// section 6). Lists with semicolons and one line per word both occur.
    pub fn auth_words(&self) -> Vec<String> {
        let words = self
            .find("AUTH")
            .flat_map(|feature| feature.arguments.split([' ', ';', ',', '\t']));
        words
            .filter(|word| !word.is_empty())
            .map(str::to_ascii_uppercase)
            .collect()
    }

    /// The names in upper case, in the server's order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|feature| feature.name.as_str())
    }

    /// The features in the server's order.
    pub fn iter(&self) -> impl Iterator<Item = &Feature> {
        self.list.iter()
    }

    fn find<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Feature> + use<'a> {
        let name = name.to_owned();
        self.list
            .iter()
            .filter(move |feature| feature.name.eq_ignore_ascii_case(&name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ReplyReader;

    fn read(bytes: &str) -> Option<Features> {
        let mut reader = ReplyReader::new();
        reader.push(bytes.as_bytes());
        let reply = reader.finish().expect("reply").expect("complete");
        Features::parse(&reply)
    }

    #[test]
    fn lists() {
        let table: [(&str, &[&str], bool, &str); 9] = [
            (
                "211-Features:\r\n MDTM\r\n REST STREAM\r\n211 End\r\n",
                &["MDTM", "REST"],
                false,
                "RFC 2389",
            ),
            (
                "211-Features:\r\n mdtm\r\n211 End\r\n",
                &["MDTM"],
                false,
                "lower case",
            ),
            (
                "211-Features:\r\n211-MDTM\r\n211-SIZE\r\n211 End\r\n",
                &["MDTM", "SIZE"],
                true,
                "code on each line",
            ),
            (
                "211-Features:\r\n211- MDTM\r\n211 End\r\n",
                &["MDTM"],
                false,
                "code and blank",
            ),
            (
                "211-Features:\r\nMDTM\r\n211 End\r\n",
                &["MDTM"],
                true,
                "no blank",
            ),
            (
                "211-Features:\r\n\tMDTM\r\n\r\n   SIZE\r\n211 End\r\n",
                &["MDTM", "SIZE"],
                true,
                "tab, gap, more blanks",
            ),
            (
                "211-Features:\r\n MDTM\r\n SIZE\r\n",
                &["MDTM", "SIZE"],
                false,
                "no end",
            ),
            ("211 No features\r\n", &[], false, "RFC 2389 section 3.2"),
            ("211-Features:\r\n211 End\r\n", &[], false, "empty list"),
        ];
        for (bytes, names, not_indented, why) in table {
            let features = read(bytes).expect(why);
            assert_eq!(features.names().collect::<Vec<_>>(), names, "{why}");
            assert_eq!(features.not_indented, not_indented, "{why}");
        }
    }

    #[test]
    fn arguments() {
        let lines = [
            " MLST type*;Size*;",
            " AUTH TLS;ssl;TLS-C;",
            " auth TLS-P",
            " UTF8",
        ];
        let reply = format!("211-x\r\n{}\r\n211 End\r\n", lines.join("\r\n"));
        let features = read(&reply).expect("211");
        assert!(features.has("mlst") && features.has("UTF8") && !features.has("MLS"));
        assert_eq!(features.arguments("MLST"), Some("type*;Size*;"));
        assert_eq!(features.arguments("UTF8"), Some(""));
        assert_eq!(features.arguments("HOST"), None);
        assert_eq!(features.auth_words(), ["TLS", "SSL", "TLS-C", "TLS-P"]);
        assert_eq!(features.iter().count(), 4);
    }

    #[test]
    fn no_feat() {
        for refusal in [
            "500 unknown\r\n",
            "502 not here\r\n",
            "530 log in first\r\n",
            "202 no need\r\n",
        ] {
            assert_eq!(read(refusal), None, "{refusal}");
        }
    }
}
