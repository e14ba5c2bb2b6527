//! Builds the probes in Python and JavaScript: the examples, and what tests them. The compilers come from PyPI and npm,
//! pinned by hash, and nothing is written beside the sources.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::node::Node;
use crate::report::{self, Failure};
use crate::servers;

/// Where everything goes: compilers, copies of the sources, components.
const PLACE: &str = "target/languages";
/// What is copied: the sources build where they find the contract, as they do by hand.
const CONTRACT: &str = "wit";
/// Probes that ask for what no probe is given, in each language; they use the module of the example.
const ESCAPES: &str = "tests/languages";

/// A language that brings its interpreter along.
struct Language {
    name: &'static str,
    /// The folder of its example, which has the module for authors.
    example: &'static str,
    extension: &'static str,
    compile: fn(&Bench, &Path, &str, &Path) -> Command,
}

const LANGUAGES: [Language; 2] = [
    Language {
        name: "python",
        example: "examples/python-probe",
        extension: "py",
        compile: Bench::python,
    },
    Language {
        name: "javascript",
        example: "examples/javascript-probe",
        extension: "js",
        compile: Bench::javascript,
    },
];

/// Builds what has changed since it was built last.
///
/// # Errors
/// A compiler cannot be had, or a probe does not compile. What is old is gone then.
pub fn build(workspace: &Path) -> Result<(), Failure> {
    let node = Node::get(workspace).map_err(|error| Failure::Missing(error.to_string()))?;
    let bench = Bench {
        place: workspace.join(PLACE),
        node,
    };
    let sources = bench.place.join("sources");
    let _ = fs::remove_dir_all(&sources);
    copy(&workspace.join(CONTRACT), &sources.join(CONTRACT))?;
    let mut stale = Vec::new();
    for language in &LANGUAGES {
        let folder = sources.join(language.example);
        copy(&workspace.join(language.example), &folder)?;
        copy(&workspace.join(ESCAPES), &folder)?;
        for module in ["probe", "escapes"] {
            let output = bench.place.join(format!("{}-{module}.wasm", language.name));
            let stamp = Stamp::of(&output, &[&sources.join(CONTRACT), &folder])?;
            if !stamp.is_set() {
                stamp.unset();
                stale.push((language, module, output, stamp));
            }
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    bench.get_compilers(&sources)?;
    report::step("building the probes in Python and JavaScript");
    let built: Vec<Result<(), Failure>> = std::thread::scope(|scope| {
        let builds: Vec<_> = stale
            .iter()
            .map(|(language, module, output, stamp)| {
                let (bench, folder) = (&bench, sources.join(language.example));
                scope.spawn(move || {
                    let module = format!("{module}.{}", language.extension);
                    let mut compile = (language.compile)(bench, &folder, &module, output);
                    report::run(compile.current_dir(&folder))?;
                    stamp.set()
                })
            })
            .collect();
        builds
            .into_iter()
            .map(|build| build.join().expect("building does not panic"))
            .collect()
    });
    built.into_iter().collect()
}

/// Where the compilers are.
struct Bench {
    place: PathBuf,
    node: Node,
}

impl Bench {
    /// Both, unless they are there in the wanted version.
    fn get_compilers(&self, sources: &Path) -> Result<(), Failure> {
        let wanted = sources.join("examples/python-probe/requirements.txt");
        let packages = self.python_packages();
        let stamp = Stamp::of(&packages, &[&wanted])?;
        if !stamp.is_set() {
            report::step("getting what python is built with");
            servers::ensure_pip().map_err(|error| Failure::Missing(error.to_string()))?;
            let _ = fs::remove_dir_all(&packages);
            let mut install = servers::pip_install(&packages);
            install.args(["--require-hashes", "--requirement"]);
            report::run(install.arg(&wanted))?;
            stamp.set()?;
        }
        let example = sources.join("examples/javascript-probe");
        let lock = "package-lock.json";
        let stamp = Stamp::of(&self.place.join("node_modules"), &[&example.join(lock)])?;
        if stamp.is_set() {
            return Ok(());
        }
        report::step("getting what javascript is built with");
        // Beside the copies of the sources, where Node.js looks for packages, too.
        for file in ["package.json", lock] {
            fs::copy(example.join(file), self.place.join(file)).map_err(at(&self.place))?;
        }
        // Not `ci`: it insists on the packages of every other platform, and some are not published.
        report::run(self.node.npm_install().current_dir(&self.place))?;
        stamp.set()
    }

    fn python_packages(&self) -> PathBuf {
        self.place.join("python-packages")
    }

    fn python(&self, folder: &Path, file: &str, output: &Path) -> Command {
        let packages = self.python_packages();
        let mut compile = Command::new("python3");
        compile
            .env("PYTHONPATH", &packages)
            .arg(packages.join("bin/componentize-py"))
            .args([
                "--quiet",
                "--wit-path",
                "../../wit/v0_1",
                "--world",
                "probe",
            ])
            .args(["componentize", "--stub-wasi", "--python-path"])
            .arg(folder)
            .arg(file.trim_end_matches(".py"))
            .arg("--output")
            .arg(output);
        compile
    }

    fn javascript(&self, _folder: &Path, file: &str, output: &Path) -> Command {
        let mut compile = self.node.command();
        compile.arg("build.mjs").arg(output).arg(file);
        compile
    }
}

/// Says that something was made, and of what.
struct Stamp {
    made: PathBuf,
    file: PathBuf,
    inputs: String,
}

impl Stamp {
    fn of(made: &Path, inputs: &[&Path]) -> Result<Stamp, Failure> {
        let mut hasher = DefaultHasher::new();
        include_str!("languages.rs").hash(&mut hasher);
        for input in inputs {
            hash(input, &mut hasher)?;
        }
        let mut file = made.as_os_str().to_owned();
        file.push(".made-of");
        Ok(Stamp {
            made: made.into(),
            file: file.into(),
            inputs: format!("{:016x}\n", hasher.finish()),
        })
    }

    fn is_set(&self) -> bool {
        self.made.exists() && fs::read_to_string(&self.file).is_ok_and(|it| it == self.inputs)
    }

    fn set(&self) -> Result<(), Failure> {
        fs::write(&self.file, &self.inputs).map_err(at(&self.file))
    }

    /// What cannot be made anew must not pass for what it was.
    fn unset(&self) {
        let _ = fs::remove_file(&self.file);
        let _ = fs::remove_file(&self.made);
    }
}

fn hash(path: &Path, hasher: &mut DefaultHasher) -> Result<(), Failure> {
    if path.is_dir() {
        return entries(path)?.iter().try_for_each(|it| hash(it, hasher));
    }
    path.file_name().hash(hasher);
    fs::read(path).map_err(at(path))?.hash(hasher);
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::create_dir_all(to).map_err(at(to))?;
    for path in entries(from)? {
        let copied = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy(&path, &copied)?;
        } else {
            fs::copy(&path, &copied).map_err(at(&path))?;
        }
    }
    Ok(())
}

/// What a folder holds, in order, without what building by hand leaves there.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let made = [
        "__pycache__",
        "bindings",
        "node_modules",
        "pages.js",
        "venv",
    ];
    let found = fs::read_dir(folder).map_err(at(folder))?;
    let mut paths: Vec<PathBuf> = found
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| !made.iter().any(|name| path.ends_with(name)))
        .collect();
    paths.sort();
    Ok(paths)
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> Failure + '_ {
    move |error| Failure::File(format!("{}: {error}", path.display()))
}
