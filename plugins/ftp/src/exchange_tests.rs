use super::*;

fn class(command: &str, code: u16) -> Class {
    classify(Asked::by(command), &Reply::single(code, "text"))
}

#[test]
fn replies_of_other_commands_answer_nothing() {
    for (command, code) in [
        ("EPSV", 211),
        ("EPSV", 250),
        ("EPSV", 200),
        ("EPSV", 227),
        ("PASV", 229),
        ("PASV", 226),
        ("PWD", 229),
        ("NOOP", 257),
        ("NOOP", 226),
        ("TYPE I", 213),
        ("FEAT", 257),
        ("FEAT", 250),
        ("SIZE a", 250),
        ("CWD a", 230),
        ("PWD", 230),
        ("USER anna", 220),
        ("LIST", 227),
        ("SYST", 331),
        ("DELE a", 350),
        ("STAT", 150),
    ] {
        assert_eq!(
            class(command, code),
            Class::OutOfStep,
            "{code} to {command}"
        );
    }
}

#[test]
fn odd_replies_of_real_servers_are_no_other_commands() {
    for (command, code, expected) in [
        ("AUTH TLS", 200, Class::Done),
        ("AUTH TLS", 334, Class::Continue),
        ("USER anna", 230, Class::Done),
        ("PASS x", 202, Class::Done),
        ("CWD a", 200, Class::Done),
        ("CWD a", 257, Class::Done),
        ("MKD a", 250, Class::Done),
        ("DELE a", 200, Class::Done),
        ("TYPE I", 250, Class::Done),
        ("NOOP", 250, Class::Done),
        ("PBSZ 0", 200, Class::Done),
        ("FEAT", 211, Class::Done),
        ("FEAT", 214, Class::Done),
        ("STAT", 212, Class::Done),
        ("STAT", 213, Class::Done),
        ("LIST", 150, Class::Begun),
        ("LIST", 226, Class::Done),
        ("LIST", 250, Class::Done),
        ("ABOR", 226, Class::Done),
        ("REST 5", 350, Class::Continue),
        ("HOST a", 220, Class::Done),
        ("SITE CHMOD", 200, Class::Done),
        ("SITE X", 257, Class::Done),
    ] {
        assert_eq!(class(command, code), expected, "{code} to {command}");
    }
}

#[test]
fn refusals_are_told_apart_by_code_and_phase() {
    for (command, code, expected) in [
        ("FEAT", 421, Class::Goodbye),
        ("FEAT", 221, Class::Goodbye),
        ("QUIT", 221, Class::Done),
        ("FEAT", 500, Class::NotUnderstood),
        ("PASV", 502, Class::NotUnderstood),
        ("EPSV", 522, Class::Refused),
        ("PASS x", 503, Class::WrongOrder),
        ("PASS x", 530, Class::Refused),
        ("PWD", 530, Class::NotLoggedIn),
        ("LIST", 425, Class::RefusedForNow),
        ("LIST", 550, Class::Refused),
        ("LIST", 666, Class::Unclassified),
        ("NOOP", 100, Class::Unclassified),
    ] {
        assert_eq!(class(command, code), expected, "{code} to {command}");
    }
}
