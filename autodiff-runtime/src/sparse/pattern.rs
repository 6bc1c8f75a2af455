//! Which entries of a Jacobian can differ from zero.

use super::{PatternError, Seeds};

/// Which entries of a matrix can differ from zero, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    columns: usize,
    /// Where each row starts in `entries`; one more than there are rows.
    starts: Vec<usize>,
    /// The columns of the entries of each row, ascending.
    entries: Vec<usize>,
}

/// How many inputs are probed at a time: bounds the memory that detection takes.
const PROBED: usize = 64;

impl Pattern {
    /// The pattern of `rows` × `columns` with these entries, given as (row, column) in any order.
    ///
    /// ```
    /// use autodiff_runtime::sparse::Pattern;
    /// let pattern = Pattern::new(2, 3, [(1, 2), (0, 0), (1, 1)])?;
    /// assert_eq!(pattern.row(1), [1, 2]);
    /// assert!(Pattern::new(2, 3, [(2, 0)]).is_err());
    /// # Ok::<(), autodiff_runtime::sparse::PatternError>(())
    /// ```
    pub fn new(
        rows: usize,
        columns: usize,
        entries: impl IntoIterator<Item = (usize, usize)>,
    ) -> Result<Self, PatternError> {
        let mut by_row = vec![Vec::new(); rows];
        for (row, column) in entries {
            if row >= rows || column >= columns {
                return Err(PatternError::Outside {
                    row,
                    column,
                    rows,
                    columns,
                });
            }
            by_row[row].push(column);
        }
        Ok(Pattern::of_rows(columns, by_row))
    }

    fn of_rows(columns: usize, mut by_row: Vec<Vec<usize>>) -> Self {
        let mut pattern = Pattern {
            columns,
            starts: vec![0],
            entries: Vec::new(),
        };
        for row in &mut by_row {
            row.sort_unstable();
            row.dedup();
            pattern.entries.append(row);
            pattern.starts.push(pattern.entries.len());
        }
        pattern
    }

    /// Finds the pattern of a Jacobian of `rows` × `columns` from a function that computes J·S into
    /// a row-major slice: call `f_jacobian_times_into` in it.
    ///
    /// Every input is given the tangent NaN once, which reaches all results that depend on it, also
    /// where the derivative happens to be zero at this point. What depends on the input in another
    /// branch than the one taken here is not seen: detect at a point that takes the same branches,
    /// or build the pattern by [`new`](Self::new).
    pub fn detect(
        rows: usize,
        columns: usize,
        mut products: impl FnMut(&Probe, &mut [f64]),
    ) -> Self {
        let mut by_row = vec![Vec::new(); rows];
        let mut found = vec![0.0; rows * PROBED.min(columns)];
        for first in (0..columns).step_by(PROBED) {
            let probe = Probe {
                columns,
                first,
                count: PROBED.min(columns - first),
            };
            let found = &mut found[..rows * probe.count];
            products(&probe, found);
            for (row, found) in by_row.iter_mut().zip(found.chunks_exact(probe.count)) {
                let nonzero = found.iter().enumerate().filter(|(_, entry)| **entry != 0.0);
                row.extend(nonzero.map(|(k, _)| first + k));
            }
        }
        Pattern::of_rows(columns, by_row)
    }

    /// Rows of the matrix.
    pub fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// Columns of the matrix.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// How many entries can differ from zero.
    pub fn count(&self) -> usize {
        self.entries.len()
    }

    /// The columns of the entries of a row, ascending. Panics if there is no such row.
    pub fn row(&self, row: usize) -> &[usize] {
        &self.entries[self.starts[row]..self.starts[row + 1]]
    }
}

/// The tangents by which [`Pattern::detect`] finds out what depends on what.
#[derive(Clone, Debug)]
pub struct Probe {
    columns: usize,
    first: usize,
    count: usize,
}

impl Seeds<f64> for Probe {
    fn inputs(&self) -> usize {
        self.columns
    }

    fn directions(&self) -> usize {
        self.count
    }

    fn fill(&self, input: usize, first: usize, entries: &mut [f64]) {
        for (k, entry) in entries.iter_mut().enumerate() {
            let probed = input == self.first + first + k;
            *entry = if probed { f64::NAN } else { 0.0 };
        }
    }
}
