//! The files a run leaves behind: curves and endings as CSV, the manifest, the figures.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::comparison::{Achievement, Comparison, share_of};
use super::error::OutputError;
use super::figures::{
    ContaminationFigure, CurvesFigure, Figure, Series, method_line, to_png, to_svg,
};
use super::manifest::Manifest;
use super::statistics::CountSum;

const CURVES: &str = "curves.csv";
const TRIALS: &str = "trials.csv";
const MANIFEST: &str = "manifest.json";
const FIGURE_3: &str = "figure3";
const FIGURE_4: &str = "figure4";

/// The directory of the results, known to be writable.
#[derive(Clone, Debug)]
pub struct OutputDirectory {
    path: PathBuf,
}

impl OutputDirectory {
    /// Makes the directory where there is none and tries to write to it, so that a long training is not lost at its end.
    ///
    /// # Errors
    ///
    /// If it cannot be made or written to.
    pub fn prepare(path: &Path) -> Result<Self, OutputError> {
        let failed = |source| OutputError::File {
            path: path.to_owned(),
            source,
        };
        fs::create_dir_all(path).map_err(failed)?;
        let probe = path.join(format!(".iris-{}", std::process::id()));
        fs::write(&probe, [])
            .and_then(|()| fs::remove_file(&probe))
            .map_err(failed)?;
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// Writes all results.
    ///
    /// # Errors
    ///
    /// The first file that cannot be written or figure that cannot be drawn.
    pub fn write(
        &self,
        comparison: &Comparison<'_>,
        achievements: &[Achievement],
        manifest: &Manifest<'_>,
    ) -> Result<(), OutputError> {
        let scatter = ContaminationFigure {
            trial: &comparison.trial(0),
            classes: &comparison.data.classes,
        };
        let (third, fourth) = rayon::join(
            || self.write_figure(FIGURE_3, &scatter),
            || self.write_figure(FIGURE_4, &curves_figure(comparison, achievements)),
        );
        third.and(fourth)?;
        self.write_file(CURVES, curves_csv(comparison, achievements))?;
        self.write_file(TRIALS, trials_csv(comparison, achievements))?;
        self.write_file(MANIFEST, manifest.to_json())
    }

    /// Draws a figure as SVG and PNG.
    ///
    /// # Errors
    ///
    /// If it cannot be drawn or written.
    pub fn write_figure(&self, stem: &str, figure: &impl Figure) -> Result<(), OutputError> {
        let svg = to_svg(figure)?;
        self.write_file(&format!("{stem}.png"), to_png(&svg)?)?;
        self.write_file(&format!("{stem}.svg"), svg)
    }

    /// Writes a file of the directory.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn write_file(&self, name: &str, content: impl AsRef<[u8]>) -> Result<(), OutputError> {
        let path = self.path.join(name);
        fs::write(&path, content).map_err(|source: io::Error| OutputError::File { path, source })
    }

    /// The directory itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the files are and what they are called.
    pub fn listing(&self) -> String {
        let path = self.path.display();
        format!("{path}: {FIGURE_3}.svg .png, {FIGURE_4}.svg .png, {CURVES}, {TRIALS}, {MANIFEST}")
    }
}

fn curves_figure(comparison: &Comparison<'_>, achievements: &[Achievement]) -> CurvesFigure {
    let means =
        |sums: &[CountSum], size: usize| sums.iter().map(|sum| sum.share_of(size).mean).collect();
    let mut contestants = 0;
    let series = comparison
        .methods
        .iter()
        .zip(achievements)
        .map(|(method, achieved)| {
            let line = method_line(contestants, method.clean);
            contestants += usize::from(!method.clean);
            Series {
                label: method.label(),
                line,
                train: means(&achieved.curves.train, comparison.training_size()),
                test: means(&achieved.curves.test, comparison.test_size()),
            }
        });
    CurvesFigure {
        series: series.collect(),
        gradients_per_iteration: comparison.training_size(),
    }
}

/// One line per method and iteration, with mean and standard deviation over trials.
fn curves_csv(comparison: &Comparison<'_>, achievements: &[Achievement]) -> String {
    let mut csv =
        String::from("method,iteration,gradients,train_mean,train_sd,test_mean,test_sd\n");
    for (method, achieved) in comparison.methods.iter().zip(achievements) {
        let name = quoted(&method.name);
        for (iteration, (train, test)) in achieved
            .curves
            .train
            .iter()
            .zip(&achieved.curves.test)
            .enumerate()
        {
            let train = train.share_of(comparison.training_size());
            let test = test.share_of(comparison.test_size());
            let gradients = iteration * comparison.training_size();
            let sd = |sd: Option<f64>| sd.map_or(String::new(), |sd| format!("{sd:.6}"));
            // Writing to a string cannot fail.
            let _ = writeln!(
                csv,
                "{name},{iteration},{gradients},{:.6},{},{:.6},{}",
                train.mean,
                sd(train.sd),
                test.mean,
                sd(test.sd)
            );
        }
    }
    csv
}

/// One line per method and trial, with the errors it ended with.
fn trials_csv(comparison: &Comparison<'_>, achievements: &[Achievement]) -> String {
    let mut csv =
        String::from("method,trial,train_error,test_error,first_below_0.10,diverged_at\n");
    let iteration = |iteration: Option<usize>| {
        iteration.map_or(String::new(), |iteration| iteration.to_string())
    };
    for (method, achieved) in comparison.methods.iter().zip(achievements) {
        for (trial, ending) in achieved.endings.iter().enumerate() {
            let train = share_of(ending.train, comparison.training_size());
            let test = share_of(ending.test, comparison.test_size());
            let (learnt, diverged) = (iteration(ending.learnt_at), iteration(ending.diverged_at));
            let _ = writeln!(
                csv,
                "{},{trial},{train:.6},{test:.6},{learnt},{diverged}",
                quoted(&method.name)
            );
        }
    }
    csv
}

/// A cell of a CSV file: in quotes where it holds a comma, as aggregators with two options do.
pub fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
