//! `tutorial_trace`: the worked example of the tutorial "Robust gradient descent via back-propagation" (M. J. Holland,
//! section 1): f(x1, x2) = x1³/x2 + sin(x1·x2) at (1.5, 3).
//!
//! Prints the evaluation trace (Table 1), the forward sweeps (Table 2) and the reverse sweep (Table 3) from `f_trace`,
//! then the same adjoints from a tape recorded at run time (List 1), and draws the computational graph.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use autodiff_runtime::trace::TraceError;
use autodiff_runtime::{Scalar, Tape, Trace, differentiate};
use clap::Parser;

/// The function of the tutorial.
#[differentiate]
fn f(x1: f64, x2: f64) -> f64 {
    x1.powi(3) / x2 + (x1 * x2).sin()
}

const POINT: [f64; 2] = [1.5, 3.0];

/// One row of the three tables: the variable, and its equation, tangent equation and adjoint equation.
struct Row {
    variable: &'static str,
    equation: &'static str,
    tangent: &'static str,
    adjoint: &'static str,
}

/// As the tutorial writes them. The numbers beside them come from the trace.
const ROWS: [Row; 7] = [
    Row {
        variable: "u₋₁",
        equation: "x₁",
        tangent: "ẋ₁",
        adjoint: "3·u₋₁²·ū₁ + u₀·ū₂",
    },
    Row {
        variable: "u₀",
        equation: "x₂",
        tangent: "ẋ₂",
        adjoint: "u₋₁·ū₂ − (u₃/u₀)·ū₃",
    },
    Row {
        variable: "u₁",
        equation: "u₋₁³",
        tangent: "3·u₋₁²·u̇₋₁",
        adjoint: "ū₃/u₀",
    },
    Row {
        variable: "u₂",
        equation: "u₋₁·u₀",
        tangent: "u₀·u̇₋₁ + u₋₁·u̇₀",
        adjoint: "cos u₂·ū₄",
    },
    Row {
        variable: "u₃",
        equation: "u₁/u₀",
        tangent: "(u̇₁ − u₃·u̇₀)/u₀",
        adjoint: "ū₅",
    },
    Row {
        variable: "u₄",
        equation: "sin u₂",
        tangent: "cos u₂·u̇₂",
        adjoint: "ū₅",
    },
    Row {
        variable: "u₅",
        equation: "u₃ + u₄",
        tangent: "u̇₃ + u̇₄",
        adjoint: "ȳ",
    },
];

/// Prints the tables of the tutorial's worked example and draws its computational graph.
#[derive(Parser)]
#[command(version, about)]
struct Args {
    /// Where the drawings of the computational graph go.
    #[arg(long, value_name = "DIR", default_value = "target/tutorial")]
    out: PathBuf,
}

/// Why the program ends early.
#[derive(Debug, thiserror::Error)]
enum TutorialError {
    #[error(transparent)]
    Trace(#[from] TraceError),
    #[error("--out: {} cannot be written: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<(), TutorialError> {
    let trace = f_trace(POINT[0], POINT[1]);
    println!("f(x1, x2) = x1³/x2 + sin(x1·x2) at x1 = 1.5, x2 = 3\n");
    evaluation(&trace);
    forward(&trace)?;
    reverse(&trace);
    println!("All of it at once, as `println!(\"{{}}\", f_trace(1.5, 3.0))` prints it:\n\n{trace}");
    list_1();
    draw(&trace, &args.out)
}

/// Table 1.
fn evaluation(trace: &Trace) {
    println!("Table 1. The evaluation trace: what f computes, one operation a row.\n");
    println!("   u     value   equation");
    for (row, value) in ROWS.iter().zip(trace.values()) {
        println!("{:>4} {value:>9.4}   {}", row.variable, row.equation);
    }
    println!();
}

/// Table 2.
fn forward(trace: &Trace) -> Result<(), TraceError> {
    println!("Table 2. Forward mode: the tangents, from the first row to the last.");
    println!(
        "One sweep for ẋ = (1, 0) and one for ẋ = (0, 1) give the two partial derivatives of f.\n"
    );
    let (by_x1, by_x2) = (trace.tangents_for("x1")?, trace.tangents_for("x2")?);
    println!("   u     by x1     by x2   equation of the tangent");
    for (row, (x1, x2)) in ROWS.iter().zip(by_x1.iter().zip(by_x2)) {
        println!("{:>4} {x1:>9.4} {x2:>9.4}   {}", row.variable, row.tangent);
    }
    println!();
    Ok(())
}

/// Table 3.
fn reverse(trace: &Trace) {
    println!("Table 3. Reverse mode: the adjoints, from the last row to the first.");
    println!("One sweep gives both partial derivatives, in the last two rows.\n");
    println!("   u   adjoint   equation of the adjoint");
    for (row, adjoint) in ROWS.iter().zip(trace.adjoints()).rev() {
        println!("{:>4} {adjoint:>9.4}   {}", row.variable, row.adjoint);
    }
    println!();
}

/// A variable with its value and its adjoint.
type Recorded<T> = (&'static str, T, T);

/// List 1: the same operations on a tape, which keeps the adjoints of the intermediate variables too.
fn list_1() {
    println!("List 1. A tape records the operations at run time and keeps every adjoint.\n");
    println!(
        "   u {:>21} {:>21} {:>14} {:>14}",
        "value (f64)", "adjoint (f64)", "value (f32)", "adjoint (f32)"
    );
    let double = on_tape(POINT[0], POINT[1]);
    let single = on_tape(POINT[0] as f32, POINT[1] as f32);
    for ((name, value, adjoint), (_, value_32, adjoint_32)) in double.iter().zip(single) {
        println!("{name:>4} {value:>21} {adjoint:>21} {value_32:>14} {adjoint_32:>14}");
    }
    println!();
}

fn on_tape<T: Scalar>(x1: T, x2: T) -> [Recorded<T>; 7] {
    let tape = Tape::new();
    let (x1, x2) = (tape.var(x1), tape.var(x2));
    let u1 = x1.powi(3);
    let u2 = x1 * x2;
    let u3 = u1 / x2;
    let u4 = u2.sin();
    let u5 = u3 + u4;
    let adjoints = u5.adjoints();
    let named = [
        ("x1", x1),
        ("x2", x2),
        ("u1", u1),
        ("u2", u2),
        ("u3", u3),
        ("u4", u4),
        ("u5", u5),
    ];
    named.map(|(name, variable)| (name, variable.value(), adjoints[variable]))
}

/// Writes the computational graph for Graphviz and as a picture.
fn draw(trace: &Trace, directory: &Path) -> Result<(), TutorialError> {
    fs::create_dir_all(directory).map_err(|source| TutorialError::Write {
        path: directory.to_owned(),
        source,
    })?;
    for (file, drawing) in [("graph.dot", trace.to_dot()), ("graph.svg", trace.to_svg())] {
        let path = directory.join(file);
        if let Err(source) = fs::write(&path, drawing) {
            return Err(TutorialError::Write { path, source });
        }
        println!("wrote {}", path.display());
    }
    Ok(())
}
