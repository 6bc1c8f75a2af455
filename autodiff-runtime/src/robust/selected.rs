//! An estimator for some coordinates, the mean for the others.

use super::aggregator::Aggregator;
use super::data::Rows;
use super::error::{AggregateError, ParameterError, ShapeError};
use super::mean::Mean;
use super::non_finite::NonFinite;
use super::part::Part;
use super::workspace::Workspace;
use crate::real::Real;

/// Another aggregator for the coordinates of an index set 𝓘, the arithmetic [`Mean`] for all others: Algorithm 1 of
/// Holland's tutorial, whose set may change at each step, for the layers of a network.
///
/// Coordinates are counted over all that is aggregated at once: the weights of a dense layer column after column, then its
/// bias, then the next layer. The estimator sees the chosen coordinates alone, as one vector a sample.
///
/// Cost: the mean's, and the estimator's for N × |𝓘| numbers, which are written out.
///
/// ```
/// use autodiff_runtime::nalgebra::{dmatrix, dvector};
/// use autodiff_runtime::robust::{Aggregator, Median, Selected};
///
/// let gradients = dmatrix![1.0, 1.0; 2.0, 2.0; 9.0, 9.0];
/// let estimate = Selected::new(Median, [1])?.of_rows(&gradients)?;
/// assert_eq!(estimate, dvector![4.0, 2.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Selected<A> {
    aggregator: A,
    indices: Vec<usize>,
}

impl<A> Selected<A> {
    /// `aggregator` for the coordinates of these indices, in any order.
    ///
    /// # Errors
    /// [`ParameterError`] if an index repeats. One that is out of range shows when it is used, as
    /// [`AggregateError::Shape`].
    pub fn new(
        aggregator: A,
        indices: impl IntoIterator<Item = usize>,
    ) -> Result<Self, ParameterError> {
        let mut indices: Vec<usize> = indices.into_iter().collect();
        indices.sort_unstable();
        for pair in indices.windows(2) {
            let (once, index) = (pair[0] != pair[1], pair[1] as f64);
            ParameterError::check("index", "named once", index, once)?;
        }
        Ok(Self {
            aggregator,
            indices,
        })
    }

    fn check_range(&self, coordinates: usize) -> Result<(), ShapeError> {
        match self.indices.last() {
            Some(&last) if last >= coordinates => Err(ShapeError {
                place: "selected coordinates",
                what: "or more coordinates",
                expected: last + 1,
                found: coordinates,
            }),
            _ => Ok(()),
        }
    }

    /// Calls `visit` with every chosen coordinate: its part and its place in it.
    fn for_each<T: Real>(
        &self,
        parts: &mut [Part<'_, T>],
        mut visit: impl FnMut(&mut Part<'_, T>, usize),
    ) {
        let mut indices = self.indices.iter().copied().peekable();
        let mut first = 0;
        for part in parts {
            let end = first + part.dimension();
            while let Some(index) = indices.next_if(|&index| index < end) {
                visit(part, index - first);
            }
            first = end;
        }
    }
}

impl<T: Real, A: Aggregator<T>> Aggregator<T> for Selected<A> {
    fn estimate(
        &self,
        parts: &mut [Part<'_, T>],
        work: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        self.check_range(parts.iter().map(Part::dimension).sum())?;
        Mean.estimate(parts, work)?;
        if self.indices.is_empty() {
            return Ok(());
        }
        let samples = parts.first().map_or(0, Part::samples);
        // The estimator uses the other buffers meanwhile.
        let mut selected = std::mem::take(&mut work.selected);
        selected.clear();
        self.for_each(parts, |part, at| append(part, at, &mut selected));
        let gathered = selected.len();
        selected.resize(gathered + self.indices.len(), T::ZERO);
        let (columns, estimate) = selected.split_at_mut(gathered);
        let rows = Rows::from_columns(columns, samples, self.indices.len())?;
        let done = self
            .aggregator
            .estimate(&mut [Part::rows(rows, estimate)], work);
        let mut estimates = estimate.iter();
        self.for_each(parts, |part, at| {
            let [first, second] = part.estimates_mut();
            let entries = first.iter_mut().chain(second);
            entries
                .skip(at)
                .take(1)
                .zip(&mut estimates)
                .for_each(|(entry, &e)| *entry = e);
        });
        work.selected = selected;
        done
    }

    fn non_finite(&self) -> NonFinite {
        self.aggregator.non_finite()
    }

    fn reveals_non_finite(&self) -> bool {
        self.aggregator.reveals_non_finite()
    }
}

/// Appends the N numbers of coordinate `at` of a part.
fn append<T: Real>(part: &Part<'_, T>, at: usize, columns: &mut Vec<T>) {
    match part {
        Part::Rows { gradients, .. } => columns.extend_from_slice(gradients.coordinate(at)),
        Part::Dense { gradients, .. } => {
            let (q, p) = (at % gradients.outputs(), at / gradients.outputs());
            if p == gradients.inputs() {
                columns.extend_from_slice(gradients.cotangent(q));
            } else {
                let (gy, x) = (gradients.cotangent(q), gradients.input(p));
                columns.extend(gy.iter().zip(x).map(|(&gy, &x)| gy * x));
            }
        }
    }
}
