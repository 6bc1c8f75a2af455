//! The program from outside: what it prints, writes and refuses.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

mod refusals;
mod results;

/// A fresh directory for one test.
fn directory(test: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("iris")
        .join(test);
    // It may be left over from an earlier run.
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

fn command(out: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_iris"));
    command.arg("--out").arg(out).args(arguments);
    command
}

fn run(out: &Path, arguments: &[&str]) -> Output {
    command(out, arguments).output().unwrap()
}

/// Runs the program, which must succeed without a word on standard error, and returns what it printed.
fn success(out: &Path, arguments: &[&str]) -> String {
    let output = run(out, arguments);
    assert!(
        output.status.success(),
        "{arguments:?} failed: {}",
        text(&output.stderr)
    );
    assert_eq!(text(&output.stderr), "", "{arguments:?}");
    text(&output.stdout)
}

/// Runs the program, which must end with this exit code and print nothing, and returns its message.
fn failure(out: &Path, arguments: &[&str], code: i32) -> String {
    let output = run(out, arguments);
    let message = text(&output.stderr);
    assert_eq!(
        output.status.code(),
        Some(code),
        "{arguments:?} gave {message}"
    );
    assert_eq!(text(&output.stdout), "", "{arguments:?}");
    assert!(
        !message.contains("panicked"),
        "{arguments:?} gave {message}"
    );
    message
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn read(out: &Path, file: &str) -> String {
    fs::read_to_string(out.join(file)).unwrap()
}

/// The manifest without what may differ from run to run.
fn manifest(out: &Path) -> Value {
    let mut manifest: Value = serde_json::from_str(&read(out, "manifest.json")).unwrap();
    assert!(manifest.as_object_mut().unwrap().remove("run").is_some());
    manifest
}

/// The final test error of a method, averaged over trials.
fn test_error(manifest: &Value, method: &str) -> f64 {
    let methods = manifest["methods"].as_array().unwrap();
    let found = methods
        .iter()
        .find(|entry| entry["name"] == method)
        .unwrap();
    found["test_error"]["mean"].as_f64().unwrap()
}
