//! Files that come from elsewhere or lay on a disk: recordings, lists of addresses, states.

use model::remote::is_host;
use published_addresses::prefix::Prefix;
use published_addresses::read::{Mapping, lists as read_lists};
use published_addresses::state::SavedLists;
use recording::{Recording, pack, unpack};

use crate::input::{Folder, first_line, lines, text};

/// Recordings, once as the file itself and once as its blocks, a line for each: what is packed comes back, and what is read
/// makes a check that makes sense.
pub fn recording(bytes: &[u8]) {
    let read = |file: &[u8]| match Recording::from_bytes(file) {
        Ok(recording) => {
            let check = recording.check();
            assert!(is_host(&check.remote.host), "{}", check.remote.host);
            assert!(check.credential.is_none(), "a recording has no secret");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    };
    read(bytes);
    let blocks: Vec<Vec<u8>> = lines(bytes)
        .filter(|line| !line.is_empty())
        .map(<[u8]>::to_vec)
        .collect();
    let file = pack(&blocks).expect("an input is small");
    assert_eq!(unpack(&file).as_ref(), Ok(&blocks));
    read(&file);
}

/// Published lists: what is read is written and read back the same. In the first line the pointers, `|` between the two.
pub fn published(bytes: &[u8]) {
    let (pointers, answer) = first_line(bytes);
    let pointers = text(pointers);
    let mapping = match pointers.split_once('|') {
        Some((published, dedicated)) => Mapping {
            published: vec![published.into()],
            dedicated: vec![dedicated.into()],
        },
        None => Mapping::default(),
    };
    let lists = match read_lists(answer, None, &mapping) {
        Ok(lists) => lists,
        Err(error) => {
            assert_eq!(error.to_string().lines().count(), 1, "{error}");
            return;
        }
    };
    assert!(lists.dedicated.len() + lists.published.len() <= 10_000);
    for prefix in lists.dedicated.iter().chain(&lists.published) {
        assert_eq!(prefix.to_string().parse::<Prefix>().as_ref(), Ok(prefix));
    }
    let json = serde_json::to_vec(&lists).expect("lists are JSON");
    let back = serde_json::from_slice(&json).expect("our own JSON");
    assert_eq!(lists, back);
}

/// States of `addresses` and of the sheet: what is read can be saved, and is the same then.
pub fn state(bytes: &[u8]) {
    let folder = Folder::new();
    let path = folder.file("state.json", bytes);
    let source = "fuzzed";
    match SavedLists::load(&path, source) {
        Ok(state) => {
            let state = state.expect("the file is there");
            state.save(&path).expect("it can be saved");
            assert_eq!(
                SavedLists::load(&path, source).expect("our own file"),
                Some(state)
            );
        }
        Err(error) => assert_eq!(error.to_string().lines().count(), 1, "{error}"),
    }
    let path = folder.file("sheet.json", bytes);
    let _ = doctor::read_state(&path);
}
