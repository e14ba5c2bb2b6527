//! What is particular to listings, downloads and uploads.

use facts::{name, value};

use super::{Case, Way};
use crate::profile::{Charset, ListsFirst, ListsIn, Step};
use crate::server::Said;
use crate::trouble::Trouble;

/// A way as long as this loses the end of uploads, in microseconds: measured with 60 ms and 120 ms, and not below 1 ms.
const LONG_US: i64 = 60_000;
const SHORT_US: i64 = 5_000;

pub(super) fn look(case: &Case<'_>, step: Step, way: &mut Way) {
    if let Some(only) = &case.client.files.only
        && step != Step::List
        && !only.is.contains(&step)
    {
        way.fails(Trouble::NotItsWork);
    }
    case.commands(step, way);
    sessions(case, step, way);
    folder(case, step, way);
    match step {
        Step::List => listing(case, way),
        Step::Download => {
            case.everybody(&case.codes.download, way);
            truncated(case, "RETR", way);
        }
        Step::Upload => upload(case, way),
        Step::Connect => {}
    }
    let lists_first = match case.client.files.lists_first.as_ref().map(|it| it.is) {
        Some(ListsFirst::Always) => true,
        Some(ListsFirst::WithoutMlst) => !case.server.lists("MLST"),
        None => false,
    };
    if step != Step::List && lists_first {
        listing(case, way);
        case.commands(Step::List, way);
    }
}

/// More files at a time than the server has sessions: some of them fail.
fn sessions(case: &Case<'_>, step: Step, way: &mut Way) {
    let (Some(opens), Some(most)) = (&case.client.files.connections, case.server.most_sessions())
    else {
        return;
    };
    if step != Step::List && opens.is > most {
        way.depends(format!(
            "how many files move at a time: the server takes {most} sessions, and up to {} are opened",
            opens.is
        ));
    }
}

fn folder(case: &Case<'_>, step: Step, way: &mut Way) {
    let missing = ["ftp.path-not-found", "ftp.path-repeats-login-directory"];
    if missing.iter().any(|code| case.server.has(code)) {
        let makes = case
            .client
            .files
            .makes_folder
            .as_ref()
            .is_some_and(|it| it.is);
        let may_make = case.server.text("writes.make-directory");
        match (step == Step::Upload && makes, may_make) {
            (true, Some("works")) => {}
            (true, None) => {
                way.not_asked("whether the account may make directories (--allow-writes)");
            }
            (true, Some(_)) | (false, _) => way.fails(Trouble::NoFolder),
        }
    }
    if let Some(found) = case.server.found("ftp.path-not-permitted") {
        way.fails(Trouble::Everybody {
            code: found.code.into(),
            title: found.title.into(),
        });
    }
}

fn listing(case: &Case<'_>, way: &mut Way) {
    case.everybody(&case.codes.list, way);
    let dialogue = &case.client.dialogue;
    let has_mlsd = matches!(case.server.says_to("MLSD"), Some(Said::Code(code)) if code < 400);
    if case.server.flag(name::DATA_LISTS_IN_ASCII_ALONE) == Some(true) {
        let what = "which type it lists in";
        way.unless(
            &dialogue.lists_in,
            |it| *it == ListsIn::Ascii,
            what,
            || Trouble::AsciiAlone,
        );
    }
    let is_empty = case.server.text(name::DATA_LIST_ALL) == Some(value::EMPTY);
    if is_empty && dialogue.lists_all.as_ref().is_some_and(|it| it.is) {
        way.fails(Trouble::HiddenForm);
    }
    if !has_mlsd && dialogue.reads_list.as_ref().is_some_and(|it| !it.is) {
        way.no_source("which forms of LIST it reads, where there is no MLSD");
    }
    if case.server.text(name::DATA_NAMES) == Some(value::NOT_UTF_8) {
        let copes = |it: &Charset| *it == Charset::Any;
        way.unless(
            &dialogue.charset,
            copes,
            "which bytes it takes in names",
            || Trouble::Names,
        );
    }
    if case.server.flag(name::DATA_BARE_LINE_FEEDS) == Some(true) {
        let what = "whether it reads lines that end in a line feed alone";
        way.unless(
            &dialogue.bare_line_feeds,
            |reads| *reads,
            what,
            || Trouble::BareLineFeeds,
        );
    }
    truncated(case, "LIST", way);
}

fn truncated(case: &Case<'_>, verb: &str, way: &mut Way) {
    let Some(found) = case.server.found("data.truncated") else {
        return;
    };
    let mut seen = found.evidence.iter();
    let command = found.evidence("command");
    let about_listing = seen.any(|it| it.label.contains("listing"));
    let of_listing = |it: &str| {
        ["LIST", "MLSD", "NLST"]
            .iter()
            .any(|verb| it.starts_with(verb))
    };
    // What cuts a listing short cuts whatever goes the same way.
    let is_it = match (verb, command) {
        ("RETR", Some(command)) => command.starts_with("RETR") || of_listing(command),
        ("RETR", None) => true,
        ("LIST", Some(command)) => of_listing(command),
        ("LIST", None) => about_listing || case.server.transfers() == Some(false),
        (_, command) => command.is_some_and(|it| it.starts_with(verb)),
    };
    if is_it {
        way.fails(Trouble::Truncated);
    }
}

fn upload(case: &Case<'_>, way: &mut Way) {
    case.everybody(&case.codes.upload, way);
    truncated(case, "STOR", way);
    if !case.is_secured() {
        return;
    }
    let product = case
        .server
        .text(name::SERVER_PRODUCT)
        .unwrap_or_default()
        .to_owned();
    let files = &case.client.files;
    let among = |list: &Option<crate::Known<Vec<String>>>| {
        list.as_ref().is_some_and(|it| it.is.contains(&product))
    };
    if among(&files.uploads_fail_with) {
        way.fails(Trouble::UploadFails(product.clone()));
    }
    let is_new = case.server.text(name::TLS_VERSION) == Some("TLS 1.3");
    if !is_new {
        return;
    }
    let closes_unread = files.closes_unread.as_ref().is_some_and(|it| it.is);
    let is_far = case.server.round_trip_us().is_none_or(|us| us > SHORT_US);
    // Who loses ends with one product may with others: how those read is not known.
    let may_lose = closes_unread || is_far && files.uploads_cut_by.is_some();
    if may_lose && product.is_empty() {
        way.not_asked("whether the server keeps the end of an upload that is closed before its session tickets are read");
    }
    if among(&files.uploads_cut_by) {
        match case.server.round_trip_us() {
            Some(way_us) if way_us < LONG_US && closes_unread => {
                way.depends(format!(
                    "chance: {product} may lose the end of an upload with TLS 1.3"
                ));
            }
            Some(way_us) if way_us >= LONG_US => way.fails(Trouble::UploadCut(product)),
            Some(way_us) if way_us > SHORT_US => {
                way.depends(format!(
                    "the distance: {product} loses the end of uploads with TLS 1.3 where it is long"
                ));
            }
            Some(_) | None => {}
        }
    }
}
