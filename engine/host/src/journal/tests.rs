use super::*;
use std::os::unix::fs::PermissionsExt;

const NAME: &str = "remote-doctor-0123456789abcdef";

fn session() -> Session {
    Session {
        host: "ftp.example.com".into(),
        port: 21,
        ssl: SslSetting::RequireExplicit,
        user: Some("jo".into()),
        remote_path: Some("in".into()),
        source: None,
    }
}

/// A folder as the journal has it.
fn folder() -> (tempfile::TempDir, PathBuf) {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("journal");
    tried(&folder).unwrap();
    (scratch, folder)
}

fn left(folder: &Path) -> Vec<Vec<String>> {
    let all = leftovers_in(folder).unwrap();
    assert!(all.unreadable.is_empty(), "{:?}", all.unreadable);
    let paths = |left: Left| left.made.into_iter().map(|made| made.path).collect();
    all.left.into_iter().map(paths).collect()
}

#[test]
fn what_a_killed_run_made_is_known_afterwards() {
    let (_scratch, folder) = folder();
    let page = Page::new(&folder, NAME, &session());
    assert_eq!(
        fs::read_dir(&folder).unwrap().count(),
        0,
        "nothing was made"
    );
    let path = |end: &str| format!("{NAME}{end}");
    page.makes("transfers", &path(".txt")).unwrap();
    page.makes("transfers", &path("-d")).unwrap();
    page.removed(&path(".txt"));
    let file = entry::file_of(&folder, NAME);
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(
        folder.metadata().unwrap().permissions().mode() & 0o777,
        0o700
    );
    assert_eq!(left(&folder), Vec::<Vec<String>>::new(), "its run goes on");
    // As after SIGKILL: the lock is gone, and nothing was tidied up.
    drop(page);
    assert_eq!(left(&folder), [[path("-d")]]);
    let all = leftovers_in(&folder).unwrap();
    assert_eq!(all.left[0].session, session());
}

#[test]
fn a_run_that_removed_everything_leaves_no_file() {
    let (_scratch, folder) = folder();
    let path = format!("{NAME}.txt");
    for tidy in [true, false] {
        let page = Page::new(&folder, NAME, &session());
        page.makes("transfers", &path).unwrap();
        page.removed(&path);
        if tidy {
            page.settled();
            assert!(!entry::file_of(&folder, NAME).exists());
        }
        drop(page);
        assert!(left(&folder).is_empty());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    }
}

#[test]
fn one_process_at_a_time_goes_on_with_a_page() {
    let (_scratch, folder) = folder();
    let path = format!("/in box/{NAME}.txt");
    let page = Page::new(&folder, NAME, &session());
    page.makes("transfers", &path).unwrap();
    drop(page);
    let all = leftovers_in(&folder).unwrap();
    let (page, found) = Page::of_left(&all.left[0]).unwrap().unwrap();
    assert_eq!(found.made[0].path, path);
    assert!(Page::of_left(&all.left[0]).unwrap().is_none());
    assert!(left(&folder).is_empty(), "somebody is at it");
    page.removed(&path);
    drop(page);
    assert!(left(&folder).is_empty());
}

#[test]
fn what_was_cut_off_was_not_sent_and_what_is_forged_is_refused() {
    let (_scratch, folder) = folder();
    let page = Page::new(&folder, NAME, &session());
    page.makes("transfers", &format!("{NAME}-1")).unwrap();
    drop(page);
    let file = entry::file_of(&folder, NAME);
    let whole = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{whole}{{\"made\": {{\"probe\"")).unwrap();
    assert_eq!(left(&folder), [[format!("{NAME}-1")]]);
    for (from, to) in [
        (&format!("{NAME}-1")[..], "orders.csv"),
        (NAME, "remote-doctor-"),
        (NAME, "../../../etc/passwd"),
        ("\"version\":1", "\"version\":2"),
        ("remote-doctor journal", "else"),
        ("{\"made\"", "{\"other\""),
    ] {
        fs::write(&file, whole.replace(from, to)).unwrap();
        let all = leftovers_in(&folder).unwrap();
        assert_eq!((all.left.len(), all.unreadable.len()), (0, 1), "{from}");
        assert!(file.exists(), "it was left as it was");
    }
    fs::write(&file, "x".repeat(1 << 20)).unwrap();
    assert_eq!(leftovers_in(&folder).unwrap().unreadable.len(), 1);
}

#[test]
fn a_folder_that_others_may_write_is_no_journal() {
    let (_scratch, folder) = folder();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
    assert!(matches!(tried(&folder), Err(JournalError::NotOurs(_))));
    assert!(matches!(
        leftovers_in(&folder),
        Err(JournalError::NotOurs(_))
    ));
    let file = folder.join("file");
    fs::write(&file, "").unwrap();
    assert!(matches!(
        tried(&file.join("journal")),
        Err(JournalError::Io { .. })
    ));
}

#[test]
fn a_journal_that_cannot_be_used_withholds_the_permission() {
    use crate::net::Writes;
    let unusable = Journal::Unusable("full".into());
    assert_eq!(Writes::permitted(&unusable, &session()).name(), None);
    let needless = Writes::permitted(&Journal::NotNeeded, &session());
    assert!(needless.name().is_some());
}

#[test]
fn only_the_very_account_is_settled() {
    let (_scratch, folder) = folder();
    let page = Page::new(&folder, NAME, &session());
    page.makes("transfers", &format!("{NAME}.txt")).unwrap();
    drop(page);
    let left = leftovers_in(&folder).unwrap().left.remove(0);
    let remote = |host: &str, port: u16, user: &str| -> Remote {
        Remote {
            user: Some(user.to_owned()),
            ..Remote::at(host, port)
        }
    };
    let is_of = |host, port, user| left.session.is_for(&remote(host, port, user));
    assert!(is_of("ftp.example.com", 21, "jo") && is_of("FTP.example.com", 21, "jo"));
    assert!(!is_of("ftp.example.net", 21, "jo"));
    assert!(!is_of("ftp.example.com", 2121, "jo"));
    assert!(!is_of("ftp.example.com", 21, "Jo"));
}
