//! From N per-sample gradients to one step: robust aggregation.
//!
//! An [`Aggregator`] estimates the mean of N per-sample gradients. It reads them as [`Rows`] of an N × D matrix or, for
//! a dense layer, as [`OuterProducts`] gyᵢ xᵢᵀ that are never formed. Estimates always have the scale of the *mean*
//! gradient, so that aggregators can be exchanged without touching the step size.
//!
//! | aggregator | withstands | cost, dense layer |
//! |---|---|---|
//! | [`Mean`] | nothing | one matrix product |
//! | [`SoftTruncation`] | heavy tails, not outliers | two sweeps over the products |
//! | [`MedianOfMeans`] | fewer than k/2 outliers | about the mean's |
//!
//! [`Scaled`] and [`Guarded`] wrap any of them, and a [`Spec`] names one as text.
//! [`RobGrad`] is robust gradient descent (Algorithm 1) for any per-sample gradient function.

mod affine;
mod aggregator;
mod bulyan;
mod catoni;
mod centered_clipping;
mod clipped;
mod column;
mod coordinatewise;
mod count;
mod data;
mod error;
mod geometric_median;
mod geometry;
mod influence;
pub(crate) mod kernel;
mod krum;
mod m_location;
mod mean;
mod median_of_means;
mod nearest_neighbours;
mod non_finite;
mod norm_clip;
mod order;
mod part;
mod points;
mod product;
mod robgrad;
mod samples;
mod scale;
mod scaled;
mod smoothed_noise;
mod soft_truncation;
mod spec;
mod spectral_filter;
mod subset;
mod trimmed;
mod weighing;
mod workspace;

pub use crate::real::Real;
pub use aggregator::Aggregator;
pub use bulyan::Bulyan;
pub use catoni::Catoni;
pub use centered_clipping::CenteredClipping;
pub use clipped::Clipped;
pub use count::Count;
pub use data::{DenseGradient, OuterProducts, Rows};
pub use error::{AggregateError, ParameterError, ShapeError};
pub use geometric_median::{GeometricMedian, SmoothedGeometricMedian, Start};
pub use geometry::Geometry;
pub use influence::Influence;
pub use krum::Krum;
pub use m_location::{Init, MFixedPoint, MLocation};
pub use mean::Mean;
pub use median_of_means::{Center, MedianOfMeans};
pub use nearest_neighbours::NearestNeighbourMixing;
pub use non_finite::{Guarded, NonFinite};
pub use norm_clip::{NormClip, NormNormalize, Radius};
pub use part::Part;
pub use robgrad::{RobGrad, RobGradError, Selection};
pub use scale::{Multiple, Scale, Spread};
pub use scaled::{Factor, Scaled};
pub use smoothed_noise::SmoothedNoise;
pub use soft_truncation::{SoftTruncation, Variance, psi};
pub use spec::{Method, Spec, SpecError};
pub use spectral_filter::SpectralFilter;
pub use trimmed::{MeaMed, Median, TrimmedMean, WinsorizedMean};
pub use weighing::{Scope, Weighing};
pub use workspace::Workspace;
