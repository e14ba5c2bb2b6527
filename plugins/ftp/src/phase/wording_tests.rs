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
            ("User jo is already logged in 2 times", true),
            ("User jo is already logged in", false),
            ("Only 2 sessions at a time", true),
            ("No more users, please", true),
            (
                "There are already 50 users logged in, please come back later",
                true,
            ),
            ("Derzeit sind 20 Benutzer angemeldet", true),
            ("You are already logged in; 2 files", false),
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
            ("Access from 198.51.100.7 is blocked by policy", true),
            ("Connections from 2001:db8::7 are not accepted", true),
            ("Login from 198.51.100.7 recorded", false),
            ("Version 1.2.3.4 is not for you", false),
        ],
    );
}

#[test]
fn names_of_hosts() {
    check(
        asks_for_host,
        &[
            ("Valid hostname is expected.", true),
            ("Use user@remotehost to connect via this proxy", true),
            ("Login with username@server", true),
            ("Send your e-mail address (user@host) as password", false),
            ("User jo cannot log in", false),
            ("Cannot resolve host name of the client", false),
        ],
    );
}

#[test]
fn things_that_are_not_there() {
    check(
        names_missing,
        &[
            ("No such file or directory", true),
            ("Das System kann den angegebenen Pfad nicht finden.", true),
            ("Le dossier n'existe pas", true),
            ("O diretório não existe", true),
            ("Access denied", false),
            ("Directory exists", false),
        ],
    );
}

#[test]
fn whose_connections_a_limit_counts() {
    check(
        counts_one_client,
        &[
            (
                "There are too many connections from your internet address.",
                true,
            ),
            ("Too many connections (8) from this IP", true),
            ("Too many connections (2) from this user", true),
            ("Too many connections from the same IP address.", true),
            (
                "Sorry, the maximum number clients (5) from your host are already connected.",
                true,
            ),
            (
                "Sorry, the maximum number of clients (2) for this user already connected.",
                true,
            ),
            ("User jo is already logged in 2 times", true),
            ("Maximum sessions per user reached", true),
            ("Zu viele Verbindungen dieses Benutzers", true),
            (
                "There are too many connected users, please try later.",
                false,
            ),
            ("8 users (the maximum) are already logged in, sorry", false),
            (
                "Too many connections. Service temporarily unavailable.",
                false,
            ),
            (
                "Sorry, the maximum number of allowed clients (30) already connected.",
                false,
            ),
            ("MAXIMUM ALLOWED USERS CONNECTED.", false),
            ("Maximum login limit has been reached.", false),
            ("Zu viele Verbindungen", false),
        ],
    );
}

#[test]
fn failures_of_the_server_itself() {
    for (code, text, expected) in [
        (
            500,
            "OOPS: vsftpd: cannot locate user specified in 'nopriv_user':nobody",
            true,
        ),
        (500, "OOPS: SSL: cannot load RSA certificate", true),
        (
            500,
            "OOPS: tcp_wrappers is set to YES but no tcp wrapper support compiled in",
            true,
        ),
        (500, "Internal error", true),
        (
            421,
            "Unable to read the indexed puredb file (or old format detected)",
            true,
        ),
        (421, "Service misconfigured", true),
        (500, "Fehler in der Konfiguration", true),
        (500, "", false),
        (421, "Service not available.", false),
        (
            500,
            "FTP server shut down (going down at noon) -- please try again later",
            false,
        ),
        (500, "Server is down for maintenance", false),
        (500, "Access denied", false),
        (500, "Your address is not allowed", false),
        (500, "Server reached its limit of 10 users", false),
        (530, "No anonymous users", false),
        (421, "Can't talk to you now", false),
    ] {
        assert_eq!(
            names_own_failure(&Reply::single(code, text)),
            expected,
            "{code} {text}"
        );
    }
}
