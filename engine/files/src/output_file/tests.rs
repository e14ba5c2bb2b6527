use super::*;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;

use rustix::fs::{CWD, FileType, Mode, makedev, mknodat};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// The names in a folder: nothing unfinished may be left.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn fifo_at(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
}

#[test]
fn a_file_is_replaced_and_keeps_its_permissions() {
    let folder = folder();
    let path = folder.path().join("report.json");
    write(&path, b"first").unwrap();
    let usual = fs::metadata(folder.path().join("report.json"))
        .unwrap()
        .mode()
        & 0o777;
    let beside = folder.path().join("other");
    fs::write(&beside, "").unwrap();
    assert_eq!(usual, fs::metadata(&beside).unwrap().mode() & 0o777);
    for mode in [0o600, 0o640, 0o755] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let before = fs::metadata(&path).unwrap().ino();
        write(&path, b"second").unwrap();
        let found = fs::metadata(&path).unwrap();
        assert_eq!((found.mode() & 0o777, found.len()), (mode, 6));
        assert_ne!(found.ino(), before, "written over the old one");
    }
    assert_eq!(names(folder.path()), ["other", "report.json"]);
}

#[test]
fn a_link_stays_and_the_file_at_its_end_is_replaced() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("elsewhere")).unwrap();
    fs::write(at("elsewhere/target"), "keep").unwrap();
    symlink("elsewhere/target", at("first")).unwrap();
    symlink("first", at("second")).unwrap();
    write(&at("second"), b"new").unwrap();
    assert_eq!(fs::read(at("elsewhere/target")).unwrap(), b"new");
    for link in ["first", "second"] {
        assert!(fs::symlink_metadata(at(link)).unwrap().is_symlink());
    }
    assert_eq!(names(&at("elsewhere")), ["target"]);
}

#[test]
fn a_link_is_followed_to_nothing_else() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("folder")).unwrap();
    fifo_at(&at("fifo"));
    let _listener = UnixListener::bind(at("socket")).unwrap();
    for (leads_to, says) in [
        ("folder", "leads to a folder"),
        ("fifo", "leads to a FIFO"),
        ("socket", "leads to a socket"),
        ("none", "leads to nothing"),
    ] {
        let link = at("link");
        symlink(leads_to, &link).unwrap();
        let refused = may_write(&link).unwrap_err().to_string();
        assert!(refused.contains(says), "{refused}");
        assert!(matches!(
            write(&link, b"x"),
            Err(OutputError::Refused(Refused::Link { .. }))
        ));
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        fs::remove_file(&link).unwrap();
    }
    let refused = may_write(&at("folder")).unwrap_err();
    assert_eq!(refused, Refused::Folder(at("folder")));
}

#[test]
fn a_link_of_another_user_where_everybody_writes_is_not_followed() {
    let folder = folder();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o1777)).unwrap();
    let (target, link) = (folder.path().join("target"), folder.path().join("link"));
    fs::write(&target, "keep").unwrap();
    symlink(&target, &link).unwrap();
    write(&link, b"new").unwrap();
    // Only root can make the link somebody else's.
    if std::os::unix::fs::lchown(&link, Some(4711), None).is_ok() {
        assert_eq!(may_write(&link), Err(Refused::ForeignLink(link.clone())));
        assert!(write(&link, b"newer").is_err());
        assert_eq!(fs::read(&target).unwrap(), b"new");
    }
}

#[test]
fn a_device_stays_a_device() {
    let folder = folder();
    let (node, link) = (folder.path().join("node"), folder.path().join("link"));
    // A node of its own, since only root could harm the real one, and root runs tests, too.
    let null = makedev(1, 3);
    let mode = Mode::RUSR | Mode::WUSR;
    let made = mknodat(CWD, &node, FileType::CharacterDevice, mode, null);
    if made.is_ok() {
        symlink("node", &link).unwrap();
        for path in [&node, &link] {
            write(path, b"gone").unwrap();
            assert!(fs::metadata(path).unwrap().file_type().is_char_device());
        }
        assert_eq!(names(folder.path()), ["link", "node"]);
    } else {
        symlink("/dev/null", &link).unwrap();
        write(&link, b"gone").unwrap();
    }
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[test]
fn a_full_device_is_an_error_and_no_file() {
    let folder = folder();
    let link = folder.path().join("link");
    symlink("/dev/full", &link).unwrap();
    let error = write(&link, b"more than fits").unwrap_err().to_string();
    assert!(error.contains("No space left"), "{error}");
    assert_eq!(names(folder.path()), ["link"]);
}

#[test]
fn a_fifo_and_a_socket_are_written_in_place() {
    let folder = folder();
    let (fifo, socket) = (folder.path().join("fifo"), folder.path().join("socket"));
    fifo_at(&fifo);
    let listener = UnixListener::bind(&socket).unwrap();
    let text = vec![b'x'; 200_000];
    std::thread::scope(|scope| {
        // The reader comes after the writer.
        let read = scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(100));
            fs::read(&fifo).unwrap()
        });
        write(&fifo, &text).unwrap();
        assert_eq!(read.join().unwrap().len(), text.len());
        let read = scope.spawn(|| {
            let mut all = Vec::new();
            let (mut stream, _) = listener.accept().unwrap();
            io::Read::read_to_end(&mut stream, &mut all).unwrap();
            all
        });
        write(&socket, &text).unwrap();
        assert_eq!(read.join().unwrap().len(), text.len());
    });
    assert_eq!(names(folder.path()), ["fifo", "socket"]);
    assert!(fs::metadata(&fifo).unwrap().file_type().is_fifo());
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let folder = folder();
    let fifo = folder.path().join("fifo");
    fifo_at(&fifo);
    let reader = std::thread::spawn({
        let fifo = fifo.clone();
        move || drop(File::open(fifo).unwrap())
    });
    write(&fifo, &vec![b'x'; 1_000_000]).unwrap();
    reader.join().unwrap();
}

#[test]
fn what_cannot_be_written_leaves_the_old_file() {
    let folder = folder();
    let gone = folder.path().join("gone/report.json");
    assert_eq!(may_write(&gone), Ok(()), "it may be made until then");
    assert!(matches!(write(&gone, b"x"), Err(OutputError::Io { .. })));
    let path = folder.path().join("report.json");
    fs::write(&path, "old").unwrap();
    drop(OutputFile::open(&path).unwrap());
    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert_eq!(names(folder.path()), ["report.json"]);
}

#[test]
fn open_files_are_told_from_names() {
    let folder = folder();
    let path = folder.path().join("file");
    fs::write(&path, "before ").unwrap();
    let file = OpenOptions::new().append(true).open(&path).unwrap();
    let number = std::os::fd::AsRawFd::as_raw_fd(&file);
    for folder in ["/dev/fd", "/proc/self/fd"] {
        write(&Path::new(folder).join(number.to_string()), b"x").unwrap();
    }
    assert_eq!(fs::read(&path).unwrap(), b"before xx");
    assert!(matches!(
        kind::of(Path::new("/dev/stdout")),
        Ok(Kind::Descriptor(1))
    ));
}

#[tokio::test]
async fn one_process_at_a_time_has_the_lock() {
    let folder = folder();
    let (path, link) = (folder.path().join("state"), folder.path().join("link"));
    fs::write(&path, "").unwrap();
    symlink("state", &link).unwrap();
    let brief = Duration::from_millis(50);
    let held = Lock::of(&path, brief).await.unwrap();
    // By another name, too.
    let taken = Lock::of(&link, brief).await.unwrap_err();
    assert!(matches!(taken, LockError::Taken { .. }), "{taken}");
    drop(held);
    Lock::of(&link, brief).await.unwrap();
    let missing = folder.path().join("none/state");
    assert!(matches!(
        Lock::of(&missing, brief).await,
        Err(LockError::Io { .. })
    ));
}
