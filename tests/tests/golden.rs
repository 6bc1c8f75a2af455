//! The library against reference values measured elsewhere.

use std::path::{Path, PathBuf};

use autodiff_tests::golden::{GoldenError, Report, aggregate, chainer};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/chainer")
}

/// Asserts that much was compared, and all of it agreed.
#[track_caller]
fn assert_agreement(report: &Report) {
    assert!(
        report.failures().is_empty(),
        "{}",
        report.failures().join("\n")
    );
    assert!(
        report.passed() > 1000,
        "only {} comparisons",
        report.passed()
    );
}

#[test]
fn chainer_and_the_published_code_agree() {
    let mut report = Report::default();
    chainer::compare_folder(&folder(), &mut report).unwrap();
    assert_agreement(&report);
}

#[test]
fn aggregators_agree_with_their_definitions() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/aggregate");
    let mut report = Report::default();
    aggregate::compare_folder(&folder, &mut report).unwrap();
    assert_agreement(&report);
}

/// A fresh folder with a copy of one file, some text of it replaced.
fn altered(test: &str, name: &str, from: &str, to: &str) -> PathBuf {
    let text = std::fs::read_to_string(folder().join(name)).unwrap();
    assert!(text.contains(from), "{name} has no {from}");
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    std::fs::create_dir_all(&scratch).unwrap();
    std::fs::write(scratch.join(name), text.replacen(from, to, 1)).unwrap();
    scratch
}

/// ∂u₅/∂x₁ at the tutorial's point, as the file has it first: a tangent.
const TANGENT: &str = "1.6176126017076609";

#[test]
fn a_wrong_number_is_named() {
    let scratch = altered("wrong-number", "list1.json", TANGENT, "1.6176126017176609");
    let mut report = Report::default();
    chainer::compare_folder(&scratch, &mut report).unwrap();
    let [failure] = report.failures() else {
        panic!("{:?}", report.failures())
    };
    assert!(
        failure.starts_with("list1 point 0 f64 tangent_x1 u5"),
        "{failure}"
    );
}

#[test]
fn an_expected_nan_is_not_met_by_a_number() {
    let scratch = altered("wrong-nan", "list1.json", TANGENT, "null");
    let mut report = Report::default();
    chainer::compare_folder(&scratch, &mut report).unwrap();
    assert_eq!(report.failures().len(), 1, "{:?}", report.failures());
}

#[test]
fn a_folder_that_cannot_be_read_is_an_error() {
    let missing = chainer::compare_folder(&folder().join("nowhere"), &mut Report::default());
    assert!(
        matches!(missing, Err(GoldenError::Read { .. })),
        "{missing:?}"
    );
    let none = chainer::compare_folder(&folder().join("../../src"), &mut Report::default());
    assert!(matches!(none, Err(GoldenError::Nothing(_))), "{none:?}");
}

#[test]
fn a_file_of_no_known_form_is_named() {
    let mut report = Report::default();
    let scratch = altered("unknown-schema", "list1.json", "\"points\"", "\"dots\"");
    chainer::compare_folder(&scratch, &mut report).unwrap();
    let [failure] = report.failures() else {
        panic!("{:?}", report.failures())
    };
    assert!(failure.contains("list1.json: missing field"), "{failure}");
}

#[test]
fn a_run_without_its_problem_is_named() {
    let mut report = Report::default();
    let scratch = altered(
        "no-data",
        "trajectory_contaminated_deep.json",
        "\"deep\"",
        "\"deep\"",
    );
    chainer::compare_folder(&scratch, &mut report).unwrap();
    let [failure] = report.failures() else {
        panic!("{:?}", report.failures())
    };
    assert!(
        failure.contains("trajectory_contaminated_data.json"),
        "{failure}"
    );
}
