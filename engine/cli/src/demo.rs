//! `remote-doctor demo`: typical faults on loopback, each diagnosed by the real probes, so that a newcomer sees real
//! reports in the first minute.

use futures_util::future::try_join_all;
use jiff::Timestamp;
use lab::{Behaviour, CertificateKind, Fault, Lab, Mode};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use secrecy::SecretString;

use super::args::{DemoArgs, Format};
use super::{CliError, Exit, output};
use doctor::Options;
use host::login::Credential;
use host::{Asked, Check};
use model::mask::Mask;
use model::remote::{Remote, SslSetting};
use report::{Shown, text};
use run::LiveBackend;
use run::Probes;

/// One server of the demo, and how somebody configured a remote for it.
struct Case {
    title: &'static str,
    ssl: SslSetting,
    password: &'static str,
    behaviour: Behaviour,
}

pub(super) const PASSWORD: &str = "correct horse";

/// The servers of the demo.
fn cases() -> Vec<Case> {
    let explicit = |title, behaviour| Case {
        title,
        ssl: SslSetting::RequireExplicit,
        password: PASSWORD,
        behaviour,
    };
    let certificate = |certificate| Behaviour {
        certificate,
        ..Behaviour::default()
    };
    let mode = |mode| Behaviour {
        mode,
        ..Behaviour::default()
    };
    let foreign = Fault::PasvAddress {
        ip: std::net::Ipv4Addr::new(203, 0, 113, 9),
    };
    vec![
        explicit("a healthy server", Behaviour::default()),
        explicit(
            "a certificate nobody renewed",
            certificate(CertificateKind::Expired),
        ),
        explicit(
            "a certificate for another name",
            certificate(CertificateKind::WrongName),
        ),
        explicit(
            "an incomplete chain",
            certificate(CertificateKind::MissingIntermediate),
        ),
        explicit(
            "implicit TLS, although the settings say explicit",
            mode(Mode::Implicit),
        ),
        explicit("a server without TLS", mode(Mode::Plain)),
        Case {
            password: "wrong horse",
            ..explicit("a wrong password", Behaviour::default())
        },
        explicit(
            "data ports behind a closed firewall",
            Behaviour::faulty([Fault::PassivePortsClosed]),
        ),
        explicit(
            "a server that announces a different host for data connections",
            Behaviour::faulty([foreign]),
        ),
    ]
}

pub(super) async fn run(args: DemoArgs) -> Result<Exit, CliError> {
    let probes = Probes::built_in().await?;
    let cases = cases();
    let reports = try_join_all(cases.iter().map(|case| diagnose(case, &probes))).await?;
    match args.format {
        Format::Json => output::print(&output::json(&reports))?,
        Format::Text => {
            let width = output::width();
            for (number, (case, report)) in (1..).zip(cases.iter().zip(&reports)) {
                output::print(&text::heading(&format!("{number}. {}", case.title), width))?;
                output::print(&text::render(report, width))?;
            }
            output::print(
                "\nNow your own: remote-doctor check ftp.example.com, or user@ftp.example.com to log in, too\n",
            )?;
        }
    }
    Ok(Exit::Fine)
}

async fn diagnose(case: &Case, probes: &Probes) -> Result<Shown, CliError> {
    let lab = Lab::start(case.behaviour.clone()).await?;
    let check = check(case, &lab);
    let diagnosis = doctor::diagnose(&check, probes, &LiveBackend, Options::default()).await?;
    Ok(Shown::new(diagnosis.report, &[Mask::new(case.password)])?)
}

fn check(case: &Case, lab: &Lab) -> Check {
    let user = case.behaviour.user.clone();
    let address = lab.address();
    Check::of(Asked {
        credential: Some(Credential {
            user: user.clone(),
            password: SecretString::from(case.password),
        }),
        authorities: CertificateDer::pem_slice_iter(lab.authority_pem().as_bytes())
            .filter_map(Result::ok)
            .collect(),
        now: Timestamp::now().as_second(),
        ..Asked::about(Remote {
            ssl: case.ssl,
            user: Some(user),
            ..Remote::at(address.ip().to_string(), address.port())
        })
    })
}
