//! What the probes said becomes causes, consequences and a verdict. Pure: no network, no sandbox, no clock.
#![warn(missing_docs)]

pub mod allow_list;
pub mod codes;
pub mod compare;
pub mod diagnose;
pub mod facts;
pub mod record;
pub mod rows;
pub mod why;
