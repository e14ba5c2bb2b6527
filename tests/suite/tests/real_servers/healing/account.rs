//! Accounts that may do less than they are meant to, and servers that take too few sessions.

use std::fs;
use std::os::unix::fs::chown;

use netlab::{ACCOUNT, Product, Setup};

use super::{Ill, each};
use crate::products::{denied, with, without};

use Product::{ProFtpd, PureFtpd, Pyftpdlib, Vsftpd};

pub fn ills() -> Vec<Ill> {
    let mut ills: Vec<Ill> = Vec::new();
    ills.extend(each(Product::ALL, |product| Ill {
        somebody_else: true,
        ..Ill::new(
            "service.too-many-connections",
            Setup {
                max_clients: Some(1),
                ..Setup::explicit(product)
            },
        )
    }));
    ills.extend(each(Product::ALL, |product| {
        let lines = match product {
            Vsftpd => "max_per_ip=3",
            ProFtpd => "MaxConnectionsPerHost 3",
            PureFtpd => "MaxClientsPerIP 3",
            Pyftpdlib => "server.max_cons_per_ip = 3",
        };
        Ill::new("settings.connection-limit-too-high", with(product, lines)).with(&[
            "--depth",
            "full",
            "--max-connections",
            "5",
        ])
    }));
    for (code, command, right) in [
        ("ftp.write-denied", "STOR", "w"),
        ("ftp.delete-denied", "DELE", "d"),
        ("ftp.rename-denied", "RNFR", "f"),
        ("ftp.directory-create-denied", "MKD", "m"),
    ] {
        ills.extend(each([Vsftpd, ProFtpd, Pyftpdlib], |product| {
            writes(code, denied(product, command, right))
        }));
    }
    ills.push(writes("ftp.write-denied", with(Vsftpd, "write_enable=NO")).how("anywhere"));
    ills.push(writes(
        "ftp.delete-denied",
        with(PureFtpd, "KeepAllFiles yes"),
    ));
    ills.push(writes("ftp.rename-denied", with(PureFtpd, "NoRename yes")));
    ills.push(writes(
        "ftp.times-not-settable",
        with(Vsftpd, "mdtm_write=NO"),
    ));
    ills.extend(each([ProFtpd, Pyftpdlib], |product| {
        writes(
            "ftp.times-not-settable",
            denied(product, "MFMT SITE_UTIME", "T"),
        )
    }));
    ills.push(writes("ftp.resume-broken", without(Vsftpd, "REST")));
    ills.push(writes(
        "ftp.resume-broken",
        with(ProFtpd, "AllowRetrieveRestart off"),
    ));
    ills.push(writes(
        "ftp.quota-exceeded",
        with(ProFtpd, "MaxStoreFileSize 1 Kb"),
    ));
    ills.push(
        writes("ftp.quota-exceeded", with(PureFtpd, "Quota 1000:1")).spoilt(|scene| {
            let used = scene.server.home().join(".ftpquota");
            fs::write(&used, "3 1048570\n")?;
            Ok(chown(&used, Some(ACCOUNT), None)?)
        }),
    );
    ills.push(writes(
        "ftp.clock-offset",
        with(
            Pyftpdlib,
            "import os, time\nos.environ['TZ'] = 'XYZ-5'\ntime.tzset()\nhandler.use_gmt_times = False",
        ),
    ));
    ills.push(Ill::new(
        "ftp.account-restricted",
        with(
            Vsftpd,
            "userlist_enable=YES\nuserlist_deny=NO\nuserlist_file=/etc/hostname",
        ),
    ));
    ills.push(
        Ill::new("ftp.home-unavailable", Setup::explicit(Vsftpd))
            .how("writable")
            .spoilt(|scene| Ok(chown(scene.server.home(), Some(ACCOUNT), None)?)),
    );
    ills
}

/// Where the account may write.
fn writes(code: &'static str, setup: Setup) -> Ill {
    Ill::new(code, setup).with(&["--allow-writes", "--remote-path", "inbox"])
}
