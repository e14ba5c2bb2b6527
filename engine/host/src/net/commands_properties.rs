//! Whatever a probe writes, in whatever pieces: only lines of the list leave.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::lists::{BY_POWER, NEVER};
use super::*;

/// The verbs that each power opens, written down once more.
fn is_allowed(line: &str, powers: &BTreeSet<Capability>, origin: Origin) -> bool {
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    let session = match origin {
        Origin::Opened => powers.contains(&Capability::Login),
        Origin::TakenOver => powers.contains(&Capability::Speak),
    };
    let writes = session && powers.contains(&Capability::Write) && rest.contains("remote-doctor-");
    match verb.to_ascii_uppercase().as_str() {
        "AUTH" | "PBSZ" | "PROT" | "FEAT" | "SYST" | "HELP" | "NOOP" | "OPTS" | "LANG" | "CLNT"
        | "QUIT" => true,
        "STAT" => rest.is_empty() || session,
        "HEAD" => rest == "/ HTTP/1.0",
        "" => rest.is_empty(),
        "USER" => rest == "jo" && powers.contains(&Capability::Login),
        "PWD" | "XPWD" | "CWD" | "CDUP" | "SIZE" | "MLST" | "MLSD" | "LIST" | "NLST" | "TYPE"
        | "MODE" | "STRU" | "EPSV" | "PASV" | "REST" | "ABOR" => session,
        "RETR" => session && powers.contains(&Capability::Read),
        "STOR" | "APPE" | "MKD" | "XMKD" | "DELE" | "RMD" | "XRMD" | "RNFR" | "RNTO" | "MFMT"
        | "MFCT" | "SITE" => writes,
        "MDTM" => {
            writes
                || (session
                    && !rest
                        .trim_start_matches([' ', '+', '-'])
                        .starts_with(|c: char| c.is_ascii_digit() && rest.contains(' ')))
        }
        _ => false,
    }
}

/// What has left is whole lines of the list, and at most one thing of another protocol at the end.
fn holds(left: &[u8], powers: &BTreeSet<Capability>, origin: Origin) -> bool {
    let mut rest = left;
    let mut names = 0;
    while !rest.is_empty() {
        if rest[0] == HANDSHAKE {
            return client_hello::is_whole(rest, "ftp.example.com") == Ok(true)
                && rest.len() == 5 + usize::from(rest[3]) * 256 + usize::from(rest[4]);
        }
        let Some(end) = rest.windows(2).position(|it| it == b"\r\n") else {
            return false;
        };
        let line = &rest[..end];
        let plain = |byte: &u8| (b' '..=b'~').contains(byte) || (128..=254).contains(byte);
        let text = String::from_utf8_lossy(line);
        names += usize::from(text.to_ascii_uppercase().starts_with("USER"));
        if line.len() > 500
            || names > 1
            || !line.iter().all(plain)
            || !is_allowed(&text, powers, origin)
        {
            return false;
        }
        rest = &rest[end + 2..];
    }
    true
}

/// The bytes, with the name of this run where the placeholder stands.
fn under_its_name(bytes: &[u8], name: &str) -> Vec<u8> {
    const PLACEHOLDER: &[u8] = b"remote-doctor-0";
    let mut out = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        match rest.strip_prefix(PLACEHOLDER) {
            Some(after) => {
                out.extend(name.bytes());
                rest = after;
            }
            None => {
                out.push(rest[0]);
                rest = &rest[1..];
            }
        }
    }
    out
}

/// What an attacker might write: lines that are in the list and lines that are not, with bytes changed, added and cut.
fn writings() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let lines: Vec<Vec<u8>> = BY_POWER
        .iter()
        .map(|(line, _)| format!("{}\r\n", line.replace("{}", "remote-doctor-0")).into_bytes())
        .chain(NEVER.iter().map(|line| format!("{line}\r\n").into_bytes()))
        .chain(
            [
                "NOOP\r\n",
                "AUTH TLS\r\n",
                "FEAT\r\n",
                "HEAD / HTTP/1.0\r\n\r\n",
                "QUIT\n",
                "SYST\r",
            ]
            .map(Into::into),
        )
        .chain([hello()])
        .collect();
    let odd: &[u8] = b"\0\t\n\r\x0b\x16 -*:;|USERDLPAOTuser\xff\xf1\xfb\x85\xa0\xc2\xe2\x80\xa8";
    let line = prop_oneof![
        4 => proptest::sample::select(lines.clone()),
        2 => (proptest::sample::select(lines), any::<prop::sample::Index>(), proptest::sample::select(odd.to_vec()))
            .prop_map(|(mut line, at, byte)| {
                line.insert(at.index(line.len()), byte);
                line
            }),
        1 => proptest::collection::vec(proptest::sample::select(odd.to_vec()), 0..12),
        1 => proptest::collection::vec(any::<u8>(), 0..40),
    ];
    proptest::collection::vec(line, 1..5)
}

fn powers() -> impl Strategy<Value = BTreeSet<Capability>> {
    let every: Vec<_> = all().into_iter().collect();
    let most = every.len();
    proptest::sample::subsequence(every, 0..=most).prop_map(|it| it.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn only_lines_of_the_list_leave_and_none_before_it_was_judged(
        writings in writings(),
        cuts in proptest::collection::vec(1..9usize, 1..40),
        powers in powers(),
        own in any::<bool>(),
    ) {
        let origin = if own { Origin::Opened } else { Origin::TakenOver };
        let mut scene = Scene::new(powers.clone(), origin);
        let bytes = under_its_name(&writings.concat(), scene.writes.name().unwrap());
        let (mut left, mut rest, mut cuts) = (Vec::new(), &bytes[..], cuts.into_iter().cycle());
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(cuts.next().unwrap().min(rest.len()));
            rest = after;
            let Ok(now) = scene.say(piece) else {
                // A probe that was stopped says nothing more.
                break;
            };
            prop_assert!(now.is_empty() || now.ends_with(b"\r\n") || now.contains(&HANDSHAKE));
            left.extend(now);
        }
        prop_assert!(bytes.starts_with(&left), "what left is what was written, in its order");
        prop_assert!(holds(&left, &powers, origin), "{:?}", String::from_utf8_lossy(&left));
    }

    #[test]
    fn the_cut_makes_no_difference(writings in writings(), powers in powers()) {
        let bytes = writings.concat();
        let whole = Scene::new(powers.clone(), Origin::TakenOver).say(&bytes).is_ok();
        let mut scene = Scene::new(powers, Origin::TakenOver);
        let piecemeal = bytes.chunks(1).all(|byte| scene.say(byte).is_ok());
        prop_assert_eq!(whole, piecemeal);
    }
}
