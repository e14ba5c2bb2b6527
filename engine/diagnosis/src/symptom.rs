//! From what somebody saw to the codes it may be: an error text, a reply with or without its phase, a part of a code, words.
//! Names, titles and pages are searched, and for replies a table. Nothing here decides: it says where to read.

mod clients;
#[cfg(test)]
mod pages;
mod replies;

use std::collections::BTreeMap;

use crate::codes::Codes;
use model::finding::Code;
use model::remedy::{Page, in_general};

/// No more pages are named.
pub const MOST: usize = 10;
/// A page that fits much worse than the best one is not named: a part of its score.
const WORSE: f64 = 0.35;
/// What a reply says is worth more than any words.
const REPLY: f64 = 40.0;
/// What a client says is more than a reply alone: it has the reply, or the phase.
const CLIENT: f64 = 60.0;
/// A word that is spelt alike, such as another form of it, counts less.
const ALIKE: f64 = 0.7;

/// Words that are in every sentence.
const STOP: &[&str] = &[
    "a", "after", "all", "an", "and", "any", "are", "as", "at", "be", "but", "by", "can", "do",
    "does", "for", "from", "has", "have", "i", "if", "in", "is", "it", "its", "me", "my", "of",
    "on", "or", "our", "so", "that", "the", "there", "this", "to", "was", "we", "when", "which",
    "while", "why", "with", "you", "your",
];

/// A page that may be the one.
#[derive(Debug)]
pub struct Match<'a> {
    /// Its code.
    pub code: &'a Code,
    /// Why it is named, in words.
    pub why: String,
    score: f64,
}

/// A part of a page, with what a word in it is worth.
struct Field {
    called: &'static str,
    worth: f64,
    words: Vec<String>,
}

/// The pages for a symptom, the likeliest first; at most [`MOST`].
pub fn search<'a>(codes: &'a Codes, symptom: &str) -> Vec<Match<'a>> {
    let asked: Vec<String> = words(symptom)
        .into_iter()
        .filter(|word| !STOP.contains(&word.as_str()))
        .collect();
    let pages: Vec<(&Code, Vec<Field>)> = codes.all().iter().map(|it| (it, fields(it))).collect();
    let of_client = clients::codes(&asked);
    let named = replies::codes(&asked);
    // A number that the table knows is no word any more.
    let is_reply = |word: &String| word.parse::<u16>().is_ok() && !named.is_empty();
    let asked: Vec<String> = asked.into_iter().filter(|it| !is_reply(it)).collect();
    let rare: Vec<f64> = asked.iter().map(|word| rarity(word, &pages)).collect();
    let mut found: Vec<Match<'_>> = pages
        .iter()
        .filter_map(|(code, fields)| {
            let mut whys: Vec<String> = Vec::new();
            let mut score = 0.0;
            if let Some((rank, why)) = named.get(code.name.as_str()) {
                score += REPLY - f64::from(*rank);
                whys.push(why.clone());
            }
            if let Some((rank, why)) = of_client.get(code.name.as_str()) {
                score += CLIENT - f64::from(*rank);
                whys.push(why.clone());
            }
            let mut in_fields: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
            for (word, rare) in asked.iter().zip(&rare) {
                if let Some((at, worth)) = best(word, fields) {
                    score += worth * rare;
                    in_fields.entry(at).or_default().push(word);
                }
            }
            for (at, words) in in_fields {
                let words: Vec<String> = words.iter().map(|it| format!("“{it}”")).collect();
                whys.push(format!("{} has {}", fields[at].called, words.join(", ")));
            }
            let why = whys.join("; ");
            (score > 0.0).then_some(Match { code, why, score })
        })
        .collect();
    found.sort_by(|a, b| {
        let by_name = || a.code.name.cmp(&b.code.name);
        let worse_first = || a.code.severity.cmp(&b.code.severity);
        b.score
            .total_cmp(&a.score)
            .then_with(worse_first)
            .then_with(by_name)
    });
    let least = found.first().map_or(0.0, |best| best.score * WORSE);
    found.retain(|it| it.score >= least);
    found.truncate(MOST);
    found
}

/// The products that say so themselves, or of which it is known: each with the wording.
pub fn products(symptom: &str) -> Vec<(ftp::product::Product, &'static str)> {
    /// Shorter wordings are in any text.
    const LONG: usize = 8;
    let asked = symptom.to_lowercase();
    let bare = asked.trim();
    let fits = |wording: &str| {
        let wording = wording.to_lowercase();
        let said = wording.trim();
        said.len() >= LONG && bare.contains(said) || bare.len() >= LONG && said.contains(bare)
    };
    let all = ftp::product::Product::all();
    let found = all.filter_map(|product| {
        let mut wordings = product.wordings().chain(product.quirks().iter().copied());
        wordings.find(|it| fits(it)).map(|it| (product, it))
    });
    found.collect()
}

fn fields(code: &Code) -> Vec<Field> {
    let page = Page(&code.page);
    let section = |heading: &str| in_general(page.section(heading).unwrap_or_default());
    let field = |called, worth, text: &str| Field {
        called,
        worth,
        words: words(text),
    };
    vec![
        field("its name", 6.0, &code.name),
        field("its title", 5.0, &code.title),
        field("“What it means”", 2.0, &section("What it means")),
        field("“Told apart from”", 1.0, &section("Told apart from")),
    ]
}

/// The words of a text, in lower case. The hyphens of a code divide words.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// The field in which a word is worth most.
fn best(word: &str, fields: &[Field]) -> Option<(usize, f64)> {
    let in_field = |field: &Field| {
        let likeness = field.words.iter().map(|other| likeness(word, other));
        field.worth * likeness.fold(0.0, f64::max)
    };
    let worths = fields.iter().map(in_field).enumerate();
    worths
        .filter(|(_, worth)| *worth > 0.0)
        .max_by(|a, b| a.1.total_cmp(&b.1))
}

/// 1 for the same word, less for another form of it, 0 for another word. Forms of an English word share its beginning.
fn likeness(one: &str, other: &str) -> f64 {
    if one == other {
        return 1.0;
    }
    let shared = one.chars().zip(other.chars()).take_while(|(a, b)| a == b);
    let shared = shared.count();
    let longer = one.chars().count().max(other.chars().count());
    match shared >= 4 && shared + 3 >= longer {
        true => ALIKE,
        false => 0.0,
    }
}

/// A word that few pages have tells more (its inverse document frequency).
fn rarity(word: &str, pages: &[(&Code, Vec<Field>)]) -> f64 {
    let has = |fields: &[Field]| best(word, fields).is_some();
    let having = pages.iter().filter(|(_, fields)| has(fields)).count();
    let count = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    (1.0 + count(pages.len()) / count(having.max(1))).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_are_alike_and_other_words_are_not() {
        for (one, other) in [
            ("certificate", "certificates"),
            ("expired", "expires"),
            ("upload", "uploading"),
        ] {
            assert!(likeness(one, other) > 0.0, "{one} {other}");
        }
        for (one, other) in [("data", "date"), ("port", "post"), ("530", "550")] {
            assert!(likeness(one, other) == 0.0, "{one} {other}");
        }
    }

    #[test]
    fn codes_of_the_engine_are_found_by_their_words() {
        let codes = Codes::of_engine();
        let found = search(&codes, "a probe has crashed");
        let first = found.first().unwrap();
        assert_eq!(first.code.name, "probe.crashed");
        assert!(
            first.why.contains("its name has “probe”, “crashed”"),
            "{}",
            first.why
        );
        assert!(search(&codes, "xyzzy").is_empty() && search(&codes, "the and").is_empty());
    }

    #[test]
    fn words_of_a_product_are_known() {
        let found = products("331 Please specify the password.");
        assert!(found.iter().any(|(it, _)| it.name() == "vsftpd"));
        assert!(products("ftp").is_empty());
    }
}
