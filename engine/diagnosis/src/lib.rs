//! Judging: what the probes said becomes causes, consequences and a verdict. Everything here is pure. It needs no network, no
//! sandbox and no clock, so a diagnosis can be tested and repeated from its [`record`] alone.
//!
//! # One cause, its look-alikes, and silence
//!
//! A code is declared once, by one probe. Its title, severity and owner, and the codes that it explains, stand in the header
//! of its page of advice. A probe must say of each code that it declares that it was found, is clear or was not tested. A code
//! that the probe does not mention is "not tested". Verification asks again with one thing changed, because a TLS library
//! gives one error where a certificate has three faults.
//!
//! # Source addresses are compared by how far they get
//!
//! A [`record::Visit`] is what the probes said from one source address. [`rows`] makes a row of the matrix from it: the states
//! that the visit reached and, for the first one that it missed, the fault that its probe found. Rows that end at different
//! steps are the evidence, whatever the fault looks like from one address alone. A fault explains only what was seen
//! from the same addresses. Saved reports carry their rows, so the command `compare` weighs them with the same function
//! ([`compare`]) as a run does.
//!
//! # Healthy needs proof
//!
//! The matrix knows only what built-in probes reached. With a user, a remote is healthy if it shows a login, and a data
//! connection with a listing, from every address that was looked at in full. Without a user it has to show a connection. If
//! that is missing and no fault explains it, the diagnosis is incomplete, whatever was left out and why.
//!
//! # Third parties
//!
//! The findings of third-party probes come after all others, explain no other finding and prove no change of settings. Where
//! only such a probe calls a remote broken, the summary of the report says so.
#![warn(missing_docs)]

pub mod allow_list;
pub mod blocker;
pub mod codes;
pub mod compare;
pub mod diagnose;
pub mod facts;
mod fast;
pub mod record;
pub mod rows;
pub mod symptom;
