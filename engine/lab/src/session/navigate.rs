//! Where the session is, and how data is to be represented.

use super::{Session, Step};
use crate::{Fault, tree};

impl Session {
    pub(super) async fn pwd(&mut self) -> Step {
        let quoted = self.directory.replace('"', "\"\"");
        self.reply(257, format!("\"{quoted}\" is the current directory"))
            .await
    }

    pub(super) async fn cwd(&mut self, argument: &str) -> Step {
        let path = self.absolute(argument);
        let other_bytes = self.server.behaviour.legacy().is_some() && !path.is_ascii();
        if other_bytes || self.lacks(&path) || !self.server.files(|tree| tree.is_directory(&path)) {
            return self.reply(550, "No such directory").await;
        }
        self.directory = path;
        self.reply(250, "Directory changed").await
    }

    /// The path a client means.
    pub(super) fn absolute(&self, argument: &str) -> String {
        tree::resolve(&self.directory, argument)
    }

    /// Whether a directory is not there because it is told to be missing.
    pub(super) fn lacks(&self, directory: &str) -> bool {
        directory != "/" && self.has(&Fault::PathMissing)
    }

    pub(super) async fn set_type(&mut self, argument: &str) -> Step {
        let kind = argument.to_ascii_uppercase();
        self.binary = match kind.split(' ').next() {
            Some("I" | "L") => true,
            Some("A") => false,
            _ => return self.reply(504, "Type not understood").await,
        };
        self.reply(
            200,
            if self.binary {
                "Type is binary"
            } else {
                "Type is ASCII"
            },
        )
        .await
    }

    pub(super) async fn only_choice(&mut self, argument: &str, choice: &str) -> Step {
        if argument.eq_ignore_ascii_case(choice) {
            return self.reply(200, "OK").await;
        }
        self.reply(504, format!("Only {choice} is implemented"))
            .await
    }
}
