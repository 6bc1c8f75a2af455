//! The program `digits` from outside: what it prints, writes and refuses.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn directory(test: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("digits")
        .join(test);
    // It may be left over from an earlier run.
    let _ = fs::remove_dir_all(&path);
    path
}

fn run(out: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_digits"));
    command
        .arg("--out")
        .arg(out)
        .args(arguments)
        .output()
        .unwrap()
}

fn success(out: &Path, arguments: &[&str]) -> String {
    let output = run(out, arguments);
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{arguments:?} failed: {message}");
    String::from_utf8(output.stdout).unwrap()
}

/// Few steps of a small network, which a build without optimisation does in a moment.
const SMALL: [&str; 14] = [
    "--hidden",
    "8",
    "--steps",
    "40",
    "--seeds",
    "2",
    "--contamination",
    "clean",
    "--contamination",
    "byz10",
    "--method",
    "mean",
    "--method",
    "norm-clip",
];

#[test]
fn the_files_hold_what_the_table_shows() {
    let out = directory("files");
    let text = success(&out, &[&SMALL[..], &["--quiet"]].concat());
    let heading = "digits: 1797 samples, 64 features, 10 classes; 1258 to train on, 539 to test on\n\
                   64-8-10 network, 40 steps on batches of 64, step size 0.1, seeds 0 to 1\n";
    assert!(text.starts_with(heading), "{text}");
    let scores = fs::read_to_string(out.join("scores.csv")).unwrap();
    let lines: Vec<Vec<&str>> = scores
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect())
        .collect();
    assert_eq!(lines.len(), 4);
    for line in &lines {
        let mean: f64 = line[2].parse().unwrap();
        let row = text
            .lines()
            .find(|row| row.starts_with(&format!("{} ", line[0])))
            .unwrap();
        assert!(
            row.contains(&format!("{:.1} ± ", 100.0 * mean)),
            "{mean} in {row}"
        );
    }
    let manifest: Value =
        serde_json::from_str(&fs::read_to_string(out.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["seeds"], serde_json::json!([0, 1]));
    assert_eq!(manifest["rules"][1]["rule"], "norm-clip");
    assert!(
        fs::read_to_string(out.join("accuracy.svg"))
            .unwrap()
            .contains("byz10")
    );
    assert!(
        fs::read(out.join("accuracy.png"))
            .unwrap()
            .starts_with(b"\x89PNG")
    );
}

#[test]
fn accuracies_do_not_depend_on_the_threads() {
    let scores = |threads: &str| {
        let out = directory(&format!("threads{threads}"));
        success(
            &out,
            &[&SMALL[..], &["--quiet", "--threads", threads]].concat(),
        );
        fs::read(out.join("scores.csv")).unwrap()
    };
    assert_eq!(scores("1"), scores("2"));
}

#[test]
fn a_table_of_ones_own_and_markdown() {
    let out = directory("own");
    fs::create_dir_all(&out).unwrap();
    let table: String = (0..60)
        .map(|i| format!("{},{},{}\n", i % 7, i % 5 + 10 * (i % 2), ["a", "b"][i % 2]))
        .collect();
    let file = out.join("own.csv");
    fs::write(&file, table).unwrap();
    let arguments = [
        "--data",
        file.to_str().unwrap(),
        "--batch-size",
        "16",
        "--steps",
        "60",
        "--hidden",
        "4",
        "--method",
        "mean",
        "--contamination",
        "clean",
        "--markdown",
        "--quiet",
    ];
    let text = success(&out, &arguments);
    assert!(
        text.contains("| rule | clean | ms/step |\n|---|---:|---:|\n| mean | "),
        "{text}"
    );
}

#[test]
fn what_cannot_be_done_is_said() {
    for (arguments, expected) in [
        (
            vec!["--method", "mean", "--method", "mean"],
            "--method: 'mean' is given twice",
        ),
        (
            vec!["--method", "mean@4"],
            "there is no layer 4: the network has 3 layers",
        ),
        (
            vec!["--batch-size", "2000"],
            "2000 samples a batch, where the training set has 1258",
        ),
        (
            vec!["--data", "missing.csv"],
            "missing.csv: cannot be opened",
        ),
    ] {
        let output = run(&directory("refusals"), &arguments);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(
            message.contains(expected) && output.stdout.is_empty(),
            "{arguments:?}: {message}"
        );
    }
}

#[cfg(not(feature = "opencl"))]
#[test]
fn a_device_needs_a_build_for_devices() {
    let output = run(&directory("no-device-support"), &["--backend", "opencl"]);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        message.contains("this build has no OpenCL support"),
        "{message}"
    );
}

#[cfg(feature = "opencl")]
#[test]
fn a_device_gives_the_accuracies_of_the_processor() {
    let Some(device) = autodiff_runtime::opencl::device_or_skip() else {
        return;
    };
    // The last of them has no kernel.
    let more = ["--method", "soft-truncation", "--method", "trimmed-mean"];
    let accuracies = |backend: &str| {
        let out = directory(&format!("backend-{backend}"));
        let options = [&SMALL[..], &more, &["--quiet", "--backend", backend]].concat();
        let text = success(&out, &options);
        let manifest = fs::read_to_string(out.join("manifest.json")).unwrap();
        let manifest: Value = serde_json::from_str(&manifest).unwrap();
        assert_eq!(manifest["backend"], backend);
        let scores = fs::read_to_string(out.join("scores.csv")).unwrap();
        let accuracies = scores.lines().skip(1).map(|line| {
            let accuracy: f64 = line.split(',').nth(2).unwrap().parse().unwrap();
            accuracy
        });
        (text, accuracies.collect::<Vec<_>>())
    };
    let ((_, expected), (text, found)) = (accuracies("cpu"), accuracies("opencl"));
    let heading = format!("\ncomputed by {}\n", device.info());
    assert!(text.contains(&heading), "{text}");
    assert_eq!(expected.len(), 8);
    // Sums run in another order on a device: of 539 samples a few on the border between classes may fall to the other side.
    let apart = expected.iter().zip(&found).map(|(a, b)| (a - b).abs());
    assert!(
        apart.fold(0.0, f64::max) <= 3.0 / 539.0,
        "{found:?}, not {expected:?}"
    );
}

#[cfg(feature = "opencl")]
#[test]
fn a_device_that_is_not_there_is_an_error_and_no_other_device() {
    let out = directory("no-such-device");
    let output = Command::new(env!("CARGO_BIN_EXE_digits"))
        .env("AUTODIFF_OPENCL_DEVICE", "abacus")
        .args(["--backend", "opencl", "--out"])
        .arg(&out)
        .output()
        .unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(
        message.starts_with("error: --backend opencl: "),
        "{message}"
    );
    if autodiff_runtime::opencl::device_or_skip().is_some() {
        assert!(
            message.contains("no OpenCL device matches `abacus`; there are: "),
            "{message}"
        );
    }
    assert!(output.stdout.is_empty() && !out.exists());
}
