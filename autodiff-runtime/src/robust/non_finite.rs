//! What happens to samples that hold NaN or infinities.

use std::fmt;
use std::str::FromStr;

use super::aggregator::Aggregator;
use super::data::OuterProducts;
use super::dense_rule::DenseRule;
use super::error::AggregateError;
use super::part::Part;
use super::samples::{LANES, larger, reduce};
use super::streaming::Access;
use super::subset::with_subset;
use super::workspace::Workspace;
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
    fn estimate(
        &self,
        parts: &mut [Part<'_, T>],
        work: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        self.inner.estimate(parts, work)
    }

    fn non_finite(&self) -> NonFinite {
        self.policy
    }

    fn reveals_non_finite(&self) -> bool {
        self.inner.reveals_non_finite()
    }

    fn access(&self) -> Access {
        self.inner.access()
    }

    fn dense_rule(&self, samples: usize) -> Option<DenseRule> {
        self.inner.dense_rule(samples)
    }
}

/// Estimates under the aggregator's policy. Looking at the data costs a sweep, so an estimator whose result tells is
/// looked at afterwards instead.
pub(super) fn aggregate<T: Real, A: Aggregator<T> + ?Sized>(
    aggregator: &A,
    samples: usize,
    parts: &mut [Part<'_, T>],
    work: &mut Workspace<T>,
) -> Result<(), AggregateError> {
    let policy = aggregator.non_finite();
    if policy == NonFinite::Propagate {
        return aggregator.estimate(parts, work);
    }
    let reveals = aggregator.reveals_non_finite();
    if reveals || parts.iter().all(Part::all_finite) {
        aggregator.estimate(parts, work)?;
        if parts.iter().all(Part::estimate_is_finite) {
            return Ok(());
        }
    }
    let bad = |sample: &usize| !parts.iter().all(|part| part.is_finite(*sample));
    match (0..samples).find(bad) {
        None => Err(AggregateError::NotFiniteEstimate),
        Some(sample) if policy == NonFinite::Error => Err(AggregateError::NonFinite { sample }),
        Some(_) => aggregate_kept(aggregator, samples, parts, work),
    }
}

/// Estimates from copies of the finite samples.
fn aggregate_kept<T: Real, A: Aggregator<T> + ?Sized>(
    aggregator: &A,
    samples: usize,
    parts: &mut [Part<'_, T>],
    work: &mut Workspace<T>,
) -> Result<(), AggregateError> {
    let finite: Vec<bool> = (0..samples)
        .map(|sample| parts.iter().all(|part| part.is_finite(sample)))
        .collect();
    if !finite.contains(&true) {
        return Err(AggregateError::NoneFinite { samples });
    }
    with_subset(parts, &finite, work, |parts, work| {
        aggregator.estimate(parts, work)?;
        if parts.iter().all(Part::estimate_is_finite) {
            Ok(())
        } else {
            Err(AggregateError::NotFiniteEstimate)
        }
    })
}

impl<T: Real> Part<'_, T> {
    /// Whether every sample is surely finite; `false` may mean that one has to look closer.
    fn all_finite(&self) -> bool {
        match self {
            Self::Dense { gradients, .. } => {
                let x = largest_finite((0..gradients.inputs()).map(|p| gradients.input(p)));
                let gy = largest_finite((0..gradients.outputs()).map(|q| gradients.cotangent(q)));
                x.zip(gy).is_some_and(|(x, gy)| (x * gy).is_finite())
            }
            Self::Rows { gradients, .. } => {
                largest_finite((0..gradients.dimension()).map(|j| gradients.coordinate(j)))
                    .is_some()
            }
        }
    }

    fn is_finite(&self, sample: usize) -> bool {
        match self {
            Self::Dense { gradients, .. } => outer_is_finite(gradients, sample),
            Self::Rows { gradients, .. } => {
                (0..gradients.dimension()).all(|j| gradients.coordinate(j)[sample].is_finite())
            }
        }
    }
}

fn outer_is_finite<T: Real>(outer: &OuterProducts<'_, T>, sample: usize) -> bool {
    let entry = |column: &[T]| [column[sample]];
    let x = (0..outer.inputs()).map(|p| entry(outer.input(p)));
    let gy = (0..outer.outputs()).map(|q| entry(outer.cotangent(q)));
    let largest = largest_finite(x).zip(largest_finite(gy));
    largest.is_some_and(|(x, gy)| (x * gy).is_finite())
}

/// The largest absolute value, 0 of nothing, `None` if a value is not finite.
fn largest_finite<T: Real>(mut columns: impl Iterator<Item = impl AsRef<[T]>>) -> Option<T> {
    columns.try_fold(T::ZERO, |largest, column| {
        let (chunks, tail) = column.as_ref().as_chunks::<LANES>();
        // The largest of numbers that do not compare may pass over NaN; 0·x does not.
        let (mut most, mut zeros) = ([largest; LANES], [T::ZERO; LANES]);
        for chunk in chunks {
            for lane in 0..LANES {
                most[lane] = larger(most[lane], chunk[lane].abs());
                zeros[lane] += chunk[lane] * T::ZERO;
            }
        }
        let largest = most
            .into_iter()
            .chain(tail.iter().map(|x| x.abs()))
            .fold(T::ZERO, larger);
        let zero = tail
            .iter()
            .fold(reduce(zeros), |zero, &x| zero + x * T::ZERO);
        (zero == T::ZERO).then_some(largest)
    })
}
