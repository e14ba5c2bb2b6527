use super::*;

const CLEAR: bool = true;
const TLS: bool = false;

fn check(phase: Phase, table: &[(u16, &str, bool, LoginAnswer, Weight, &str)]) {
    for &(code, text, clear_text, answer, weight, why) in table {
        let found = judge(phase, &Reply::single(code, text), clear_text);
        assert_eq!(
            found,
            (answer, weight),
            "{why}: {code} {text} (clear text: {clear_text})"
        );
    }
}

#[test]
#[rustfmt::skip] // one form a line
fn user_accepted() {
    check(
        Phase::User,
        &[
            (331, "Password required for anna", TLS, PasswordWanted, Certain, "RFC 959"),
            (331, "", CLEAR, PasswordWanted, Certain, "code alone"),
            (331, "Send e-mail address as password", CLEAR, PasswordWanted, Certain, "anonymous"),
            (331, "Response to otp-md5 99 ke1234 required", TLS, OneTimePassword, Likely, "F-L09, RFC 2289"),
            (331, "s/key 99 ke1234", CLEAR, OneTimePassword, Likely, "F-L09, RFC 1760"),
            (331, "Enter your one-time password", TLS, OneTimePassword, Likely, "F-L09"),
            (336, "Challenge is 1234", TLS, OneTimePassword, Certain, "RFC 2228"),
            (332, "Need account", TLS, AccountWanted, Certain, "F-L09"),
            (230, "Logged in", CLEAR, NoPasswordNeeded, Certain, "F-L11"),
            (232, "Authorized by certificate", TLS, NoPasswordNeeded, Certain, "F-L11"),
            (200, "Fine", TLS, Unexpected, Certain, "out of step"),
            (350, "More", TLS, Unexpected, Certain, "out of step"),
            (250, "Fine", TLS, Unexpected, Certain, "out of step"),
            (220, "Ready", TLS, Unexpected, Certain, "out of step"),
            (150, "Here", TLS, Unexpected, Certain, "makes no sense"),
            (632, "x", TLS, Unexpected, Certain, "RFC 2228 protected reply"),
        ],
    );
}

#[test]
#[rustfmt::skip] // one form a line
fn user_refused_for_tls() {
    check(
        Phase::User,
        &[
            (530, "Non-anonymous sessions must use encryption.", CLEAR, TlsRequired, Certain, "F-L04"),
            (550, "SSL/TLS required on the control channel", CLEAR, TlsRequired, Certain, "F-L04"),
            (421, "Cleartext sessions are not accepted on this server.", CLEAR, TlsRequired, Certain, "F-L04"),
            (503, "Use AUTH first.", CLEAR, TlsRequired, Certain, "F-L04"),
            (534, "Policy requires SSL.", CLEAR, TlsRequired, Certain, "F-L04, F-A04"),
            (534, "A TLS connection is required on the control channel", CLEAR, TlsRequired, Certain, "F-L04"),
            (530, "You must use a secure connection", CLEAR, TlsRequired, Certain, "unseen wording"),
            (530, "Verschlüsselung erforderlich", CLEAR, TlsRequired, Certain, "German"),
            (530, "Connexion chiffrée requise", CLEAR, TlsRequired, Certain, "French"),
            (530, "Se requiere cifrado", CLEAR, TlsRequired, Certain, "Spanish"),
            (500, "Explicit TLS is mandatory", CLEAR, TlsRequired, Likely, "odd code, no word of demand"),
            (534, "", CLEAR, TlsRequired, Certain, "F-L04, code alone"),
            (533, "", CLEAR, TlsRequired, Certain, "RFC 2228"),
            (530, "", CLEAR, TlsRequired, Likely, "F-L04, code alone: AUTH will tell"),
            (530, "Not logged in", CLEAR, TlsRequired, Likely, "neutral text"),
            (550, "Rejected", CLEAR, TlsRequired, Likely, "neutral text"),
            (503, "Bad sequence of commands", CLEAR, TlsRequired, Likely, "neutral text"),
            (421, "", CLEAR, TlsRequired, Likely, "neutral text"),
        ],
    );
}

#[test]
#[rustfmt::skip] // one form a line
fn user_refused_otherwise() {
    check(
        Phase::User,
        &[
            (421, "Service not available", CLEAR, Closing, Certain, "going away"),
            (421, "Login timeout", CLEAR, Closing, Certain, "too late"),
            (421, "", TLS, Closing, Certain, "nothing to demand under TLS"),
            (421, "Too many sessions for this user", CLEAR, TooMany, Likely, "F-G08"),
            (530, "Maximum number of connections reached, TLS or not", CLEAR, TooMany, Likely, "limit first"),
            (530, "Permission denied.", CLEAR, AccountRestricted, Likely, "F-L05"),
            (530, "Permission denied.", TLS, AccountRestricted, Likely, "F-L05"),
            (530, "This server is anonymous only.", TLS, AccountRestricted, Likely, "F-L08"),
            (530, "", TLS, AccountRestricted, Likely, "F-L05: before PASS"),
            (530, "Login incorrect", TLS, AccountRestricted, Likely, "still before PASS"),
            (530, "Access from your IP address is denied", CLEAR, SourceNotAllowed, Likely, "F-N05"),
            (500, "Not allowed from this host", TLS, SourceNotAllowed, Likely, "F-N05"),
            (530, "Client certificate required", TLS, ClientCertificateWanted, Likely, "F-A11"),
            (531, "Certificate not accepted", TLS, ClientCertificateWanted, Certain, "F-A11"),
            (531, "", TLS, ClientCertificateWanted, Likely, "F-A11"),
            (530, "Home directory not available", TLS, HomeUnavailable, Likely, "F-L06"),
            (532, "Need account", TLS, AccountWanted, Certain, "F-L09"),
            (534, "", TLS, AccountRestricted, Likely, "policy, but not for TLS"),
            (550, "", TLS, AccountRestricted, Likely, "before PASS"),
            (503, "", TLS, Unexpected, Certain, "order"),
            (500, "Unknown command", CLEAR, Unexpected, Certain, "F-G07: mail server"),
            (501, "Unknown host", TLS, Unexpected, Certain, "F-L10"),
            (502, "", CLEAR, Unexpected, Certain, "F-G07"),
            (504, "", TLS, Unexpected, Certain, "F-L10"),
        ],
    );
}

#[test]
#[rustfmt::skip] // one form a line
fn password_accepted() {
    check(
        Phase::Pass,
        &[
            (230, "Welcome", TLS, LoggedIn, Certain, "RFC 959"),
            (202, "Superfluous", TLS, LoggedIn, Certain, "RFC 959"),
            (232, "", TLS, LoggedIn, Certain, "RFC 2228"),
            (250, "", CLEAR, Unexpected, Certain, "out of step"),
            (220, "Ready", TLS, Unexpected, Certain, "a second greeting"),
            (200, "", TLS, Unexpected, Certain, "out of step"),
            (331, "Password required", TLS, Unexpected, Certain, "asked again, and not for another"),
            (120, "Wait", TLS, Unexpected, Certain, "makes no sense"),
            (332, "Need account", TLS, AccountWanted, Certain, "F-L09"),
            (331, "Enter verification code", TLS, OneTimePassword, Likely, "second factor"),
            (336, "", TLS, OneTimePassword, Likely, "RFC 2228"),
            (350, "", TLS, Unexpected, Certain, "makes no sense"),
            (150, "", TLS, Unexpected, Certain, "makes no sense"),
        ],
    );
}

#[test]
#[rustfmt::skip] // one form a line
fn password_refused_by_530() {
    check(
        Phase::Pass,
        &[
            (530, "Login incorrect.", TLS, Rejected, Certain, "F-L01"),
            (530, "Login incorrect.", CLEAR, Rejected, Certain, "F-L01"),
            (530, "Login authentication failed", TLS, Rejected, Certain, "F-L01"),
            (530, "Invalid username or password, account may be locked", TLS, Rejected, Certain, "F-L03 cannot be told"),
            (530, "Benutzername oder Passwort falsch", TLS, Rejected, Certain, "German"),
            (530, "", TLS, Rejected, Likely, "code alone"),
            (530, "Not logged in", TLS, Rejected, Likely, "F-L01"),
            (530, "Access denied", TLS, Rejected, Likely, "denied, whatever for"),
            (530, "ログインできません", TLS, Rejected, Likely, "a language not known here"),
            (530, "Sorry, the maximum number of clients (2) from your host are already connected.", TLS, TooMany, Likely, "F-G08"),
            (530, "Max 3 sessions per user", TLS, TooMany, Likely, "F-L14"),
            (530, "Login failed: too many connections", TLS, TooMany, Likely, "F-G08"),
            (530, "Zu viele Anmeldungen: gleichzeitige Sitzungen überschritten", TLS, TooMany, Likely, "German"),
            (530, "Se ha superado el límite de conexiones", TLS, TooMany, Likely, "Spanish"),
            (530, "User max cannot log in.", TLS, Rejected, Likely, "a user named Max"),
            (530, "Valid hostname is expected.", TLS, HostWanted, Likely, "several sites, RFC 7151"),
            (530, "Use the HOST command or a host name in the user name first", TLS, HostWanted, Likely, "unseen wording"),
            (530, "Cannot resolve your host name", TLS, SourceNotAllowed, Likely, "another host name"),
            (530, "You must change your password before you can log in", TLS, PasswordExpired, Likely, "unseen wording"),
            (530, "Kennwort abgelaufen", TLS, PasswordExpired, Likely, "German"),
            (530, "Invalid password or password expired", TLS, Rejected, Certain, "called wrong"),
            (530, "Too many failed login attempts", TLS, Rejected, Likely, "F-L13: tries, not connections"),
            (530, "Encryption is required for this user", CLEAR, TlsRequired, Likely, "F-L04"),
            (530, "Encryption is required for this user", TLS, Rejected, Likely, "cannot be meant under TLS"),
            (530, "Secure FTP server: login incorrect", CLEAR, Rejected, Certain, "a product's name"),
            (530, "User cannot log in, home directory inaccessible.", TLS, HomeUnavailable, Likely, "F-L06"),
            (530, "Répertoire introuvable", TLS, HomeUnavailable, Likely, "French"),
            (530, "Active Directory rejected the password", TLS, Rejected, Certain, "not that directory"),
            (530, "User cannot log in.", TLS, Rejected, Likely, "every wrong name or password at IIS"),
            (530, "Account disabled", TLS, AccountRestricted, Likely, "F-L03"),
            (530, "Password expired", TLS, PasswordExpired, Likely, "F-L03"),
            (530, "Konto gesperrt", TLS, AccountRestricted, Likely, "German"),
            (530, "Your IP is not allowed", TLS, SourceNotAllowed, Likely, "F-L07"),
            (530, "Login from this network is forbidden", TLS, SourceNotAllowed, Likely, "F-L07"),
            (530, "Zugriff von dieser IP-Adresse verweigert", TLS, SourceNotAllowed, Likely, "German"),
            (530, "Use your e-mail address as password, not this", TLS, Rejected, Certain, "another address"),
            (530, "No valid client certificate", TLS, ClientCertificateWanted, Likely, "F-A11"),
        ],
    );
}

#[test]
#[rustfmt::skip] // one form a line
fn password_refused_by_other_codes() {
    check(
        Phase::Pass,
        &[
            (500, "OOPS: cannot change directory:/home/anna", TLS, HomeUnavailable, Certain, "F-L06"),
            (500, "OOPS: refusing to run with writable root inside chroot()", TLS, HomeUnavailable, Certain, "F-L06"),
            (500, "", TLS, Unexpected, Certain, "no class: no word of a home"),
            (500, "OOPS: priv_sock_get_cmd", TLS, Unexpected, Certain, "no class: a process that died"),
            (550, "SSL/TLS required on the control channel", CLEAR, TlsRequired, Certain, "F-L04"),
            (550, "", CLEAR, TlsRequired, Likely, "F-L04"),
            (550, "", TLS, HomeUnavailable, Likely, "F-L15"),
            (534, "", CLEAR, TlsRequired, Certain, "F-L04"),
            (534, "", TLS, AccountRestricted, Likely, "policy"),
            (421, "Login incorrect", TLS, Rejected, Likely, "F-L13"),
            (421, "Good night", TLS, Closing, Certain, "a goodbye, no greeting"),
            (421, "Too many connections for this user", TLS, TooMany, Likely, "F-L14"),
            (421, "Cleartext sessions are not accepted", CLEAR, TlsRequired, Likely, "F-L04"),
            (430, "Invalid username or password", TLS, Rejected, Likely, "unregistered code"),
            (535, "Failed", TLS, Rejected, Likely, "code of another protocol"),
            (553, "Wrong password", TLS, Rejected, Likely, "by the text"),
            (531, "", TLS, ClientCertificateWanted, Likely, "F-A11"),
            (532, "", TLS, AccountWanted, Certain, "F-L09"),
            (450, "Too many users, try later", TLS, TooMany, Likely, "by the text"),
            (503, "Send USER first", TLS, Unexpected, Certain, "order"),
            (501, "", TLS, Unexpected, Certain, "syntax"),
        ],
    );
}

#[test]
#[rustfmt::skip] // one form a line
fn other_phases() {
    check(
        Phase::Other,
        &[
            (230, "", TLS, LoggedIn, Certain, "after ACCT"),
            (332, "", TLS, AccountWanted, Certain, "F-L09: in the middle of a session"),
            (331, "", TLS, PasswordWanted, Certain, "asked again"),
            (336, "", TLS, OneTimePassword, Certain, "RFC 2228"),
            (421, "Too many users", TLS, TooMany, Likely, "F-G08"),
            (421, "", CLEAR, Closing, Certain, "idle"),
            (530, "Login incorrect", TLS, Unexpected, Likely, "not after PASS"),
        ],
    );
}
