use super::*;

type Theme = fn(&Reply) -> bool;

fn check(theme: Theme, table: &[(&str, bool)]) {
    for &(text, expected) in table {
        assert_eq!(theme(&Reply::single(530, text)), expected, "{text}");
    }
}

#[test]
fn limits() {
    check(
        states_limit,
        &[
            ("Too many users logged in", true),
            ("maximum number of clients (2)", true),
            ("Connection limit exceeded", true),
            ("Max connections reached", true),
            ("max 5 users", true),
            ("Only 2 sessions at a time", true),
            ("No more users, please", true),
            ("Maximum login limit has been reached.", true),
            ("Only registered users", false),
            ("Benutzerlimit erreicht", true),
            ("Trop d'utilisateurs", true),
            ("Demasiadas conexiones", true),
            ("Troppi utenti", true),
            ("Muitas conexões", true),
            ("Te veel verbindingen", true),
            ("User max unknown", false),
            ("Disk limit exceeded for user", false),
            ("Too many login attempts", false),
            ("Session timeout limit", false),
            ("Not connected", false),
            ("unlimited connections", false),
        ],
    );
}

#[test]
fn encryption() {
    check(
        names_encryption,
        &[
            ("TLS required", true),
            ("SSL/TLS", true),
            ("clear text is off", true),
            ("plain-text login", true),
            ("Versleuteling vereist", true),
            ("Crittografia richiesta", true),
            ("see /etc/ssl/doc", false),
            ("tls.example.com is down", false),
            ("Hassle", false),
            ("Authentication failed", false),
            ("auth failed", false),
        ],
    );
}

#[test]
fn names_are_not_prose() {
    for name in [
        "/ssl",
        "\\ssl",
        "~ssl",
        "a.ssl",
        "\"ssl.txt\":",
        "(192.0.2.1)",
        "ftp.example.com.",
    ] {
        assert!(is_name(name), "{name}");
    }
    for prose in [
        "ssl",
        "SSL/TLS",
        "incorrect.",
        "(tls)",
        "incorrect.please",
        "...",
        "e-mail",
    ] {
        assert!(!is_name(prose), "{prose}");
    }
}

#[test]
fn one_time() {
    check(
        asks_one_time,
        &[
            ("otp-sha1 5 seed", true),
            ("[s/key 99 seed]", true),
            ("One-Time Password", true),
            ("Challenge: 42", true),
            ("Password please", false),
            ("One password at a time", false),
        ],
    );
}

#[test]
fn sources() {
    check(
        refuses_source,
        &[
            ("IP address blocked", true),
            ("Not from your country", true),
            ("Adresse IP refusée", true),
            ("email address not valid", false),
            ("This user is not allowed on this host", false),
            ("IP fine", false),
        ],
    );
}
