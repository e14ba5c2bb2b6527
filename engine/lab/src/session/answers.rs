//! Replies that stand in for what a command would do: what products say where they refuse it, in any words.

use super::{Flow, Session, Step};
use crate::{Fault, control::Reply};

impl Session {
    /// Answers in place of the command, where that is a fault of this server; none where the command is obeyed.
    pub(super) async fn answer_instead(&mut self, verb: &str, argument: &str) -> Option<Step> {
        let is_named = |named: &str, about: Option<&str>| {
            named.eq_ignore_ascii_case(verb) && about.is_none_or(|about| about == argument)
        };
        let swallowed = self.value(|fault| match fault {
            Fault::Swallowed { command } if is_named(command, None) => Some(()),
            _ => None,
        });
        if swallowed.is_some() {
            return Some(Ok(Flow::Continue));
        }
        let (code, text, closes) = self.value(|fault| match fault {
            Fault::Answered {
                command,
                about,
                code,
                text,
                closes,
            } if is_named(command, about.as_deref()) => Some((*code, text.clone(), *closes)),
            _ => None,
        })?;
        // A port that nobody will connect to is given up with the command.
        if matches!(verb, "LIST" | "NLST" | "MLSD" | "STOR" | "RETR" | "APPE") {
            self.passive = None;
        }
        let flow = match self.send(Reply::new(code, text)).await {
            Ok(flow) => flow,
            Err(error) => return Some(Err(error)),
        };
        Some(Ok(if closes { Flow::Close } else { flow }))
    }

    /// Whether a name breaks the rule that each of its parts, between dots, has so many letters at most.
    pub(super) fn breaks_rule_of_names(&self, argument: &str) -> Option<Reply> {
        let name = argument.rsplit('/').next().unwrap_or_default();
        self.value(|fault| match fault {
            Fault::NamesOfParts {
                longest,
                code,
                text,
            } if !matches!(name, "" | "." | "..")
                && name.split('.').any(|part| part.len() > *longest) =>
            {
                Some(Reply::new(*code, text.clone()))
            }
            _ => None,
        })
    }
}
