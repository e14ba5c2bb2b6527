//! Uploads: a small file with awkward bytes, 64 KiB over it, and the rest of a file that is half there.

use probe_sdk::ftp::phase::transfer::TransferAnswer;
use probe_sdk::halt::{CLOSES_SESSION, STOPS_ANSWERING};
use probe_sdk::session::{Answer, Payload, Refusal};
use probe_sdk::{Code, Decision, Finding, Owner, Run, pause, value};

use crate::ability::{Abilities, Ability};
use crate::content::{self, Difference, LARGE, MOST, difference};
use crate::facts;
use crate::workspace::{Broken, Part, Size, Trouble, Workspace};
use crate::{
    CLOCK_OFFSET, DELETE_DENIED, QUOTA_EXCEEDED, RENAME_DENIED, RESUME_BROKEN, REUSE_BROKEN,
    TIMES_NOT_SETTABLE, TRUNCATED, UNAVAILABLE, WRITE_DENIED, ZERO_BYTE, denied, download, mtu,
};

/// Some stores tell the size of a file only a moment after the transfer, in milliseconds.
const SETTLING_MS: u32 = 1_000;
/// Codes that only a file on the remote can tell about.
const WITH_A_FILE: &[Code] = &[
    DELETE_DENIED,
    RENAME_DENIED,
    RESUME_BROKEN,
    TIMES_NOT_SETTABLE,
    CLOCK_OFFSET,
];

/// The small file, looked at and downloaded again; its path, where it is there.
pub(crate) fn small(
    run: &mut Run,
    work: &mut Workspace,
    abilities: &mut Abilities,
) -> Result<Option<String>, Broken> {
    let sent = content::small();
    let mut path = work.file(Part::First);
    let stored = work.store("STOR", &path, &sent);
    let (stored, is_repeated) =
        work.once_more_where_lost(stored, |work| work.store("STOR", &path, &sent));
    if let Err(trouble) = stored {
        work.is_untouched(&path, &trouble);
        if !trouble.denied() {
            let upload = Upload {
                bytes: sent.len(),
                passed: None,
                is_repeated,
            };
            failed(run, work, &trouble, &upload);
            abilities.upload = Ability::fails(trouble.words());
            behind(run, "what needs a file on the remote", WITH_A_FILE);
            return Ok(None);
        }
        let Some(other) = denied::second_opinion(run, work, abilities, &trouble)? else {
            return Ok(None);
        };
        path = other;
    }
    abilities.upload = Ability::Works;
    let size = settled(work, &path, sent.len())?;
    let download = download::small(run, work, &path);
    if size == Size::Missing && download.is_err() && !work.exists(&path)? {
        work.is_gone(&path);
        vanished(run, abilities);
        return Ok(None);
    }
    abilities.stays = Ability::Works;
    judge(run, abilities, &sent, size, &download);
    Ok(Some(path))
}

impl Workspace {
    /// A refusal before the transfer leaves no file, on servers that say so.
    fn is_untouched(&mut self, path: &str, trouble: &Trouble) {
        let Trouble::Refused(refusal) = trouble else {
            return;
        };
        if refusal.reply.is_some() && !refusal.started && self.session.usable {
            // Where it is there, or nobody knows, it is removed with everything else.
            if let Ok(false) = self.exists(path) {
                self.is_gone(path);
            }
        }
    }
}

/// The size, once it is what it should be or has had the time.
fn settled(work: &mut Workspace, path: &str, due: usize) -> Result<Size, Broken> {
    let size = work.size(path)?;
    if size == Size::Untold || size == Size::Known(due) {
        return Ok(size);
    }
    pause(SETTLING_MS);
    work.size(path)
}

/// The server takes uploaded files away (F-S05): not a fault, and nothing is left to look at.
fn vanished(run: &mut Run, abilities: &mut Abilities) {
    let why = "an uploaded file is taken away at once";
    abilities.stays = Ability::fails(why);
    run.note(facts::UPLOAD_VANISHES, value::flag(true));
    run.not_applicable("what needs a file that stays", WITH_A_FILE, why);
}

/// An upload that did not come about.
struct Upload {
    /// What was to go up.
    bytes: usize,
    /// The size of a file that went up before.
    passed: Option<usize>,
    /// Whether it came to the same over another session.
    is_repeated: bool,
}

/// What is on the remote, against what was sent.
fn judge(
    run: &mut Run,
    abilities: &mut Abilities,
    sent: &[u8],
    size: Size,
    download: &Result<Vec<u8>, Trouble>,
) {
    let told = match size {
        Size::Known(size) => size.to_string(),
        Size::Missing => "no such file".into(),
        Size::Untold => "not told".into(),
    };
    let difference = match download {
        Ok(received) => difference(sent, received),
        Err(trouble) => {
            abilities.download = Ability::fails(trouble.words());
            if trouble.refusal().is_some() {
                let check = "whether a file comes back as it was sent";
                run.could_not_look(
                    check,
                    &[],
                    &format!("its download is refused: {}", trouble.words()),
                );
            }
            match size {
                Size::Known(0) => Some(Difference::Empty),
                Size::Known(size) if size < sent.len() => Some(Difference::Short(size)),
                _ => None,
            }
        }
    };
    let Some(difference) = difference else {
        if download.is_ok() {
            abilities.download = Ability::Works;
        }
        return;
    };
    let whole = size == Size::Known(sent.len());
    let (code, detail) = match difference {
        Difference::Empty if !whole => (
            ZERO_BYTE,
            "The server accepted an upload and called it complete, but the file on it is empty.",
        ),
        Difference::Text => (
            TRUNCATED,
            "The line ends of a file have changed: the server treats it as text, although the client asked for \
            binary mode.",
        ),
        _ if whole => (
            TRUNCATED,
            "The file on the server has the right size, but a download does not deliver all of it.",
        ),
        _ => (
            TRUNCATED,
            "The server accepted an upload and called it complete, but the file on it differs from what was sent.",
        ),
    };
    let ability = match whole {
        true => &mut abilities.download,
        false => &mut abilities.upload,
    };
    *ability = Ability::fails("what arrives is not what was sent");
    run.found(
        Finding::new(code, detail)
            .because(Decision::by_evidence(
                "the downloaded file, compared with the uploaded one",
            ))
            .evidence("bytes sent", sent.len())
            .evidence("size on the server", told)
            .evidence("came back", difference),
    );
}

/// 64 KiB over the small file; the path of the large one, where it is there and whole.
pub(crate) fn large(
    run: &mut Run,
    work: &mut Workspace,
    abilities: &mut Abilities,
    small: String,
) -> Result<Option<String>, Broken> {
    if abilities.upload != Ability::Works {
        behind(run, "longer transfers and resuming", &[RESUME_BROKEN]);
        return Ok(None);
    }
    let sent = content::large();
    let mut path = small;
    let mut stored = work.store("STOR", &path, &sent);
    match &stored {
        Ok(()) => abilities.overwrite = Ability::Works,
        Err(trouble) if trouble.denied() => {
            abilities.overwrite = Ability::fails(trouble.words());
            path = work.file(Part::Second);
            stored = work.store("STOR", &path, &sent);
        }
        Err(_) => {}
    }
    let mut is_repeated = false;
    if stored.as_ref().is_err_and(Trouble::stalled) {
        if mtu::passes(work, |work| work.store("STOR", &path, &sent)) {
            mtu::found(run, "STOR");
            stored = Ok(());
        }
    } else {
        (stored, is_repeated) =
            work.once_more_where_lost(stored, |work| work.store("STOR", &path, &sent));
    }
    if let Err(trouble) = stored {
        work.is_untouched(&path, &trouble);
        abilities.large_upload = Ability::fails(trouble.words());
        let upload = Upload {
            bytes: sent.len(),
            passed: Some(content::small().len()),
            is_repeated,
        };
        failed(run, work, &trouble, &upload);
        behind(run, "longer transfers and resuming", &[RESUME_BROKEN]);
        return Ok(None);
    }
    let size = settled(work, &path, sent.len())?;
    if let Size::Known(size) = size
        && size != sent.len()
    {
        let detail = "The server accepted a longer upload and called it complete, but the file on it has a \
        different size.";
        abilities.large_upload = Ability::fails("what arrives is not what was sent");
        run.found(
            Finding::new(TRUNCATED, detail)
                .because(Decision::by_evidence(
                    "the size that the server itself gives, asked for more than once",
                ))
                .evidence("bytes sent", sent.len())
                .evidence("size on the server", size),
        );
        behind(run, "resuming", &[RESUME_BROKEN]);
        return Ok(None);
    }
    abilities.large_upload = Ability::Works;
    Ok(Some(path))
}

/// An upload that was not a question of rights.
fn failed(run: &mut Run, work: &Workspace, trouble: &Trouble, upload: &Upload) {
    if let Some(halt) = trouble.halt(work) {
        let finding = match upload.is_repeated {
            true => halt.repeated(halt.manner),
            false => halt.unconfirmed("not possible: there was no further session"),
        };
        return run.found(finding);
    }
    let found = match trouble {
        Trouble::Refused(refusal) => {
            finding(refusal, upload.passed).map(|finding| (refusal, finding))
        }
        Trouble::NoConnection(_) => None,
    };
    let Some((refusal, finding)) = found else {
        let codes = [WRITE_DENIED, QUOTA_EXCEEDED, ZERO_BYTE];
        return run.could_not_look("uploads", &codes, &trouble.words());
    };
    let mut finding = finding.evidence("bytes sent", upload.bytes);
    if let Some(passed) = upload.passed {
        finding = finding.evidence("a file that went through", format!("{passed} bytes"));
    }
    if let Some(reply) = &refusal.reply {
        finding = finding.evidence("reply", reply);
    }
    if let Some(failure) = &refusal.failure {
        finding = finding.evidence("failure", &failure.detail);
    }
    run.found(finding.evidence("bytes that left", refusal.passed));
}

fn finding(refusal: &Refusal, passed: Option<usize>) -> Option<Finding> {
    let local_error = refusal
        .reply
        .as_ref()
        .is_some_and(|reply| reply.code == 451);
    let not_resumed = refusal
        .session
        .as_ref()
        .is_some_and(|session| session.resumption_offered && !session.resumed);
    Some(match refusal.answer {
        Answer::Reply(TransferAnswer::StorageFull) => {
            let detail = match passed {
                Some(_) => {
                    "A small file can be uploaded, but the server refuses a larger one for lack of space."
                }
                None => "The server refuses an upload for lack of space.",
            };
            let code = "the reply for a storage that is full (RFC 959 section 4.2.2)";
            let finding = Finding::new(QUOTA_EXCEEDED, detail);
            match &refusal.reply {
                Some(reply) => finding.because(Decision::by_rule(reply, code)),
                None => finding,
            }
        }
        // vsftpd, for one, has no other words for a full disk.
        Answer::Reply(TransferAnswer::Broken) if local_error => {
            let detail =
                "The server cannot write the upload, and reports an error on its own side.";
            Finding::new(QUOTA_EXCEEDED, detail).likely(
                TRUNCATED,
                "the server's log mentions an error other than a full disk or quota; its administrator can look \
                it up",
            )
        }
        Answer::Reply(TransferAnswer::TlsRefused | TransferAnswer::NoDataConnection)
            if not_resumed =>
        {
            let detail = "Listings work, but the server refuses the data connection of an upload, although that \
            connection offers to resume the TLS session. So the sessions that the server issues do not last.";
            Finding::new(REUSE_BROKEN, detail).because(Decision::by_counter_test(
                "listings of the same session",
                "they come through",
            ))
        }
        Answer::Reply(TransferAnswer::NoDataConnection) => {
            let detail = "Listings work, but in two sessions the server reports that the data connection of an \
            upload is missing.";
            let test = "a packet trace on the server shows whether the data connection of an upload arrives there";
            Finding::new(TRUNCATED, detail).likely(WRITE_DENIED, test)
        }
        // The server waited for what we had sent, and ended the session.
        Answer::Reply(TransferAnswer::Closing) if refusal.started || refusal.passed > 0 => {
            let detail = "An upload begins and all of it is sent, but it does not arrive: the server waits for it \
            and then ends the session. A device on the network path accepts the data and does not pass it on.";
            Finding::new(TRUNCATED, detail)
                .owner(Owner::FirewallAdmin)
                .likely(
                    WRITE_DENIED,
                    "a packet trace on the server shows whether the data arrives there",
                )
        }
        Answer::Reply(TransferAnswer::Busy) => {
            let detail = "The server twice refused an upload with a temporary error, before any data was \
            transferred, while listings work.";
            let test = "the same upload succeeds some minutes later: the server was busy";
            Finding::new(WRITE_DENIED, detail).likely(UNAVAILABLE, test)
        }
        // What came is no reply: that has a finding of its own.
        Answer::ControlLost if refusal.failure.is_none() => return None,
        // All went, and the confirmation did not come.
        Answer::Reply(TransferAnswer::Broken) | Answer::Silence | Answer::ControlLost => {
            let detail = "An upload begins, but the server does not confirm its arrival.";
            let test = "a packet trace on the server shows whether the data arrives, and its log shows what \
            happened to it";
            Finding::new(TRUNCATED, detail).likely(WRITE_DENIED, test)
        }
        _ => return None,
    })
}

fn behind(run: &mut Run, check: &str, codes: &[Code]) {
    let found = run.found_of(&[
        QUOTA_EXCEEDED,
        ZERO_BYTE,
        TRUNCATED,
        REUSE_BROKEN,
        STOPS_ANSWERING,
        CLOSES_SESSION,
    ]);
    match found {
        Some(code) => {
            let reason = format!("blocked by {}", code.name);
            run.behind_fault(check, codes, &reason);
        }
        None => run.could_not_look(check, codes, "an upload did not start"),
    }
}

/// The rest of a file that is half there, by REST and STOR or else by APPE.
pub(crate) fn resumed(
    run: &mut Run,
    work: &mut Workspace,
    abilities: &mut Abilities,
) -> Result<(), Broken> {
    let whole = content::large();
    let (first, rest) = whole.split_at(LARGE / 2);
    let path = work.file(Part::Third);
    if let Err(trouble) = work.store("STOR", &path, first) {
        work.is_untouched(&path, &trouble);
        return Ok(());
    }
    let store = format!("STOR {path}");
    let (_, moved) = work.resume(first.len(), &store, Payload::Send(rest))?;
    let mut stored = moved.map(drop).map_err(|trouble| trouble.words());
    let mut how = "REST and STOR";
    if stored.is_err() && work.session.usable {
        how = "APPE";
        let appended = work.store("APPE", &path, rest);
        stored = appended.map_err(|trouble| trouble.words());
    }
    if let Err(why) = stored {
        abilities.resume_upload = Ability::Fails(why);
        return Ok(());
    }
    match work.fetch(&format!("RETR {path}"), MOST) {
        Ok(received) => match difference(&whole, &received) {
            None => abilities.resume_upload = Ability::Works,
            Some(difference) => {
                abilities.resume_upload = Ability::fails("the file is damaged");
                let detail = "The server accepts the rest of an interrupted upload, but the file is then \
                incomplete.";
                run.found(
                    Finding::new(RESUME_BROKEN, detail)
                        .evidence("resumed by", how)
                        .evidence("came back", difference),
                );
            }
        },
        Err(trouble) => abilities.resume_upload = Ability::fails(trouble.words()),
    }
    Ok(())
}
