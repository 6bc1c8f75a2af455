//! `cargo run --bin random_programs -- --count 2000 --seed 0`: draws programs, compares every mode of
//! each with dual numbers, and shrinks what fails.

use std::io;
use std::process::ExitCode;

use autodiff_tests::random::compile::{Laboratory, Outcome};
use autodiff_tests::random::{generate, listing, shrink};
use clap::Parser;

/// Random programs through `#[differentiate]`, against dual numbers.
#[derive(Parser)]
struct Options {
    /// How many programs.
    #[arg(long, default_value_t = 200)]
    count: u64,
    /// The number of the first.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How many are compiled together.
    #[arg(long, default_value_t = 200)]
    batch: u64,
    /// How many steps of shrinking a failure gets.
    #[arg(long, default_value_t = 12)]
    rounds: usize,
    /// Only asks whether the programs are Rust without the attribute: a test of the generator.
    #[arg(long)]
    plain: bool,
    /// Prints the program with this number and stops.
    #[arg(long)]
    show: Option<u64>,
}

fn main() -> io::Result<ExitCode> {
    let options = Options::parse();
    if let Some(seed) = options.show {
        print!("{}", listing(&generate::program(seed)));
        return Ok(ExitCode::SUCCESS);
    }
    let laboratory = Laboratory::new("programs")?;
    let small = Laboratory::new("shrinking")?;
    if options.plain {
        let seeds = options.seed..options.seed + options.count;
        let programs: Vec<_> = seeds.clone().map(generate::program).collect();
        let rust = laboratory.are_rust(&programs)?;
        let not: Vec<u64> = seeds
            .zip(rust)
            .filter(|(_, is)| !is)
            .map(|(s, _)| s)
            .collect();
        println!("no Rust: {not:?}");
        return Ok(ExitCode::SUCCESS);
    }
    let (mut passed, mut failed) = (0, 0);
    let end = options.seed + options.count;
    let mut start = options.seed;
    while start < end {
        let seeds: Vec<u64> = (start..end.min(start + options.batch)).collect();
        let programs: Vec<_> = seeds.iter().map(|seed| generate::program(*seed)).collect();
        let outcomes = laboratory.test(&programs)?;
        for ((seed, program), outcome) in seeds.iter().zip(&programs).zip(&outcomes) {
            if *outcome == Outcome::Agrees {
                passed += 1;
                continue;
            }
            failed += 1;
            let (program, outcome) = shrink::shrink(&small, program, outcome, options.rounds)?;
            println!("program {seed}: {outcome:#?}\n{}", listing(&program));
        }
        start += options.batch;
        eprintln!(
            "{} of {}: {passed} passed, {failed} failed",
            end.min(start),
            options.count
        );
    }
    println!("{passed} passed, {failed} failed");
    Ok(match failed {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}
