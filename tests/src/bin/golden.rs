//! `golden chainer DIR`, `golden aggregate DIR`: compares this library with reference values in a folder.

use std::path::PathBuf;
use std::process::ExitCode;

use autodiff_tests::golden::{GoldenError, Report, aggregate, chainer};
use clap::{Parser, Subcommand};

/// Compares this library with reference values, prints what disagrees, and counts.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    family: Family,
}

#[derive(Subcommand)]
enum Family {
    /// Values of Chainer and the tutorial's published code: list 1, robust means, dense layers, training runs.
    Chainer {
        /// The folder of JSON files.
        dir: PathBuf,
    },
    /// Values of every robust aggregator, on rows and dense layers.
    Aggregate {
        /// The folder of JSON files.
        dir: PathBuf,
    },
}

fn main() -> ExitCode {
    let mut report = Report::default();
    match compare(&Arguments::parse().family, &mut report) {
        Ok(()) => {}
        Err(error) => report.fail(error.to_string()),
    }
    for failure in report.failures() {
        println!("{failure}");
    }
    println!(
        "{} passed, {} failed",
        report.passed(),
        report.failures().len()
    );
    if report.failures().is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn compare(family: &Family, report: &mut Report) -> Result<(), GoldenError> {
    match family {
        Family::Chainer { dir } => chainer::compare_folder(dir, report),
        Family::Aggregate { dir } => aggregate::compare_folder(dir, report),
    }
}
