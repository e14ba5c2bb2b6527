//! A summary in every format. Pure: a summary in, a text out.

mod html;
mod junit;
mod markdown;
mod message;
mod sections;
mod table;
mod text;

pub use html::html;
pub use junit::junit;
pub use markdown::markdown;
pub use message::{Part, message};
pub use table::csv;
pub use text::text;

/// A summary as JSON.
pub fn json(summary: &crate::Summary) -> String {
    serde_json::to_string_pretty(summary)
        .expect("a summary has no maps with other keys than strings")
        + "\n"
}
