//! Compiles every component of a folder ahead, for the processor that all machines of this kind have at least: `NAME.wasm` to
//! `NAME.cwasm` in another folder. What was compiled by the same compiler from the same component is left as it is.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

use compile::Ahead;

fn main() -> ExitCode {
    let folders: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let [components, code] = folders.as_slice() else {
        eprintln!("usage: compile-ahead COMPONENTS CODE");
        return ExitCode::from(2);
    };
    match all(components, code) {
        Ok(()) => ExitCode::SUCCESS,
        Err((path, why)) => {
            eprintln!("{}: {why}", path.display());
            ExitCode::FAILURE
        }
    }
}

type Failed = (PathBuf, String);

fn all(components: &Path, code: &Path) -> Result<(), Failed> {
    let failed = |error: io::Error| (components.to_path_buf(), error.to_string());
    let ahead = Ahead::new().map_err(|error| (components.into(), error.to_string()))?;
    fs::create_dir_all(code).map_err(|error| (code.into(), error.to_string()))?;
    for entry in fs::read_dir(components).map_err(failed)? {
        let component = entry.map_err(failed)?.path();
        if let Some(name) = component.file_stem() {
            let code = code.join(name).with_extension("cwasm");
            one(&ahead, &component, &code).map_err(|why| (component, why))?;
        }
    }
    Ok(())
}

fn one(ahead: &Ahead, component: &Path, code: &Path) -> Result<(), String> {
    let wasm = fs::read(component).map_err(|error| error.to_string())?;
    if fs::read(code).is_ok_and(|bytes| ahead.made(&wasm, &bytes)) {
        return Ok(());
    }
    let compiled = ahead.compile(&wasm).map_err(|error| error.to_string())?;
    fs::write(code, compiled).map_err(|error| error.to_string())
}
