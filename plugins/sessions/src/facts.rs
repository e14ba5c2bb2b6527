//! The facts that this probe states.

probe_sdk::facts! {
    AT_A_TIME = "sessions.at-a-time": Integer, "sessions at a time",
        compared(300, Sometimes, &[Dependency::Host, Dependency::User, Dependency::MaxConnections]);
    ALLOWED_BY_SETTINGS = "sessions.allowed-by-settings": Integer, "sessions that the settings allow";
    GREETING_MS = "sessions.greeting-ms": Texts, "time to the greeting of each session, in milliseconds";
    IDLE_KEPT = "sessions.idle-kept": Text, "whether the server keeps an idle session";
}
