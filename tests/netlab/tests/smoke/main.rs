//! The real servers start, do what their setup says, and show the faults that are asked for.
//!
//! Nothing is skipped: without root or without the servers every test fails and says what to do.

mod certificates;
mod delay;
mod faults;
mod listings;
mod setups;
mod small;
mod talk;
mod traces;
