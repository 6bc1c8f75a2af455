//! Clipping and normalising the gradients of single samples.

use super::dense_rule::DenseRule;
use super::error::{AggregateError, ParameterError};
use super::geometry::Geometry;
use super::order::median;
use super::streaming::{Access, Streaming};
use super::weighing::{Scope, Weighing};

/// A length beyond which gradients are cut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Radius {
    /// A fixed, positive length.
    Fixed(f64),
    /// The median of the samples' norms.
    MedianNorm,
}

impl Radius {
    pub(super) fn check(self, parameter: &'static str) -> Result<Self, ParameterError> {
        if let Self::Fixed(radius) = self {
            ParameterError::check_positive(parameter, radius)?;
        }
        Ok(self)
    }

    /// The length in units of the geometry.
    pub(super) fn value(self, geometry: &Geometry<'_>) -> f64 {
        match self {
            Self::Fixed(radius) => radius / geometry.unit(),
            Self::MedianNorm => {
                let norms = geometry.squared_norms().iter().map(|norm| norm.sqrt());
                median(&mut norms.collect::<Vec<_>>())
            }
        }
    }
}

/// min(1, radius/length), 1 for no length at all.
pub(super) fn shrink(radius: f64, length: f64) -> f64 {
    // In this direction of the comparison NaN is not hidden.
    if length <= radius || length == 0.0 {
        1.0
    } else {
        radius / length
    }
}

/// Norm clipping: the mean of gᵢ · min(1, C/‖gᵢ‖), per-sample clipping as in DP-SGD, without noise.
///
/// A sample moves the estimate by at most 2C/N. The divisor is N, so clipping makes steps shorter: on clean data with many
/// classes, at equal step size, it learns more slowly. With [`Radius::MedianNorm`] half of the samples are clipped.
///
/// | option | default | effect |
/// |---|---|---|
/// | C | 1 | 0.1 to 1 in use, or the median norm |
/// | [`scope`](Self::scope) | [`Scope::Joint`] | what one vector is |
///
/// Cost for a dense layer: ‖gᵢ‖ = ‖gyᵢ‖ √(‖xᵢ‖² + 1), so O(N(P+Q)) and one matrix product.
/// Source: M. Abadi et al., *Deep learning with differential privacy* (2016); the norms are those of I. Goodfellow,
/// *Efficient per-example gradient computations* (2015).
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, NormClip};
/// use nalgebra::{dmatrix, dvector};
///
/// assert_eq!(NormClip::new(5.0)?.of_rows(&dmatrix![3.0, 4.0; 600.0, 800.0])?, dvector![3.0, 4.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NormClip {
    radius: Radius,
    scope: Scope,
}

impl Default for NormClip {
    /// C = 1.
    fn default() -> Self {
        Self {
            radius: Radius::Fixed(1.0),
            scope: Scope::Joint,
        }
    }
}

impl NormClip {
    /// Clipping at C.
    ///
    /// # Errors
    /// [`ParameterError`] unless C is positive and finite.
    pub fn new(max_norm: f64) -> Result<Self, ParameterError> {
        Self::at(Radius::Fixed(max_norm))
    }

    /// Clipping at a fixed length or at the median norm.
    ///
    /// # Errors
    /// [`ParameterError`] unless a fixed length is positive and finite.
    pub fn at(radius: Radius) -> Result<Self, ParameterError> {
        Ok(Self {
            radius: radius.check("max-norm")?,
            ..Self::default()
        })
    }

    /// Sets what one vector is.
    #[must_use]
    pub fn scope(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    pub(super) fn options(&self) -> (Radius, Scope) {
        (self.radius, self.scope)
    }
}

impl Weighing for NormClip {
    fn weigh(&self, geometry: &Geometry<'_>, weights: &mut [f64]) -> Result<(), AggregateError> {
        let n = weights.len() as f64;
        let radius = self.radius.value(geometry);
        for (weight, norm) in weights.iter_mut().zip(geometry.squared_norms()) {
            *weight = shrink(radius, norm.sqrt()) / n;
        }
        Ok(())
    }

    fn scope(&self) -> Scope {
        self.scope
    }

    fn access(&self) -> Access {
        match self.radius {
            Radius::Fixed(radius) => Access::Samples(Streaming::NormClip(radius)),
            Radius::MedianNorm => Access::Whole,
        }
    }

    fn dense_rule(&self) -> Option<DenseRule> {
        match (self.radius, self.scope) {
            (Radius::Fixed(bound), Scope::Joint) => {
                Some(DenseRule::NormClip { bound, factor: 1.0 })
            }
            _ => None,
        }
    }
}

/// Normalisation: the mean of gᵢ/(‖gᵢ‖ + γ).
///
/// A sample moves the estimate by at most 2/N, whatever it is. The estimate has the scale of unit vectors, not that of the
/// mean gradient, so it needs a step size of its own; small gradients near a minimum count as much as large ones.
///
/// | option | default | effect |
/// |---|---|---|
/// | γ | 0.01 | gradients shorter than γ are not blown up to unit length |
/// | [`scope`](Self::scope) | [`Scope::Joint`] | what one vector is |
///
/// Cost for a dense layer: O(N(P+Q)) and one matrix product.
/// Source: Z. Bu, Y.-X. Wang, S. Zha, G. Karypis, *Automatic clipping: differentially private deep learning made easier and
/// stronger* (2022), AUTO-S.
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, NormNormalize};
/// use nalgebra::{dmatrix, dvector};
///
/// assert_eq!(NormNormalize::new(3.0)?.of_rows(&dmatrix![3.0, 4.0])?, dvector![0.375, 0.5]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NormNormalize {
    gamma: f64,
    scope: Scope,
}

impl Default for NormNormalize {
    /// γ = 0.01.
    fn default() -> Self {
        Self {
            gamma: 0.01,
            scope: Scope::Joint,
        }
    }
}

impl NormNormalize {
    /// Normalisation with γ.
    ///
    /// # Errors
    /// [`ParameterError`] unless γ is positive and finite.
    pub fn new(gamma: f64) -> Result<Self, ParameterError> {
        ParameterError::check_positive("gamma", gamma)?;
        Ok(Self {
            gamma,
            ..Self::default()
        })
    }

    /// Sets what one vector is.
    #[must_use]
    pub fn scope(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    pub(super) fn options(&self) -> (f64, Scope) {
        (self.gamma, self.scope)
    }
}

impl Weighing for NormNormalize {
    fn weigh(&self, geometry: &Geometry<'_>, weights: &mut [f64]) -> Result<(), AggregateError> {
        let n = weights.len() as f64;
        for (weight, norm) in weights.iter_mut().zip(geometry.squared_norms()) {
            *weight = (norm.sqrt() * geometry.unit() + self.gamma).recip() / n;
        }
        Ok(())
    }

    fn scope(&self) -> Scope {
        self.scope
    }

    fn access(&self) -> Access {
        Access::Samples(Streaming::NormNormalize(self.gamma))
    }
}
