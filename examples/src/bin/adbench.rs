//! `adbench`: the ADBench problems against reference values, and what their derivatives cost.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use autodiff_examples::adbench::check::check;
use autodiff_examples::adbench::error::Error;
use autodiff_examples::adbench::golden::Golden;
use autodiff_examples::adbench::{instance, time};
use clap::{Parser, Subcommand};

/// GMM, BA, LSTM and HAND of Microsoft's ADBench, as plain Rust under `#[differentiate]`.
#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Compare values and derivatives with files of reference values.
    Check {
        /// Files of reference values; each names its instance.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Time objectives and gradients (or whole Jacobians): a table row and a JSON line for each file.
    Time {
        /// Files of reference values; each names its instance.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Time tangents (in objectives) and Hessian-vector products (in gradients).
    Products {
        /// Files of reference values; each names its instance.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

fn main() -> ExitCode {
    let fine = match Args::parse().task {
        Task::Check { files } => check_all(&files),
        Task::Time { files } => {
            println!("| instance | objective µs | gradient µs | ratio | extra bytes |");
            println!("|---|---|---|---|---|");
            for_each(&files, time_one)
        }
        Task::Products { files } => for_each(&files, products_one),
    };
    match fine {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Prints how far every array of every file is off; whether all of them are fine.
fn check_all(files: &[PathBuf]) -> bool {
    let (mut passed, mut failed) = (0, 0);
    for path in files {
        let fine = match Golden::read(path).and_then(|golden| check(&golden)) {
            Ok(deviations) => {
                for array in &deviations {
                    let verdict = if array.is_fine() { "" } else { "   FAILED" };
                    let (name, off) = (&array.array, array.deviation);
                    println!("{:<36} {name:<11} {off:9.2e}{verdict}", stem(path));
                }
                deviations.iter().all(|array| array.is_fine())
            }
            Err(error) => {
                println!("{:<36} FAILED: {error}", stem(path));
                false
            }
        };
        if fine {
            passed += 1;
        } else {
            failed += 1;
        }
    }
    println!("{passed} passed, {failed} failed");
    failed == 0
}

/// Runs `run` on every file; reports what cannot be read and goes on.
fn for_each(files: &[PathBuf], run: impl Fn(&Path) -> Result<(), Error>) -> bool {
    let mut fine = true;
    for path in files {
        if let Err(error) = run(path) {
            eprintln!("error: {error}");
            fine = false;
        }
    }
    fine
}

fn time_one(path: &Path) -> Result<(), Error> {
    let golden = Golden::read(path)?;
    let mut instance = instance::read(&golden)?;
    let name = (golden.header("problem")?, stem(path));
    let row = time::derivative(&mut *instance, (name.0, &name.1), |run| {
        allocation_counter::measure(run).bytes_max
    });
    println!(
        "| {} | {:.1} | {:.1} | {:.2} | {} |",
        row.file, row.objective_us, row.gradient_us, row.ratio, row.peak_extra_bytes
    );
    print_json(&row);
    Ok(())
}

fn products_one(path: &Path) -> Result<(), Error> {
    let golden = Golden::read(path)?;
    let mut instance = instance::read(&golden)?;
    let name = (golden.header("problem")?, stem(path));
    print_json(&time::products(&mut *instance, (name.0, &name.1)));
    Ok(())
}

fn print_json(line: &impl serde::Serialize) {
    match serde_json::to_string(line) {
        Ok(json) => println!("{json}"),
        Err(error) => eprintln!("error: {error}"),
    }
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
