//! What an endpoint may answer at a second look, and what that must come to.

use super::desk::{BEFORE, PATH, json};
use crate::endpoint::{Reply, redirection};

const CHANGED: &str = "source.addresses-changed";

/// A second look, and what it must come to.
pub struct Case {
    pub name: &'static str,
    pub reply: fn() -> Reply,
    pub exit: i32,
    /// The codes of its findings.
    pub shows: &'static [&'static str],
    pub look_alike_of: &'static [&'static str],
    /// On the terminal.
    pub says: &'static [&'static str],
}

impl Case {
    /// A look that sees nothing.
    pub const fn blind(
        name: &'static str,
        reply: fn() -> Reply,
        says: &'static [&'static str],
    ) -> Case {
        Case {
            name,
            reply,
            exit: 3,
            shows: &[],
            look_alike_of: &[CHANGED],
            says,
        }
    }
}

pub const CASES: &[Case] = &[
    Case {
        name: "addresses_changed",
        reply: || {
            json(
                r#"{"dedicated": ["203.0.113.7", "203.0.113.9"], "published": ["198.51.100.0/25", "192.0.2.1"]}"#,
            )
        },
        exit: 1,
        shows: &[CHANGED],
        look_alike_of: &[],
        says: &[
            "CHANGED",
            "1 new, 2 gone",
            "203.0.113.8",
            "198.51.100.128/25",
        ],
    },
    Case {
        name: "addresses_spelt_otherwise",
        reply: || {
            json(
                r#"{"dedicated": ["203.0.113.8/32", "203.0.113.7"],
                    "published": ["192.0.2.1", "198.51.100.128/25", "198.51.100.0/25"]}"#,
            )
        },
        exit: 0,
        shows: &[],
        look_alike_of: &[CHANGED],
        says: &["UNCHANGED"],
    },
    Case::blind(
        "addresses_json_cut_off",
        || json(&BEFORE[..BEFORE.len() - 20]),
        &["COULD NOT LOOK", "ends too early"],
    ),
    Case::blind(
        "addresses_answer_broken_off",
        || {
            Reply::Bytes(format!(
                "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{BEFORE}"
            ))
        },
        &["broke off"],
    ),
    Case::blind(
        "addresses_error_500",
        || {
            // What an error says of itself is no list, whatever it looks like.
            Reply::Bytes(format!(
                "HTTP/1.1 500 Internal Server Error\r\nContent-Length: {}\r\n\r\n{BEFORE}",
                BEFORE.len()
            ))
        },
        &["500 Internal Server Error"],
    ),
    Case::blind(
        "addresses_refused_401",
        || Reply::Bytes("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n".into()),
        &["401 Unauthorized", "--token-file"],
    ),
    Case::blind("addresses_silence", || Reply::Nothing, &["within 5 s"]),
    Case::blind(
        "addresses_web_page",
        || {
            let page = "<!DOCTYPE html><title>Sign in</title>";
            let length = page.len();
            Reply::Bytes(format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\r\n{page}"
            ))
        },
        &["a web page"],
    ),
    Case::blind(
        "addresses_wrong_type",
        || json(r#"{"published": "198.51.100.0/24", "dedicated": 2}"#),
        &["a number where an address should", "/dedicated"],
    ),
    Case::blind(
        "addresses_name_among_them",
        || json(r#"["198.51.100.1", "gateway.example"]"#),
        &["gateway.example"],
    ),
    Case::blind(
        "addresses_error_as_json",
        || json(r#"{"error": "over quota"}"#),
        &["no list of addresses"],
    ),
    Case::blind(
        "addresses_none",
        || json(r#"{"dedicated": [], "published": []}"#),
        &["no address on any list"],
    ),
    Case::blind(
        "addresses_none_dedicated",
        || json(r#"{"dedicated": [], "published": ["198.51.100.0/24", "192.0.2.1"]}"#),
        &["no dedicated address", "--allow-empty"],
    ),
    Case::blind(
        "addresses_without_end",
        || json(&" ".repeat(1024 * 1024 + 1)),
        &["longer than 1024 KiB"],
    ),
    Case::blind(
        "addresses_first_page",
        || {
            Reply::Bytes(format!(
                "HTTP/1.1 200 OK\r\nLink: </ip_addresses?page=2>; rel=\"next\"\r\nContent-Length: {}\r\n\r\n{BEFORE}",
                BEFORE.len()
            ))
        },
        &["one page of several"],
    ),
    Case::blind(
        "addresses_moved_in_circles",
        || redirection(PATH),
        &["more than 3 times"],
    ),
];
