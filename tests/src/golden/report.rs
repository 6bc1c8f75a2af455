//! What agreed and what did not.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use thiserror::Error;

/// Why a folder of reference values could not be compared at all.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum GoldenError {
    /// A file or the folder cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file is not of the schema.
    #[error("{}: {source}", path.display())]
    Schema {
        /// The file.
        path: PathBuf,
        /// Where and why it cannot be parsed.
        source: serde_json::Error,
    },
    /// The folder holds nothing to compare.
    #[error("no reference files in {}", .0.display())]
    Nothing(PathBuf),
}

/// The files of a folder with the extension `json`, by name.
pub(super) fn json_files(folder: &Path) -> Result<Vec<PathBuf>, GoldenError> {
    let failed = |source| GoldenError::Read {
        path: folder.to_owned(),
        source,
    };
    let mut files = Vec::new();
    for entry in folder.read_dir().map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        Err(GoldenError::Nothing(folder.to_owned()))
    } else {
        Ok(files)
    }
}

pub(super) fn read<V: DeserializeOwned>(path: &Path) -> Result<V, GoldenError> {
    let text = std::fs::read_to_string(path).map_err(|source| GoldenError::Read {
        path: path.to_owned(),
        source,
    })?;
    serde_json::from_str(&text).map_err(|source| GoldenError::Schema {
        path: path.to_owned(),
        source,
    })
}

/// Comparisons made so far.
#[derive(Clone, Debug, Default)]
pub struct Report {
    passed: usize,
    failures: Vec<String>,
}

impl Report {
    /// Comparisons that held.
    pub fn passed(&self) -> usize {
        self.passed
    }

    /// Comparisons that did not, in words.
    pub fn failures(&self) -> &[String] {
        &self.failures
    }

    /// Compares numbers one by one: |found − expected| ≤ `tolerance`, NaN agreeing with NaN alone. Counts as one.
    pub fn compare<F, E>(&mut self, what: impl fmt::Display, found: F, expected: E, tolerance: f64)
    where
        F: IntoIterator<Item = f64>,
        E: IntoIterator<Item = f64>,
    {
        let (mut found, mut expected) = (found.into_iter(), expected.into_iter());
        let mut worst: Option<(usize, f64, f64)> = None;
        for at in 0.. {
            let (found, expected) = match (found.next(), expected.next()) {
                (None, None) => break,
                (Some(found), Some(expected)) => (found, expected),
                _ => return self.fail(format!("{what}: the numbers of entries differ after {at}")),
            };
            let excess = disagreement(found, expected);
            let exceeds =
                excess > tolerance && worst.is_none_or(|(_, f, e)| excess > disagreement(f, e));
            if exceeds {
                worst = Some((at, found, expected));
            }
        }
        match worst {
            None => self.passed += 1,
            Some((at, found, expected)) => self.fail(format!(
                "{what}: entry {at} is {found:e}, expected {expected:e} (off by {:.1e}, allowed {tolerance:.1e})",
                disagreement(found, expected)
            )),
        }
    }

    /// Notes a failure.
    pub fn fail(&mut self, message: String) {
        self.failures.push(message);
    }
}

/// |found − expected|; 0 if they are the same, NaN or infinity included, and infinite if one alone is not finite.
fn disagreement(found: f64, expected: f64) -> f64 {
    if found == expected || (found.is_nan() && expected.is_nan()) {
        0.0
    } else if found.is_finite() && expected.is_finite() {
        (found - expected).abs()
    } else {
        f64::INFINITY
    }
}

/// The largest |x| of finite numbers.
pub(super) fn largest(numbers: impl IntoIterator<Item = f64>) -> f64 {
    numbers
        .into_iter()
        .filter(|x| x.is_finite())
        .fold(0.0, |largest, x| largest.max(x.abs()))
}
