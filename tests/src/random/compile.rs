//! Builds and runs a crate with one module for each program.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::case::source;
use super::print::Mode;
use super::program::Program;

/// What became of a program.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Every mode agrees.
    Agrees,
    /// The expansion does not compile; the first message.
    DoesNotCompile(String),
    /// A value or derivative differs, or derivative code panicked.
    Differs(String),
}

impl Outcome {
    /// Whether two programs fail in the same way.
    pub fn is_like(&self, other: &Outcome) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// Where generated crates live.
#[derive(Debug)]
pub struct Laboratory {
    root: PathBuf,
}

impl Laboratory {
    /// A crate called `name` below the target directory of this workspace.
    ///
    /// # Errors
    ///
    /// If its directory cannot be made.
    pub fn new(name: &str) -> io::Result<Laboratory> {
        let root = workspace().join("target/random").join(name);
        fs::create_dir_all(root.join("src"))?;
        fs::write(root.join("Cargo.toml"), manifest(name))?;
        fs::copy(workspace().join("Cargo.lock"), root.join("Cargo.lock"))?;
        Ok(Laboratory { root })
    }

    /// Compiles and runs all `programs`.
    ///
    /// # Errors
    ///
    /// If files cannot be written, cargo cannot be started, or it fails for another reason than a
    /// program.
    pub fn test(&self, programs: &[Program]) -> io::Result<Vec<Outcome>> {
        let mut outcomes = self.build(programs, Mode::Differentiated)?;
        let built = self.run_built()?;
        for (k, outcome) in built {
            outcomes[k] = outcome;
        }
        Ok(outcomes)
    }

    /// Which of `programs` are Rust at all, without the attribute.
    ///
    /// # Errors
    ///
    /// As for [`test`](Laboratory::test).
    pub fn are_rust(&self, programs: &[Program]) -> io::Result<Vec<bool>> {
        let outcomes = self.build(programs, Mode::Plain)?;
        Ok(outcomes.iter().map(|o| *o == Outcome::Agrees).collect())
    }

    /// Leaves out one failing module after another until the rest compiles.
    fn build(&self, programs: &[Program], mode: Mode) -> io::Result<Vec<Outcome>> {
        let mut outcomes = vec![Outcome::Agrees; programs.len()];
        for (k, program) in programs.iter().enumerate() {
            write_if_new(&self.file(k), &source(program, mode))?;
        }
        loop {
            let alive = (0..programs.len()).filter(|k| outcomes[*k] == Outcome::Agrees);
            write_if_new(&self.root.join("src/main.rs"), &main(alive, mode))?;
            let output = self.cargo(if mode == Mode::Plain {
                "check"
            } else {
                "build"
            })?;
            if output.status.success() {
                return Ok(outcomes);
            }
            let stderr = String::from_utf8_lossy(&output.stderr);
            let failures = failures(&stderr);
            if failures.is_empty() {
                return Err(io::Error::other(stderr.into_owned()));
            }
            for (k, message) in failures {
                outcomes[k] = Outcome::DoesNotCompile(message);
            }
        }
    }

    fn file(&self, k: usize) -> PathBuf {
        self.root.join(format!("src/p{k}.rs"))
    }

    fn cargo(&self, verb: &str) -> io::Result<std::process::Output> {
        Command::new(env!("CARGO"))
            .args([verb, "--offline", "--quiet", "--color", "never"])
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", workspace().join("target"))
            .env_remove("RUSTFLAGS")
            .output()
    }

    fn run_built(&self) -> io::Result<BTreeMap<usize, Outcome>> {
        let output = self.cargo("run")?;
        let text = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            let stderr = String::from_utf8_lossy(&output.stderr);
            return Err(io::Error::other(format!("{text}\n{stderr}")));
        }
        let line = |line: &str| {
            let (k, message) = line.split_once('\t')?;
            let outcome = match message {
                "agrees" => Outcome::Agrees,
                message => Outcome::Differs(message.to_owned()),
            };
            Some((k.parse().ok()?, outcome))
        };
        Ok(text.lines().filter_map(line).collect())
    }
}

fn workspace() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("the package stands in a workspace")
}

/// Keeps the time of a file that stays the same.
fn write_if_new(path: &Path, text: &str) -> io::Result<()> {
    match fs::read_to_string(path) {
        Ok(old) if old == text => Ok(()),
        _ => fs::write(path, text),
    }
}

fn manifest(name: &str) -> String {
    let workspace = workspace().display();
    format!(
        "[package]\nname = \"random-{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nautodiff-runtime = {{ path = \"{workspace}/autodiff-runtime\" }}\n\
         autodiff-tests = {{ path = \"{workspace}/tests\" }}\n\n\
         [profile.dev.build-override]\nopt-level = 1\n\n\
         [profile.dev.package.random-{name}]\ndebug = false\n\n[workspace]\n"
    )
}

fn main(alive: impl Iterator<Item = usize>, mode: Mode) -> String {
    let alive: Vec<usize> = alive.collect();
    let mut text = String::from("#![allow(warnings)]\n");
    for k in &alive {
        text += &format!("mod p{k};\n");
    }
    text += "fn main() {\n    std::panic::set_hook(Box::new(|_| {}));\n";
    if mode == Mode::Differentiated {
        for k in &alive {
            text += &format!("    autodiff_tests::random::report({k}, p{k}::check);\n");
        }
    }
    text + "}\n"
}

/// The modules that rustc complains of, each with the first complaint.
fn failures(stderr: &str) -> BTreeMap<usize, String> {
    let mut found = BTreeMap::new();
    // A complaint goes from its heading to an empty line.
    for complaint in stderr.split("\n\n") {
        let complaint = complaint.trim_start();
        let place = complaint.split("--> src/p").nth(1);
        let module = place.and_then(|place| place.split('.').next()?.parse().ok());
        if let Some(module) = module
            && complaint.starts_with("error")
        {
            found.entry(module).or_insert_with(|| complaint.to_owned());
        }
    }
    found
}
