//! The facts that this probe states.

probe_sdk::facts! {
    METHOD = name::DATA_METHOD: Text, "working method to ask for data ports", privacy(Open);
    ANNOUNCED_ADDRESS = "data.announced-address": Text, "address that data connections go to", privacy(ServerAddress);
    FAILED_ONCE = "data.failed-once": Texts, "what failed once and worked at the second try";
    EPSV = name::DATA_EPSV: Text, "how EPSV goes";
    PASV = name::DATA_PASV: Text, "how PASV goes";
    PASV_ANNOUNCES = name::DATA_PASV_ANNOUNCES: Text, "what PASV announces";
    PASV_ADDRESS = name::DATA_PASV_ADDRESS: Text, "address that PASV announces", privacy(ServerAddress);
    TLS_START = name::DATA_TLS_START: Text, "when TLS begins on data connections";
    NAMES = name::DATA_NAMES: Text, "encoding of names in listings";
    BARE_LINE_FEEDS = name::DATA_BARE_LINE_FEEDS: Flag, "whether lines of listings end only in a line feed";
    REPLIES = name::DATA_REPLIES: Texts, "replies of the session that lists";
    PASSIVE_MAP = name::DATA_PASSIVE_MAP: Rows, "data ports that were tried";
    PASSIVE_RANGE = name::DATA_PASSIVE_RANGE: Text, "lowest and highest data port that was named", privacy(Open);
    PASSIVE_SAMPLE = name::DATA_PASSIVE_SAMPLE: Text, "what the sample of data ports excludes", privacy(Open);
    LIST_ALL = name::DATA_LIST_ALL: Text, "what LIST -a brings";
    LISTS_IN_ASCII_ALONE = name::DATA_LISTS_IN_ASCII_ALONE: Flag, "whether listings come in ASCII alone";
    LISTED = name::DATA_LISTED: Flag, "whether a listing arrives", compared(260, Value, FOLDER);
    LISTING_DECLINED = "data.listing-declined": Text, "why the server declines to list";
    LISTING_BYTES = "data.listing-bytes": Integer, "size of the listing, in bytes";
    SECURITY = "data.security": Text, "TLS of data connections", shown(50, "data"), compared(270, Value, OFFER),
        privacy(Open);
    SESSIONS = "data.sessions": Texts, "security of each data connection", privacy(Open);
    START_REPLY = "data.start-reply": Text, "when the server starts a transfer", compared(280, Sometimes, FOLDER),
        privacy(Open);
    CLIENTS = "data.clients": Text, "which clients get data connections", shown(55, "clients");
    RESUMPTION = "data.resumption": Rows, "resumption of TLS, data connection by data connection";
    RESUMPTION_ENDS_AT = "data.resumption-ends-at": Integer, "first data connection that does not resume TLS";
    WITH_TLS_1_2 = "data.tls-1.2": Text, "data connections with TLS 1.2", privacy(Open);
    SESSIONS_WITH_TLS_1_2 = "data.sessions-tls-1.2": Texts, "security of each data connection with TLS 1.2", privacy(Open);
    CERTIFICATE = "data.certificate": Text, "certificate of data connections";
    CLEAR_TEXT = "data.clear-text": Text, "data connections in clear text";
    + probe_sdk::shared::PRET;
    + probe_sdk::shared::REUSE_REQUIRED;
}
