//! What a server says on the control connection and in listings.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use ftp::listing::{Form, Listing};
use ftp::product::{Clue, Clues};
use ftp::reply::{MAX_LINE, MAX_LINES};
use ftp::{Announced, Features, Reply, ReplyReader, parse_227, parse_229, parse_257};

use crate::input::{first_line, pieces};

/// Replies do not depend on where the network cuts them, and their size is bounded. The first byte says how they are cut.
pub fn replies(bytes: &[u8]) {
    let Some((sizes, bytes)) = bytes.split_first() else {
        return;
    };
    let (whole, ended_well) = read([bytes].into_iter());
    let (cut, cut_ended_well) = read(pieces(bytes, *sizes));
    assert_eq!(whole, cut, "a border shows");
    assert_eq!(ended_well, cut_ended_well, "a border shows at the end");
    for reply in &whole {
        assert!(reply.code <= 999);
        assert!((1..=MAX_LINES).contains(&reply.lines.len()));
        for line in &reply.lines {
            assert!(!line.contains('\n'), "two lines in one");
            // What is no UTF-8 may grow by three for one.
            assert!(line.len() <= 3 * (MAX_LINE + 4));
        }
        assert_eq!(reply.to_string().lines().count(), 1, "{reply:?}");
        let mut clues = Clues::default();
        clues.hear(Clue::Greeting, &reply.text());
        let _ = clues.recognise();
    }
}

fn read<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<Reply>, bool) {
    let mut reader = ReplyReader::new();
    let mut replies = Vec::new();
    for piece in pieces {
        reader.push(piece);
        loop {
            match reader.next() {
                Ok(Some(reply)) => replies.push(reply),
                Ok(None) => break,
                Err(_) => return (replies, false),
            }
        }
    }
    loop {
        match reader.finish() {
            Ok(Some(reply)) => replies.push(reply),
            Ok(None) => return (replies, true),
            Err(_) => return (replies, false),
        }
    }
}

/// The lines of a reply, without the code.
fn reply(code: u16, bytes: &[u8]) -> Reply {
    let text = String::from_utf8_lossy(bytes);
    let mut reply = Reply::single(code, "");
    reply.lines = text.split('\n').map(str::to_owned).collect();
    reply
}

/// Features: each has a name without blanks, and is found under it.
pub fn features(bytes: &[u8]) {
    let reply = reply(211, bytes);
    let features = Features::parse(&reply).expect("211 is a list");
    assert!(features.iter().count() <= reply.lines.len());
    for feature in features.iter() {
        assert!(!feature.name.is_empty() && !feature.name.contains([' ', '\t']));
        assert!(features.has(&feature.name.to_ascii_lowercase()));
        assert!(features.arguments(&feature.name).is_some());
    }
    for word in features.auth_words() {
        assert!(!word.is_empty() && !word.contains([' ', ';', ',']));
    }
    let mut clues = Clues::default();
    clues.see(&features);
    let _ = clues.recognise();
}

/// Addresses and directories: what is read stands in the reply, and no other code says any. In the first byte the code.
pub fn addresses(bytes: &[u8]) {
    let Some((code, bytes)) = bytes.split_first() else {
        return;
    };
    let code = [227, 229, 257, 200][usize::from(code % 4)];
    let reply = reply(code, bytes);
    let text = reply.text();
    let peer = IpAddr::from(Ipv4Addr::new(192, 0, 2, 1));
    if let Ok(address) = parse_227(&reply) {
        assert_eq!(code, 227);
        assert_ne!(address.port(), 0);
        for part in address.ip().octets() {
            assert!(text.contains(&part.to_string()), "{address} of {text}");
        }
        let _ = Announced::judge((*address.ip()).into(), peer);
    }
    if let Ok(port) = parse_229(&reply) {
        assert_eq!(code, 229);
        assert!(port != 0 && text.contains(&port.to_string()), "{port}");
    }
    if let Ok(directory) = parse_257(&reply) {
        assert_eq!(code, 257);
        assert!(!directory.is_empty());
    }
    let local = SocketAddr::from(([198, 51, 100, 7], 40_000)).ip();
    if let Some(seen) = ftp::seen_as(&text, local, peer) {
        assert_ne!(seen, peer, "the server is not its own client");
    }
}

/// Listings: as many things as lines at most, and no name leads elsewhere. In the first line the form.
pub fn listing(bytes: &[u8]) {
    let (form, bytes) = first_line(bytes);
    let form = match form {
        b"names" => Form::Names,
        b"facts" => Form::Facts,
        _ => Form::List,
    };
    let listing = Listing::read(form, bytes);
    assert!(listing.count() <= String::from_utf8_lossy(bytes).lines().count());
    assert!(listing.visible() <= listing.count());
    assert_eq!(
        listing.unfinished,
        !bytes.is_empty() && !bytes.ends_with(b"\n")
    );
    for entry in &listing.entries {
        assert!(entry.name != "." && entry.name != "..", "{entry:?}");
        assert!(!entry.name.contains('\n'), "{entry:?}");
    }
}
