//! The facts that this probe states.

probe_sdk::facts! {
    METHOD = name::DATA_METHOD: Text, "way to ask for data ports that works";
    ANNOUNCED_ADDRESS = "data.announced-address": Text, "address that data connections go to", privacy(ServerAddress);
    FAILED_ONCE = "data.failed-once": Texts, "what failed once and worked when it was tried again";
    PASSIVE_MAP = name::DATA_PASSIVE_MAP: Rows, "data ports that were tried";
    PASSIVE_RANGE = name::DATA_PASSIVE_RANGE: Text, "lowest and highest data port that was named";
    PASSIVE_SAMPLE = name::DATA_PASSIVE_SAMPLE: Text, "what the sample of data ports excludes";
    LISTED = name::DATA_LISTED: Flag, "whether a listing arrives", compared(260, Value, FOLDER);
    LISTING_DECLINED = "data.listing-declined": Text, "why the server declines to list";
    LISTING_BYTES = "data.listing-bytes": Integer, "size of the listing, in bytes";
    SECURITY = "data.security": Text, "TLS of data connections", shown(50, "data"), compared(270, Value, OFFER);
    SESSIONS = "data.sessions": Texts, "security of each data connection";
    START_REPLY = "data.start-reply": Text, "when the server starts a transfer", compared(280, Sometimes, FOLDER);
    REUSE_REQUIRED = "data.reuse-required": Flag, "whether data connections must resume TLS",
        compared(290, Sometimes, PLACE);
    RESUMPTION = "data.resumption": Rows, "resumption of TLS, data connection by data connection";
    RESUMPTION_ENDS_AT = "data.resumption-ends-at": Integer, "first data connection that does not resume TLS";
    WITH_TLS_1_2 = "data.tls-1.2": Text, "data connections with TLS 1.2";
    SESSIONS_WITH_TLS_1_2 = "data.sessions-tls-1.2": Texts, "security of each data connection with TLS 1.2";
    CERTIFICATE = "data.certificate": Text, "certificate of data connections";
    CLEAR_TEXT = "data.clear-text": Text, "data connections in clear text";
    + probe_sdk::shared::PRET;
}
