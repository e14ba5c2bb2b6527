//! A transfer that stalled as soon as its packets were full: whether small ones get through (F-D25).

use probe_sdk::{Decision, Finding, Run};

use crate::workspace::{Trouble, Workspace};
use crate::{MTU_BLACKHOLE, content};

/// The largest segment that every IPv4 path takes (RFC 9293 section 3.7.1), in bytes.
const SMALL_SEGMENT: u16 = 536;

/// Whether the same transfer passes in a session with small segments, with which the checks go on.
pub(crate) fn passes<T>(
    work: &mut Workspace,
    transfer: impl FnOnce(&mut Workspace) -> Result<T, Trouble>,
) -> bool {
    work.reopened(|opening| opening.max_segment = Some(SMALL_SEGMENT)) && transfer(work).is_ok()
}

pub(crate) fn found(run: &mut Run, verb: &str) {
    let detail = "A small file arrives, but one of 64 KiB stops as soon as its packets are full. With small \
    packets the same transfer works. So large packets are lost on the network path, without a message to the \
    sender.";
    run.found(
        Finding::new(MTU_BLACKHOLE, detail)
            .because(Decision::by_counter_test(
                "small segments",
                "the same transfer passes",
            ))
            .evidence("command", verb)
            .evidence(
                "a file that went through",
                format!("{} bytes", content::small().len()),
            )
            .evidence(
                "with segments of 536 bytes",
                format!("{} bytes", content::LARGE),
            ),
    );
}
