//! From command lines to what they do.

use super::{Flow, Session, Step};
use crate::{Mode, control::Reply, wording::Occasion};

impl Session {
    pub(super) async fn obey(&mut self, line: &str) -> Step {
        let (verb, argument) = line.split_once(' ').unwrap_or((line, ""));
        let verb = verb.to_ascii_uppercase();
        if verb == "PASS" {
            self.server.counters.password_tried();
            argument.clone_into(&mut self.control.secret);
        }
        if self.server.behaviour.mode == Mode::GreetingThenTls && !self.secured && verb != "QUIT" {
            return self
                .reply(
                    503,
                    "This port takes a TLS handshake, not commands in clear text",
                )
                .await;
        }
        if let Some(how) = self.disturbance(&verb) {
            return self.disturbed(how, &verb, argument).await;
        }
        if let Some(step) = self.answer_instead(&verb, argument).await {
            return step;
        }
        if matches!(
            verb.as_str(),
            "STOR" | "APPE" | "MKD" | "CWD" | "RNTO" | "DELE" | "RMD"
        ) && let Some(reply) = self.breaks_rule_of_names(argument)
        {
            return self.send(reply).await;
        }
        self.obey_verb(&verb, argument).await
    }

    pub(super) async fn obey_verb(&mut self, verb: &str, argument: &str) -> Step {
        match verb {
            "AUTH" => self.auth(argument).await,
            "PBSZ" => self.pbsz(argument).await,
            "PROT" => self.prot(argument).await,
            "USER" => self.user(argument).await,
            "PASS" => self.pass(argument).await,
            "ACCT" => self.acct().await,
            "FEAT" => self.feat().await,
            "OPTS" => self.opts(argument).await,
            "SYST" | "HELP" if !self.login.is_complete() && self.keeps_to_itself() => {
                self.say(Occasion::LoginFirst).await
            }
            "SYST" => self.say(Occasion::System).await,
            "NOOP" if !self.is_useless() => self.reply(200, "OK").await,
            "HELP" => self.say(Occasion::Help).await,
            "CLNT" => self.reply(200, "Noted").await,
            "QUIT" => {
                self.reply(221, "Goodbye").await?;
                Ok(Flow::Close)
            }
            _ if self.login.is_complete() => self.obey_user(verb, argument).await,
            _ if is_known(verb) => self.say(Occasion::LoginFirst).await,
            _ => self.unknown_before_login().await,
        }
    }

    fn keeps_to_itself(&self) -> bool {
        self.server.behaviour.software.answers_after_login_only()
    }

    /// Whether a login is accepted and good for nothing.
    fn is_useless(&self) -> bool {
        let useless =
            |fault: &crate::Fault| matches!(fault, crate::Fault::UselessLogin { .. }).then_some(());
        self.login.is_complete() && self.value(useless).is_some()
    }

    /// Commands that need a login.
    async fn obey_user(&mut self, verb: &str, argument: &str) -> Step {
        let useless = self.value(|fault| match fault {
            crate::Fault::UselessLogin { text } => Some(text.clone()),
            _ => None,
        });
        if let Some(text) = useless {
            return self.reply(530, text).await;
        }
        match verb {
            "PWD" | "XPWD" => self.pwd().await,
            "CWD" | "XCWD" => self.cwd(argument).await,
            "CDUP" | "XCUP" => self.cwd("..").await,
            "TYPE" => self.set_type(argument).await,
            "STRU" => self.only_choice(argument, "F").await,
            "MODE" => self.only_choice(argument, "S").await,
            "ALLO" => self.reply(202, "No storage allocation necessary").await,
            "PRET" if self.has(&crate::Fault::PretRequired) => {
                self.preannounced = true;
                self.reply(200, "Transfer noted").await
            }
            "PASV" => self.pasv().await,
            "EPSV" => self.epsv(argument).await,
            "LIST" | "NLST" | "MLSD" => self.list(verb, argument).await,
            "MLST" => self.mlst(argument).await,
            "STAT" => self.stat(argument).await,
            "SIZE" => self.size(argument).await,
            "MDTM" => self.mdtm(argument).await,
            "MFMT" => self.mfmt(argument).await,
            "REST" => self.rest(argument).await,
            "RETR" => self.retrieve(argument).await,
            "STOR" => self.store(argument, false).await,
            "APPE" => self.store(argument, true).await,
            "DELE" => self.delete(argument).await,
            "MKD" | "XMKD" => self.make_directory(argument).await,
            "RMD" | "XRMD" => self.remove_directory(argument).await,
            "RNFR" => self.rename_from(argument).await,
            "RNTO" => self.rename_to(argument).await,
            "ABOR" => self.reply(226, "Nothing to abort").await,
            "PORT" | "EPRT" => self.reply(502, "Only passive data connections here").await,
            "SITE" => self.site(argument).await,
            "REIN" | "SMNT" | "STOU" | "CCC" => self.reply(502, "Command not implemented").await,
            _ => self.say(Occasion::UnknownCommand).await,
        }
    }

    /// Some products do not tell unknown commands from forbidden ones before a login.
    async fn unknown_before_login(&mut self) -> Step {
        use crate::Software::{PureFtpd, Vsftpd};
        let occasion = match self.server.behaviour.software {
            Vsftpd | PureFtpd => Occasion::LoginFirst,
            _ => Occasion::UnknownCommand,
        };
        self.say(occasion).await
    }

    async fn feat(&mut self) -> Step {
        if self.has(&crate::Fault::FeatRefused) {
            return self.reply(502, "FEAT not implemented").await;
        }
        if self.has(&crate::Fault::FeatHangsUpInClear) && !self.secured {
            return Ok(Flow::Close);
        }
        let features = self
            .features()
            .into_iter()
            .map(|feature| format!(" {feature}"));
        self.send(Reply::lines_of(211, "Features:", features, "End"))
            .await
    }

    async fn opts(&mut self, argument: &str) -> Step {
        let wanted = argument.to_ascii_uppercase();
        if wanted.starts_with("UTF8") && !self.has(&crate::Fault::NamesNotUtf8) {
            self.reply(200, "Names are UTF-8 always").await
        } else if wanted.starts_with("MLST") && !self.has(&crate::Fault::NoMachineListing) {
            self.reply(200, "MLST OPTS type;size;modify;perm;").await
        } else {
            self.reply(501, "Option not understood").await
        }
    }
}

/// Commands that would be understood after a login.
fn is_known(verb: &str) -> bool {
    const KNOWN: &str = "\
        PWD XPWD CWD XCWD CDUP XCUP TYPE STRU MODE ALLO PASV EPSV LIST NLST MLSD MLST \
        STAT SIZE MDTM MFMT REST RETR STOR APPE DELE MKD XMKD RMD XRMD RNFR RNTO ABOR \
        PORT EPRT REIN SMNT STOU SITE CCC";
    KNOWN.split_whitespace().any(|known| known == verb)
}
