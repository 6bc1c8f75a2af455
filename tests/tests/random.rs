//! Random programs, every mode against dual numbers. More of them, and small cases of those that
//! fail: `cargo run --bin random_programs`.

use autodiff_tests::random::compile::{Laboratory, Outcome};
use autodiff_tests::random::{generate, listing};

const PROGRAMS: u64 = 200;

#[test]
fn every_mode_of_random_programs_agrees_with_dual_numbers() -> std::io::Result<()> {
    let programs: Vec<_> = (0..PROGRAMS).map(generate::program).collect();
    let outcomes = Laboratory::new("tested")?.test(&programs)?;
    let failures: Vec<String> = programs
        .iter()
        .zip(outcomes)
        .enumerate()
        .filter(|(_, (_, outcome))| *outcome != Outcome::Agrees)
        .map(|(seed, (program, outcome))| format!("{seed}: {outcome:#?}\n{}", listing(program)))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    Ok(())
}
