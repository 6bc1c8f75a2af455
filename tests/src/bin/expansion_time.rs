//! `cargo run --bin expansion_time`: what the attribute adds to `cargo check`, as one JSON line a case:
//! `{"case","lines","plain_ms","differentiated_ms","added_ms"}`.
//!
//! Each case is checked with the attribute and with it removed, in turns, and the medians are
//! compared: processor time, which other work on the machine disturbs least. `hundred` is one function of a hundred lines, in ten copies, the figures divided by ten;
//! `hand` is the HAND problem of ADBench.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde::Serialize;

const TURNS: usize = 9;
const COPIES: usize = 10;

#[derive(Serialize)]
struct Line {
    case: &'static str,
    lines: usize,
    plain_ms: f64,
    differentiated_ms: f64,
    added_ms: f64,
}

/// Modules by name, and how often what is measured stands in them.
struct Case {
    name: &'static str,
    modules: Vec<(String, String)>,
    copies: usize,
}

fn main() -> io::Result<()> {
    for case in [hundred()?, hand()?] {
        let plain = Project::new(case.name, "plain", &case, without_attributes)?;
        let differentiated = Project::new(case.name, "differentiated", &case, str::to_owned)?;
        let (mut without, mut with) = (Vec::new(), Vec::new());
        for _ in 0..TURNS {
            without.push(plain.check()?);
            with.push(differentiated.check()?);
        }
        let per_copy = |times: Vec<f64>| median(times) / case.copies as f64;
        let (plain_ms, differentiated_ms) = (per_copy(without), per_copy(with));
        let lines: usize = case
            .modules
            .iter()
            .map(|(_, text)| text.lines().count())
            .sum();
        let line = Line {
            case: case.name,
            lines: lines / case.copies,
            plain_ms,
            differentiated_ms,
            added_ms: differentiated_ms - plain_ms,
        };
        println!("{}", serde_json::to_string(&line)?);
    }
    Ok(())
}

fn workspace() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("the package stands in a workspace")
}

fn hundred() -> io::Result<Case> {
    let text = fs::read_to_string(workspace().join("tests/src/expansion/hundred.rs"))?;
    Ok(Case {
        name: "hundred",
        modules: (0..COPIES)
            .map(|k| (format!("copy_{k}"), text.clone()))
            .collect(),
        copies: COPIES,
    })
}

fn hand() -> io::Result<Case> {
    let folder = workspace().join("examples/src/adbench");
    let module = |name: &str| -> io::Result<(String, String)> {
        let text = fs::read_to_string(folder.join(format!("{name}.rs")))?;
        Ok((name.to_owned(), text.replace("super::", "crate::")))
    };
    let modules = ["hand", "model", "error", "fields"];
    Ok(Case {
        name: "hand",
        modules: modules.into_iter().map(module).collect::<io::Result<_>>()?,
        copies: 1,
    })
}

/// The source without anything that the attribute needs.
fn without_attributes(text: &str) -> String {
    let kept = text.lines().filter(|line| {
        let line = line.trim();
        !line.starts_with("#[differentiate") && line != "use autodiff_runtime::differentiate;"
    });
    let text: Vec<&str> = kept.collect();
    text.join("\n").replace("#[constant] ", "")
}

struct Project(PathBuf);

impl Project {
    fn new(
        case: &str,
        kind: &str,
        of: &Case,
        change: impl Fn(&str) -> String,
    ) -> io::Result<Project> {
        let root = workspace()
            .join("target/expansion")
            .join(format!("{case}-{kind}"));
        fs::create_dir_all(root.join("src"))?;
        let runtime = workspace().join("autodiff-runtime");
        let manifest = format!(
            "[package]\nname = \"expansion-{case}-{kind}\"\nversion = \"0.0.0\"\n\
             edition = \"2024\"\n\n[dependencies]\nautodiff-runtime.path = \"{}\"\n\
             thiserror = \"*\"\n\n[profile.dev.build-override]\nopt-level = 1\n\n[workspace]\n",
            runtime.display()
        );
        fs::write(root.join("Cargo.toml"), manifest)?;
        fs::copy(workspace().join("Cargo.lock"), root.join("Cargo.lock"))?;
        let mut lib = String::from("#![allow(warnings)]\n");
        for (name, text) in &of.modules {
            lib += &format!("mod {name};\n");
            fs::write(root.join(format!("src/{name}.rs")), change(text))?;
        }
        fs::write(root.join("src/lib.rs"), lib)?;
        let project = Project(root);
        project.check()?;
        Ok(project)
    }

    /// Milliseconds of processor time for one `cargo check` of the crate alone, from scratch.
    fn check(&self) -> io::Result<f64> {
        let lib = self.0.join("src/lib.rs");
        let text = fs::read_to_string(&lib)?;
        fs::write(&lib, text)?;
        let start = processor_time()?;
        let output = Command::new(env!("CARGO"))
            .args(["check", "--offline", "--quiet"])
            .current_dir(&self.0)
            .env("CARGO_TARGET_DIR", workspace().join("target"))
            .env("CARGO_INCREMENTAL", "0")
            .output()?;
        let elapsed = processor_time()? - start;
        match output.status.success() {
            true => Ok(elapsed),
            false => Err(io::Error::other(
                String::from_utf8_lossy(&output.stderr).into_owned(),
            )),
        }
    }
}

/// Milliseconds that processes started here have used.
fn processor_time() -> io::Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let microseconds =
        usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Ok(microseconds as f64 / 1e3)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
