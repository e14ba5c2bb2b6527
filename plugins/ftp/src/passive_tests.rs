use super::*;
use PassiveError::{NoPort, OutOfRange, PortZero, TooFewNumbers, TooManyNumbers, WrongCode};

#[test]
fn six_numbers() {
    let plain = Ok("192.0.2.1:50000");
    let table = [
        (
            "Entering Passive Mode (192,0,2,1,195,80).",
            plain,
            "RFC 959",
        ),
        (
            "Entering Passive Mode (192,0,2,1,195,80)",
            plain,
            "no full stop",
        ),
        (
            "Entering Passive Mode. 192,0,2,1,195,80",
            plain,
            "no parentheses, RFC 1123",
        ),
        (
            "Entering Passive Mode 192,0,2,1,195,80",
            plain,
            "no parentheses, no full stop",
        ),
        ("=192,0,2,1,195,80", plain, "equals sign"),
        ("192,0,2,1,195,80", plain, "nothing else"),
        (
            "Entering Passive Mode [192,0,2,1,195,80]",
            plain,
            "brackets",
        ),
        (
            "Passive (192, 0, 2, 1, 195, 80)",
            plain,
            "blanks after commas",
        ),
        (
            "Passive ( 192 ,0 ,2 ,1 ,195 ,80 )",
            plain,
            "blanks before commas",
        ),
        ("Passive (192,0,2,1,\n195,80)", plain, "over two lines"),
        (
            "Passive(192,000,002,001,195,080)",
            plain,
            "leading zeros are decimal",
        ),
        (
            "Mode 2 entered (192,0,2,1,195,80) in 15 ms",
            plain,
            "numbers around it",
        ),
        (
            "Entering Passive Mode -192,0,2,1,195,80",
            plain,
            "a dash is no sign",
        ),
        ("Mode-192,0,2,1,195,80", plain, "a hyphen is none"),
        (
            "Entré en mode passif (192,0,2,1,195,80)",
            plain,
            "another language",
        ),
        (
            "Entering Passive Mode 192.0.2.1.195.80",
            plain,
            "points, the only six numbers",
        ),
        (
            "Entering Passive Mode (192.0.2.1,195,80)",
            plain,
            "points and commas, the only six numbers",
        ),
        (
            "Passive 2 (192.0.2.1,195,80)",
            Err(TooFewNumbers(3)),
            "seven numbers and no row of six",
        ),
        (
            "Entering Passive Mode 192 0 2 1 195 80",
            plain,
            "blanks only",
        ),
        (
            "Entering Passive Mode (0,0,0,0,195,80)",
            Ok("0.0.0.0:50000"),
            "F-D05: use the peer's address",
        ),
        (
            "Entering Passive Mode (10,0,0,5,0,21)",
            Ok("10.0.0.5:21"),
            "F-D04",
        ),
        (
            "Entering Passive Mode (255,255,255,255,255,255)",
            Ok("255.255.255.255:65535"),
            "F-D05: broadcast",
        ),
        (
            "Entering Passive Mode (192,0,2,256,195,80)",
            Err(OutOfRange(256)),
            "address over 255",
        ),
        (
            "Entering Passive Mode (192,0,2,1,0,50000)",
            Err(OutOfRange(50_000)),
            "whole port in the last place",
        ),
        (
            "Entering Passive Mode (192,0,2,1,-61,80)",
            Err(OutOfRange(-61)),
            "signed byte",
        ),
        (
            "Passive (192,0,2,1,195,99999999999999999999)",
            Err(OutOfRange(i64::MAX)),
            "beyond any integer",
        ),
        (
            "Entering Passive Mode (192,0,2,1,0,0)",
            Err(PortZero),
            "port 0",
        ),
        (
            "Entering Passive Mode (192,0,2,1,50000)",
            Err(TooFewNumbers(5)),
            "port as one number",
        ),
        (
            "Entering Passive Mode (192,0,2,1)",
            Err(TooFewNumbers(4)),
            "no port",
        ),
        (
            "Entering Passive Mode 192.0.2.1:50000",
            Err(TooFewNumbers(5)),
            "address and port as in a URL",
        ),
        ("Entering Passive Mode", Err(TooFewNumbers(0)), "nothing"),
        ("", Err(TooFewNumbers(0)), "empty"),
        (
            "Passive (4,192,0,2,1,2,195,80)",
            Err(TooManyNumbers(8)),
            "long form of RFC 1639 under the wrong code",
        ),
        (
            "Entering Extended Passive Mode (|||50000|)",
            Err(TooFewNumbers(1)),
            "form of EPSV",
        ),
        (
            "Entering Passive Mode (2001:db8::1,195,80)",
            Err(TooFewNumbers(3)),
            "F-D09: IPv6",
        ),
    ];
    for (text, expected, why) in table {
        let expected = expected.map(|address: &str| address.parse().expect(address));
        assert_eq!(
            parse_227(&Reply::single(227, text)),
            expected,
            "{why}: {text}"
        );
    }
}

#[test]
fn delimited_ports() {
    let table = [
        (
            "Entering Extended Passive Mode (|||6446|)",
            Ok(6446),
            "RFC 2428 section 3",
        ),
        (
            "Entering Extended Passive Mode (|||6446|).",
            Ok(6446),
            "full stop after it",
        ),
        (
            "Entering Extended Passive Mode |||6446|",
            Ok(6446),
            "no parentheses",
        ),
        ("|||6446|", Ok(6446), "nothing else"),
        ("(!!!6446!)", Ok(6446), "another delimiter"),
        ("(###6446#)", Ok(6446), "another delimiter"),
        ("(---6446-)", Ok(6446), "another delimiter"),
        (
            "Extended passive mode OK (~~~6446~)",
            Ok(6446),
            "text before",
        ),
        ("Passive (really) (|||6446|)", Ok(6446), "other parentheses"),
        ("Passive [|||6446|]", Ok(6446), "brackets"),
        ("(|1||6446|)", Ok(6446), "protocol filled in"),
        ("(|1|192.0.2.1|6446|)", Ok(6446), "filled in as in EPRT"),
        (
            "(|2|2001:db8::1|6446|)",
            Ok(6446),
            "filled in as in EPRT, IPv6",
        ),
        ("(||192.0.2.1|6446|)", Ok(6446), "address only"),
        ("(|||6446)", Ok(6446), "last delimiter missing"),
        (
            "|||6446",
            Ok(6446),
            "last delimiter missing, no parentheses",
        ),
        ("(||| 6446 |)", Ok(6446), "blanks"),
        ("( | | | 6446 | )", Ok(6446), "more blanks"),
        (
            "Entré en mode passif étendu (|||6446|)",
            Ok(6446),
            "another language",
        ),
        ("(|||65535|)", Ok(65_535), "highest port"),
        ("(|||0|)", Err(PortZero), "port 0"),
        ("(|||65536|)", Err(OutOfRange(65_536)), "port over 65535"),
        (
            "(|||99999999999999999999|)",
            Err(OutOfRange(i64::MAX)),
            "beyond any integer",
        ),
        ("(||6446|)", Err(NoPort), "F-D08: one delimiter too few"),
        ("(|6446|)", Err(NoPort), "two too few"),
        ("(6446)", Err(NoPort), "none"),
        ("(||||)", Err(NoPort), "no digits"),
        ("(|||port|)", Err(NoPort), "a word"),
        ("(|||-1|)", Err(NoPort), "a sign"),
        ("(|||195,80|)", Err(NoPort), "port in two bytes"),
        ("Entering Extended Passive Mode", Err(NoPort), "nothing"),
        (
            "Entering Passive Mode (192,0,2,1,195,80)",
            Err(NoPort),
            "form of PASV",
        ),
        ("", Err(NoPort), "empty"),
    ];
    for (text, expected, why) in table {
        assert_eq!(
            parse_229(&Reply::single(229, text)),
            expected,
            "{why}: {text}"
        );
    }
}

#[test]
fn other_codes() {
    let with = |code| Reply::single(code, "(|||6446|) (192,0,2,1,195,80)");
    // 227 to EPSV and 229 to PASV occur; 228 is LPSV (RFC 1639); 522 names the protocols of RFC
    // 2428.
    for code in [200, 228, 229, 425, 500, 501, 502, 522, 530, 550] {
        assert_eq!(parse_227(&with(code)), Err(WrongCode(code)));
    }
    for code in [200, 227, 228, 425, 500, 501, 502, 522, 530, 550] {
        assert_eq!(parse_229(&with(code)), Err(WrongCode(code)));
    }
}
