//! Vector estimators: N weights, then one weighted sum.

use std::fmt::Debug;

use super::aggregator::Aggregator;
use super::dense_rule::DenseRule;
use super::error::AggregateError;
use super::geometry::{Geometry, View};
use super::part::Part;
use super::product::weighted_sum;
use super::streaming::Access;
use super::workspace::Workspace;
use crate::real::Real;

/// What one vector is for a vector estimator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scope {
    /// All parameters together: weights and bias of a layer, or the whole model.
    #[default]
    Joint,
    /// Every weight matrix and every bias on its own.
    Separate,
}

/// A vector estimator: its estimate is Σᵢ wᵢ gᵢ, with weights that depend on norms and distances alone.
///
/// Whoever implements this has an [`Aggregator`] with all its faces. A dense layer then costs O(N(P+Q)) for norms or
/// O(N²(P+Q)) for distances, and one matrix product; nothing of size N·P·Q is ever made.
///
/// ```
/// use autodiff_runtime::robust::{AggregateError, Aggregator, Geometry, Weighing};
/// use nalgebra::{dmatrix, dvector};
///
/// /// The gradient whose farthest neighbour is nearest.
/// #[derive(Debug)]
/// struct Centre;
///
/// impl Weighing for Centre {
///     fn weigh(&self, geometry: &Geometry<'_>, weights: &mut [f64]) -> Result<(), AggregateError> {
///         let radius = |i: usize| {
///             let row = &geometry.squared_distances()[i * geometry.samples()..][..geometry.samples()];
///             row.iter().copied().fold(0.0, f64::max)
///         };
///         let centre = (0..geometry.samples()).min_by(|&i, &j| radius(i).total_cmp(&radius(j)));
///         weights.fill(0.0);
///         weights[centre.unwrap_or(0)] = 1.0;
///         Ok(())
///     }
/// }
///
/// let gradients = dmatrix![1.0, 0.0; 2.0, 2.0; 9.0, 3.0];
/// assert_eq!(Centre.of_rows(&gradients)?, dvector![2.0, 2.0]);
/// # Ok::<(), AggregateError>(())
/// ```
pub trait Weighing: Debug + Send + Sync {
    /// Writes the weights of the N samples.
    ///
    /// # Errors
    /// What the estimator cannot do with so few samples.
    fn weigh(&self, geometry: &Geometry<'_>, weights: &mut [f64]) -> Result<(), AggregateError>;

    /// What one vector is.
    fn scope(&self) -> Scope {
        Scope::Joint
    }

    /// What the estimator has to see at once.
    fn access(&self) -> Access {
        Access::Whole
    }

    /// The closed form, where the estimator is one; see [`DenseRule`].
    fn dense_rule(&self) -> Option<DenseRule> {
        None
    }
}

impl<T: Real, W: Weighing> Aggregator<T> for W {
    fn access(&self) -> Access {
        Weighing::access(self)
    }

    fn dense_rule(&self, _: usize) -> Option<DenseRule> {
        Weighing::dense_rule(self)
    }

    fn estimate(
        &self,
        parts: &mut [Part<'_, T>],
        work: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        match self.scope() {
            Scope::Joint => {
                let weights = joint_weights(self, parts, work)?;
                for part in parts {
                    let view = View::of(part);
                    let [weight, bias] = part.estimates_mut();
                    weighted_sum(view, &weights, weight, bias, work);
                }
                work.weights = weights;
                Ok(())
            }
            Scope::Separate => parts.iter_mut().try_for_each(|part| {
                let whole = View::of(part);
                let [weight, bias] = part.estimates_mut();
                let (first, second) = whole.split();
                estimate_alone(self, first, weight, work)?;
                match second {
                    Some(second) => estimate_alone(self, second, bias, work),
                    None => Ok(()),
                }
            }),
        }
    }
}

/// The weights of the samples, judged by all parts at once. The buffer belongs to the workspace.
pub(super) fn joint_weights<T: Real, W: Weighing + ?Sized>(
    weighing: &W,
    parts: &[Part<'_, T>],
    work: &mut Workspace<T>,
) -> Result<Vec<f64>, AggregateError> {
    match parts {
        [part] => weights(weighing, &[View::of(part)], work),
        parts => weights(
            weighing,
            &parts.iter().map(View::of).collect::<Vec<_>>(),
            work,
        ),
    }
}

fn weights<T: Real, W: Weighing + ?Sized>(
    weighing: &W,
    views: &[View<'_, T>],
    work: &mut Workspace<T>,
) -> Result<Vec<f64>, AggregateError> {
    let mut weights = std::mem::take(&mut work.weights);
    weights.clear();
    weights.resize(views.first().map_or(0, View::samples), 0.0);
    Geometry::with(views, work, |geometry| {
        weighing.weigh(geometry, &mut weights)
    })?;
    Ok(weights)
}

fn estimate_alone<T: Real, W: Weighing + ?Sized>(
    weighing: &W,
    view: View<'_, T>,
    estimate: &mut [T],
    work: &mut Workspace<T>,
) -> Result<(), AggregateError> {
    let weights = weights(weighing, &[view], work)?;
    weighted_sum(view, &weights, estimate, &mut [], work);
    work.weights = weights;
    Ok(())
}
