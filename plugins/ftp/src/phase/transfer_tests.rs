use super::*;

fn check(phase: Phase, table: &[(u16, &str, TransferAnswer, &str)]) {
    for &(code, text, expected, why) in table {
        assert_eq!(
            judge(phase, &Reply::single(code, text)),
            expected,
            "{why}: {code} {text}"
        );
    }
}

#[test]
#[rustfmt::skip] // one form a line
fn before_the_transfer() {
    check(
        Phase::Transfer,
        &[
            (125, "", Started, "RFC 959: already open"),
            (150, "", Started, "RFC 959"),
            (226, "", Done, "no 1yz, nothing to send"),
            (250, "", Done, "RFC 959"),
            (421, "", Closing, "table 2.10"),
            (522, "Data connections must be encrypted.", ProtectionRequired, "F-P03"),
            (522, "", ProtectionRequired, "F-P03, RFC 4217 section 11.4"),
            (521, "", ProtectionRequired, "F-P03, RFC 4217 section 10.2"),
            (534, "Policy requires SSL.", ProtectionRequired, "F-P03"),
            (533, "", ProtectionRequired, "RFC 2228"),
            (536, "", ProtectionRequired, "RFC 2228"),
            (550, "SSL/TLS required on the data channel", ProtectionRequired, "F-P03"),
            (530, "Verschlüsselung erforderlich", ProtectionRequired, "German"),
            (425, "Protected data required", ProtectionRequired, "F-P03"),
            (425, "", NoDataConnection, "F-D01"),
            (425, "Can't open data connection.", NoDataConnection, "RFC 959"),
            (425, "Use PORT or PASV first.", NoDataConnection, "F-D15"),
            (425, "Unable to build data connection: Connection timed out", NoDataConnection, "F-D01"),
            (425, "Cannot connect to client: network is unreachable", NoDataConnection, "F-D01"),
            (425, "Cannot assign requested address", NoDataConnection, "F-D10"),
            (425, "Address already in use", NoDataConnection, "F-D10"),
            (425, "Security: bad IP connecting.", PeerAddressRejected, "F-N07"),
            (425, "Data connection from a different host", PeerAddressRejected, "F-N07"),
            (425, "Permission denied", PeerAddressRejected, "F-N07"),
            (425, "TLS session of the data connection was not resumed", TlsRefused, "F-D17, servers that shake hands first"),
            (431, "", TlsRefused, "RFC 2228"),
            (550, "No such file or directory", Denied, "F-S01"),
            (550, "Permission denied.", Denied, "F-S01"),
            (550, "/certs/tls required.pem: not found", Denied, "a path"),
            (550, "ssl.txt: not found", Denied, "a file name"),
            (550, "The file is write protected, must not be changed", Denied, "another protection"),
            (550, "This transfer cannot be resumed", Denied, "another resumption"),
            (553, "Name not allowed", Denied, "F-S03"),
            (530, "Not logged in", Denied, "table 2.10"),
            (532, "", Denied, "RFC 959: account for storing"),
            (450, "File busy", Busy, "F-S20"),
            (450, "", Busy, "RFC 959"),
            (434, "", Busy, "by the first digit"),
            (451, "Too many transfers: connection limit", Busy, "table 2.10"),
            (451, "Local error", Broken, "RFC 959"),
            (426, "", Broken, "RFC 959"),
            (452, "", StorageFull, "F-S02"),
            (552, "", StorageFull, "F-S02"),
            (550, "There is not enough space on the disk", StorageFull, "F-S02"),
            (451, "Quota exceeded", StorageFull, "F-S02"),
            (500, "", Unexpected, "table 2.10"),
            (501, "", Unexpected, "table 2.10"),
            (502, "", Unexpected, "RFC 959"),
            (503, "", Unexpected, "order"),
            (331, "", Unexpected, "makes no sense"),
            (666, "", Unexpected, "makes no sense"),
        ],
    );
}

#[test]
#[rustfmt::skip] // one form a line
fn during_the_transfer() {
    check(
        Phase::Transferring,
        &[
            (226, "", Done, "RFC 959"),
            (250, "", Done, "RFC 959"),
            (421, "Passive data channel timed out.", Closing, "table 2.10"),
            (522, "SSL connection failed: session reuse required", TlsRefused, "F-D17"),
            (522, "", TlsRefused, "F-D17, RFC 4217 section 10.2"),
            (425, "Unable to build data connection: Operation not permitted", TlsRefused, "F-D17"),
            (425, "TLS session of data connection not resumed", TlsRefused, "F-D17"),
            (425, "", TlsRefused, "F-D17, code alone"),
            (425, "Data connection timed out", NoDataConnection, "servers that say 150 first"),
            (425, "Connection refused", NoDataConnection, "servers that say 150 first"),
            (425, "Address does not match the control connection", PeerAddressRejected, "F-N07"),
            (450, "TLS session not resumed", TlsRefused, "F-D17"),
            (450, "", TlsRefused, "F-D17, code alone"),
            (450, "Link to client lost", Broken, "table 2.10"),
            (450, "File is in use", Busy, "F-S20"),
            (431, "", TlsRefused, "RFC 2228"),
            (426, "Failure reading network stream.", Broken, "table 2.10"),
            (426, "Connection closed; transfer aborted.", Broken, "RFC 959"),
            (426, "TLS handshake failed", TlsRefused, "by the text"),
            (451, "Failure writing to local file.", Broken, "F-S02 cannot be told"),
            (451, "No space left on device, disk full", StorageFull, "F-S02"),
            (452, "", StorageFull, "F-S02"),
            (552, "Transfer aborted (quota)", StorageFull, "F-S02"),
            (550, "", Denied, "late"),
            (521, "", ProtectionRequired, "late"),
            (534, "", ProtectionRequired, "late"),
            (150, "", Unexpected, "RFC 959: at most one 1yz"),
            (500, "OOPS", Unexpected, "makes no sense"),
            (331, "", Unexpected, "makes no sense"),
        ],
    );
}
