//! Per-sample gradients as aggregators see them: rows of a matrix, or outer products of a dense layer.

use nalgebra::{DMatrix, DVector};

use super::error::ShapeError;
use super::kernel::Matrix;
use super::samples::{Column, Products};
use crate::real::Real;

/// N per-sample gradients of D coordinates: an N × D matrix whose row i is the gradient of sample i's own loss.
///
/// Storage is column-major, so the N values of one coordinate are contiguous.
///
/// ```
/// use autodiff_runtime::robust::Rows;
/// use nalgebra::dmatrix;
///
/// let gradients = dmatrix![1.0, 10.0; 2.0, 20.0; 6.0, 60.0];
/// let rows = Rows::from(&gradients);
/// assert_eq!((rows.samples(), rows.dimension()), (3, 2));
/// assert_eq!(rows.coordinate(1), [10.0, 20.0, 60.0]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a, T> {
    columns: &'a [T],
    /// Rows of the stored matrix, of which `samples` from `start` on belong to this view.
    stored: usize,
    start: usize,
    samples: usize,
    dimension: usize,
}

impl<'a, T: Real> From<&'a DMatrix<T>> for Rows<'a, T> {
    fn from(gradients: &'a DMatrix<T>) -> Self {
        Self {
            columns: gradients.as_slice(),
            stored: gradients.nrows(),
            start: 0,
            samples: gradients.nrows(),
            dimension: gradients.ncols(),
        }
    }
}

impl<'a, T: Real> Rows<'a, T> {
    /// Reads `columns` as an N × D matrix, column after column.
    ///
    /// # Errors
    /// [`ShapeError`] if there are not `samples * dimension` numbers.
    pub fn from_columns(
        columns: &'a [T],
        samples: usize,
        dimension: usize,
    ) -> Result<Self, ShapeError> {
        ShapeError::check(
            "rows",
            "numbers in the columns",
            samples * dimension,
            columns.len(),
        )?;
        Ok(Self {
            columns,
            stored: samples,
            start: 0,
            samples,
            dimension,
        })
    }

    /// N, the number of samples.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// D, the length of one gradient.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The N values of coordinate `j`.
    ///
    /// # Panics
    /// If `j` is not below [`dimension`](Self::dimension).
    pub fn coordinate(&self, j: usize) -> &'a [T] {
        assert!(j < self.dimension, "coordinate {j} of {}", self.dimension);
        &self.columns[j * self.stored + self.start..][..self.samples]
    }

    /// The samples from `start` up to `end` alone.
    pub(super) fn range(self, start: usize, end: usize) -> Self {
        check_range(start, end, self.samples);
        Self {
            start: self.start + start,
            samples: end - start,
            ..self
        }
    }

    pub(crate) fn column(&self, j: usize) -> Column<'a, T> {
        Column(self.coordinate(j))
    }
}

/// The per-sample gradients of a dense layer y = x Wᵀ + b, in factored form.
///
/// `x` is N × P, the layer's inputs. `gy` is N × Q, and its row i is ∂ℓᵢ/∂yᵢ, the cotangent of sample i's *own* loss
/// (the cotangent of the sum of the losses, N times that of their mean). Sample i's gradient is then gyᵢ xᵢᵀ (Q × P)
/// for the weights and gyᵢ for the bias, and an estimate has the scale of the *mean* gradient.
/// The N·P·Q products are never stored.
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, Mean, OuterProducts};
/// use nalgebra::dmatrix;
///
/// let x = dmatrix![1.0, 2.0; 3.0, 4.0];
/// let gy = dmatrix![1.0; 10.0];
/// let mean = Mean.of_outer(OuterProducts::new(&x, &gy)?)?;
/// assert_eq!(mean.weight, dmatrix![15.5, 21.0]);
/// assert_eq!(mean.bias[0], 5.5);
/// # Ok::<(), autodiff_runtime::robust::AggregateError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct OuterProducts<'a, T> {
    x: Factor<'a, T>,
    gy: Factor<'a, T>,
    samples: usize,
    inputs: usize,
    outputs: usize,
    bias: bool,
}

impl<'a, T: Real> OuterProducts<'a, T> {
    /// The outer products of the rows of `gy` (N × Q) and `x` (N × P).
    ///
    /// # Errors
    /// [`ShapeError`] if the matrices differ in their number of rows.
    pub fn new(x: &'a DMatrix<T>, gy: &'a DMatrix<T>) -> Result<Self, ShapeError> {
        ShapeError::check("outer products", "rows of gy", x.nrows(), gy.nrows())?;
        Self::from_columns(x.as_slice(), gy.as_slice(), x.nrows()).map(|outer| Self {
            // Without samples the slices do not tell the widths.
            inputs: x.ncols(),
            outputs: gy.ncols(),
            ..outer
        })
    }

    /// As [`new`](Self::new), from matrices stored column after column.
    ///
    /// # Errors
    /// [`ShapeError`] if a slice is not a multiple of `samples` long, or not empty for no samples.
    pub fn from_columns(x: &'a [T], gy: &'a [T], samples: usize) -> Result<Self, ShapeError> {
        let columns = |data: &[T]| data.len().checked_div(samples).unwrap_or(0);
        let (inputs, outputs) = (columns(x), columns(gy));
        ShapeError::check("outer products", "numbers in x", samples * inputs, x.len())?;
        ShapeError::check(
            "outer products",
            "numbers in gy",
            samples * outputs,
            gy.len(),
        )?;
        let factor = |columns| Factor {
            columns,
            stored: samples,
            start: 0,
        };
        Ok(Self {
            x: factor(x),
            gy: factor(gy),
            samples,
            inputs,
            outputs,
            bias: true,
        })
    }

    /// The products gyᵢ xᵢᵀ alone, for a layer without a bias, or with one that is held constant. Estimates then have
    /// no bias either.
    #[must_use]
    pub fn without_bias(self) -> Self {
        Self {
            bias: false,
            ..self
        }
    }

    /// Whether the gradient of a sample has the part gyᵢ for a bias.
    pub fn has_bias(&self) -> bool {
        self.bias
    }

    /// The parameters of the layer: P·Q, and Q more with a bias.
    pub fn dimension(&self) -> usize {
        self.outputs * (self.inputs + usize::from(self.bias))
    }

    /// N, the number of samples.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// P, the layer's inputs.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Q, the layer's outputs.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The N values of input `p`.
    ///
    /// # Panics
    /// If `p` is not below [`inputs`](Self::inputs).
    pub fn input(&self, p: usize) -> &'a [T] {
        assert!(p < self.inputs, "input {p} of {}", self.inputs);
        self.x.column(p, self.samples)
    }

    /// The N cotangents of output `q`: also the samples of the bias coordinate `q`.
    ///
    /// # Panics
    /// If `q` is not below [`outputs`](Self::outputs).
    pub fn cotangent(&self, q: usize) -> &'a [T] {
        assert!(q < self.outputs, "output {q} of {}", self.outputs);
        self.gy.column(q, self.samples)
    }

    /// The same layer over other samples, with columns of `x` and `gy` one after the other.
    pub(super) fn over<'b>(&self, x: &'b [T], gy: &'b [T], samples: usize) -> OuterProducts<'b, T> {
        debug_assert_eq!(x.len(), samples * self.inputs);
        debug_assert_eq!(gy.len(), samples * self.outputs);
        let factor = |columns| Factor {
            columns,
            stored: samples,
            start: 0,
        };
        OuterProducts {
            x: factor(x),
            gy: factor(gy),
            samples,
            ..*self
        }
    }

    /// The samples from `start` up to `end` alone.
    pub(crate) fn range(self, start: usize, end: usize) -> Self {
        check_range(start, end, self.samples);
        Self {
            x: self.x.skip(start),
            gy: self.gy.skip(start),
            samples: end - start,
            ..self
        }
    }

    /// The gradients of the bias alone, N × Q.
    pub(super) fn bias_rows(&self) -> Rows<'a, T> {
        Rows {
            columns: self.gy.columns,
            stored: self.gy.stored,
            start: self.gy.start,
            samples: self.samples,
            dimension: self.outputs,
        }
    }

    /// The same inputs with other cotangents, N × Q in columns without gaps.
    pub(super) fn with_cotangents<'b>(&self, gy: &'b [T]) -> OuterProducts<'b, T>
    where
        'a: 'b,
    {
        OuterProducts {
            gy: Factor {
                columns: gy,
                stored: self.samples,
                start: 0,
            },
            ..*self
        }
    }

    /// x, N × P.
    pub(super) fn x_matrix(&self) -> Matrix<'a, T> {
        self.x.matrix(self.samples, self.inputs)
    }

    /// gy, N × Q.
    pub(super) fn gy_matrix(&self) -> Matrix<'a, T> {
        self.gy.matrix(self.samples, self.outputs)
    }

    /// The N values of weight (q, p), multiplied out while they are read.
    pub(crate) fn weight(&self, q: usize, p: usize) -> Products<'a, T> {
        Products(self.cotangent(q), self.input(p))
    }
}

/// One factor of a layer's gradients: a matrix in columns, of whose rows those from `start` on are in view.
#[derive(Clone, Copy, Debug)]
struct Factor<'a, T> {
    columns: &'a [T],
    /// Rows of the stored matrix.
    stored: usize,
    start: usize,
}

impl<'a, T> Factor<'a, T> {
    fn column(&self, k: usize, samples: usize) -> &'a [T] {
        &self.columns[k * self.stored + self.start..][..samples]
    }

    fn skip(self, start: usize) -> Self {
        Self {
            start: self.start + start,
            ..self
        }
    }

    fn matrix(&self, samples: usize, width: usize) -> Matrix<'a, T> {
        let entries = self.columns.get(self.start..).unwrap_or_default();
        Matrix::by_column(entries, samples, width, self.stored)
    }
}

fn check_range(start: usize, end: usize, samples: usize) {
    assert!(
        start <= end && end <= samples,
        "samples {start}..{end} of {samples}"
    );
}

/// One gradient, or one step, of a dense layer: `weight` is Q × P, `bias` has Q numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct DenseGradient<T: Real> {
    /// The part for W, Q × P.
    pub weight: DMatrix<T>,
    /// The part for b, Q numbers.
    pub bias: DVector<T>,
}

impl<T: Real> Default for DenseGradient<T> {
    fn default() -> Self {
        Self::zeros(0, 0)
    }
}

impl<T: Real> DenseGradient<T> {
    /// Zero, for a layer of `outputs` × `inputs` weights with a bias.
    pub fn zeros(outputs: usize, inputs: usize) -> Self {
        Self {
            weight: DMatrix::zeros(outputs, inputs),
            bias: DVector::zeros(outputs),
        }
    }

    /// Gives the gradient the shape of a layer with `bias` numbers in its bias; allocates only when the shape changes.
    pub(crate) fn reshape(&mut self, outputs: usize, inputs: usize, bias: usize) {
        if self.weight.shape() != (outputs, inputs) {
            self.weight = DMatrix::zeros(outputs, inputs);
        }
        if self.bias.len() != bias {
            self.bias = DVector::zeros(bias);
        }
    }

    /// Multiplies every entry.
    pub fn scale(&mut self, factor: T) {
        self.weight *= factor;
        self.bias *= factor;
    }

    /// Whether every entry is a finite number.
    pub fn is_finite(&self) -> bool {
        all_finite(self.weight.as_slice()) && all_finite(self.bias.as_slice())
    }
}

/// Whether every number is finite, without a branch per number: 0·x is 0 for finite x and NaN otherwise.
pub(crate) fn all_finite<T: Real>(values: &[T]) -> bool {
    use super::samples::Samples;
    Column(values).sum_by(|x| x * T::ZERO) == T::ZERO
}
