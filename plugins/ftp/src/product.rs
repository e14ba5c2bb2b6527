//! Which program a server is, from what it says anyway. A server can say anything: the product chooses between texts of
//! advice, never between verdicts.
//!
//! The products are data: one file each in `products`, read when this crate is built. `products/README.md` tells how
//! one is added.

mod clues;
mod registry;

use std::fmt;

pub use clues::Clues;
pub use registry::UserForm;

use registry::{ABOUT, MARKS};

#[cfg(test)]
#[path = "product_tests.rs"]
mod tests;

/// A server program of the registry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Product(usize);

impl Product {
    /// Every product, in the order of the files.
    pub fn all() -> impl Iterator<Item = Product> {
        (0..MARKS.len()).map(Product)
    }

    /// The one with this name; case does not matter.
    pub fn named(name: &str) -> Option<Product> {
        Product::all().find(|it| it.name().eq_ignore_ascii_case(name))
    }

    /// The name that pages of advice have for it.
    pub fn name(self) -> &'static str {
        MARKS[self.0].name
    }

    /// Where its settings are: files, commands or pages of its administration.
    pub fn settings(self) -> &'static [&'static str] {
        ABOUT[self.0].settings
    }

    /// The forms of user names that it wants, where a bare name is not enough.
    pub fn user_forms(self) -> &'static [UserForm] {
        ABOUT[self.0].user_forms
    }

    /// What surprises those who know other products.
    pub fn quirks(self) -> &'static [&'static str] {
        ABOUT[self.0].quirks
    }

    /// What it is recognised by: names that it gives itself, and how its replies begin, in lower case.
    pub fn wordings(self) -> impl Iterator<Item = &'static str> {
        let marks = &MARKS[self.0];
        let names = marks.names.iter().map(|it| it.text);
        names.chain(marks.habits.iter().map(|it| it.begins))
    }

    /// The products that it contains or is a setup of.
    pub fn variant_of(self) -> impl Iterator<Item = Product> {
        MARKS[self.0].variant_of.iter().copied().map(Product)
    }

    /// The products that contain it or are a setup of it. Many cannot be told from it by what they say.
    pub fn variants(self) -> impl Iterator<Item = Product> {
        Product::all().filter(move |it| it.variant_of().any(|above| above == self))
    }

    /// Whether it is that product, or a variant of it.
    pub fn is_a(self, other: Product) -> bool {
        self.lineage().contains(&other)
    }

    /// Itself, what it is a variant of, and what those are variants of: the nearest first.
    fn lineage(self) -> Vec<Product> {
        let mut found = vec![self];
        let mut at = 0;
        while let Some(next) = found.get(at).copied() {
            for above in next.variant_of() {
                if !found.contains(&above) {
                    found.push(above);
                }
            }
            at += 1;
        }
        found
    }
}

impl fmt::Debug for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Product({})", self.name())
    }
}

/// Where something was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clue {
    /// The 220 at the beginning, or what stands in its place.
    Greeting,
    /// The answer to `SYST`.
    System,
    /// The answer to `STAT`.
    Status,
    /// The answer to `HELP`.
    Help,
    /// The answer to `USER`.
    User,
    /// The answer to the password.
    Pass,
    /// The answer to `FEAT`.
    Features,
}

impl Clue {
    fn name(self) -> &'static str {
        match self {
            Self::Greeting => "greeting",
            Self::System => "SYST",
            Self::Status => "STAT",
            Self::Help => "HELP",
            Self::User => "reply to USER",
            Self::Pass => "reply to PASS",
            Self::Features => "FEAT",
        }
    }
}

/// How sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    /// It names itself, and nothing speaks for another.
    Certain,
    /// Its habits are those of no other known product, or its name does not fit its habits. It is a guess.
    Likely,
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
        })
    }
}

/// A product, and what speaks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognition {
    /// Which one.
    pub product: Product,
    /// How sure it is.
    pub confidence: Confidence,
    /// Where it showed, with the words: `greeting: vsFTPd`.
    pub by: Vec<String>,
}
