//! The registry of products as it is written: one file for each product. `products/README.md` explains every key.

#![allow(
    dead_code,
    reason = "the build demands sources and reads no more of them; the tests replay what was seen"
)]

use std::path::{Path, PathBuf};
use std::{fs, io, ops};

use serde::Deserialize;
use thiserror::Error;

/// One file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Product {
    /// The name of the file. Mistakes are told with it.
    #[serde(skip)]
    pub file: String,
    pub name: Text,
    /// The products that this one contains or is a setup of.
    #[serde(default)]
    pub variant_of: Vec<Text>,
    #[serde(default)]
    pub names: Vec<Name>,
    #[serde(default)]
    pub habits: Vec<Habit>,
    #[serde(default)]
    pub features: Vec<Feature>,
    #[serde(default)]
    pub feature_lists: Vec<FeatureList>,
    #[serde(default)]
    pub settings: Vec<Setting>,
    #[serde(default)]
    pub user_forms: Vec<UserForm>,
    #[serde(default)]
    pub quirks: Vec<Quirk>,
    #[serde(default)]
    pub seen: Vec<Seen>,
    #[serde(default)]
    pub look_alikes: Vec<LookAlike>,
}

/// A name that the product gives itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Name {
    pub text: Text,
    /// Where it counts; everywhere that names count if it does not say.
    #[serde(default = "Place::all")]
    pub at: Vec<Place>,
    pub source: Text,
}

/// Where a name counts. Behind the login anybody may have written what is said.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    Greeting,
    System,
    Status,
    Help,
}

impl Place {
    fn all() -> Vec<Place> {
        vec![Place::Greeting, Place::System, Place::Status, Place::Help]
    }
}

/// How the last line of a reply begins and ends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Habit {
    pub at: Reply,
    pub begins: Option<Text>,
    pub ends: Option<Text>,
    pub source: Text,
}

/// A reply that has habits.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    Greeting,
    System,
    Status,
    User,
    Pass,
    Help,
}

/// A line of the list of features.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Feature {
    pub name: Text,
    /// A part of its arguments.
    pub has: Option<Text>,
    /// All of its arguments.
    pub is: Option<Text>,
    pub source: Text,
}

/// All names in the list of features, in order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FeatureList {
    pub names: Vec<Text>,
    pub source: Text,
}

/// Where the product is configured.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Setting {
    pub place: Text,
    pub source: Text,
}

/// A form of user names that the product wants.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct UserForm {
    pub form: Text,
    pub means: Text,
    pub source: Text,
}

/// Something that surprises.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Quirk {
    pub says: Text,
    pub source: Text,
}

/// What a server said.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Said {
    pub greeting: Option<Text>,
    pub system: Option<Text>,
    pub status: Option<Text>,
    pub user: Option<Text>,
    pub pass: Option<Text>,
    pub help: Option<Text>,
    /// The lines between the first and the last.
    pub features: Option<Text>,
}

/// What a server of this product said, and how sure that makes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Seen {
    pub confidence: Confidence,
    pub says: Said,
    pub source: Text,
}

/// How sure it is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    Certain,
    Likely,
}

/// What must not be taken for this product.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LookAlike {
    pub says: Said,
    pub because: Text,
}

/// A text with something in it. Blanks around it count: a reply may begin with a whole word.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "String")]
pub struct Text(String);

impl TryFrom<String> for Text {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Text, &'static str> {
        match text.trim().is_empty() {
            true => Err("this text is empty"),
            false => Ok(Text(text)),
        }
    }
}

impl ops::Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// Why the registry is not taken. Each names the file, and the key if there is one.
#[derive(Debug, Error)]
pub enum Mistake {
    #[error("{}: {error}", path.display())]
    Unreadable { path: PathBuf, error: io::Error },
    #[error("products/{file}: {error}")]
    Syntax {
        file: String,
        error: Box<toml::de::Error>,
    },
    #[error("products/{file}: {key} {fault}")]
    Rule {
        file: String,
        key: String,
        fault: String,
    },
    #[error("{}: no file of a product is there", .0.display())]
    Empty(PathBuf),
}

/// Every file of a folder, by name.
pub fn read(folder: &Path) -> Result<Vec<Product>, Mistake> {
    let unreadable = |path: &Path, error| Mistake::Unreadable {
        path: path.into(),
        error,
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        if path.extension().is_some_and(|it| it == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.is_empty() {
        return Err(Mistake::Empty(folder.into()));
    }
    let products = paths.iter().map(|path| {
        let text = fs::read_to_string(path).map_err(|error| unreadable(path, error))?;
        let file = path.file_name().unwrap_or_default();
        parse(&file.to_string_lossy(), &text)
    });
    products.collect()
}

/// One file.
pub fn parse(file: &str, text: &str) -> Result<Product, Mistake> {
    let mut product: Product = toml::from_str(text).map_err(|error| Mistake::Syntax {
        file: file.into(),
        error: error.into(),
    })?;
    product.file = file.into();
    Ok(product)
}
