//! How long the usual reply takes, and what time-outs clients need for it.

use probe_sdk::shared::USUAL_REPLY_MS;
use probe_sdk::{Control, Finding, Run, SLOW_REPLY_MS, value, whole_check_s};

use crate::SLOW_REPLIES;

/// Notes the usual time, and reports one that is long.
pub(crate) fn look(run: &mut Run, control: Option<&Control>) {
    let Some(usual_ms) = control.and_then(Control::usual_reply_ms) else {
        return;
    };
    run.note(USUAL_REPLY_MS, value::number(usual_ms));
    if i64::from(usual_ms) < SLOW_REPLY_MS {
        return;
    }
    let seconds = f64::from(usual_ms) / 1000.0;
    // A client needs room for a reply that is slower than the usual one.
    let enough = (5.0 * seconds).ceil();
    let detail = format!(
        "A reply usually takes {seconds:.1} s, so the transfer of one file takes minutes and clients with short \
        time-outs give up. This run therefore checked less than usual."
    );
    let whole = whole_check_s(i64::from(usual_ms));
    let finding = Finding::new(SLOW_REPLIES, detail)
        .evidence("usual reply", format!("{seconds:.1} s"))
        .evidence("time-out that clients need", format!("{enough:.0} s"))
        .evidence("time for a full check", format!("--timeout {whole}"));
    let is_enough = enough * 1000.0 <= f64::from(run.request().reply_ms);
    run.found(match is_enough || run.waits_no_longer() {
        true => finding,
        false => finding.patch(&[("reply_timeout", &format!("{enough:.0}"))]),
    });
}
