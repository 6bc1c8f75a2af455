//! The ADBench problems agree with their reference values, and what is wrong with a file is said.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use autodiff_examples::adbench::check::check;
use autodiff_examples::adbench::golden::Golden;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/adbench/golden");

fn files() -> Vec<PathBuf> {
    let entries = fs::read_dir(GOLDEN).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn adbench(task: &str, files: &[PathBuf]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_adbench"));
    command.arg(task).args(files).output().unwrap()
}

/// A file of reference values in the folder of temporary files.
fn file(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn every_value_and_derivative_agrees() {
    let files = files();
    assert!(files.len() > 10);
    for path in files {
        for array in check(&Golden::read(&path).unwrap()).unwrap() {
            assert!(array.is_fine(), "{}: {array:?}", path.display());
        }
    }
}

#[test]
fn the_last_line_counts_files() {
    let mut all = files();
    let n = all.len();
    let wrong = fs::read_to_string(Path::new(GOLDEN).join("own_lstm_tiny.txt")).unwrap();
    let data = Path::new(GOLDEN).join("../data/own/lstm_tiny.txt");
    let wrong = wrong
        .replace("../data/own/lstm_tiny.txt", data.to_str().unwrap())
        .replace("objective 1\n0.", "objective 1\n1.");
    all.push(file("wrong.txt", &wrong));
    all.push(PathBuf::from("does/not/exist.txt"));
    let output = adbench("check", &all);
    assert!(!output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().last(), Some(&*format!("{n} passed, 2 failed")));
}

#[test]
fn timing_prints_a_row_and_a_json_line() {
    let path = Path::new(GOLDEN).join("own_hand_simple_tiny.txt");
    let output = adbench("time", &[path]);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let json = text.lines().find(|line| line.starts_with('{')).unwrap();
    let row: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(row["problem"], "hand_simple");
    assert_eq!(row["file"], "own_hand_simple_tiny");
    for key in ["objective_us", "gradient_us", "ratio", "peak_extra_bytes"] {
        assert!(row[key].as_f64().unwrap() > 0.0, "{key}");
    }
}

#[test]
fn what_is_wrong_with_a_file_is_said() {
    let cases = [
        ("set problem gmm\n", "there is no line `set data …`"),
        (
            "set problem sudoku\nset data x\n",
            "problem `sudoku` is not one of",
        ),
        ("set problem ba\nset data nowhere.txt\n", "cannot read"),
        ("objective 2\n1.0\n", "the text ends here"),
        ("objective one\n", "`one` is not a number"),
    ];
    for (k, (text, message)) in cases.into_iter().enumerate() {
        let path = file(&format!("malformed{k}.txt"), text);
        let error = Golden::read(&path).and_then(|golden| check(&golden));
        let error = error.unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
}
