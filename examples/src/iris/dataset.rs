//! A table of numbers whose last column is the class: the embedded Iris data, or a CSV file of the user's.
//!
//! The reader promises that what it returns can be used: at least two features and two classes, every row as wide as
//! the first, every cell a finite number. What is wrong is said with the line and the column it stands in.

use std::fs::File;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use nalgebra::DMatrix;

use super::table::{FEWEST_ROWS, parse};

/// UCI's `iris.data` with a header line; `examples/data/README.md` gives source and licence.
const IRIS_CSV: &str = include_str!("../../data/iris.csv");

/// UCI's handwritten digits; the same file says where they come from.
const DIGITS_CSV_GZ: &[u8] = include_bytes!("../../data/digits.csv.gz");

/// Samples with the class each belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// Where the table comes from, for titles and for the manifest.
    pub name: String,
    /// N × P: a row a sample.
    pub features: DMatrix<f64>,
    /// N class numbers, each an index into `classes`.
    pub labels: Vec<usize>,
    /// The names of the classes, in the order of their first appearance.
    pub classes: Vec<String>,
}

/// Why a table cannot be used.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say what the fields hold")]
pub enum DataError {
    #[error("{}: cannot be opened: {source}", path.display())]
    Open {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{name}: {source}")]
    Read { name: String, source: csv::Error },
    #[error("{name}, line {line}: not UTF-8 text")]
    Encoding { name: String, line: u64 },
    #[error("{name}: holds no data row")]
    Empty { name: String },
    #[error(
        "{name}, line {line}: {found} column(s); at least two features and the class are needed, separated by commas"
    )]
    TooNarrow {
        name: String,
        line: u64,
        found: usize,
    },
    #[error("{name}, line {line}: {found} columns where the lines before have {expected}")]
    Ragged {
        name: String,
        line: u64,
        found: usize,
        expected: usize,
    },
    #[error("{name}, line {line}, column {column}: '{cell}' is not a number")]
    NotANumber {
        name: String,
        line: u64,
        column: usize,
        cell: String,
    },
    #[error(
        "{name}, line {line}, column {column}: {cell} is not a finite number of magnitude at most 1e100"
    )]
    OutOfRange {
        name: String,
        line: u64,
        column: usize,
        cell: String,
    },
    #[error("{name}, line {line}, column {column}: the class is empty")]
    NoClass {
        name: String,
        line: u64,
        column: usize,
    },
    #[error("{name}: {rows} row(s), where a training and a test split need at least {FEWEST_ROWS}")]
    TooFewRows { name: String, rows: usize },
    #[error("{name}: every row is of class '{class}'; two classes are needed at least")]
    OneClass { name: String, class: String },
    #[error(
        "{name}: the last column holds {classes} different values in {rows} rows; it must be the class, not a measurement"
    )]
    TooManyClasses {
        name: String,
        classes: usize,
        rows: usize,
    },
    #[error("{name}: every feature is the same in all rows; there is nothing to learn from")]
    Constant { name: String },
}

impl Dataset {
    /// The Iris data the program carries with it: 150 samples, four features, three classes.
    pub fn iris() -> Self {
        parse("Iris", IRIS_CSV.as_bytes()).expect("the embedded table is tested")
    }

    /// The handwritten digits the program carries with it: 1797 pictures of 8 × 8 pixels, ten classes.
    pub fn digits() -> Self {
        parse("digits", GzDecoder::new(DIGITS_CSV_GZ)).expect("the embedded table is tested")
    }

    /// Reads a CSV file whose last column is the class.
    ///
    /// A first line without a single number in its feature columns is taken as a header.
    ///
    /// # Errors
    ///
    /// Whatever keeps the table from being used, with the line and the column where there is one.
    pub fn from_csv(path: &Path) -> Result<Self, DataError> {
        let open = |source| DataError::Open {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(open)?;
        // A directory opens without complaint and fails at the first read, with a message that names no file.
        if file.metadata().map_err(open)?.is_dir() {
            return Err(open(std::io::ErrorKind::IsADirectory.into()));
        }
        parse(&path.display().to_string(), file)
    }

    /// The number of samples.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no sample; never so for a table that was read.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_table_is_the_one_uci_publishes() {
        let iris = Dataset::iris();
        assert_eq!(iris.features.shape(), (150, 4));
        assert_eq!(
            iris.classes,
            ["Iris-setosa", "Iris-versicolor", "Iris-virginica"]
        );
        for class in 0..3 {
            assert_eq!(
                iris.labels.iter().filter(|label| **label == class).count(),
                50
            );
        }
        // UCI's description of the file gives the means of the four measurements.
        for (feature, mean) in [5.84, 3.05, 3.76, 1.20].into_iter().enumerate() {
            approx_equal(iris.features.column(feature).mean(), mean, 0.005);
        }
        // The two samples in which UCI's file departs from Fisher's table.
        for sample in [34, 37] {
            assert_eq!(
                iris.features
                    .row(sample)
                    .iter()
                    .copied()
                    .collect::<Vec<_>>(),
                [4.9, 3.1, 1.5, 0.1]
            );
        }
    }

    #[test]
    fn the_embedded_digits_are_those_uci_publishes() {
        let digits = Dataset::digits();
        assert_eq!(
            (digits.features.shape(), digits.classes.len()),
            ((1797, 64), 10)
        );
        // Pixels count the set bits of 4 × 4 blocks.
        assert!(
            digits
                .features
                .iter()
                .all(|x| (0.0..=16.0).contains(x) && x.fract() == 0.0)
        );
        // The class sizes in UCI's description of `optdigits.tes`.
        for (class, size) in [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
            .into_iter()
            .enumerate()
        {
            let number = digits
                .classes
                .iter()
                .position(|name| *name == class.to_string());
            let found = digits
                .labels
                .iter()
                .filter(|&&label| Some(label) == number)
                .count();
            assert_eq!(found, size, "{class}");
        }
    }

    fn approx_equal(left: f64, right: f64, tolerance: f64) {
        assert!((left - right).abs() <= tolerance, "{left} is not {right}");
    }
}
