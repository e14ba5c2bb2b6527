//! Components that are small to send and large to load. Whatever one of them would take, the program ends in time, says
//! why in a sentence, and leaves no process behind.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};

/// The limit on a compiler by the clock, and what a busy machine takes beside it.
const LONGEST: Duration = Duration::from_secs(90 + 15);
/// What is refused for what it is made of, on a busy machine.
const AT_ONCE: Duration = Duration::from_secs(20);
/// The limit on the memory of a compiler in KiB, and what the program itself is.
const MOST_MEMORY: u64 = (1024 + 128) * 1024;
const PAUSE: Duration = Duration::from_millis(5);
/// What `plugin test` tries a probe on.
const SCENARIO: &str =
    "[server]\n[check]\n[expect]\nroot-causes = []\nverdict = \"healthy\"\nexit = 0\n";

/// A component, and what becomes of it.
struct Bomb {
    name: &'static str,
    wasm: fn() -> Vec<u8>,
    /// What is said of it; one of them.
    says: &'static [&'static str],
    within: Duration,
}

const BOMBS: &[Bomb] = &[
    Bomb {
        name: "instances_that_multiply",
        wasm: || multiplied(9, 10),
        says: &["too large for a probe: more than 1000 instances"],
        within: AT_ONCE,
    },
    Bomb {
        name: "aliases_that_multiply",
        wasm: aliases,
        says: &["too large for a probe: more than 200000 items"],
        within: AT_ONCE,
    },
    Bomb {
        name: "components_in_components",
        wasm: || text(&format!("{}{}", "(component ".repeat(95), ")".repeat(95))),
        says: &["too large for a probe: more than 10 components in each other"],
        within: AT_ONCE,
    },
    Bomb {
        name: "functions",
        wasm: || module(&"(func)".repeat(300_000)),
        says: &["too large for a probe: more than 60000 functions"],
        within: AT_ONCE,
    },
    Bomb {
        name: "types",
        wasm: || text(&format!("(component {})", "(type string)".repeat(100_000))),
        says: &["too large for a probe: more than 20000 types"],
        within: AT_ONCE,
    },
    Bomb {
        name: "imports",
        wasm: || module(&r#"(import "" "" (func))"#.repeat(120_000)),
        says: &["too large for a probe: more than 100000 imports"],
        within: AT_ONCE,
    },
    Bomb {
        name: "a_function_without_end",
        wasm: || module(&format!("(func {})", "nop ".repeat(1_200_000))),
        says: &["too large for a probe: a function of more than 1024 KiB"],
        within: AT_ONCE,
    },
    Bomb {
        name: "locals",
        wasm: || assembled(&[(&[1, 0xd0, 0x86, 3, 0x7e, 0x0b], 50_000)]),
        says: &[
            "it took longer than 30 s of processor time to compile",
            "it took longer than 90 s to compile",
            "it took more than 1 GiB to compile",
        ],
        within: LONGEST,
    },
    Bomb {
        name: "loops",
        wasm: || {
            let (open, close) = ("loop i32.const 0 br_if 0 ", "end ");
            module(&format!(
                "(func {}{})",
                open.repeat(40_000),
                close.repeat(40_000)
            ))
        },
        says: &["it took more than 1 GiB to compile"],
        within: LONGEST,
    },
];

pub fn trials() -> Vec<Trial> {
    let trial = |bomb: &'static Bomb| {
        let name = format!("bomb_of_{}", bomb.name);
        Trial::test(name, move || burst(bomb))
    };
    let mut trials: Vec<Trial> = BOMBS.iter().map(trial).collect();
    trials.push(Trial::test("bomb_in_every_command_that_loads", commands));
    trials.push(Trial::test("bomb_whose_program_is_ended", ended));
    trials.push(Trial::test("bomb_that_is_not_signed", not_signed));
    trials.push(Trial::test("plugin_that_is_a_pipe", pipe));
    trials.push(Trial::test("plugin_kept_under_another_name", renamed));
    trials
}

fn text(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the text of a component")
}

fn module(content: &str) -> Vec<u8> {
    text(&format!("(component (core module {content}))"))
}

/// Each component is made `times` times by the next one.
fn multiplied(levels: usize, times: usize) -> Vec<u8> {
    let mut all = String::from("(component $c0 (core module $m) (core instance (instantiate $m)))");
    for (inner, level) in (1..=levels).enumerate() {
        let instances = format!("(instance (instantiate $c{inner}))").repeat(times);
        all = format!(
            "{all} (component $c{level} (alias outer $all $c{inner} (component $c{inner})) {instances})"
        );
    }
    let wasm = text(&format!(
        "(component $all {all} (instance (instantiate $c{levels})))"
    ));
    assert!(wasm.len() < 1_000, "{} bytes", wasm.len());
    wasm
}

/// A component with many items, made many times.
fn aliases() -> Vec<u8> {
    let aliases = "(alias outer $all 0 (core module))".repeat(900);
    let instances = "(instance (instantiate $wide))".repeat(900);
    text(&format!(
        "(component $all (core module) (component $wide {aliases}) {instances})"
    ))
}

/// A component with one module of these functions, each so many times: what would be too long to write as text.
fn assembled(bodies: &[(&[u8], usize)]) -> Vec<u8> {
    let count = bodies.iter().map(|(_, times)| times).sum();
    let mut code = number(count);
    for (body, times) in bodies {
        code.extend([number(body.len()), body.to_vec()].concat().repeat(*times));
    }
    let functions = [number(count), vec![0; count]].concat();
    let module = [
        b"\0asm\x01\0\0\0".to_vec(),
        section(1, b"\x01\x60\0\0"),
        section(3, &functions),
        section(10, &code),
    ];
    [b"\0asm\x0d\0\x01\0".to_vec(), section(1, &module.concat())].concat()
}

fn section(kind: u8, content: &[u8]) -> Vec<u8> {
    [vec![kind], number(content.len()), content.to_vec()].concat()
}

/// A number as WebAssembly writes it (LEB128).
fn number(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let seven = u8::try_from(value & 0x7f).unwrap_or_default();
        value >>= 7;
        if value == 0 {
            bytes.push(seven);
            return bytes;
        }
        bytes.push(seven | 0x80);
    }
}

/// The program with a cache of its own, in a folder that has the component as `bomb.wasm`.
struct Scene {
    folder: tempfile::TempDir,
}

/// What became of a run.
struct Ended {
    exit: Option<i32>,
    took: Duration,
    told: String,
    /// The compilers it had, with the most memory that was seen of each, in KiB.
    compilers: BTreeMap<u32, u64>,
}

impl Scene {
    fn of(wasm: &[u8]) -> Result<Scene, Failed> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("bomb.wasm"), wasm)?;
        let scenario = folder.path().join("scenarios/healthy");
        fs::create_dir_all(&scenario)?;
        fs::write(scenario.join("scenario.toml"), SCENARIO)?;
        Ok(Scene { folder })
    }

    fn start(&self, args: &[&str]) -> Result<Child, Failed> {
        let (out, err) = (self.file("stdout")?, self.file("stderr")?);
        let mut program = Command::new(suite::program());
        program
            .current_dir(self.folder.path())
            .env("XDG_CACHE_HOME", self.folder.path())
            .args(args)
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err);
        Ok(program.spawn()?)
    }

    fn file(&self, name: &str) -> Result<fs::File, Failed> {
        Ok(fs::File::create(self.folder.path().join(name))?)
    }

    /// Runs the program and looks at its children while it runs.
    fn run(&self, args: &[&str]) -> Result<Ended, Failed> {
        let started = Instant::now();
        let mut program = self.start(args)?;
        let mut compilers = BTreeMap::new();
        let status = loop {
            look(program.id(), &mut compilers);
            if let Some(status) = program.try_wait()? {
                break status;
            }
            if started.elapsed() > LONGEST + LONGEST {
                program.kill()?;
                program.wait()?;
                return Err("it does not end".into());
            }
            std::thread::sleep(PAUSE);
        };
        let told = ["stdout", "stderr"].map(|name| fs::read(self.folder.path().join(name)));
        let [out, err] = told;
        Ok(Ended {
            exit: status.code(),
            took: started.elapsed(),
            told: String::from_utf8_lossy(&[out?, err?].concat()).into_owned(),
            compilers,
        })
    }
}

impl Ended {
    fn refused(&self, says: &[&str], within: Duration) -> Result<(), Failed> {
        let left: Vec<&u32> = self
            .compilers
            .keys()
            .filter(|pid| is_compiler(**pid))
            .collect();
        let memory = self.compilers.values().max().copied().unwrap_or_default();
        let said = says.iter().any(|words| self.told.contains(words));
        let right = self.exit == Some(2) && said && self.took < within;
        match right && left.is_empty() && memory < MOST_MEMORY {
            true => Ok(()),
            false => Err(format!(
                "exit {:?} after {:?}, {memory} KiB, left {left:?}: {}",
                self.exit, self.took, self.told
            )
            .into()),
        }
    }
}

/// Writes down the children of a process that compile, and the most memory that each had.
fn look(parent: u32, compilers: &mut BTreeMap<u32, u64>) {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    for pid in processes.filter_map(|it| it.file_name().to_str()?.parse::<u32>().ok()) {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        if field("PPid:") == Some(parent.into()) && is_compiler(pid) {
            let most = compilers.entry(pid).or_default();
            *most = field("VmHWM:").unwrap_or_default().max(*most);
        }
    }
}

fn is_compiler(pid: u32) -> bool {
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&line).contains("compile-third-party-component")
}

fn burst(bomb: &Bomb) -> Result<(), Failed> {
    let scene = Scene::of(&(bomb.wasm)())?;
    let ended = scene.run(&["plugin", "inspect", "bomb.wasm"])?;
    ended.refused(bomb.says, bomb.within)
}

/// No command has a way around the limits.
fn commands() -> Result<(), Failed> {
    let scene = Scene::of(&multiplied(9, 10))?;
    let (bomb, plugin) = ("bomb.wasm", "--plugin");
    // The probes of ours are compiled once.
    scene.run(&["plugin", "list"])?;
    for args in [
        &["check", "ftpes://127.0.0.1:1", plugin, bomb][..],
        &[
            "check",
            "ftpes://127.0.0.1:1",
            plugin,
            bomb,
            "--timeout",
            "1",
        ],
        &["plugin", "test", bomb, "--scenarios", "scenarios"],
        &["plugin", "list", plugin, bomb],
        &["plugin", "inspect", bomb, "--json"],
        &["explain", "--list", plugin, bomb],
    ] {
        let ended = scene.run(args)?;
        let refused = ended.refused(&["more than 1000 instances"], AT_ONCE);
        refused.map_err(|failed| format!("{args:?}: {failed:?}"))?;
    }
    Ok(())
}

/// Whoever is ended while somebody compiles for it takes that one along.
fn ended() -> Result<(), Failed> {
    let bomb = BOMBS.iter().find(|bomb| bomb.name == "locals");
    let scene = Scene::of(&(bomb.ok_or("no bomb")?.wasm)())?;
    let mut program = scene.start(&["plugin", "inspect", "bomb.wasm"])?;
    let (started, mut compilers) = (Instant::now(), BTreeMap::new());
    while compilers.is_empty() && started.elapsed() < AT_ONCE {
        look(program.id(), &mut compilers);
        std::thread::sleep(PAUSE);
    }
    program.kill()?;
    program.wait()?;
    let compiler = *compilers.keys().next().ok_or("nobody compiled")?;
    while is_compiler(compiler) {
        if started.elapsed() > AT_ONCE + AT_ONCE {
            return Err("the compiler goes on".into());
        }
        std::thread::sleep(PAUSE);
    }
    Ok(())
}

/// What nobody vouches for is not even looked at where somebody has to.
fn not_signed() -> Result<(), Failed> {
    let scene = Scene::of(&multiplied(9, 10))?;
    let ended = scene.run(&["plugin", "inspect", "bomb.wasm", "--require-signed"])?;
    ended.refused(&["not signed: there is no"], AT_ONCE)?;
    match ended.told.contains("instances") || ended.told.contains("contract") {
        true => Err(ended.told.into()),
        false => Ok(()),
    }
}

/// Nobody writes to the pipe, and a signature that is one is no better.
fn pipe() -> Result<(), Failed> {
    let scene = Scene::of(&text("(component)"))?;
    let pipe = |name: &str| {
        let path = scene.folder.path().join(name);
        let made = Command::new("mkfifo").arg(path).status();
        made.is_ok_and(|status| status.success())
    };
    if !pipe("pipe.wasm") || !pipe("bomb.wasm.minisig") {
        return Err("there is no mkfifo".into());
    }
    for (args, says) in [
        (
            ["plugin", "inspect", "pipe.wasm"],
            "pipe.wasm: not a regular file",
        ),
        (
            ["plugin", "list", "--plugin=pipe.wasm"],
            "pipe.wasm: not a regular file",
        ),
        (
            ["plugin", "inspect", "/dev/zero"],
            "/dev/zero: not a regular file",
        ),
        (["plugin", "inspect", "."], ".: not a regular file"),
        (
            ["plugin", "inspect", "bomb.wasm"],
            "bomb.wasm.minisig: not a regular file",
        ),
    ] {
        scene.run(&args)?.refused(&[says], AT_ONCE)?;
    }
    Ok(())
}

/// What was compiled from one component is not run in the place of another, whoever renamed it.
fn renamed() -> Result<(), Failed> {
    let built = suite::workspace().join("target");
    let one = fs::read(built.join("example-probes/minimal-probe.wasm"))?;
    let other = fs::read(built.join("hostile-probes/traps.wasm"))?;
    let scene = Scene::of(&one)?;
    let inspect = |wasm: &[u8]| -> Result<String, Failed> {
        fs::write(scene.folder.path().join("bomb.wasm"), wasm)?;
        let ended = scene.run(&["plugin", "inspect", "bomb.wasm"])?;
        match ended.exit {
            // On a busy machine it says that it is compiling.
            Some(0) => Ok(ended
                .told
                .lines()
                .filter(|line| !line.starts_with('…'))
                .collect::<Vec<_>>()
                .join("\n")),
            _ => Err(ended.told.into()),
        }
    };
    let folder = scene.folder.path().join("remote-doctor");
    let kept = || -> Result<Vec<std::path::PathBuf>, Failed> {
        let files = fs::read_dir(&folder)?.filter_map(|it| Some(it.ok()?.path()));
        Ok(files.collect())
    };
    inspect(&other)?;
    let others = kept()?;
    let shown = inspect(&one)?;
    let all = kept()?;
    let of_one = all.iter().find(|path| !others.contains(path));
    let (Some(of_one), [of_other, ..]) = (of_one, &others[..]) else {
        return Err(format!("{others:?}, then {all:?}").into());
    };
    fs::rename(of_other, of_one)?;
    let again = inspect(&one)?;
    match shown == again {
        true => Ok(()),
        false => Err(again.into()),
    }
}
