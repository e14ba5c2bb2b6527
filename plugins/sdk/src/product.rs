//! Which program the remote runs.

use ftp::product::Recognition;

use crate::{Run, shared, value};

impl Run {
    /// Notes a product with what speaks for it: the facts `server.product`, `server.product.confidence` and
    /// `server.product.recognised-by`.
    pub fn note_product(&mut self, recognised: &Recognition) {
        self.note(shared::PRODUCT, value::text(recognised.product.name()));
        self.note(
            shared::PRODUCT_CONFIDENCE,
            value::text(recognised.confidence.to_string()),
        );
        self.note(shared::PRODUCT_RECOGNISED_BY, value::texts(&recognised.by));
    }
}
