//! Parts of a model: per-sample gradients, and where their estimate goes.

use super::data::{DenseGradient, OuterProducts, Rows, all_finite};
use super::error::{AggregateError, ShapeError};
use crate::real::Real;

/// The per-sample gradients of one part of a model, and the place of their estimate.
///
/// An aggregator over several parts sees one vector a sample, made of all of them. Parameters that are held constant have
/// no part and cost nothing.
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, DenseGradient, OuterProducts, Part, Workspace};
/// use autodiff_runtime::robust::NormClip;
/// use nalgebra::dmatrix;
///
/// // Two layers and three samples. The third is far out in the second layer alone.
/// let (x1, gy1) = (dmatrix![1.0; 2.0; 3.0], dmatrix![1.0; 1.0; 1.0]);
/// let (x2, gy2) = (dmatrix![1.0; 1.0; 1.0], dmatrix![0.0; 0.0; 1e9]);
/// let (mut first, mut second) = (DenseGradient::<f64>::default(), DenseGradient::default());
/// NormClip::new(10.0)?.aggregate_model(
///     &mut [
///         Part::dense(OuterProducts::new(&x1, &gy1)?, &mut first),
///         Part::dense(OuterProducts::new(&x2, &gy2)?, &mut second),
///     ],
///     &mut Workspace::new(),
/// )?;
/// // In the first layer it hardly counts either.
/// assert!((first.weight[0] - 1.0).abs() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub enum Part<'a, T: Real> {
    /// A dense layer.
    Dense {
        /// gyᵢ xᵢᵀ and gyᵢ.
        gradients: OuterProducts<'a, T>,
        /// Takes the layer's shape.
        estimate: &'a mut DenseGradient<T>,
    },
    /// Any other parameters, whose gradients are written out.
    Rows {
        /// N × D.
        gradients: Rows<'a, T>,
        /// D numbers.
        estimate: &'a mut [T],
    },
}

impl<'a, T: Real> Part<'a, T> {
    /// A dense layer, whose `estimate` takes the right shape.
    pub fn dense(gradients: OuterProducts<'a, T>, estimate: &'a mut DenseGradient<T>) -> Self {
        Self::Dense {
            gradients,
            estimate,
        }
    }

    /// Gradients of D parameters that are written out, and D numbers for the estimate.
    pub fn rows(gradients: Rows<'a, T>, estimate: &'a mut [T]) -> Self {
        Self::Rows {
            gradients,
            estimate,
        }
    }

    /// N.
    pub fn samples(&self) -> usize {
        match self {
            Self::Dense { gradients, .. } => gradients.samples(),
            Self::Rows { gradients, .. } => gradients.samples(),
        }
    }

    /// The parameters of this part.
    pub fn dimension(&self) -> usize {
        match self {
            Self::Dense { gradients, .. } => gradients.dimension(),
            Self::Rows { gradients, .. } => gradients.dimension(),
        }
    }

    /// The places of the estimate: weights and bias of a layer, or the one slice of rows.
    pub fn estimates_mut(&mut self) -> [&mut [T]; 2] {
        match self {
            Self::Dense { estimate, .. } => {
                [estimate.weight.as_mut_slice(), estimate.bias.as_mut_slice()]
            }
            Self::Rows { estimate, .. } => [estimate, &mut []],
        }
    }

    /// Multiplies the estimate.
    pub(super) fn scale(&mut self, factor: T) {
        for estimate in self.estimates_mut() {
            estimate.iter_mut().for_each(|entry| *entry *= factor);
        }
    }

    pub(super) fn estimate_is_finite(&self) -> bool {
        match self {
            Self::Dense { estimate, .. } => estimate.is_finite(),
            Self::Rows { estimate, .. } => all_finite(estimate),
        }
    }

    /// Makes sure that the parts fit together, gives estimates of layers their shape, and returns N.
    pub(super) fn prepare(parts: &mut [Self]) -> Result<usize, AggregateError> {
        let samples = parts.first().ok_or(AggregateError::Empty)?.samples();
        for part in parts {
            ShapeError::check(
                "parts of a model",
                "samples in each",
                samples,
                part.samples(),
            )?;
            match part {
                Self::Dense {
                    gradients,
                    estimate,
                } => {
                    let bias = if gradients.has_bias() {
                        gradients.outputs()
                    } else {
                        0
                    };
                    estimate.reshape(gradients.outputs(), gradients.inputs(), bias);
                }
                Self::Rows {
                    gradients,
                    estimate,
                } => ShapeError::check(
                    "rows",
                    "coordinates of the estimate",
                    gradients.dimension(),
                    estimate.len(),
                )?,
            }
        }
        if samples == 0 {
            return Err(AggregateError::Empty);
        }
        Ok(samples)
    }
}
