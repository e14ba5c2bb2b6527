//! The line that answers "it works there, not here": in which clients the remote fails, in which it works, and over what.

use crate::prediction::{Missing, Outcome, Prediction, Word, capitalised};
use crate::profile::Step;
use crate::trouble::Trouble;

/// In one or two sentences; nothing where there is no client.
#[must_use]
pub fn answer(predictions: &[Prediction]) -> Option<String> {
    let groups = [
        (Word::Fails, "fails in"),
        (Word::Works, "works in"),
        (Word::Depends, "may work in"),
        (Word::Unknown, "not known for"),
    ];
    let told: Vec<String> = groups
        .iter()
        .filter_map(|(word, verb)| {
            let titles = predictions
                .iter()
                .filter(|it| it.word() == *word)
                .map(named);
            let titles: Vec<String> = titles.collect();
            (!titles.is_empty()).then(|| format!("{verb} {}", listed(&titles)))
        })
        .collect();
    if told.is_empty() {
        return None;
    }
    let head = capitalised(&told.join(", "));
    Some(match why(predictions) {
        Some(why) => format!("{head}: {why}."),
        None => format!("{head}."),
    })
}

/// The title, with the steps that fail where others work; none of them where nothing can be moved at all.
fn named(prediction: &Prediction) -> String {
    let title = &prediction.client.title;
    let failing = |step: &Step| {
        let mut steps = prediction.steps.iter().filter(|it| it.step == *step);
        steps.any(
            |it| matches!(&it.outcome, Outcome::Fails(trouble) if *trouble != Trouble::NotItsWork),
        )
    };
    let all = [Step::Connect, Step::List, Step::Download, Step::Upload];
    let steps: Vec<String> = all
        .iter()
        .filter(|it| failing(it))
        .map(ToString::to_string)
        .collect();
    let whole = failing(&Step::Connect) || all[1..].iter().all(failing);
    match steps.is_empty() || whole {
        true => title.clone(),
        false => format!("{title} ({})", listed(&steps)),
    }
}

/// What decides it, and how the clients differ over it.
fn why(predictions: &[Prediction]) -> Option<String> {
    let first = predictions.iter().find(|it| it.trouble().is_some());
    let Some(first) = first else {
        return not_known(predictions);
    };
    let trouble = first.trouble()?;
    let works = predictions.iter().filter(|it| it.word() == Word::Works);
    let fails = predictions
        .iter()
        .filter(|it| it.trouble() == Some(trouble));
    let told = works.chain(fails).filter_map(|it| {
        let does = trouble.does(&it.client)?;
        Some((it.client.title.as_str(), does))
    });
    let does = contrasted(&told.collect::<Vec<_>>());
    let mut told = match does.is_empty() {
        true => trouble.says(),
        false => format!("{}; {does}", trouble.says()),
    };
    for other in predictions {
        if let Some(different) = other.trouble().filter(|it| *it != trouble) {
            told.push_str(&format!(
                "; for {}, {}",
                other.client.title,
                different.says()
            ));
        }
    }
    Some(told)
}

/// What each client does, in one clause for each. Where one does what another does not, that is said once.
fn contrasted(does: &[(&str, String)]) -> String {
    let is_said_before = |at: usize, verb: &str| {
        let mut before = does[..at].iter();
        before.any(|(_, it)| it.split(' ').next() == Some(&format!("{verb}s")))
    };
    let clause = |(at, (title, does)): (usize, &(&str, String))| {
        let denied = does.strip_prefix("does not ");
        let verb = denied.and_then(|it| it.split(' ').next());
        match verb.is_some_and(|verb| is_said_before(at, verb)) {
            true => format!("{title} does not"),
            false => format!("{title} {does}"),
        }
    };
    let told: Vec<String> = does.iter().enumerate().map(clause).collect();
    let has_comma = told.iter().any(|it| it.contains(','));
    match told.as_slice() {
        [one, other] if !has_comma => format!("{one}, {other}"),
        several => listed(several),
    }
}

fn not_known(predictions: &[Prediction]) -> Option<String> {
    let open = predictions.iter().find(|it| it.word() != Word::Works)?;
    match &open.decisive()?.outcome {
        Outcome::Depends(on) => Some(format!("it depends on {on}")),
        Outcome::NotKnown(Missing::OfServer(what)) => Some(format!("nothing says {what}")),
        Outcome::NotKnown(Missing::OfClient(what)) => {
            Some(format!("no source says of {} {what}", open.client.title))
        }
        Outcome::Works | Outcome::Fails(_) => None,
    }
}

fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
