//! What the documents say about the programs is so.

use std::fs;
use std::path::Path;
use std::process::Command;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn read(path: &str) -> String {
    let path = Path::new(ROOT).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn output(program: &str) -> String {
    let output = Command::new(program).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// The example without the comment at its head.
fn source(file: &str) -> String {
    let text = read(&format!("examples/src/bin/{file}"));
    let lines = text.lines().skip_while(|line| line.starts_with("//!"));
    lines.skip(1).map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_readme_shows_the_first_example_and_its_output() {
    let readme = read("README.md");
    let (source, output) = (
        source("01_gradient.rs"),
        output(env!("CARGO_BIN_EXE_01_gradient")),
    );
    assert!(
        readme.contains(&format!("```rust\n{source}```")),
        "{source}"
    );
    assert!(
        readme.contains(&format!("```text\n{}\n```", output.trim_end())),
        "{output}"
    );
}

/// cos of the elbow is (1² + 2² − 2² − 1²)/(2·2·1) = 0, and the shoulder is atan2(2, 1) − atan2(1, 2).
#[test]
fn the_robot_arm_reaches_its_target() {
    let output = output(env!("CARGO_BIN_EXE_02_jacobian"));
    let angles = format!(
        "angles {:.6}, {:.6}",
        2.0_f64.atan2(1.0) - 1.0_f64.atan2(2.0),
        std::f64::consts::FRAC_PI_2
    );
    assert!(output.lines().last().unwrap().contains(&angles), "{output}");
}

#[test]
fn newton_converges_quadratically_on_the_logistic_regression() {
    let output = output(env!("CARGO_BIN_EXE_03_logistic_regression"));
    let gradients: Vec<f64> = output
        .lines()
        .filter_map(|line| line.split_once("gradient ")?.1.parse().ok())
        .collect();
    assert_eq!(gradients.len(), 6);
    assert!(gradients[5] < 1e-10, "{output}");
}

#[test]
fn the_robust_descent_finds_the_line() {
    let output = output(env!("CARGO_BIN_EXE_04_robust_descent"));
    let lines: Vec<_> = output.lines().map(|line| line[18..].trim()).collect();
    assert_eq!(lines[0], "1.0000 + 2.0000 x");
    assert_ne!(lines[1], lines[0]);
    assert_eq!(lines[2], lines[0]);
}

#[test]
fn every_dependency_has_a_reason() {
    let page = read("docs/dependencies.md");
    let manifest = read("Cargo.toml");
    let (_, after) = manifest.split_once("[workspace.dependencies]").unwrap();
    let (dependencies, _) = after.split_once("\n[").unwrap();
    let names = dependencies.lines().filter(|line| !line.starts_with('#'));
    for (name, _) in names.filter_map(|line| line.split_once(" = ")) {
        assert!(
            name == "autodiff-runtime" || page.contains(&format!("`{name}`")),
            "docs/dependencies.md has no line for {name}"
        );
    }
}

#[test]
fn links_between_the_documents_lead_somewhere() {
    for document in [
        "README.md",
        "CONTRIBUTING.md",
        "docs/language.md",
        "docs/pipeline.md",
        "docs/iris.md",
    ] {
        let folder = Path::new(ROOT).join(document);
        let folder = folder.parent().unwrap();
        for link in read(document).split("](").skip(1) {
            let target = link.split([')', '#']).next().unwrap_or_default();
            let outside = target.is_empty() || target.starts_with("http");
            assert!(
                outside || folder.join(target).exists(),
                "{document}: {target}"
            );
        }
    }
}

/// The tutorial's node with its gradients left to an aggregator is the library's layer with that aggregator, and with the
/// estimate inside it is the same again.
#[test]
fn a_node_of_ones_own_learns_as_the_built_in_layer_does() {
    let output = output(env!("CARGO_BIN_EXE_05_node"));
    let losses: Vec<Vec<f64>> = output
        .lines()
        .skip(1)
        .map(|line| {
            line.split_whitespace()
                .filter_map(|word| word.parse().ok())
                .collect()
        })
        .collect();
    assert_eq!(losses.len(), 5);
    let after: Vec<f64> = losses.iter().map(|row| row[row.len() - 1]).collect();
    assert!((after[0] - after[1]).abs() < 1e-6, "{output}");
    assert!(
        (after[2] - after[3]).abs() < 1e-6 && (after[2] - after[4]).abs() < 1e-6,
        "{output}"
    );
    assert!(
        losses
            .iter()
            .all(|row| row[row.len() - 1] < row[row.len() - 2]),
        "{output}"
    );
}
