//! The password goes to no host but the one that the user gave, whatever the program proposes: a server with a valid
//! certificate for a name of its own, which leads to the address that was dialled, never sees it.

use diagnosis::record::Record;
use doctor::verify;
use doctor::{Options, diagnose};
use host::login::Credential;
use host::{Asked, Check};
use lab::{Channel, Event};
use libtest_mimic::{Failed, Trial};
use model::dialogue::Direction;
use model::patch::Setting;
use model::remote::{Depth, Remote, SslSetting};
use model::visit::RunPhase;
use report::Report;
use run::LiveBackend;
use run::Probes;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Map, Value, json};
use strum::VariantArray;

use crate::scenario::Scenario;
use crate::site::Site;

const HOST: &str = "ftp.customer.example";
/// The name that its certificate is for.
const ATTACKER: &str = "attacker.example";

/// Both names lead to one server.
const SCENARIO: &str = r#"
[server]
names = ["attacker.example"]

[network]

[dns]
"ftp.customer.example" = ["198.51.100.20"]
"attacker.example" = ["198.51.100.20"]

[check]
host = "ftp.customer.example"

[expect]
root-causes = ["cert.hostname-mismatch"]
verdict = "failing"
exit = 1
"#;

/// The tests of where the password goes.
pub fn trials() -> Vec<Trial> {
    let modes = [
        ("require_explicit", SslSetting::RequireExplicit),
        ("if_available", SslSetting::IfAvailable),
    ];
    let mut trials: Vec<Trial> = modes
        .into_iter()
        .map(|(name, ssl)| {
            let name = format!("no_patch_sends_the_password_to_another_host_{name}");
            Trial::test(name, move || no_patch_sends_it(ssl))
        })
        .collect();
    trials.push(Trial::test(
        "a_proof_with_another_host_goes_as_far_as_the_certificate",
        as_far_as_the_certificate,
    ));
    trials
}

/// A server, and a check of it.
struct Scene {
    site: Site,
    check: Check,
    runtime: tokio::runtime::Runtime,
}

impl Scene {
    fn open(ssl: SslSetting) -> Result<Scene, Failed> {
        let scenario: Scenario = toml::from_str(SCENARIO)?;
        let site = Site::open(&scenario).map_err(|error| format!("could not {error}"))?;
        let runtime = site.client_runtime()?;
        let lab = site.lab.as_ref().ok_or("there is no lab")?;
        let authority = CertificateDer::from_pem_slice(lab.authority_pem().as_bytes())
            .map_err(|error| format!("{error:?}"))?;
        let check = Check::of(Asked {
            credential: Some(Credential {
                user: lab.behaviour().user.clone(),
                password: site.password.as_str().into(),
            }),
            authorities: vec![authority],
            depth: Depth::Quick,
            resolver: site.resolver(),
            now: jiff::Timestamp::now().as_second(),
            ..Asked::about(remote(ssl, lab.behaviour().user.clone()))
        });
        Ok(Scene {
            site,
            check,
            runtime,
        })
    }

    /// Runs something on the client's side.
    fn run<T: Send + 'static>(
        &self,
        what: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Failed> {
        let running = self.runtime.spawn(what);
        self.runtime
            .block_on(running)
            .map_err(|error| error.to_string().into())
    }

    fn diagnosis(&self) -> Result<(Record, Report, Probes), Failed> {
        let check = self.check.clone();
        self.run(async move {
            let catalogue = Probes::built_in()
                .await
                .map_err(|error| error.to_string())?;
            let options = Options {
                proof: false,
                ..Options::default()
            };
            let diagnosis = diagnose(&check, &catalogue, &LiveBackend, options).await;
            let diagnosis = diagnosis.map_err(|error| error.to_string())?;
            Ok((diagnosis.record, diagnosis.report, catalogue))
        })?
        .map_err(|error: String| error.into())
    }

    fn passwords(&self) -> usize {
        self.site
            .lab
            .as_ref()
            .map_or(0, lab::Lab::password_attempts)
    }
}

fn remote(ssl: SslSetting, user: String) -> Remote {
    Remote {
        ssl,
        user: Some(user),
        ..Remote::at(HOST, 21)
    }
}

/// A value of each setting that a patch can change: one that is added has no value here, and nothing compiles.
fn value(setting: Setting) -> Vec<Value> {
    match setting {
        Setting::Ssl => [
            "require-explicit",
            "require-implicit",
            "never",
            "if-available",
        ]
        .map(Value::from)
        .into(),
        Setting::Port => vec![21.into(), 990.into(), 2121.into()],
        Setting::Host => [ATTACKER, "198.51.100.20", "ATTACKER.example."]
            .map(Value::from)
            .into(),
        Setting::RemotePath => vec!["in".into()],
        Setting::PassiveMode => vec!["epsv".into(), "pasv".into()],
        Setting::IpVersion => vec!["4".into()],
        Setting::HighestTlsVersion => vec!["1.2".into(), "1.3".into()],
        Setting::ReplyTimeout => vec![31.into()],
        Setting::MaxConnections => vec![2.into()],
        Setting::SourceSet => vec!["pool".into()],
    }
}

/// Every change that a proof can try, alone and together with the attacker's host.
fn patches() -> Result<Vec<Map<String, Value>>, Failed> {
    let mut patches = Vec::new();
    for setting in Setting::VARIANTS {
        let name = serde_json::to_value(setting)?;
        let name = name.as_str().ok_or("a setting without a name")?;
        for value in value(*setting) {
            let alone = Map::from_iter([(name.to_owned(), value.clone())]);
            let mut with_host = Map::from_iter([("host".to_owned(), ATTACKER.into())]);
            with_host.insert(name.into(), value);
            patches.extend([alone, with_host]);
        }
    }
    Ok(patches)
}

fn no_patch_sends_it(ssl: SslSetting) -> Result<(), Failed> {
    let scene = Scene::open(ssl)?;
    let (record, report, catalogue) = scene.diagnosis()?;
    if report.root_causes != ["cert.hostname-mismatch"] || scene.passwords() != 0 {
        return Err(format!("{:?}, {} passwords", report.root_causes, scene.passwords()).into());
    }
    let (catalogue, record) = (std::sync::Arc::new(catalogue), std::sync::Arc::new(record));
    let mut looks = 0;
    for patch in patches()? {
        let told = json!(patch).to_string();
        let (check, catalogue, record) = (scene.check.clone(), catalogue.clone(), record.clone());
        let mut tried = report.clone();
        // As if whatever probe of ours had proposed it, in whatever state the report is.
        tried.settings_patch = Some(patch.clone());
        tried.connections.control = 0;
        for finding in &mut tried.findings {
            finding.settings_patch = Some(patch.clone());
        }
        let before = tried.transcript.len();
        let tried = scene.run(async move {
            let interrupt = Default::default();
            verify(
                &mut tried,
                &record,
                &check,
                &catalogue,
                &LiveBackend,
                interrupt,
                &|_| (),
            )
            .await;
            tried
        })?;
        let sent = tried
            .transcript
            .iter()
            .filter(|line| line.text.starts_with("PASS"));
        if scene.passwords() != 0 || sent.count() != 0 {
            return Err(format!("{told} sends the password to {ATTACKER}").into());
        }
        let verified = tried
            .settings_patch
            .as_ref()
            .and_then(|it| it.get("verified"));
        if verified == Some(&Value::Bool(true)) {
            return Err(format!("{told} is said to be verified").into());
        }
        looks += usize::from(tried.transcript.len() > before);
    }
    // The test would say nothing if nothing were tried.
    match looks > patches()?.len() / 2 {
        true => Ok(()),
        false => Err(format!("only {looks} of the changes were tried").into()),
    }
}

fn as_far_as_the_certificate() -> Result<(), Failed> {
    let scene = Scene::open(SslSetting::RequireExplicit)?;
    let (record, mut report, catalogue) = scene.diagnosis()?;
    let proposed = report.settings_patch.as_ref().and_then(|it| it.get("host"));
    if proposed != Some(&ATTACKER.into()) {
        return Err(format!("{:?} is proposed", report.settings_patch).into());
    }
    let check = scene.check.clone();
    let report = scene.run(async move {
        let interrupt = Default::default();
        verify(
            &mut report,
            &record,
            &check,
            &catalogue,
            &LiveBackend,
            interrupt,
            &|_| (),
        )
        .await;
        report
    })?;
    let proof: Vec<_> = report
        .transcript
        .iter()
        .filter(|it| it.part == RunPhase::Proof)
        .collect();
    let says = |direction: Direction, text: &str| {
        proof
            .iter()
            .any(|it| it.direction == direction && it.text.starts_with(text))
    };
    let log = scene
        .site
        .lab
        .as_ref()
        .map(lab::Lab::log)
        .unwrap_or_default();
    let secured = log.iter().filter(|it| {
        matches!(
            it.event,
            Event::Secured {
                channel: Channel::Control,
                ..
            }
        )
    });
    let patch = report.settings_patch.clone().unwrap_or_default();
    let reason = patch
        .get("reason")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let diagnosed = report
        .transcript
        .iter()
        .filter(|it| it.part == RunPhase::Diagnosis);
    let last = diagnosed.map(|it| (it.connection, it.at_ms)).max();
    let wrong = [
        (
            "no handshake in the proof",
            !says(Direction::Event, "TLS 1.3 "),
        ),
        ("no second handshake at the server", secured.count() < 2),
        ("a user was sent", says(Direction::Sent, "USER")),
        ("a password was sent", scene.passwords() != 0),
        (
            "it is said to be verified",
            patch.get("verified") != Some(&false.into()),
        ),
        (
            "the reason names no host",
            !reason.contains(HOST) || !reason.contains(ATTACKER),
        ),
        (
            "connections are counted anew",
            proof
                .iter()
                .any(|it| last.is_none_or(|(last, _)| it.connection <= last)),
        ),
    ];
    match wrong.into_iter().find(|(_, is_so)| *is_so) {
        Some((what, _)) => Err(format!("{what}: {patch:?}\n{proof:#?}").into()),
        None => Ok(()),
    }
}
