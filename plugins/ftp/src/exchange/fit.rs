use super::Asked;
use crate::reply::{Class, Reply};

/// Whether a reply can answer a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fit {
    /// It can, well or badly.
    Possible,
    /// It can not: RFC 959 section 5.4 and its successors give this code to other commands alone, and no server is known
    /// that answers so.
    Impossible,
}

/// Whether a reply can answer what was asked. A refusal can answer anything; of the others only those codes count that
/// belong to one kind of command. The general ones, 200, 202 and 250, answer whatever has no code of its own.
#[must_use]
pub fn fit(asked: Asked, reply: &Reply) -> Fit {
    let possible = match reply.class() {
        Class::TransientNegative | Class::PermanentNegative | Class::Unknown => true,
        Class::Preliminary => begun(asked, reply.code),
        Class::Completion => done(asked, reply.code),
        Class::Intermediate => intermediate(asked, reply.code),
    };
    if possible || asked == Asked::Other {
        Fit::Possible
    } else {
        Fit::Impossible
    }
}

fn begun(asked: Asked, code: u16) -> bool {
    match code {
        // Announced by a server that is about to do something; 110 is a marker of a transfer.
        110 | 125 | 150 => matches!(asked, Asked::Transfer),
        120 => matches!(asked, Asked::Greeting | Asked::Again | Asked::Host),
        _ => true,
    }
}

fn intermediate(asked: Asked, code: u16) -> bool {
    let login = matches!(
        asked,
        Asked::User | Asked::Pass | Asked::Account | Asked::Host
    );
    match code {
        331 | 332 | 336 => login,
        334 | 335 => matches!(asked, Asked::Auth),
        350 => matches!(asked, Asked::Prepare),
        _ => true,
    }
}

fn done(asked: Asked, code: u16) -> bool {
    let login = matches!(asked, Asked::User | Asked::Pass | Asked::Account);
    match asked {
        // Their answers have a code of their own, which carries what was asked for.
        Asked::Epsv => return code == 229 || code == 221,
        Asked::Pasv => return code == 227 || code == 221,
        _ => {}
    }
    match code {
        211..=215 => matches!(
            asked,
            Asked::Features
                | Asked::System
                | Asked::Status
                | Asked::FileFact
                | Asked::FileAction
                | Asked::Host
        ),
        220 => matches!(asked, Asked::Greeting | Asked::Again | Asked::Host),
        // A goodbye can come at any time.
        221 => true,
        225 | 226 => matches!(asked, Asked::Transfer | Asked::Abort | Asked::FileAction),
        227..=229 => false,
        230 => login || asked == Asked::Greeting,
        232 => login || asked == Asked::Auth,
        234 | 235 => matches!(asked, Asked::Auth),
        257 => matches!(asked, Asked::Directory | Asked::Make | Asked::Change),
        200 => !matches!(
            asked,
            Asked::Directory | Asked::FileFact | Asked::Features | Asked::User
        ),
        202 => !matches!(asked, Asked::Directory | Asked::FileFact),
        250 => !matches!(
            asked,
            Asked::Features
                | Asked::System
                | Asked::Directory
                | Asked::FileFact
                | Asked::User
                | Asked::Pass
                | Asked::Auth
                | Asked::Protection
        ),
        _ => true,
    }
}
