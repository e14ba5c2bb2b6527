//! The registry as the build left it here: two tables, a row for each file of `products`.

use super::Clue;

/// What a product is recognised by.
pub(super) struct Marks {
    pub(super) name: &'static str,
    /// The rows of the products that it is a variant of.
    pub(super) variant_of: &'static [usize],
    pub(super) names: &'static [Name],
    pub(super) habits: &'static [Habit],
    pub(super) features: &'static [FeatureMark],
    /// All names in the list of features, in order.
    pub(super) feature_lists: &'static [&'static [&'static str]],
}

/// A name that a product gives itself, in lower case.
pub(super) struct Name {
    pub(super) text: &'static str,
    pub(super) at: &'static [Clue],
}

/// How the last line of a reply begins and ends, in lower case.
pub(super) struct Habit {
    pub(super) at: Clue,
    pub(super) begins: &'static str,
    pub(super) ends: &'static str,
}

/// A line of the list of features.
pub(super) struct FeatureMark {
    pub(super) name: &'static str,
    pub(super) arguments: Arguments,
}

/// Arguments of a feature, in lower case.
pub(super) enum Arguments {
    /// They are this and nothing else.
    Are(&'static str),
    /// This is a part of them.
    Have(&'static str),
}

/// What is known of a product.
pub(super) struct About {
    pub(super) settings: &'static [&'static str],
    pub(super) user_forms: &'static [UserForm],
    pub(super) quirks: &'static [&'static str],
}

/// A form of user names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserForm {
    /// Such as `user@domain`.
    pub form: &'static str,
    /// When the product wants it, in a sentence.
    pub means: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/products.rs"));
