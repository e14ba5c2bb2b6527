//! Many remotes from many source addresses.
//!
//! [`Remotes::read`] reads the list, [`plan()`] makes jobs of it, and [`dispatch`] takes them from the journal to a
//! [`Transport`], which brings each to where it is executed. [`execute`] does that, by the same function as a check of one
//! remote. [`Summary`] is what all reports of a run say together; it and [`render`] are pure.
#![warn(missing_docs)]

mod dispatch;
mod execute;
mod manners;
mod opt_out;
mod plan;
mod remotes;
pub mod render;
pub mod summary;
mod transport;

pub use dispatch::{Dispatch, Ended, Happened, dispatch};
pub use execute::execute;
pub use manners::Limits;
pub use opt_out::{OptOut, OptOutError};
pub use plan::{PlanOptions, plan};
pub use remotes::{FleetRemote, Mistakes, Remotes, RemotesError};
pub use summary::{OfRemote, Summary};
pub use transport::{Assignment, Stopped, Transport};
