//! The login, and what it allows.

use std::time::{Duration, Instant};

use lab::Fault;

use crate::client::{Client, Tls, faulty, soon};

pub async fn login(fault: Fault) {
    let lab = faulty(fault.clone()).await;
    if fault == Fault::FeatHangsUpInClear {
        let mut client = Client::greeted(&lab).await;
        client.write(b"FEAT\r\n").await;
        assert!(soon(client.rest()).await.is_ok_and(|rest| rest.is_empty()));
        let mut client = Client::secured(&lab, &Tls::both(&lab)).await;
        assert_eq!(client.send("FEAT").await.code, 211);
        return;
    }
    let tls = Tls::both(&lab);
    let mut client = Client::secured(&lab, &tls).await;
    if fault == Fault::FeatRefused {
        assert_eq!(client.send("FEAT").await.code, 502);
        return;
    }
    if fault == Fault::NamesNotUtf8 {
        let features = client.send("FEAT").await;
        assert!(!features.lines.iter().any(|line| line.contains("UTF8")));
        assert_eq!(client.send("OPTS UTF8 ON").await.code, 501);
        return;
    }
    let user = client.send("USER demo").await;
    if let Fault::UserAnsweredTwice { code } = fault {
        assert_eq!((user.code, client.reply().await.code), (331, code));
        return;
    }
    match fault {
        Fault::UserRefused => return assert_eq!(user.code, 530),
        Fault::NoPasswordNeeded => return assert_eq!(user.code, 230),
        Fault::UserAnswered { code, .. } => return assert_eq!(user.code, code),
        Fault::OneTimePassword => assert!(user.code == 331 && user.lines[0].contains("otp-md5")),
        _ => assert_eq!(user.code, 331),
    }
    let started = Instant::now();
    client.write(b"PASS correct horse\r\n").await;
    if fault == Fault::HomeUnavailableInClear {
        let error = soon(client.line())
            .await
            .expect_err("words in clear")
            .to_string();
        assert!(error.contains("corrupt message"), "{error}");
        return;
    }
    let pass = client.reply().await;
    match fault {
        Fault::LoginRejected | Fault::OneTimePassword => assert_eq!(pass.code, 530),
        Fault::LoginSlow { ms } => {
            assert!(pass.code == 230 && started.elapsed() >= Duration::from_millis(ms))
        }
        Fault::AccountRestricted => {
            assert!(pass.code == 530 && pass.lines[0].contains("not allowed"))
        }
        Fault::TooManyAtPass => assert!(pass.code == 530 && pass.lines[0].contains("maximum")),
        Fault::HomeUnavailable => assert!(pass.code == 500 && pass.lines[0].contains("OOPS")),
        Fault::AccountWanted => assert_eq!(pass.code, 332),
        Fault::PasswordAnswered { code, .. } => assert_eq!(pass.code, code),
        Fault::PasswordEchoed => {
            assert!(pass.code == 230 && pass.lines[0].contains("correct horse"));
            assert!(
                !lab.log()
                    .iter()
                    .any(|exchange| exchange.to_string().contains("correct horse"))
            );
        }
        Fault::Welcome { code, lines } => {
            assert_eq!((pass.code, pass.lines.len()), (code, lines));
        }
        Fault::ClosesAfterLogin => {
            assert_eq!(pass.code, 230);
            assert!(client.rest().await.is_ok_and(|rest| rest.is_empty()));
        }
        _ => unreachable!(),
    }
}

/// Two sessions of one client, and two addresses.
pub async fn status(fault: Fault) {
    let lab = faulty(fault).await;
    let (mut one, mut other) = (Client::plain(&lab).await, Client::plain(&lab).await);
    let (one, other) = (one.send("STAT").await, other.send("STAT").await);
    assert_eq!((one.code, other.code), (211, 211));
    assert!(one.lines[1].contains("from 203.0.113."), "{:?}", one.lines);
    assert_ne!(one.lines[1], other.lines[1]);
}

pub async fn rights(fault: Fault) {
    let lab = faulty(fault.clone()).await;
    let mut client = Client::plain(&lab).await;
    let content = b"0123456789";
    match fault {
        Fault::PathMissing => assert_eq!(client.send("CWD inbox").await.code, 550),
        Fault::ListDenied => assert_eq!(client.download("LIST").await.1.code, 550),
        Fault::ListsInAsciiOnly { .. } => {
            assert_eq!(client.download("LIST").await.1.code, 550);
            assert_eq!(client.send("TYPE A").await.code, 200);
            assert_eq!(client.download("LIST").await.1.code, 226);
        }
        Fault::ListDeniedInData => {
            let (listing, reply) = client.download("LIST").await;
            assert_eq!(
                (listing.as_slice(), reply.code),
                (&b"ls: .: Permission denied\r\n"[..], 226)
            );
        }
        Fault::WriteDenied => assert_eq!(client.send("STOR f").await.code, 550),
        Fault::QuotaExceeded => {
            assert_eq!(client.upload("STOR f", content).await.code, 552);
            assert_eq!(client.send("SIZE f").await.code, 550);
        }
        Fault::DeleteDenied => assert_eq!(client.send("DELE pub/readme.txt").await.code, 550),
        Fault::RenameDenied => {
            assert_eq!(client.send("RNFR pub/readme.txt").await.code, 350);
            assert_eq!(client.send("RNTO pub/other.txt").await.code, 553);
        }
        Fault::MakeDirectoryDenied => assert_eq!(client.send("MKD d").await.code, 550),
        Fault::TimesNotSettable => {
            assert_eq!(
                client.send("MFMT 20240102030405 pub/readme.txt").await.code,
                500
            );
            assert!(!client.send("FEAT").await.lines.join("\n").contains("MFMT"));
        }
        Fault::ClockOffset { .. } => {
            assert_eq!(
                client.send("MFMT 20240102030405 pub/readme.txt").await.code,
                213
            );
            assert_eq!(
                client.send("MDTM pub/readme.txt").await.lines,
                ["213 20240102050405"]
            );
        }
        Fault::NoMachineListing => assert_eq!(client.send("MLSD").await.code, 500),
        Fault::ListingTruncated { .. } => {
            let (listing, reply) = client.download("NLST pub").await;
            assert_eq!(
                (listing.as_slice(), reply.code),
                (&b"data.bin\r\n"[..], 226)
            );
            assert_eq!(client.send("SIZE pub/readme.txt").await.code, 213);
        }
        Fault::ListTruncated { .. } => {
            let (listing, _) = client.download("NLST pub").await;
            let (machine, _) = client.download("MLSD pub").await;
            let lines = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count();
            assert_eq!(lines(&listing), 1);
            assert!(lines(&machine) > 1);
        }
        Fault::RestRefused => assert_eq!(client.send("REST 5").await.code, 502),
        Fault::RestIgnored => {
            assert_eq!(client.upload("STOR f", content).await.code, 226);
            assert_eq!(client.send("REST 5").await.code, 350);
            assert_eq!(client.download("RETR f").await.0, content);
        }
        Fault::RestWrong => {
            assert_eq!(client.upload("STOR f", content).await.code, 226);
            assert_eq!(client.send("REST 1").await.code, 350);
            assert_eq!(client.download("RETR f").await.0, b"89");
        }
        Fault::OverwriteDenied => {
            assert_eq!(client.upload("STOR f", content).await.code, 226);
            assert_eq!(client.send("STOR f").await.code, 550);
        }
        Fault::NamesRefused { .. } => {
            assert_eq!(client.send("STOR f.txt").await.code, 553);
            assert_eq!(client.upload("STOR f", content).await.code, 226);
        }
        Fault::RemoveDirectoryDenied => {
            assert_eq!(client.send("MKD d").await.code, 257);
            assert_eq!(client.send("RMD d").await.code, 550);
        }
        Fault::TimesKept => {
            let before = client.send("MDTM pub/readme.txt").await;
            assert_eq!(
                client.send("MFMT 20240102030405 pub/readme.txt").await.code,
                213
            );
            let after = client.send("MDTM pub/readme.txt").await;
            assert_eq!(before.lines, after.lines);
        }
        Fault::UploadVanishes => {
            assert_eq!(client.upload("STOR f", content).await.code, 226);
            assert_eq!(client.send("SIZE f").await.code, 550);
        }
        _ => unreachable!(),
    }
}
