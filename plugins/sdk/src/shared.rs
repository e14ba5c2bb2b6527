//! Facts that several probes find, or that the SDK notes for them. Each stands here once, and every probe that finds it lists
//! it.

use crate::Declaration;
use crate::declaring::{Comparison, FactKind, PLACE, Privacy, name};

/// The address that the remote says it sees: what [`Run::note_seen_as`](crate::Run::note_seen_as) notes.
pub const SEEN_AS: Declaration = Declaration::new(
    name::SOURCE_SEEN_AS,
    FactKind::Text,
    "our address as the remote sees it",
)
.privacy(Privacy::OurAddress);

/// The port of the control connection.
pub const CONTROL_PORT: Declaration = Declaration::new(
    name::CONTROL_PORT,
    FactKind::Integer,
    "control port",
)
.compared(200, Comparison::Value, PLACE);

/// What the server offers to FEAT before the login.
pub const FEATURES_BEFORE_LOGIN: Declaration = Declaration::new(
    name::SERVER_FEATURES_BEFORE_LOGIN,
    FactKind::Texts,
    "FEAT list before the login",
)
.compared(170, Comparison::Set, PLACE);

/// The time that the usual reply takes, in milliseconds.
pub const USUAL_REPLY_MS: Declaration = Declaration::new(
    name::SERVER_REPLY_MS,
    FactKind::Integer,
    "time of the usual reply, in milliseconds",
);

/// The flag that this server gives ports only after `PRET`.
pub const PRET: Declaration = Declaration::new(
    name::DATA_PRET,
    FactKind::Flag,
    "whether data ports are given only after PRET",
);

/// Whether data connections must resume the TLS session of the control connection.
pub const REUSE_REQUIRED: Declaration = Declaration::new(
    name::DATA_REUSE_REQUIRED,
    FactKind::Flag,
    "whether data connections must resume TLS",
)
.compared(290, Comparison::Sometimes, PLACE);

/// The product that the server was recognised as: this and the next two are what
/// [`Run::note_product`](crate::Run::note_product) notes.
pub const PRODUCT: Declaration = Declaration::new(
    name::SERVER_PRODUCT,
    FactKind::Text,
    "server product",
)
.compared(150, Comparison::Sometimes, PLACE);

/// How sure it is.
pub const PRODUCT_CONFIDENCE: Declaration = Declaration::new(
    name::SERVER_PRODUCT_CONFIDENCE,
    FactKind::Text,
    "how sure the server product is",
);

/// Where it showed, with the words.
pub const PRODUCT_RECOGNISED_BY: Declaration = Declaration::new(
    "server.product.recognised-by",
    FactKind::Texts,
    "what the server product was recognised by",
);
