use super::*;
use crate::Asked;
use crate::check::at;

fn heard(codes: &[u16]) -> ReplyCodes {
    ReplyCodes {
        first: codes.first().copied(),
        last: codes.last().copied(),
        count: u32::try_from(codes.len()).unwrap(),
    }
}

#[test]
fn one_session_tries_until_one_has_succeeded() {
    let trying = || Attempt::Trying(1);
    let accepted = || Attempt::Accepted(Vec::new());
    assert_eq!(trying().after(1, heard(&[]), true), trying());
    assert_eq!(trying().after(2, heard(&[530]), true), trying());
    for code in [202, 230, 232, 332] {
        assert_eq!(
            trying().after(1, heard(&[code]), true),
            accepted(),
            "{code}"
        );
    }
    for code in [421, 430, 450, 500, 530, 550] {
        assert_eq!(
            trying().after(1, heard(&[code]), true),
            Attempt::Spent,
            "{code}"
        );
    }
    assert_eq!(trying().after(1, heard(&[]), false), Attempt::Spent);
}

#[test]
fn what_is_no_answer_to_the_password_is_no_login() {
    for code in [
        110, 120, 150, 200, 220, 221, 226, 250, 331, 334, 336, 350, 600,
    ] {
        let after = Attempt::Trying(1).after(1, heard(&[code]), true);
        assert_eq!(after, Attempt::Spent, "{code}");
        let after = Attempt::Trying(1).after(1, heard(&[code, 230]), true);
        assert_eq!(after, Attempt::Spent, "{code}, then 230");
    }
    let contradicted = Attempt::Trying(1).after(1, heard(&[230, 530]), true);
    assert_eq!(contradicted, Attempt::Spent);
}

#[test]
fn after_a_refusal_nothing_is_tried_whatever_was_before() {
    let again = || Attempt::Accepted(vec![2, 3]);
    assert_eq!(again().after(2, heard(&[530]), true), Attempt::Spent);
    assert_eq!(Attempt::Spent.after(3, heard(&[230]), true), Attempt::Spent);
    let less = Attempt::Accepted(vec![3]);
    assert_eq!(again().after(2, heard(&[230]), true), less);
    // A limit on sessions, or a broken connection, refuses no password; nor does what a session hears later.
    for codes in [&[421][..], &[220], &[]] {
        assert_eq!(again().after(2, heard(codes), false), less);
    }
    assert_eq!(again().after(1, heard(&[550]), true), again());
}

#[test]
fn a_later_run_keeps_to_what_became_of_the_password() {
    let policy = |check: &Check| Arc::new(AddressPolicy::new(check.authority().clone()));
    let check = Check::of(Asked {
        credential: Some(Credential {
            user: "jo".into(),
            password: "secret".into(),
        }),
        ..Asked::about(at("ftp.example.com", 21))
    });
    for before in [
        PasswordUse::Untried,
        PasswordUse::Accepted,
        PasswordUse::Spent,
    ] {
        let login = Login::new(&check, policy(&check), Trust::default(), before);
        assert_eq!(login.became(), before);
        assert_eq!(
            login.claim(7, Patience::ForTheFirst).is_ok(),
            before != PasswordUse::Spent
        );
    }
    // Begun and not decided: nobody hears the answer any more.
    let login = Login::new(
        &check,
        policy(&check),
        Trust::default(),
        PasswordUse::Untried,
    );
    login.claim(7, Patience::ForTheFirst).unwrap();
    assert_eq!(login.became(), PasswordUse::Spent);
}

#[test]
fn the_password_is_written_as_the_settings_say() {
    let line = |encoding, password: &str| {
        let mut asked = Asked::about(at("ftp.example.com", 21));
        asked.remote.client.password_encoding = encoding;
        let check = Check::of(asked);
        let policy = Arc::new(AddressPolicy::new(check.authority().clone()));
        let login = Login::new(&check, policy, Trust::default(), PasswordUse::Untried);
        let credential = Credential {
            user: "jo".into(),
            password: password.into(),
        };
        let fits = credential.clone().written_as(encoding).is_ok();
        let line = login.line(&credential);
        assert_eq!(fits, line.is_ok());
        line.ok()
    };
    let latin = Some(PasswordEncoding::Latin1);
    assert_eq!(
        line(None, "gr\u{fc}n"),
        Some(b"PASS gr\xc3\xbcn\r\n".to_vec())
    );
    assert_eq!(line(latin, "gr\u{fc}n"), Some(b"PASS gr\xfcn\r\n".to_vec()));
    assert_eq!(line(latin, "5 \u{20ac}"), None);
}

#[test]
fn beyond_the_authority_there_is_no_credential_and_still_a_mask() {
    let check = Check::of(Asked {
        credential: Some(Credential {
            user: "jo".into(),
            password: "secret".into(),
        }),
        ..Asked::about(at("ftp.example.com", 21))
    });
    let user = |check: &Check| {
        let policy = Arc::new(AddressPolicy::new(check.authority().clone()));
        let login = Login::new(check, policy, Trust::default(), PasswordUse::Untried);
        assert!(login.mask().is_some());
        login.user().map(String::from)
    };
    assert_eq!(user(&check).as_deref(), Some("jo"));
    let other = check.altered(|it| it.remote.host = "attacker.example".into());
    assert_eq!(user(&other), None);
}

#[test]
fn what_cannot_be_noted_is_not_sent_and_no_session_asks_again() {
    #[derive(Debug)]
    struct Closed;
    impl LoginGate for Closed {
        fn pass(&self) -> Result<(), String> {
            Err("the disk is full".into())
        }
    }
    let check = Check::of(Asked {
        login_gate: Some(Arc::new(Closed)),
        ..Asked::about(at("ftp.example.com", 21))
    });
    let policy = Arc::new(AddressPolicy::new(check.authority().clone()));
    let login = Login::new(&check, policy, Trust::default(), PasswordUse::Untried);
    login.claim(7, Patience::ForTheFirst).unwrap();
    let refused = login.noted();
    let is_told = matches!(&refused, Err(Refusal::Failed(why)) if why.detail == "the disk is full");
    assert!(is_told, "{refused:?}");
    let next = login.claim(8, Patience::ForTheFirst);
    assert_eq!(next, Err(Refusal::AlreadyRejected));
}
