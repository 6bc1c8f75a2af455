//! `cargo run --bin expansion_time`: what the attribute adds to `cargo check`, as one JSON line a case:
//! `{"case","lines","plain_ms","differentiated_ms","added_ms"}`.
//!
//! Each case is checked with the attribute and with it removed, in turns, and the medians are
//! compared: processor time, which other work on the machine disturbs least. `hundred` is one function of a hundred lines, in ten copies, the figures divided by ten;
//! `hand` is the HAND problem of ADBench.

use std::fs;
use std::io;

use autodiff_tests::generated::{Crate, complaint, workspace};
use autodiff_tests::median;
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
        let per_copy = |times: Vec<f64>| median(times.into_iter()) / case.copies as f64;
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

struct Project(Crate);

impl Project {
    fn new(
        case: &str,
        kind: &str,
        of: &Case,
        change: impl Fn(&str) -> String,
    ) -> io::Result<Project> {
        let project = Crate::new(&format!("expansion-{case}-{kind}"), "thiserror = \"*\"")?;
        let mut lib = String::from("#![allow(warnings)]\n");
        for (name, text) in &of.modules {
            lib += &format!("mod {name};\n");
            project.write(&format!("{name}.rs"), &change(text))?;
        }
        project.write("lib.rs", &lib)?;
        let project = Project(project);
        project.check()?;
        Ok(project)
    }

    /// Milliseconds of processor time for one `cargo check` of the crate alone, from scratch.
    fn check(&self) -> io::Result<f64> {
        // Written anew, the file counts as changed.
        let lib = self.0.source("lib.rs");
        let text = fs::read_to_string(&lib)?;
        fs::write(&lib, text)?;
        let start = processor_time()?;
        let mut cargo = self.0.cargo("check");
        let output = cargo.env("CARGO_INCREMENTAL", "0").output()?;
        let elapsed = processor_time()? - start;
        match output.status.success() {
            true => Ok(elapsed),
            false => Err(complaint(&output)),
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
