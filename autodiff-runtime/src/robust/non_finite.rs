//! What happens to samples that hold NaN or infinities.

use std::fmt;
use std::str::FromStr;

use super::aggregator::{Aggregator, Workspace};
use super::data::{DenseGradient, OuterProducts, Rows, all_finite};
use super::dense_rule::DenseRule;
use super::error::AggregateError;
use crate::real::Real;

/// The policy for samples whose gradient is not finite.
///
/// A sample is non-finite when a coordinate of its gradient is NaN or infinite; in factored form when gyᵢ or xᵢ is, or
/// when their largest product overflows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NonFinite {
    /// Refuse them: [`AggregateError::NonFinite`] names the first one.
    #[default]
    Error,
    /// Leave them out: the estimate is that of the finite samples alone, and N counts those.
    Drop,
    /// Compute with them: NaN may come out.
    Propagate,
}

impl NonFinite {
    const NAMES: [(Self, &'static str); 3] = [
        (Self::Error, "error"),
        (Self::Drop, "drop"),
        (Self::Propagate, "propagate"),
    ];
}

impl fmt::Display for NonFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (_, name) = Self::NAMES[*self as usize];
        f.write_str(name)
    }
}

impl FromStr for NonFinite {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::NAMES.into_iter().find(|(_, name)| *name == text);
        found
            .map(|(policy, _)| policy)
            .ok_or_else(|| "expected error, drop or propagate".to_owned())
    }
}

/// An aggregator with a policy of its own for non-finite samples.
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, Guarded, Mean, NonFinite};
/// use nalgebra::{dmatrix, dvector};
///
/// let gradients = dmatrix![1.0; f64::NAN; 3.0];
/// assert!(Mean.of_rows(&gradients).is_err());
/// let lenient = Guarded::new(Mean, NonFinite::Drop);
/// assert_eq!(lenient.of_rows(&gradients)?, dvector![2.0]);
/// # Ok::<(), autodiff_runtime::robust::AggregateError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guarded<A> {
    inner: A,
    policy: NonFinite,
}

impl<A> Guarded<A> {
    /// `inner` under `policy`.
    pub fn new(inner: A, policy: NonFinite) -> Self {
        Self { inner, policy }
    }
}

impl<T: Real, A: Aggregator<T>> Aggregator<T> for Guarded<A> {
    fn estimate_rows(
        &self,
        rows: Rows<'_, T>,
        estimate: &mut [T],
        work: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        self.inner.estimate_rows(rows, estimate, work)
    }

    fn estimate_outer(
        &self,
        outer: OuterProducts<'_, T>,
        estimate: &mut DenseGradient<T>,
        work: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        self.inner.estimate_outer(outer, estimate, work)
    }

    fn non_finite(&self) -> NonFinite {
        self.policy
    }

    fn reveals_non_finite(&self) -> bool {
        self.inner.reveals_non_finite()
    }

    fn dense_rule(&self, samples: usize) -> Option<DenseRule> {
        self.inner.dense_rule(samples)
    }
}

/// Per-sample gradients of either form, as far as the policy needs to know them.
trait Gradients<T: Real>: Copy {
    fn samples(&self) -> usize;
    fn all_finite(&self) -> bool;
    fn is_finite(&self, sample: usize) -> bool;
}

impl<T: Real> Gradients<T> for Rows<'_, T> {
    fn samples(&self) -> usize {
        Rows::samples(self)
    }

    fn all_finite(&self) -> bool {
        (0..self.dimension()).all(|j| all_finite(self.coordinate(j)))
    }

    fn is_finite(&self, sample: usize) -> bool {
        (0..self.dimension()).all(|j| self.coordinate(j)[sample].is_finite())
    }
}

impl<T: Real> Gradients<T> for OuterProducts<'_, T> {
    fn samples(&self) -> usize {
        OuterProducts::samples(self)
    }

    fn all_finite(&self) -> bool {
        (0..self.samples()).all(|sample| self.is_finite(sample))
    }

    fn is_finite(&self, sample: usize) -> bool {
        let x = largest_finite((0..self.inputs()).map(|p| self.input(p)[sample]));
        let gy = largest_finite((0..self.outputs()).map(|q| self.cotangent(q)[sample]));
        x.zip(gy).is_some_and(|(x, gy)| (x * gy).is_finite())
    }
}

/// The largest absolute value, 0 of nothing, `None` if a value is not finite.
fn largest_finite<T: Real>(mut values: impl Iterator<Item = T>) -> Option<T> {
    values.try_fold(T::ZERO, |largest, x| {
        x.is_finite().then(|| largest.max(x.abs()))
    })
}

enum Verdict {
    Done,
    AggregateKept,
}

/// What is to do after a first estimate, whose finiteness is `estimate_finite`.
fn judge<T: Real>(
    gradients: impl Gradients<T>,
    policy: NonFinite,
    estimate_finite: bool,
    reveals: bool,
) -> Result<Verdict, AggregateError> {
    if policy == NonFinite::Propagate || (estimate_finite && (reveals || gradients.all_finite())) {
        return Ok(Verdict::Done);
    }
    let culprit = (0..gradients.samples()).find(|&sample| !gradients.is_finite(sample));
    match (culprit, policy) {
        (None, _) if estimate_finite => Ok(Verdict::Done),
        (None, _) => Err(AggregateError::NotFiniteEstimate),
        (Some(_), NonFinite::Drop) => Ok(Verdict::AggregateKept),
        (Some(sample), _) => Err(AggregateError::NonFinite { sample }),
    }
}

pub(super) fn aggregate_rows<T: Real, A: Aggregator<T> + ?Sized>(
    aggregator: &A,
    rows: Rows<'_, T>,
    estimate: &mut [T],
    work: &mut Workspace<T>,
) -> Result<(), AggregateError> {
    if rows.samples() == 0 {
        return Err(AggregateError::Empty);
    }
    aggregator.estimate_rows(rows, estimate, work)?;
    match judge(
        rows,
        aggregator.non_finite(),
        all_finite(estimate),
        aggregator.reveals_non_finite(),
    )? {
        Verdict::Done => Ok(()),
        Verdict::AggregateKept => {
            let columns = (0..rows.dimension()).map(|j| rows.coordinate(j));
            with_kept(rows, columns, work, |kept, samples, work| {
                let rows = Rows::from_columns(kept, samples, rows.dimension())?;
                aggregator.estimate_rows(rows, estimate, work)?;
                if all_finite(estimate) {
                    Ok(())
                } else {
                    Err(AggregateError::NotFiniteEstimate)
                }
            })
        }
    }
}

pub(super) fn aggregate_outer<T: Real, A: Aggregator<T> + ?Sized>(
    aggregator: &A,
    outer: OuterProducts<'_, T>,
    estimate: &mut DenseGradient<T>,
    work: &mut Workspace<T>,
) -> Result<(), AggregateError> {
    if outer.samples() == 0 {
        return Err(AggregateError::Empty);
    }
    aggregator.estimate_outer(outer, estimate, work)?;
    match judge(
        outer,
        aggregator.non_finite(),
        estimate.is_finite(),
        aggregator.reveals_non_finite(),
    )? {
        Verdict::Done => Ok(()),
        Verdict::AggregateKept => {
            let inputs = (0..outer.inputs()).map(|p| outer.input(p));
            let columns = inputs.chain((0..outer.outputs()).map(|q| outer.cotangent(q)));
            with_kept(outer, columns, work, |kept, samples, work| {
                let (x, gy) = kept.split_at(samples * outer.inputs());
                let outer = OuterProducts::from_columns(x, gy, samples)?;
                aggregator.estimate_outer(outer, estimate, work)?;
                if estimate.is_finite() {
                    Ok(())
                } else {
                    Err(AggregateError::NotFiniteEstimate)
                }
            })
        }
    }
}

/// Copies the finite samples of `columns` and hands them, with their number, to `aggregate`.
fn with_kept<'a, T: Real>(
    gradients: impl Gradients<T>,
    columns: impl Iterator<Item = &'a [T]>,
    work: &mut Workspace<T>,
    aggregate: impl FnOnce(&[T], usize, &mut Workspace<T>) -> Result<(), AggregateError>,
) -> Result<(), AggregateError> {
    let finite: Vec<bool> = (0..gradients.samples())
        .map(|sample| gradients.is_finite(sample))
        .collect();
    let samples = finite.iter().filter(|&&finite| finite).count();
    if samples == 0 {
        return Err(AggregateError::NoneFinite {
            samples: gradients.samples(),
        });
    }
    let mut kept = std::mem::take(&mut work.kept);
    kept.clear();
    for column in columns {
        kept.extend(
            column
                .iter()
                .zip(&finite)
                .filter(|&(_, &finite)| finite)
                .map(|(&value, _)| value),
        );
    }
    let result = aggregate(&kept, samples, work);
    work.kept = kept;
    result
}
