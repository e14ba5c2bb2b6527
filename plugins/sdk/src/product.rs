//! Which program the remote runs.

use ftp::product::Recognition;

use crate::{Run, value};

impl Run {
    /// Notes a product with what speaks for it: the facts `server.product`, `server.product.confidence` and
    /// `server.product.recognised-by`.
    pub fn note_product(&mut self, recognised: &Recognition) {
        self.note("server.product", value::text(recognised.product.name()));
        self.note(
            "server.product.confidence",
            value::text(recognised.confidence.to_string()),
        );
        self.note("server.product.recognised-by", value::texts(&recognised.by));
    }
}
