//! `iris`: robust gradient descent on the Iris data. `iris --help` says what it does and how to steer it.

use std::process::ExitCode;

use autodiff_examples::iris::{cli::Args, run};
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
