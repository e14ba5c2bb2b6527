//! The facts that this probe states.

probe_sdk::facts! {
    ACCEPTED = name::LOGIN_ACCEPTED: Flag, "whether the login is accepted", compared(240, Value, ACCOUNT);
    DIRECTORY = name::LOGIN_DIRECTORY: Text, "login directory",
        shown(70, "login"), compared(250, Value, ACCOUNT), privacy(Path);
    ENTERED = name::LOGIN_ENTERED: Text, "path entered from the login directory", privacy(Path);
    HALTED_AT = "login.halted-at": Text, "command of the login that got no reply";
    REPLIES = name::LOGIN_REPLIES: Texts, "replies of the session that logs in";
    FEATURES = name::SERVER_FEATURES: Texts, "FEAT list", compared(160, Set, ACCOUNT);
    + probe_sdk::shared::FEATURES_BEFORE_LOGIN;
    + probe_sdk::shared::PRODUCT;
    + probe_sdk::shared::PRODUCT_CONFIDENCE;
    + probe_sdk::shared::PRODUCT_RECOGNISED_BY;
    + probe_sdk::shared::SEEN_AS;
    + probe_sdk::shared::USUAL_REPLY_MS;
}
