//! Krum and Multi-Krum: the samples with the nearest neighbours.

use super::column::sum_by;
use super::count::{Count, at_least};
use super::error::{AggregateError, ParameterError};
use super::geometry::Geometry;
use super::weighing::{Scope, Weighing};

/// Krum: the mean of the m samples that score best, a sample's score being the sum of its squared distances to its
/// n − f − 2 nearest others. With m = 1 it is Krum, with m = n − f Multi-Krum. Ties go to the lower index.
///
/// It needs n ≥ f + 3 samples and withstands f < (n − 2)/2 arbitrary ones. Krum with m = 1 throws away all averaging:
/// the estimate is as noisy as a single gradient. Prefer [`Krum::multi`], which on data without outliers loses little.
///
/// | option | default | effect |
/// |---|---|---|
/// | f | 20 % | the number of bad samples that is assumed |
/// | [`selected`](Self::selected) | 1 | m |
/// | [`neighbours`](Self::neighbours) | n − f − 2 | distances that count; ByzFL takes n − f − 1 |
/// | [`plain_distances`](Self::plain_distances) | no | sums ‖gᵢ − gⱼ‖ instead of its square, as TorchJD |
/// | [`scope`](Self::scope) | [`Scope::Joint`] | what one vector is |
///
/// Cost for a dense layer: distances, O(N²(P+Q)), a selection of O(N²), one matrix product; memory O(N² + N(P+Q)).
/// Source: P. Blanchard, E. M. El Mhamdi, R. Guerraoui, J. Stainer, *Machine learning with adversaries: Byzantine tolerant
/// gradient descent*, NeurIPS 2017.
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, Krum};
/// use nalgebra::{dmatrix, dvector};
///
/// let gradients = dmatrix![1.0; 2.0; 3.0; 900.0];
/// assert_eq!(Krum::new(1).of_rows(&gradients)?, dvector![1.0]);
/// assert_eq!(Krum::multi(1).of_rows(&gradients)?, dvector![2.0]);
/// # Ok::<(), autodiff_runtime::robust::AggregateError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Krum {
    f: Count,
    selected: Selected,
    neighbours: Option<usize>,
    squared: bool,
    scope: Scope,
}

/// How many samples [`Krum`] keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Selected {
    Fixed(usize),
    AllButF,
}

impl Krum {
    /// Krum against `f` bad samples: a number, or a share of all samples ([`Count::share`]).
    pub fn new(f: impl Into<Count>) -> Self {
        Self {
            f: f.into(),
            selected: Selected::Fixed(1),
            neighbours: None,
            squared: true,
            scope: Scope::Joint,
        }
    }

    /// Multi-Krum: the mean of the n − f samples that score best.
    pub fn multi(f: impl Into<Count>) -> Self {
        Self {
            selected: Selected::AllButF,
            ..Self::new(f)
        }
    }

    /// Sets m, the number of samples that are kept.
    ///
    /// # Errors
    /// [`ParameterError`] for none.
    pub fn selected(self, m: usize) -> Result<Self, ParameterError> {
        ParameterError::check_at_least_one("m", m)?;
        Ok(Self {
            selected: Selected::Fixed(m),
            ..self
        })
    }

    /// Sets the number of neighbours whose distances count.
    ///
    /// # Errors
    /// [`ParameterError`] for none.
    pub fn neighbours(self, neighbours: usize) -> Result<Self, ParameterError> {
        ParameterError::check_at_least_one("neighbours", neighbours)?;
        Ok(Self {
            neighbours: Some(neighbours),
            ..self
        })
    }

    /// Sums distances as they are, not their squares.
    #[must_use]
    pub fn plain_distances(self, plain: bool) -> Self {
        Self {
            squared: !plain,
            ..self
        }
    }

    /// Sets what one vector is.
    #[must_use]
    pub fn scope(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    pub(super) fn is_multi(&self) -> bool {
        self.selected == Selected::AllButF
    }

    /// f, m if it is not n − f, neighbours, whether distances are squared, scope.
    pub(super) fn options(&self) -> (Count, Option<usize>, Option<usize>, bool, Scope) {
        let m = match self.selected {
            Selected::Fixed(m) => Some(m),
            Selected::AllButF => None,
        };
        (self.f, m, self.neighbours, self.squared, self.scope)
    }

    /// The sums of distances to the nearest others.
    fn scores(&self, geometry: &Geometry<'_>, neighbours: usize) -> Vec<f64> {
        let n = geometry.samples();
        let mut others = Vec::with_capacity(n);
        let score = |i: usize| {
            let row = &geometry.squared_distances()[i * n..][..n];
            others.clear();
            others.extend(row[..i].iter().chain(&row[i + 1..]));
            if neighbours < others.len() {
                others.select_nth_unstable_by(neighbours, f64::total_cmp);
            }
            let nearest = &others[..neighbours];
            if self.squared {
                sum_by(nearest, |d| d)
            } else {
                sum_by(nearest, f64::sqrt)
            }
        };
        (0..n).map(score).collect()
    }
}

impl Weighing for Krum {
    fn weigh(&self, geometry: &Geometry<'_>, weights: &mut [f64]) -> Result<(), AggregateError> {
        let n = geometry.samples();
        let f = self.f.of(n);
        let neighbours = match self.neighbours {
            Some(neighbours) => {
                at_least("krum", neighbours.saturating_add(1), n)?;
                neighbours
            }
            None => {
                at_least("krum", f.saturating_add(3), n)?;
                n - f - 2
            }
        };
        let m = match self.selected {
            Selected::Fixed(m) => m,
            Selected::AllButF => n.saturating_sub(f).max(1),
        };
        at_least("krum", m, n)?;
        let scores = self.scores(geometry, neighbours);
        let mut order: Vec<usize> = (0..n).collect();
        // Stable: ties stay in the order of the samples.
        order.sort_by(|&i, &j| scores[i].total_cmp(&scores[j]));
        weights.fill(0.0);
        for &chosen in &order[..m] {
            weights[chosen] = 1.0 / m as f64;
        }
        Ok(())
    }

    fn scope(&self) -> Scope {
        self.scope
    }
}
