//! Sparse Jacobians by few tangents.
//!
//! Two columns of a Jacobian that have no row in common can be had from one tangent, with both
//! inputs seeded: each entry of the product belongs to one of the two. A [`Coloring`] of a sparsity
//! [`Pattern`] gives columns of one colour to one seed (Curtis, Powell and Reid 1974), and puts the
//! entries of the products where they belong. An arrow or band matrix needs as many tangents as its
//! band is wide, whatever its size.
//!
//! ```
//! use autodiff_runtime::differentiate;
//! use autodiff_runtime::sparse::{Coloring, Pattern};
//!
//! /// Second differences of a chain.
//! #[differentiate]
//! fn bends(x: &[f64]) -> Vec<f64> {
//!     let mut bends = vec![0.0; x.len() - 2];
//!     for i in 0..bends.len() {
//!         bends[i] = x[i] * x[i] - 2.0 * x[i + 1] + x[i + 2];
//!     }
//!     bends
//! }
//!
//! let x: Vec<f64> = (0..100).map(f64::from).collect();
//! // Once: which entries there are.
//! let pattern = Pattern::detect(98, 100, |seeds, products| {
//!     bends_jacobian_times_into(&x, seeds, products);
//! });
//! let coloring = Coloring::greedy(pattern);
//! assert_eq!(coloring.colors(), 3);
//! // At every point: three tangents instead of a hundred.
//! let mut products = vec![0.0; 98 * coloring.colors()];
//! bends_jacobian_times_into(&x, &coloring, &mut products);
//! let entries: Vec<(usize, usize, f64)> = coloring.entries(&products).take(3).collect();
//! assert_eq!(entries, [(0, 0, 0.0), (0, 1, -2.0), (0, 2, 1.0)]);
//! ```

mod coloring;
mod pattern;

pub use coloring::Coloring;
pub use pattern::{Pattern, Probe};

use nalgebra::DMatrix;

/// Tangents of a function's inputs: a matrix S with a row for each input and a column for each
/// direction. `f_jacobian_times_into` computes J·S.
pub trait Seeds<B> {
    /// Rows: how many active numbers the function must take.
    fn inputs(&self) -> usize;

    /// Columns.
    fn directions(&self) -> usize;

    /// Writes the entries of row `input` from column `first` on.
    fn fill(&self, input: usize, first: usize, entries: &mut [B]);
}

/// Any directions.
impl<B: nalgebra::Scalar + Copy> Seeds<B> for DMatrix<B> {
    fn inputs(&self) -> usize {
        self.nrows()
    }

    fn directions(&self) -> usize {
        self.ncols()
    }

    fn fill(&self, input: usize, first: usize, entries: &mut [B]) {
        for (k, entry) in entries.iter_mut().enumerate() {
            *entry = self[(input, first + k)];
        }
    }
}

/// Where a sparse matrix does not fit together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// An entry outside of the matrix.
    #[error("entry ({row}, {column}) lies outside of a matrix of {rows} × {columns}")]
    Outside {
        /// Its row.
        row: usize,
        /// Its column.
        column: usize,
        /// Rows of the matrix.
        rows: usize,
        /// Columns of the matrix.
        columns: usize,
    },
}
