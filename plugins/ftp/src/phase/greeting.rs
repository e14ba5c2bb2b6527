//! The first reply, before anything is sent (RFC 959 section 5.4).

use super::wording;
use crate::reply::{Class, Reply};

/// What the greeting says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Greeting {
    /// 220: go ahead.
    Ready,
    /// 120: wait for a 220.
    Wait,
    /// Refused for the number of connections (F-G08). A stated limit counts before an address that
    /// is named beside it.
    TooMany,
    /// Refused for another reason; [`wording::refuses_source`] tells whether the text blames our
    /// address.
    Unavailable,
    /// A reply that no FTP server greets with.
    NotFtp,
}

/// Judges the greeting. A 220 with the wording of another service is still [`Greeting::Ready`]:
/// [`Service::recognise`](crate::Service::recognise) gives that hint.
pub fn judge(reply: &Reply) -> Greeting {
    match reply.class() {
        Class::Completion => Greeting::Ready,
        Class::Preliminary => Greeting::Wait,
        _ if reply.is_negative() && wording::states_limit(reply) => Greeting::TooMany,
        _ if reply.is_negative() => Greeting::Unavailable,
        _ => Greeting::NotFtp,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greetings() {
        use Greeting::{NotFtp, Ready, TooMany, Unavailable, Wait};
        let table = [
            (220, "Ready", Ready),
            (220, "Maximum 5 connections per user", Ready), // a rule stated is not a limit reached
            (230, "Welcome", Ready),                        // by the first digit
            (120, "Ready in 5 minutes", Wait),
            (110, "odd", Wait),
            (421, "Too many connections (8) from this IP", TooMany), // F-G08, beats the address
            (
                421,
                "There are too many connected users, please try later.",
                TooMany,
            ),
            (421, "Maximum client count reached", TooMany),
            (421, "Zu viele Verbindungen", TooMany),
            (421, "Trop de connexions", TooMany),
            (
                530,
                "Sorry, the maximum number of clients (2) are already connected.",
                TooMany,
            ),
            (500, "Server reached its limit of 10 users", TooMany),
            (421, "Service not available.", Unavailable), // F-N05
            (421, "Access from your IP is denied", Unavailable),
            (421, "Too many failed attempts", Unavailable), // F-N09
            (421, "", Unavailable),
            (450, "later", Unavailable),
            (500, "OOPS: bad configuration", Unavailable),
            (530, "No access from this address", Unavailable),
            (554, "no", Unavailable),
            (331, "Password", NotFtp),
            (666, "x", NotFtp),
        ];
        for (code, text, expected) in table {
            assert_eq!(judge(&Reply::single(code, text)), expected, "{code} {text}");
        }
    }
}
