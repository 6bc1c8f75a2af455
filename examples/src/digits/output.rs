//! The files a run leaves behind: the scores as CSV, a manifest, the figure.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::benchmark::{Benchmark, Score};
use super::cli::Args;
use super::corruption::Corruption;
use super::figure::AccuracyFigure;
use super::rule::Rule;
use crate::iris::cli::Backend;
use crate::iris::error::OutputError;
use crate::iris::output::{OutputDirectory, quoted};

const SCORES: &str = "scores.csv";
const MANIFEST: &str = "manifest.json";
const FIGURE: &str = "accuracy";

/// The directory of the results, known to be writable.
pub struct Directory(OutputDirectory);

/// What was run, and what came out, for programs to read. All of it but `run` is the same for the same parameters.
#[derive(Serialize)]
struct Manifest<'a> {
    program: &'static str,
    version: &'static str,
    data: &'a str,
    widths: &'a [usize],
    steps: usize,
    batch_size: usize,
    step_size: f64,
    backend: Backend,
    seeds: &'a [u64],
    corruptions: &'a [Corruption],
    rules: Vec<RuleScores<'a>>,
    run: Run,
}

#[derive(Serialize)]
struct RuleScores<'a> {
    rule: &'a Rule,
    scores: &'a [Score],
}

/// What differs from run to run: the machine and the time it took.
#[derive(Serialize)]
struct Run {
    threads: usize,
    device: String,
    compiler: &'static str,
    os: &'static str,
    architecture: &'static str,
    milliseconds_per_step: Vec<Vec<f64>>,
}

impl Directory {
    /// Makes the directory where there is none and tries to write to it.
    ///
    /// # Errors
    ///
    /// If it cannot be made or written to.
    pub fn prepare(path: &Path) -> Result<Self, OutputError> {
        OutputDirectory::prepare(path).map(Self)
    }

    /// Writes all results.
    ///
    /// # Errors
    ///
    /// The first file that cannot be written or figure that cannot be drawn.
    pub fn write(
        &self,
        args: &Args,
        benchmark: &Benchmark,
        scores: &[Vec<Score>],
    ) -> Result<(), OutputError> {
        self.0
            .write_figure(FIGURE, &AccuracyFigure { benchmark, scores })?;
        self.0.write_file(SCORES, csv(benchmark, scores))?;
        let manifest = serde_json::to_string_pretty(&manifest(args, benchmark, scores));
        let text = manifest.expect("numbers and text can be written as JSON");
        self.0.write_file(MANIFEST, text + "\n")
    }

    /// Where the files are and what they are called.
    pub fn listing(&self) -> String {
        format!(
            "{}: {FIGURE}.svg .png, {SCORES}, {MANIFEST}",
            self.0.path().display()
        )
    }
}

/// A line for each rule and contamination.
fn csv(benchmark: &Benchmark, scores: &[Vec<Score>]) -> String {
    let mut csv = String::from("rule,contamination,accuracy_mean,accuracy_sd,diverged\n");
    for (rule, scores) in benchmark.rules.iter().zip(scores) {
        let rule = quoted(&rule.to_string());
        for (corruption, score) in benchmark.corruptions.iter().zip(scores) {
            let sd = score
                .accuracy
                .sd
                .map_or(String::new(), |sd| format!("{sd:.6}"));
            // Writing to a string cannot fail.
            let _ = writeln!(
                csv,
                "{rule},{corruption},{:.6},{sd},{}",
                score.accuracy.mean, score.diverged
            );
        }
    }
    csv
}

fn manifest<'a>(args: &Args, benchmark: &'a Benchmark, scores: &'a [Vec<Score>]) -> Manifest<'a> {
    let recipe = &benchmark.recipe;
    let milliseconds = |scores: &Vec<Score>| {
        let times = scores
            .iter()
            .map(|score| 1e3 * score.step_time.as_secs_f64());
        times.collect()
    };
    let rules = benchmark.rules.iter().zip(scores);
    Manifest {
        program: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        data: &benchmark.data.name,
        widths: &recipe.widths,
        steps: recipe.steps,
        batch_size: recipe.batch_size,
        step_size: args.step_size,
        backend: args.backend,
        seeds: &benchmark.seeds,
        corruptions: &benchmark.corruptions,
        rules: rules
            .map(|(rule, scores)| RuleScores { rule, scores })
            .collect(),
        run: Run {
            threads: args
                .threads
                .map_or_else(rayon::current_num_threads, |threads| threads as usize),
            device: benchmark.compute.to_string(),
            compiler: env!("COMPILER"),
            os: std::env::consts::OS,
            architecture: std::env::consts::ARCH,
            milliseconds_per_step: scores.iter().map(milliseconds).collect(),
        },
    }
}
