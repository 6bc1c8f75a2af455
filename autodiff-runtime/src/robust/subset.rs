//! Some of the samples, in all parts of a model.

use super::data::Rows;
use super::error::AggregateError;
use super::part::Part;
use super::workspace::Workspace;
use crate::real::Real;

/// Calls `then` with copies of the samples that are marked in `keep`. Some are.
pub(super) fn with_subset<T: Real>(
    parts: &mut [Part<'_, T>],
    keep: &[bool],
    work: &mut Workspace<T>,
    then: impl FnOnce(&mut [Part<'_, T>], &mut Workspace<T>) -> Result<(), AggregateError>,
) -> Result<(), AggregateError> {
    let kept = keep.iter().filter(|&&keep| keep).count();
    let mut columns = std::mem::take(&mut work.kept);
    columns.clear();
    let mut copy = |column: &[T]| {
        let column = column.iter().zip(keep);
        columns.extend(column.filter(|&(_, &keep)| keep).map(|(&g, _)| g));
    };
    parts
        .iter()
        .for_each(|part| part.for_each_column(&mut copy));
    let result = over(parts, &columns, kept, |parts| then(parts, work));
    work.kept = columns;
    result
}

/// The same parts over other samples, whose columns stand one after the other.
fn over<T: Real>(
    parts: &mut [Part<'_, T>],
    mut columns: &[T],
    samples: usize,
    then: impl FnOnce(&mut [Part<'_, T>]) -> Result<(), AggregateError>,
) -> Result<(), AggregateError> {
    let mut take = |width: usize| {
        let (taken, rest) = columns.split_at(samples * width);
        columns = rest;
        taken
    };
    let mut others = Vec::with_capacity(parts.len());
    for part in parts {
        others.push(match part {
            Part::Dense {
                gradients,
                estimate,
            } => {
                let (x, gy) = (take(gradients.inputs()), take(gradients.outputs()));
                Part::dense(gradients.over(x, gy, samples), estimate)
            }
            Part::Rows {
                gradients,
                estimate,
            } => {
                let width = gradients.dimension();
                let rows = Rows::from_columns(take(width), samples, width)?;
                Part::rows(rows, estimate)
            }
        });
    }
    then(&mut others)
}

impl<T: Real> Part<'_, T> {
    fn for_each_column(&self, visit: &mut impl FnMut(&[T])) {
        match self {
            Self::Dense { gradients, .. } => {
                (0..gradients.inputs()).for_each(|p| visit(gradients.input(p)));
                (0..gradients.outputs()).for_each(|q| visit(gradients.cotangent(q)));
            }
            Self::Rows { gradients, .. } => {
                (0..gradients.dimension()).for_each(|j| visit(gradients.coordinate(j)));
            }
        }
    }
}
