//! The facts that this probe states.

probe_sdk::facts! {
    MODE = name::CONTROL_MODE: Text, "security mode", compared(190, Value, PLACE), privacy(Open);
    REPLIES = name::CONTROL_REPLIES: Texts, "replies before the control connection was secured";
    SECURITY = name::CONTROL_SECURITY: Text, "security of the control connection", shown(40, "control"), privacy(Open);
    MAX_SEGMENT = name::CONTROL_MAX_SEGMENT: Integer, "largest TCP segment that works, in bytes", fills("max segment");
    GREETING = name::SERVER_GREETING: Text, "greeting", compared(130, Words, PLACE);
    GREETING_ENCODING = "server.greeting-encoding": Text, "encoding of the greeting", shown(35, "greeting");
    GREETING_MS = name::SERVER_GREETING_MS: Integer, "time to the greeting, in milliseconds";
    GREETING_ANNOUNCED = name::SERVER_GREETING_ANNOUNCED: Flag, "whether a 120 announces the greeting";
    REFUSED_FOR = "server.refused-for": Text, "what the server refuses the connection for", fills("own failure");
    SOFTWARE = "server.software": Text, "server software", shown(30, "server"), compared(140, Words, PLACE);
    REQUIRES_TLS = name::SERVER_REQUIRES_TLS: Flag, "whether the server requires TLS", compared(180, Value, PLACE);
    VERSION = name::TLS_VERSION: Text, "TLS version", compared(210, Value, OFFER), privacy(Open);
    CIPHER = "tls.cipher": Text, "TLS cipher suite", compared(220, Value, OFFER), privacy(Open);
    HANDSHAKE_US = "tls.handshake-us": Integer, "time of the TLS handshake, in microseconds";
    OLD_VERSIONS = "tls.old-versions": Texts, "old TLS versions", compared(230, Sometimes, OFFER), privacy(Open);
    SERVER_NAME_REFUSED = name::TLS_SERVER_NAME_REFUSED: Flag, "whether the server refuses the server name";
    OFFERED_VERSION = "tls.offered-version": Text, "TLS version that the server chose for an older client", privacy(Open);
    OFFERED_CIPHER = "tls.offered-cipher": Text, "TLS cipher suite that the server chose for an older client",
        privacy(Open);
    OFFERED_KEY_EXCHANGE = "tls.offered-key-exchange": Text, "key exchange that the server chose for an older client",
        privacy(Open);
    CLIENT_CERTIFICATE_REQUESTED = "tls.client-certificate-requested": Flag,
        "whether the server asked for a client certificate";
    + probe_sdk::shared::CONTROL_PORT;
    + probe_sdk::shared::FEATURES_BEFORE_LOGIN;
    + probe_sdk::shared::PRODUCT;
    + probe_sdk::shared::PRODUCT_CONFIDENCE;
    + probe_sdk::shared::PRODUCT_RECOGNISED_BY;
    + probe_sdk::shared::SEEN_AS;
}
