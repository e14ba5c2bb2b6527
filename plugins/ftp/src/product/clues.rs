//! What was heard of a server, and which product that shows.
//!
//! A name decides. A habit decides only where no other product of the registry has it: what several share fits all of
//! them and names none.

use super::registry::{Arguments, FeatureMark, Habit, MARKS};
use super::{Clue, Confidence, Product, Recognition};
use crate::features::{Feature, Features};

/// What was heard of a server so far.
#[derive(Clone, Debug, Default)]
pub struct Clues {
    named: Vec<Named>,
    habits: Vec<Shared>,
}

/// A product named itself.
#[derive(Clone, Debug)]
struct Named {
    at: Clue,
    words: &'static str,
    product: Product,
}

/// Something that a server said, with all products that are known to say so, each with the words of its file.
#[derive(Clone, Debug)]
struct Shared {
    at: Clue,
    by: Vec<(Product, String)>,
}

impl Clues {
    /// Hears a reply, without its code. Any line may name the product; its habits show in the last.
    pub fn hear(&mut self, clue: Clue, text: &str) {
        let lower = text.to_ascii_lowercase();
        for product in Product::all() {
            let names = MARKS[product.0].names.iter();
            let names = names.filter(|it| it.at.contains(&clue) && has_word(&lower, it.text));
            self.named.extend(names.map(|name| Named {
                at: clue,
                words: name.text,
                product,
            }));
        }
        let Some(line) = lower.lines().map(str::trim).rfind(|line| !line.is_empty()) else {
            return;
        };
        self.note(clue, |product| {
            let habits = MARKS[product.0].habits.iter();
            let fits = |it: &&Habit| it.at == clue && is_habit(it, line);
            habits.filter(fits).map(words_of_habit).collect()
        });
    }

    /// Sees the list of features.
    pub fn see(&mut self, features: &Features) {
        for feature in features.iter() {
            self.note(Clue::Features, |product| {
                let marks = MARKS[product.0].features.iter();
                let fits = |it: &&FeatureMark| is_listed(it, feature);
                marks.filter(fits).map(words_of_feature).collect()
            });
        }
        self.note(Clue::Features, |product| {
            let lists = MARKS[product.0].feature_lists.iter();
            let fits = |it: &&&[&str]| features.names().eq(it.iter().copied());
            lists.filter(fits).map(|list| list.join(" ")).collect()
        });
    }

    /// Keeps what one thing that was said shows of each product.
    fn note(&mut self, at: Clue, words: impl Fn(Product) -> Vec<String>) {
        let by: Vec<(Product, String)> = Product::all()
            .flat_map(|product| words(product).into_iter().map(move |it| (product, it)))
            .collect();
        if !by.is_empty() {
            self.habits.push(Shared { at, by });
        }
    }

    /// The product, if what was heard speaks for one alone. Of a product and its variant it is the variant.
    pub fn recognise(&self) -> Option<Recognition> {
        let named: Vec<Product> = self.named.iter().map(|it| it.product).collect();
        let decided = self.habits.iter().filter_map(Shared::speaks_for);
        let all: Vec<Product> = named.iter().copied().chain(decided).collect();
        let together = nearest(&all).filter(|it| self.habits.iter().all(|habit| habit.fits(*it)));
        let (product, confidence) = match together {
            Some(product) if named.contains(&product) => (product, Confidence::Certain),
            Some(product) => (product, Confidence::Likely),
            // A proxy keeps the words of what is behind it, and a greeting can be anything.
            None => (nearest(&named)?, Confidence::Likely),
        };
        Some(Recognition {
            product,
            confidence,
            by: self.told(product),
        })
    }

    /// What speaks for a product, names first.
    fn told(&self, product: Product) -> Vec<String> {
        let names = self.named.iter().map(|it| (it.at, it.words, it.product));
        let habits = self.habits.iter().flat_map(|habit| {
            let by = habit.by.iter();
            by.map(|(product, words)| (habit.at, words.as_str(), *product))
        });
        let mut by: Vec<String> = Vec::new();
        for (clue, words, speaks_for) in names.chain(habits) {
            let told = format!("{}: {words}", clue.name());
            if product.is_a(speaks_for) && !by.contains(&told) {
                by.push(told);
            }
        }
        by
    }
}

impl Shared {
    /// The one product that all who say so are, or are variants of. Nobody, if others say so, too.
    fn speaks_for(&self) -> Option<Product> {
        let (first, _) = self.by.first()?;
        let mut lineage = first.lineage().into_iter();
        lineage.find(|it| self.by.iter().all(|(product, _)| product.is_a(*it)))
    }

    /// Whether this product says so.
    fn fits(&self, product: Product) -> bool {
        let says_so = self.by.iter().any(|(other, _)| product.is_a(*other));
        says_so || self.speaks_for().is_some_and(|it| product.is_a(it))
    }
}

/// The product that is a variant of all others in a list, or the only one there is.
fn nearest(products: &[Product]) -> Option<Product> {
    let mut all = products.iter().copied();
    all.find(|it| products.iter().all(|other| it.is_a(*other)))
}

/// Whether a word or more words stand in a text. `eft server` is none of `left server`; what follows may be a version.
fn has_word(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(char::is_alphanumeric)
    })
}

fn is_habit(habit: &Habit, line: &str) -> bool {
    line.strip_prefix(habit.begins)
        .is_some_and(|rest| rest.ends_with(habit.ends))
}

fn words_of_habit(habit: &Habit) -> String {
    let between = if habit.ends.is_empty() { "" } else { "…" };
    format!("{}{between}{}", habit.begins, habit.ends)
}

fn is_listed(mark: &FeatureMark, feature: &Feature) -> bool {
    let arguments = || feature.arguments.to_ascii_lowercase();
    feature.name == mark.name
        && match mark.arguments {
            Arguments::Are(all) => arguments() == all,
            Arguments::Have(part) => arguments().contains(part),
        }
}

fn words_of_feature(mark: &FeatureMark) -> String {
    let (Arguments::Are(arguments) | Arguments::Have(arguments)) = mark.arguments;
    format!("{} {arguments}", mark.name).trim_end().to_owned()
}
