//! `digits`: which aggregator to choose, on handwritten digits. `digits --help` says what it does and how to steer it.

use std::process::ExitCode;

use autodiff_examples::digits::{cli::Args, run};
use clap::Parser;

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
