//! Facts, as a probe declares them.

use crate::bindings::remote_doctor::probe::types;
use types::{Comparison, Dependency, FactKind, Privacy};

/// A fact that a probe finds: its name, and what others have to know of it. [`facts!`](crate::facts) makes them. It stands
/// wherever a name of a fact does.
#[derive(Clone, Copy, Debug)]
pub struct Declaration {
    /// Dotted and lower-case.
    pub name: &'static str,
    kind: FactKind,
    title: &'static str,
    shown: Option<(u16, &'static str)>,
    compared: Option<(u16, Comparison, &'static [Dependency])>,
    privacy: Privacy,
    fills: Option<&'static str>,
}

impl Declaration {
    /// A fact that is not shown in a line of its own and not compared, and in which only the looks of a text tell what is
    /// somebody's. The title is one line, for people.
    #[must_use]
    pub const fn new(name: &'static str, kind: FactKind, title: &'static str) -> Declaration {
        Declaration {
            name,
            kind,
            title,
            shown: None,
            compared: None,
            privacy: Privacy::Plain,
            fills: None,
        }
    }

    /// Shown to people even when all is well, after this word. Lines with a lower rank come first.
    #[must_use]
    pub const fn shown(self, rank: u16, label: &'static str) -> Declaration {
        Declaration {
            shown: Some((rank, label)),
            ..self
        }
    }

    /// Compared with an earlier report. What it depends on at our side may be all there is to a change.
    #[must_use]
    pub const fn compared(
        self,
        rank: u16,
        how: Comparison,
        depends: &'static [Dependency],
    ) -> Declaration {
        Declaration {
            compared: Some((rank, how, depends)),
            ..self
        }
    }

    /// What of it others must not see.
    #[must_use]
    pub const fn privacy(self, privacy: Privacy) -> Declaration {
        Declaration { privacy, ..self }
    }

    /// Stands for this word in braces in pages of advice. It must not be in a server's own words.
    #[must_use]
    pub const fn fills(self, word: &'static str) -> Declaration {
        Declaration {
            fills: Some(word),
            ..self
        }
    }

    pub(crate) fn describe(&self) -> types::FactDeclaration {
        types::FactDeclaration {
            name: self.name.into(),
            kind: self.kind,
            title: self.title.into(),
            shown: self.shown.map(|(rank, label)| types::ShownFact {
                label: label.into(),
                rank,
            }),
            compared: self
                .compared
                .map(|(rank, how, depends)| types::ComparedFact {
                    how,
                    rank,
                    depends: depends.to_vec(),
                }),
            privacy: self.privacy,
            fills: self.fills.map(Into::into),
        }
    }
}

impl AsRef<str> for Declaration {
    fn as_ref(&self) -> &str {
        self.name
    }
}

/// Declares facts as constants, and `FACTS`, the list of them for [`About::facts`](crate::About::facts). Each has a name, a
/// kind ([`FactKind`]) and a title; what else is said of it are the methods of [`Declaration`]. Facts that another module
/// declares and this probe finds, too, are added at the end.
///
/// ```ignore
/// probe_sdk::facts! {
///     LINES = "greeting-lines": Integer, "number of lines of the greeting";
///     NAMES = "names": Texts, "names in the greeting", compared(10, Set, PLACE), privacy(HostName);
///     + probe_sdk::shared::SEEN_AS;
/// }
/// ```
#[macro_export]
macro_rules! facts {
    (
        $($name:ident = $fact:tt $(:: $rest:ident)* : $kind:ident, $title:literal $(, $said:ident ( $($value:expr),+ ))*;)*
        $(+ $shared:path;)*
    ) => {
        $(
            #[allow(dead_code, reason = "a list of facts is complete even where one is noted by another name")]
            pub(crate) const $name: $crate::Declaration = {
                #[allow(unused_imports, reason = "each fact needs only some of the words")]
                use $crate::declaring::*;
                $crate::Declaration::new($fact $(:: $rest)*, FactKind::$kind, $title)$(.$said($($value),+))*
            };
        )*
        /// Every fact this probe states in a report.
        pub(crate) const FACTS: &[$crate::Declaration] = &[$($name,)* $($shared),*];
    };
}

/// The words that facts are declared with.
pub mod declaring {
    pub use crate::bindings::remote_doctor::probe::types::Comparison::{self, *};
    pub use crate::bindings::remote_doctor::probe::types::Dependency;
    pub use crate::bindings::remote_doctor::probe::types::FactKind;
    pub use crate::bindings::remote_doctor::probe::types::Privacy::{self, *};
    pub use crate::name;

    /// What answers at the remote's place, to anybody.
    pub const PLACE: &[Dependency] = &[Dependency::Host, Dependency::Port, Dependency::Ssl];
    /// What an account has there.
    pub const ACCOUNT: &[Dependency] = &[
        Dependency::Host,
        Dependency::Port,
        Dependency::Ssl,
        Dependency::User,
    ];
    /// What the directory that is looked at has.
    pub const FOLDER: &[Dependency] = &[
        Dependency::Host,
        Dependency::Port,
        Dependency::Ssl,
        Dependency::User,
        Dependency::RemotePath,
    ];
    /// What both sides agree on: the version that is chosen is the newest that both know.
    pub const OFFER: &[Dependency] = &[
        Dependency::Host,
        Dependency::Port,
        Dependency::Ssl,
        Dependency::HighestTlsVersion,
        Dependency::Program,
    ];
}

#[cfg(test)]
mod tests {
    crate::facts! {
        GREETING = name::SERVER_GREETING: Text, "greeting", shown(3, "greets"), fills("greeting");
        NAMES = "own.names": Texts, "names", compared(7, Set, PLACE), privacy(HostName);
        + crate::shared::SEEN_AS;
    }

    #[test]
    fn a_declaration_says_what_is_written_in_it() {
        use super::types::{Comparison, FactKind, Privacy};
        let [greeting, names, seen] = FACTS else {
            panic!("three facts")
        };
        let described = greeting.describe();
        assert_eq!(described.name, facts::name::SERVER_GREETING);
        assert_eq!(
            (described.kind, described.title.as_str()),
            (FactKind::Text, "greeting")
        );
        let shown = described.shown.map(|it| (it.rank, it.label));
        assert_eq!(shown, Some((3, "greets".into())));
        assert!(described.compared.is_none() && described.privacy == Privacy::Plain);
        assert_eq!(described.fills.as_deref(), Some("greeting"));
        let described = names.describe();
        let compared = described.compared.map(|it| (it.rank, it.how, it.depends));
        assert_eq!(
            compared,
            Some((7, Comparison::Set, super::declaring::PLACE.to_vec()))
        );
        assert_eq!(described.privacy, Privacy::HostName);
        assert_eq!(seen.as_ref(), facts::name::SOURCE_SEEN_AS);
        assert_eq!(
            (GREETING.name, NAMES.name),
            ("server.greeting", "own.names")
        );
    }
}
