//! Completion scripts and man pages: the programs they are for accept them.

use std::fs;
use std::process::{Command, Output};

use libtest_mimic::{Failed, Trial};

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("completions_of_every_shell", of_every_shell),
        Trial::test("completions_complete_in_bash", in_bash),
        Trial::test("man_pages_render", man_pages),
    ]
}

fn said(output: &Output) -> Result<String, Failed> {
    match output.status.success() && output.stderr.is_empty() {
        true => Ok(String::from_utf8(output.stdout.clone())?),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    }
}

fn program(args: &[&str]) -> Result<String, Failed> {
    said(&Command::new(suite::program()).args(args).output()?)
}

fn of_every_shell() -> Result<(), Failed> {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = program(&["completions", shell])?;
        // The scripts for elvish and PowerShell complete no values.
        let values: &[&str] = match shell {
            "elvish" | "powershell" => &[],
            _ => &["two-way-sync"],
        };
        for word in ["certificate-check", "allow-writes", "completions"]
            .iter()
            .chain(values)
        {
            if !script.contains(word) {
                return Err(format!("{shell} does not know {word}").into());
            }
        }
    }
    Ok(())
}

fn in_bash() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let script = folder.path().join("completions");
    fs::write(&script, program(&["completions", "bash"])?)?;
    said(&Command::new("bash").arg("-n").arg(&script).output()?)?;
    // The function is the one that the script registers for the program, as bash finds it.
    let asks = "source \"$1\"; COMP_WORDS=(remote-doctor check --ssl req); COMP_CWORD=3; \
                [[ $(complete -p remote-doctor) =~ -F\\ ([^ ]+) ]]; \
                \"${BASH_REMATCH[1]}\" remote-doctor req --ssl; echo \"${COMPREPLY[@]}\"";
    let output = Command::new("bash")
        .args(["-c", asks, "bash"])
        .arg(&script)
        .output()?;
    match said(&output)?.trim() {
        "require-explicit require-implicit" => Ok(()),
        other => Err(format!("completes to {other:?}").into()),
    }
}

/// With groff, as `man` does it; where there is none, as far as text tells.
fn man_pages() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let pages = folder.path().join("man");
    program(&["man", "-o", &pages.display().to_string()])?;
    let mut count = 0;
    for entry in fs::read_dir(&pages)? {
        let path = entry?.path();
        let roff = fs::read_to_string(&path)?;
        if !roff.contains(".TH ") || !roff.contains(".SH NAME") {
            return Err(format!("{}: no man page", path.display()).into());
        }
        let rendered = Command::new("groff")
            .args(["-k", "-man", "-Tutf8", "-ww", "-z"])
            .arg(&path)
            .output();
        match rendered {
            Ok(output) => said(&output).map(drop)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        count += 1;
    }
    let check = fs::read_to_string(pages.join("remote-doctor-check.1"))?;
    let alone = program(&["man", "check"])?;
    match count > 8 && check.contains("allow") && alone.contains("remote\\-doctor\\-check") {
        true => Ok(()),
        false => Err(format!("{count} pages\n{alone}").into()),
    }
}
