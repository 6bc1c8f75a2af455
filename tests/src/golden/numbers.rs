//! Numbers as the reference files write them.

use autodiff_runtime::nn::Real;
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Deserializer};

/// A JSON number; `null` and `"NaN"` are NaN, `"Infinity"` and `"-Infinity"` the infinities.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number(pub f64);

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Finite(f64),
    Named(String),
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Option::<Written>::deserialize(deserializer)? {
            None => Ok(Self(f64::NAN)),
            Some(Written::Finite(x)) => Ok(Self(x)),
            Some(Written::Named(name)) => name.parse().map(Self).map_err(serde::de::Error::custom),
        }
    }
}

/// A matrix as a list of its rows.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Vec<Vec<Number>>")]
pub struct Matrix {
    rows: usize,
    columns: usize,
    /// Row by row.
    entries: Vec<Number>,
}

impl TryFrom<Vec<Vec<Number>>> for Matrix {
    type Error = String;

    fn try_from(rows: Vec<Vec<Number>>) -> Result<Self, String> {
        let columns = rows.first().map_or(0, Vec::len);
        if let Some(ragged) = rows.iter().position(|row| row.len() != columns) {
            return Err(format!(
                "row {ragged} of a matrix has {} numbers, row 0 has {columns}",
                rows[ragged].len()
            ));
        }
        Ok(Self {
            rows: rows.len(),
            columns,
            entries: rows.into_iter().flatten().collect(),
        })
    }
}

impl Matrix {
    /// The matrix in the precision of the test.
    pub fn to<T: Real>(&self) -> DMatrix<T> {
        let entries = self.entries.iter().map(|x| T::of(x.0));
        DMatrix::from_row_iterator(self.rows, self.columns, entries)
    }
}

/// The numbers in the precision of the test.
pub fn vector<T: Real>(numbers: &[Number]) -> DVector<T> {
    DVector::from_iterator(numbers.len(), numbers.iter().map(|x| T::of(x.0)))
}
