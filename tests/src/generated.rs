//! Crates that programs here write, and build with cargo.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The folder of this workspace.
pub fn workspace() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("the package stands in a workspace")
}

/// A crate of its own below the target directory of this workspace, with the versions of its lock file.
#[derive(Debug)]
pub struct Crate {
    root: PathBuf,
}

impl Crate {
    /// A crate called `name` that depends on the runtime, and on `others`, lines of its manifest.
    ///
    /// # Errors
    ///
    /// If its folder cannot be made.
    pub fn new(name: &str, others: &str) -> io::Result<Crate> {
        let root = workspace().join("target/generated").join(name);
        fs::create_dir_all(root.join("src"))?;
        let runtime = workspace().join("autodiff-runtime");
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\nautodiff-runtime.path = \"{}\"\n{others}\n\n\
             [profile.dev.build-override]\nopt-level = 1\n\n\
             [profile.dev.package.{name}]\ndebug = false\n\n[workspace]\n",
            runtime.display()
        );
        fs::write(root.join("Cargo.toml"), manifest)?;
        fs::copy(workspace().join("Cargo.lock"), root.join("Cargo.lock"))?;
        Ok(Crate { root })
    }

    /// Writes a source file; one that stays the same keeps its time.
    ///
    /// # Errors
    ///
    /// If that fails.
    pub fn write(&self, name: &str, text: &str) -> io::Result<()> {
        let path = self.source(name);
        match fs::read_to_string(&path) {
            Ok(old) if old == text => Ok(()),
            _ => fs::write(path, text),
        }
    }

    /// The path of a source file.
    pub fn source(&self, name: &str) -> PathBuf {
        self.root.join("src").join(name)
    }

    /// Cargo in this crate, with what this workspace has built.
    pub fn cargo(&self, verb: &str) -> Command {
        let mut command = Command::new(env!("CARGO"));
        command
            .args([verb, "--offline", "--quiet", "--color", "never"])
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", workspace().join("target"))
            .env_remove("RUSTFLAGS");
        command
    }
}

/// What a command that failed has to say.
pub fn complaint(output: &Output) -> io::Error {
    let [out, err] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    io::Error::other(format!("{out}{err}"))
}
