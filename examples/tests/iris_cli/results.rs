//! What a run prints and leaves behind.

use std::fs;
use std::process::{Command, Stdio};

use super::{command, directory, manifest, read, success, test_error, text};

#[test]
fn help_names_every_flag_and_method() {
    let output = Command::new(env!("CARGO_BIN_EXE_iris"))
        .arg("--help")
        .output()
        .unwrap();
    let help = text(&output.stdout);
    for word in [
        "--trials",
        "--iterations",
        "--seed",
        "--step-size",
        "--hidden",
        "--noise-factor",
        "--contaminated",
        "--method",
        "--robust-layers",
        "--backend",
        "--data",
        "--out",
        "--quiet",
        "--threads",
        "deep-rob",
        "deep-div-n",
        "deep-alg1",
        "deep-mom",
        "deep-clean",
    ] {
        assert!(help.contains(word), "the help does not mention {word}");
    }
}

#[test]
fn a_run_prints_a_table_and_leaves_its_files() {
    let out = directory("files").join("made/on/the/way");
    let table = success(&out, &["--trials", "2", "--iterations", "30"]);
    let names = [
        "deep",
        "deep-rob",
        "deep-div-n",
        "deep-alg1",
        "deep-mom",
        "deep-clean",
    ];
    for name in names {
        assert!(
            table
                .lines()
                .any(|line| line.starts_with(&format!("{name} ")) && line.contains('±'))
        );
    }
    assert!(table.contains("manifest.json"));

    for figure in ["figure3", "figure4"] {
        let png = fs::read(out.join(format!("{figure}.png"))).unwrap();
        assert_eq!(png[..8], *b"\x89PNG\r\n\x1a\n");
        let svg = read(&out, &format!("{figure}.svg"));
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    }
    let curves = read(&out, "curves.csv");
    assert_eq!(curves.lines().count(), 1 + names.len() * 31);
    assert!(curves.lines().all(|line| line.split(',').count() == 7));
    assert!(
        curves.contains("\ndeep,30,3000,"),
        "30 iterations on 100 samples cost 3000 gradients"
    );
    assert_eq!(
        read(&out, "trials.csv").lines().count(),
        1 + names.len() * 2
    );

    let manifest = manifest(&out);
    assert_eq!(manifest["parameters"]["trials"], 2);
    assert_eq!(
        manifest["parameters"]["hidden"],
        serde_json::json!([10, 10])
    );
    assert_eq!(manifest["data"]["training_samples"], 100);
    assert_eq!(manifest["data"]["moved_samples"], 2);
    assert_eq!(manifest["methods"].as_array().unwrap().len(), names.len());
}

#[test]
fn quiet_prints_the_table_alone() {
    let out = directory("quiet");
    let table = success(&out, &["--trials", "1", "--iterations", "5", "--quiet"]);
    assert!(table.contains("test error") && !table.contains("manifest.json"));
}

#[test]
fn the_same_seed_gives_the_same_files_for_any_number_of_threads() {
    let base = directory("threads");
    let outs = [("one", "1"), ("two", "2")].map(|(name, threads)| {
        let out = base.join(name);
        success(
            &out,
            &[
                "--trials",
                "5",
                "--iterations",
                "60",
                "--seed",
                "7",
                "--threads",
                threads,
            ],
        );
        out
    });
    let files = [
        "curves.csv",
        "trials.csv",
        "figure3.svg",
        "figure3.png",
        "figure4.svg",
        "figure4.png",
    ];
    for file in files {
        let [one, two] = outs.each_ref().map(|out| fs::read(out.join(file)).unwrap());
        assert!(one == two, "{file} depends on the number of threads");
    }
    assert_eq!(manifest(&outs[0]), manifest(&outs[1]));

    let other = base.join("other");
    success(
        &other,
        &["--trials", "5", "--iterations", "60", "--seed", "8"],
    );
    assert_ne!(read(&outs[0], "curves.csv"), read(&other, "curves.csv"));
}

/// Twenty-trial averages of an independent simulation of the tutorial's experiment lie between 0.26 and 0.54 for the
/// mean, and between 0.03 and 0.06 for it without moved points. There is generous room for the six trials here.
#[test]
fn moved_points_harm_the_mean_and_not_the_median_of_means() {
    let out = directory("outcome");
    let methods = ["--method", "deep", "--method", "deep-mom"];
    success(
        &out,
        &[&methods[..], &["--trials", "6", "--iterations", "600"]].concat(),
    );
    let manifest = manifest(&out);
    let [mean, median] = ["deep", "deep-mom"].map(|method| test_error(&manifest, method));
    assert!(mean > 0.2, "the mean got away with {mean}");
    assert!(median < 0.15, "the median of means fails at {median}");
}

#[test]
fn nothing_moved_makes_clean_and_contaminated_training_one() {
    let out = directory("nothing-moved");
    let methods = [
        "--method",
        "deep",
        "--method",
        "deep-clean",
        "--contaminated",
        "0",
    ];
    let table = success(
        &out,
        &[&methods[..], &["--trials", "2", "--iterations", "50"]].concat(),
    );
    assert!(table.contains("none moved"));
    let curves = read(&out, "curves.csv");
    let of = |name: &str| -> Vec<String> {
        let lines = curves
            .lines()
            .filter_map(|line| line.strip_prefix(&format!("{name},")));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(of("deep").len(), 51);
    assert_eq!(of("deep"), of("deep-clean"));
}

#[test]
fn everything_moved_is_an_experiment_too() {
    let out = directory("all-moved");
    let table = success(
        &out,
        &["--trials", "1", "--iterations", "5", "--contaminated", "1"],
    );
    assert!(table.contains("100 of them moved"));
}

#[test]
fn methods_take_options_and_layers() {
    let out = directory("methods");
    let method = "median-of-means:blocks=5,center=coordinate";
    let arguments = ["--trials", "1", "--iterations", "5", "--method", method];
    let table = success(
        &out,
        &[&arguments[..], &["--robust-layers", "1,3"]].concat(),
    );
    assert!(table.contains(&format!("{method} in layer 1,3")), "{table}");
    // The name has a comma and stands in quotes.
    assert!(read(&out, "curves.csv").contains(&format!("\n\"{method}\",5,500,")));
    assert_eq!(manifest(&out)["methods"][0]["layers"], "1,3");
}

#[test]
fn a_table_of_ones_own_is_used() {
    let base = directory("own-data");
    let file = base.join("own.csv");
    let rows: String = (0..12)
        .map(|i| format!("{},{},{}\n", i, i % 5, ["no", "yes"][i % 2]))
        .collect();
    fs::write(&file, rows).unwrap();
    let arguments = [
        "--trials",
        "2",
        "--iterations",
        "5",
        "--hidden",
        "4",
        "--data",
    ];
    let table = success(
        &base.join("out"),
        &[&arguments[..], &[file.to_str().unwrap()]].concat(),
    );
    assert!(
        table.contains("12 samples, 2 features, 2 classes; 8 to train on"),
        "{table}"
    );
    assert!(table.contains("2-4-2 network"));
    assert_eq!(
        manifest(&base.join("out"))["data"]["classes"],
        serde_json::json!(["no", "yes"])
    );
}

#[test]
fn a_reader_that_closes_the_pipe_is_no_error() {
    let out = directory("pipe");
    let mut child = command(&out, &["--trials", "1", "--iterations", "5"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "");
    assert!(out.join("manifest.json").exists());
}
