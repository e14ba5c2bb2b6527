//! The registry of products: every file is replayed, and a mistake in a file is told with the file and the key.

#[path = "../build/registry.rs"]
mod registry;
#[path = "../build/rules.rs"]
mod rules;

use std::path::Path;

use ftp::product::{Clue, Clues, Confidence, Product, Recognition};
use ftp::{Features, ReplyReader};

use registry::Said;

fn files() -> Vec<registry::Product> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("products");
    registry::read(&folder).expect("the build has read it, too")
}

/// All that was said goes into one look, as in a session.
fn heard(said: &Said) -> Option<Recognition> {
    let mut clues = Clues::default();
    for (clue, text) in [
        (Clue::Greeting, &said.greeting),
        (Clue::System, &said.system),
        (Clue::Status, &said.status),
        (Clue::User, &said.user),
        (Clue::Pass, &said.pass),
        (Clue::Help, &said.help),
    ] {
        if let Some(text) = text {
            clues.hear(clue, text);
        }
    }
    if let Some(lines) = &said.features {
        let mut reader = ReplyReader::new();
        let lines = lines.replace('\n', "\r\n");
        reader.push(format!("211-Features:\r\n{lines}211 End\r\n").as_bytes());
        let reply = reader.finish().expect("a reply").expect("all of it");
        clues.see(&Features::parse(&reply).expect("features"));
    }
    clues.recognise()
}

#[test]
fn what_a_product_was_seen_to_say_shows_this_product_and_no_other() {
    let mut shown = 0;
    for file in files() {
        for seen in &file.seen {
            let recognition = heard(&seen.says);
            let found = recognition.map(|it| (it.product.name(), it.confidence));
            let confidence = match seen.confidence {
                registry::Confidence::Certain => Confidence::Certain,
                registry::Confidence::Likely => Confidence::Likely,
            };
            assert_eq!(
                found,
                Some((&*file.name, confidence)),
                "{}: {:?}",
                file.file,
                seen.says
            );
            shown += 1;
        }
    }
    assert!(shown > 50, "{shown} examples are not all");
}

#[test]
fn a_look_alike_is_not_taken_for_the_product() {
    for file in files() {
        for look_alike in &file.look_alikes {
            let found = heard(&look_alike.says).map(|it| it.product.name());
            assert_ne!(
                found,
                Some(&*file.name),
                "{}: {}",
                file.file,
                &*look_alike.because
            );
        }
    }
}

/// The longer of two texts, if it has the other one where it counts.
fn longer(
    one: &Option<registry::Text>,
    other: &Option<registry::Text>,
    has: fn(&str, &str) -> bool,
) -> Option<String> {
    let lower = |it: &Option<registry::Text>| it.as_deref().unwrap_or("").to_ascii_lowercase();
    let (one, other) = (lower(one), lower(other));
    match (has(&one, &other), has(&other, &one)) {
        (true, _) => Some(one),
        (_, true) => Some(other),
        _ => None,
    }
}

/// The shortest reply that has both habits, if there can be one.
fn with_both(one: &registry::Habit, other: &registry::Habit) -> Option<String> {
    let begins = longer(&one.begins, &other.begins, |it, part| it.starts_with(part))?;
    let ends = longer(&one.ends, &other.ends, |it, part| it.ends_with(part))?;
    (one.at == other.at).then(|| format!("{begins}…{ends}"))
}

fn replied(at: registry::Reply, text: &str) -> Option<(&'static str, Confidence)> {
    let clue = match at {
        registry::Reply::Greeting => Clue::Greeting,
        registry::Reply::System => Clue::System,
        registry::Reply::Status => Clue::Status,
        registry::Reply::User => Clue::User,
        registry::Reply::Pass => Clue::Pass,
        registry::Reply::Help => Clue::Help,
    };
    let mut clues = Clues::default();
    clues.hear(clue, text);
    let it = clues.recognise()?;
    Some((it.product.name(), it.confidence))
}

#[test]
fn a_habit_decides_only_where_no_other_file_has_it() {
    let files = files();
    let (mut decide, mut overlap) = (0, 0);
    for file in &files {
        let others = || files.iter().filter(|it| it.name != file.name);
        for habit in &file.habits {
            let alone = with_both(habit, habit).expect("it fits itself");
            let both: Vec<String> = others()
                .flat_map(|other| other.habits.iter().filter_map(|it| with_both(habit, it)))
                .collect();
            for text in &both {
                assert_eq!(replied(habit.at, text), None, "{}: {text}", file.file);
                overlap += 1;
            }
            if !both.contains(&alone) {
                let found = replied(habit.at, &alone);
                let expected = Some((&*file.name, Confidence::Likely));
                assert_eq!(found, expected, "{}: {alone}", file.file);
                decide += 1;
            }
        }
    }
    assert!(
        decide > 10 && overlap > 5,
        "{decide} decide, {overlap} do not"
    );
}

#[test]
fn every_file_is_a_product_with_its_settings_forms_and_quirks() {
    let files = files();
    assert_eq!(Product::all().count(), files.len());
    for file in files {
        let product = Product::named(&file.name).expect("the file is in the crate");
        let above: Vec<&str> = product.variant_of().map(Product::name).collect();
        let named: Vec<&str> = file.variant_of.iter().map(|it| &**it).collect();
        assert_eq!(above, named, "{}", file.file);
        let places: Vec<&str> = file.settings.iter().map(|it| &*it.place).collect();
        assert_eq!(product.settings(), places);
        let quirks: Vec<&str> = file.quirks.iter().map(|it| &*it.says).collect();
        assert_eq!(product.quirks(), quirks);
        let forms = product.user_forms().iter().map(|it| (it.form, it.means));
        assert!(forms.eq(file.user_forms.iter().map(|it| (&*it.form, &*it.means))));
    }
}

const SEEN: &str =
    "[[seen]]\nconfidence = \"certain\"\nsource = \"a\"\nsays = { greeting = \"x\" }\n";

fn fault(files: &[(&str, &str)]) -> String {
    let read: Result<Vec<_>, _> = files
        .iter()
        .map(|(file, text)| registry::parse(file, text))
        .collect();
    match read.and_then(|products| rules::check(&products)) {
        Ok(()) => panic!("taken: {files:?}"),
        Err(mistake) => mistake.to_string(),
    }
}

#[test]
fn a_mistake_is_told_with_the_file_and_the_key() {
    let named = "name = \"A\"\n[[names]]\ntext = \"aaaa\"\nsource = \"a\"\n";
    let table: [(&str, &[&str]); 12] = [
        (
            "name = \"A\"\ncolour = \"red\"",
            &["unknown field `colour`"],
        ),
        ("name = \" \"", &["name = \" \"", "this text is empty"]),
        ("[[habits]]\n", &["missing field"]),
        (
            "name = \"A\"\n[[habits]]\nat = \"features\"\nbegins = \"a\"\nsource = \"a\"",
            &["unknown variant `features`"],
        ),
        (
            "name = \"A\"\n[[habits]]\nat = \"user\"\nbegins = \"a\"",
            &["missing field `source`"],
        ),
        (
            "name = \"A\"\n[[habits]]\nat = \"user\"\nsource = \"a\"",
            &["habits[0] has neither"],
        ),
        (
            "name = \"A\"\n[[features]]\nname = \"B\"\nhas = \"a\"\nis = \"a\"\nsource = \"a\"",
            &["features[0] has both"],
        ),
        (
            "name = \"A\"\n[[names]]\ntext = \"abc\"\nsource = \"a\"",
            &["names[0].text is shorter"],
        ),
        ("name = \"A\"", &["names is missing"]),
        (named, &["seen is missing"]),
        (
            "name = \"A\"\nvariant-of = [\"Nobody\"]",
            &["variant-of[0] names no product: Nobody"],
        ),
        (
            "name = \"A\"\nvariant-of = [\"A\"]",
            &["variant-of leads back"],
        ),
    ];
    for (text, told) in table {
        let fault = fault(&[("a.toml", text)]);
        assert!(fault.starts_with("products/a.toml: "), "{fault}");
        for words in told {
            assert!(fault.contains(words), "{words}: {fault}");
        }
    }
}

#[test]
fn two_files_have_two_names() {
    let file = |name: &str, text: &str, above: &str| {
        format!(
            "name = {name:?}\nvariant-of = [{above}]\n{SEEN}[[names]]\ntext = {text:?}\nsource = \"a\"\n"
        )
    };
    let one = file("One", "server", "");
    let twice = fault(&[("a.toml", &one), ("b.toml", &file("ONE", "other", ""))]);
    assert_eq!(twice, "products/b.toml: name is the name in a.toml, too");
    let in_it = fault(&[("a.toml", &one), ("b.toml", &file("Two", "My Server", ""))]);
    assert_eq!(
        in_it,
        "products/b.toml: names[0].text has a name of One in it: server"
    );
    let same = fault(&[
        ("a.toml", &one),
        ("b.toml", &file("Two", "server", "\"One\"")),
    ]);
    assert!(same.contains("names[0].text has a name of "), "{same}");
    let variant = file("Two", "My Server", "\"One\"");
    let products = [("a.toml", &one), ("b.toml", &variant)]
        .map(|(file, text)| registry::parse(file, text).expect("its form is right"));
    rules::check(&products).expect("a variant may have the name of its product in its own");
}
