//! The program `tutorial_trace` from outside: the numbers of the tutorial's tables and of its List 1.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn directory(test: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("tutorial")
        .join(test)
}

fn run(out: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tutorial_trace"));
    command.arg("--out").arg(out).output().unwrap()
}

fn printed(test: &str) -> String {
    let output = run(&directory(test));
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// The rows of the table with this title, split at blanks, the row of headings left out.
fn table<'a>(text: &'a str, title: &str) -> Vec<Vec<&'a str>> {
    let (_, after) = text.split_once(title).unwrap();
    let mut blocks = after.split("\n\n");
    let rows = blocks.nth(1).unwrap().lines().skip(1);
    rows.map(|row| row.split_whitespace().collect()).collect()
}

fn column<'a>(rows: &[Vec<&'a str>], column: usize) -> Vec<&'a str> {
    rows.iter().map(|row| row[column]).collect()
}

/// u₋₁, u₀, …, u₅ by the formulas of the tutorial.
fn values() -> [f64; 7] {
    let sin = 4.5_f64.sin();
    [1.5, 3.0, 3.375, 4.5, 1.125, sin, 1.125 + sin]
}

/// ∂f/∂u₋₁, ∂f/∂u₀, …, ∂f/∂u₅ by hand.
fn adjoints() -> [f64; 7] {
    let cos = 4.5_f64.cos();
    let [by_x1, by_x2] = [2.25 + 3.0 * cos, -0.375 + 1.5 * cos];
    [by_x1, by_x2, 1.0 / 3.0, cos, 1.0, 1.0, 1.0]
}

fn four_decimals(numbers: &[f64]) -> Vec<String> {
    let numbers = numbers.iter();
    numbers.map(|number| format!("{number:.4}")).collect()
}

#[test]
fn table_1_has_the_values() {
    let text = printed("values");
    let rows = table(&text, "Table 1.");
    let published = [
        "1.5000", "3.0000", "3.3750", "4.5000", "1.1250", "-0.9775", "0.1475",
    ];
    assert_eq!(column(&rows, 1), published);
    assert_eq!(four_decimals(&values()), published);
}

#[test]
fn table_2_has_the_tangents_for_either_input() {
    let text = printed("tangents");
    let rows = table(&text, "Table 2.");
    let cos = 4.5_f64.cos();
    let by_x1 = [1.0, 0.0, 6.75, 3.0, 2.25, 3.0 * cos, 2.25 + 3.0 * cos];
    let by_x2 = [0.0, 1.0, 0.0, 1.5, -0.375, 1.5 * cos, -0.375 + 1.5 * cos];
    assert_eq!(column(&rows, 1), four_decimals(&by_x1));
    assert_eq!(column(&rows, 2), four_decimals(&by_x2));
    assert_eq!(rows[6][1..3], ["1.6176", "-0.6912"]);
}

#[test]
fn table_3_has_the_adjoints_in_reverse() {
    let text = printed("adjoints");
    let mut rows = table(&text, "Table 3.");
    rows.reverse();
    assert_eq!(column(&rows, 1), four_decimals(&adjoints()));
    assert_eq!([rows[0][1], rows[1][1]], ["1.6176", "-0.6912"]);
}

#[test]
fn the_tape_agrees_in_both_precisions() {
    let text = printed("tape");
    let rows = table(&text, "List 1.");
    let number = |row: usize, column: usize| rows[row][column].parse::<f64>().unwrap();
    for (row, (value, adjoint)) in values().into_iter().zip(adjoints()).enumerate() {
        assert!((number(row, 1) - value).abs() <= 1e-15 * value.abs());
        assert!((number(row, 2) - adjoint).abs() <= 1e-15 * adjoint.abs());
        assert!((number(row, 3) - value).abs() <= 1e-6 * value.abs());
        assert!((number(row, 4) - adjoint).abs() <= 1e-6 * adjoint.abs());
    }
}

#[test]
fn the_graph_is_drawn() {
    let out = directory("graph");
    assert!(run(&out).status.success());
    let dot = fs::read_to_string(out.join("graph.dot")).unwrap();
    let svg = fs::read_to_string(out.join("graph.svg")).unwrap();
    assert_eq!(dot.matches(" -> ").count(), 8);
    assert_eq!(svg.matches("class=\"partial\"").count(), 8);
    assert!(svg.contains("u₄ = sin u₂"));
}

#[test]
fn a_directory_that_cannot_be_made_is_an_error() {
    let file = directory("occupied");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "").unwrap();
    let output = run(&file);
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.starts_with("error: --out: ") && message.contains("cannot be written"));
}
