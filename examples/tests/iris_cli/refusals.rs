//! What the program refuses, and how it says so.

use std::fs;

use super::{directory, failure};

#[test]
fn data_that_cannot_be_used_are_refused_with_the_place() {
    let base = directory("bad-data");
    let cases = [
        (
            "a,b,class\n1,2,x\n3,y,z\n",
            "line 3, column 2: 'y' is not a number",
        ),
        (
            "1,2,x\n1,2\n",
            "line 2: 2 columns where the lines before have 3",
        ),
        ("1,2,x\n1,3,x\n4,3,x\n", "every row is of class 'x'"),
        (
            "1,2,x\n1,3,y\n",
            "2 row(s), where a training and a test split need at least 3",
        ),
        ("", "holds no data row"),
        ("a,b,class\n", "holds no data row"),
        ("1;2;x\n", "separated by commas"),
    ];
    for (content, expected) in cases {
        let file = base.join("bad.csv");
        fs::write(&file, content).unwrap();
        let message = failure(&base.join("out"), &["--data", file.to_str().unwrap()], 1);
        assert!(
            message.contains("bad.csv") && message.contains(expected),
            "{message}"
        );
    }
    let missing = base.join("missing.csv");
    let message = failure(&base.join("out"), &["--data", missing.to_str().unwrap()], 1);
    assert!(
        message.contains("missing.csv: cannot be opened"),
        "{message}"
    );
    let message = failure(&base.join("out"), &["--data", base.to_str().unwrap()], 1);
    assert!(
        message.contains("cannot be opened: is a directory"),
        "{message}"
    );
    assert!(
        !base.join("out").exists(),
        "nothing is written before the data are read"
    );
}

#[test]
fn a_directory_that_cannot_be_written_is_refused_before_the_training() {
    let file = directory("unwritable").join("file");
    fs::write(&file, "in the way").unwrap();
    // With so many iterations, a program that trained first would not come back.
    let long = ["--trials", "100000", "--iterations", "1000000"];
    let message = failure(&file.join("out"), &long, 1);
    assert!(
        message.starts_with("error: --out: ") && message.contains("cannot be written"),
        "{message}"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "in the way");
}

#[test]
fn an_unknown_method_is_answered_with_the_known_ones() {
    let out = directory("unknown-method");
    let message = failure(&out, &["--method", "mode"], 2);
    for known in [
        "mode",
        "mean",
        "soft-truncation",
        "median-of-means",
        "deep-rob",
        "deep-clean",
    ] {
        assert!(message.contains(known), "{message}");
    }
    let message = failure(&out, &["--method", "median-of-means:block=3"], 2);
    assert!(
        message.contains("no option `block`") && message.contains("blocks"),
        "{message}"
    );
    let message = failure(&out, &["--method", "median-of-means:blocks=0"], 2);
    assert!(message.contains("blocks must be at least 1"), "{message}");
}

#[test]
fn arguments_out_of_range_are_refused() {
    let out = directory("arguments");
    for (flag, value, expected) in [
        ("--trials", "0", "0 is not in 1..="),
        ("--iterations", "0", "0 is not in 1..="),
        ("--iterations", "-5", "-5"),
        ("--step-size", "-0.5", "expected a positive number"),
        ("--step-size", "0", "expected a positive number"),
        ("--contaminated", "1.01", "expected a share from 0 to 1"),
        ("--noise-factor", "-3", "expected a number from 0"),
        ("--hidden", "", "no hidden layer"),
        ("--hidden", "10,x", "'x' is not a width"),
        ("--threads", "0", "0 is not in 1..="),
        (
            "--robust-layers",
            "last",
            "expected first, all, model, or layer numbers",
        ),
        ("--backend", "tpu", "possible values: cpu, opencl"),
    ] {
        let message = failure(&out, &[flag, value], 2);
        assert!(
            message.contains(flag) && message.contains(expected),
            "{flag} {value}: {message}"
        );
    }
}

#[test]
fn arguments_that_contradict_each_other_are_refused() {
    let out = directory("contradictions");
    let message = failure(&out, &["--robust-layers", "4"], 1);
    assert!(
        message.contains("no layer 4: the network has 3 layers"),
        "{message}"
    );
    let message = failure(&out, &["--method", "deep", "--method", "deep"], 1);
    assert!(message.contains("'deep' is given twice"), "{message}");
}

#[cfg(not(feature = "opencl"))]
#[test]
fn a_device_needs_a_build_for_devices() {
    let out = directory("no-device-support");
    let message = failure(&out, &["--backend", "opencl"], 1);
    assert!(
        message.contains("this build has no OpenCL support"),
        "{message}"
    );
}
