//! `pack`: everything that is published of a built program, into one folder, with sizes and times.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use dist::contents::Contents;
use dist::pressed::Effort;
use dist::signed::Key;
use dist::{archive, bill, debian, image, stem, sums};

const USAGE: &str = "use: pack --program FILE --called NAME --bill FILE --compiler VERSION --when SECONDS --to FOLDER \
                     [--key FILE [--key-password FILE]]";

fn main() -> ExitCode {
    match Wanted::read(std::env::args().skip(1)).and_then(|wanted| wanted.make()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

type Failed = Box<dyn Error + Send + Sync>;

/// What is to be made of what.
#[derive(Default)]
struct Wanted {
    program: PathBuf,
    called: String,
    bill: PathBuf,
    compiler: String,
    when: u64,
    to: PathBuf,
    key: Option<PathBuf>,
    key_password: Option<PathBuf>,
}

impl Wanted {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Wanted, Failed> {
        let mut wanted = Wanted::default();
        while let Some(word) = words.next() {
            let value = words.next().ok_or(USAGE)?;
            match word.as_str() {
                "--program" => wanted.program = value.into(),
                "--called" => wanted.called = value,
                "--bill" => wanted.bill = value.into(),
                "--compiler" => wanted.compiler = value,
                "--when" => wanted.when = value.parse()?,
                "--to" => wanted.to = value.into(),
                "--key" => wanted.key = Some(value.into()),
                "--key-password" => wanted.key_password = Some(value.into()),
                _ => return Err(USAGE.into()),
            }
        }
        Ok(wanted)
    }

    fn make(&self) -> Result<(), Failed> {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let key = self.key.as_deref();
        let key = key.map(|key| Key::read(key, self.key_password.as_deref()));
        let key = key.transpose()?;
        let contents = Contents::of(&self.program, &sources)?;
        println!("{:<48} {:>10}", self.called, size(&contents.program));
        let mut files = self.files(&contents)?;
        let listed = files
            .iter()
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
        let listed = sums::render(listed);
        let sums = match self.called == dist::NAME {
            true => sums::FILE.to_owned(),
            false => format!("{}-{}", sums::FILE, self.called),
        };
        files.push((sums, listed.into_bytes()));
        fs::create_dir_all(&self.to)?;
        for (name, bytes) in &files {
            fs::write(self.to.join(name), bytes)?;
            if let Some(key) = &key {
                fs::write(
                    self.to.join(format!("{name}.minisig")),
                    key.sign(name, bytes)?,
                )?;
            }
        }
        if key.is_none() {
            println!("nothing is signed: --key FILE names a secret key of minisign");
        }
        Ok(())
    }

    /// What is packed, side by side: each takes one processor half a minute.
    fn files(&self, contents: &Contents) -> Result<Vec<(String, Vec<u8>)>, Failed> {
        type Work<'a> = Box<dyn Fn() -> Result<Vec<u8>, Failed> + Send + Sync + 'a>;
        let whole = self.called == dist::NAME;
        let mut works: Vec<(String, Work<'_>)> = vec![(
            archive::name(&self.called),
            Box::new(|| {
                Ok(archive::pack(
                    &self.called,
                    contents,
                    self.when,
                    Effort::Most,
                )?)
            }),
        )];
        if whole {
            works.push((
                debian::name(),
                Box::new(|| Ok(debian::pack(contents, self.when, Effort::Most)?)),
            ));
            works.push((
                image::name(&self.called),
                Box::new(|| {
                    Ok(image::pack(
                        &self.called,
                        contents,
                        self.when,
                        Effort::Most,
                    )?)
                }),
            ));
        }
        works.push((
            bill::name(&self.called),
            Box::new(|| {
                let packages = fs::read(&self.bill)?;
                let bill = bill::complete(&packages, &contents.program, &self.compiler)?;
                Ok(bill.into_bytes())
            }),
        ));
        works.push((
            format!("{}.notices.txt", stem(&self.called)),
            Box::new(|| Ok(contents.notices.clone())),
        ));
        std::thread::scope(|scope| {
            let running: Vec<_> = works
                .iter()
                .map(|(name, work)| {
                    scope.spawn(move || {
                        let began = Instant::now();
                        let bytes = work()?;
                        let took = began.elapsed().as_secs_f32();
                        println!("{name:<48} {:>10} {took:>6.1} s", size(&bytes));
                        Ok((name.clone(), bytes))
                    })
                })
                .collect();
            let made = running.into_iter();
            made.map(|work| work.join().map_err(|_| "packing ended with a panic")?)
                .collect()
        })
    }
}

fn size(bytes: &[u8]) -> String {
    let tenths = bytes.len() * 10 / (1 << 20);
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}
