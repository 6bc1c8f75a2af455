//! Builds and runs a crate with one module for each program.

use std::collections::BTreeMap;
use std::io;

use super::case::source;
use super::print::Mode;
use super::program::Program;
use crate::generated::{Crate, complaint};

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

/// A crate for programs.
#[derive(Debug)]
pub struct Laboratory(Crate);

impl Laboratory {
    /// A crate called `name` below the target directory of this workspace.
    ///
    /// # Errors
    ///
    /// If its directory cannot be made.
    pub fn new(name: &str) -> io::Result<Laboratory> {
        let tests = format!("autodiff-tests.path = \"{}\"", env!("CARGO_MANIFEST_DIR"));
        Ok(Laboratory(Crate::new(&format!("random-{name}"), &tests)?))
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
            self.0.write(&format!("p{k}.rs"), &source(program, mode))?;
        }
        loop {
            let alive = (0..programs.len()).filter(|k| outcomes[*k] == Outcome::Agrees);
            self.0.write("main.rs", &main(alive, mode))?;
            let verb = if mode == Mode::Plain {
                "check"
            } else {
                "build"
            };
            let output = self.0.cargo(verb).output()?;
            if output.status.success() {
                return Ok(outcomes);
            }
            let stderr = String::from_utf8_lossy(&output.stderr);
            let failures = failures(&stderr);
            if failures.is_empty() {
                return Err(complaint(&output));
            }
            for (k, message) in failures {
                outcomes[k] = Outcome::DoesNotCompile(message);
            }
        }
    }

    fn run_built(&self) -> io::Result<BTreeMap<usize, Outcome>> {
        let output = self.0.cargo("run").output()?;
        if !output.status.success() {
            return Err(complaint(&output));
        }
        let text = String::from_utf8_lossy(&output.stdout);
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
