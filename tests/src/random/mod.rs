//! Random programs: drawn in the accepted language, printed as Rust, expanded by the macro,
//! compiled, and run against the same program over dual numbers.
//!
//! The path of one program: [`generate`] draws a [`Program`](program::Program) from a seed, `print`
//! writes it as tokens, `case` adds the code that compares its siblings, [`compile`] builds a crate
//! of many such modules and runs it, and [`shrink`] makes a failing one small.

mod case;
pub mod compile;
pub mod generate;
mod print;
#[allow(
    missing_docs,
    reason = "the variants are the grammar, and speak for themselves"
)]
pub mod program;
pub mod shrink;
pub mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};

/// The source of `program` under the attribute, without the comparison.
pub fn listing(program: &program::Program) -> String {
    case::source(program, print::Mode::Plain)
}

/// Runs the comparison of the program with this number and prints what became of it.
pub fn report(number: usize, check: fn() -> Result<(), String>) {
    let message = match catch_unwind(AssertUnwindSafe(check)) {
        Ok(Ok(())) => "agrees".to_owned(),
        Ok(Err(message)) => message,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            format!("panicked: {}", text.unwrap_or("without a message"))
        }
    };
    println!("{number}\t{}", message.replace(['\n', '\t'], " "));
}
