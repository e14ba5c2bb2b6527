//! One message for an owner, about all of their remotes.

use model::finding::Owner;

/// What there is to be said about one remote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What the remote is called.
    pub remote: String,
    /// The message about it alone, as `report --message` has it.
    pub message: String,
}

/// The message to one owner; none where nothing is to be said.
pub fn message(owner: Owner, parts: &[Part]) -> Option<String> {
    let subject = match parts {
        [] => return None,
        [one] => return Some(one.message.clone()),
        many => format!(
            "{} remotes need something from {}",
            many.len(),
            owner.title()
        ),
    };
    let mut out = format!("Subject: {subject}\n\nThe remotes are:\n\n");
    for (number, part) in (1..).zip(parts) {
        let subject = part.message.lines().next().unwrap_or_default();
        let subject = subject.strip_prefix("Subject: ").unwrap_or(subject);
        out.push_str(&format!("{number}. {}: {subject}\n", part.remote));
    }
    for (number, part) in (1..).zip(parts) {
        let body = part.message.split_once('\n').map_or("", |(_, body)| body);
        let heading = format!("{number}. {}", part.remote);
        let line = "-".repeat(heading.chars().count());
        out.push_str(&format!("\n{heading}\n{line}\n\n{}\n", body.trim()));
    }
    Some(out)
}
