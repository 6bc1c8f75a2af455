//! From N per-sample gradients to one step: robust aggregation.
//!
//! An [`Aggregator`] estimates the mean of N per-sample gradients. It reads them as [`Rows`] of an N × D matrix; for a
//! dense layer as [`OuterProducts`] gyᵢ xᵢᵀ that are never formed; or as several [`Part`]s of a model that are one vector a
//! sample. Estimates always have the scale of the *mean* gradient, so that aggregators can be exchanged without touching
//! the step size. (Normalisation alone has a scale of its own.)
//!
//! | estimator | withstands | cost for a dense layer |
//! |---|---|---|
//! | [`Mean`] | nothing | one matrix product |
//! | [`SoftTruncation`], [`Catoni`], [`SmoothedNoise`], [`MLocation`] with a scale that grows as √N | heavy tails, not outliers | sweeps over the products |
//! | [`MLocation`] and [`MFixedPoint`] with a MAD scale | up to half | a selection and some sweeps |
//! | [`TrimmedMean`], [`WinsorizedMean`], [`MeaMed`], [`Median`] | b of N a side, up to half | a selection for each weight |
//! | [`GeometricMedian`], [`SmoothedGeometricMedian`] | up to half | distances, one product |
//! | [`MedianOfMeans`] | fewer than k/2 outliers | about the mean's, or distances |
//! | [`Krum`], [`Bulyan`], [`NearestNeighbourMixing`], [`SpectralFilter`] | f of N | distances, and selection |
//! | [`NormClip`], [`NormNormalize`], [`CenteredClipping`] | bounded influence | norms (or distances), one product |
//! | [`Clipped`] round any of them | long steps | the norm of the step |
//!
//! Estimators of single coordinates *hurt classification* where gradients are sparse and skewed: the median of a weight's
//! gradient is near zero while its mean is not. Estimators of whole vectors, and those whose scale grows as √N, do not.
//! Each page has the formula, the usual parameters, the breakdown point, the cost, the paper, and when it hurts.
//!
//! Whoever writes a vector estimator implements [`Weighing`], N weights from norms and distances ([`Geometry`]), and has
//! all faces. [`Scaled`], [`Clipped`] and [`Guarded`] wrap any aggregator, and a [`Spec`] names one as text.
//! [`RobGrad`] is robust gradient descent (Algorithm 1) for any per-sample gradient function, on all threads, in a stream
//! where the estimator allows it. Large layers are shared between the threads of the current `rayon` pool; results are the
//! same for any number of threads.

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
mod dense_rule;
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
mod selected;
mod smoothed_noise;
mod soft_truncation;
mod spec;
mod spectral_filter;
mod streaming;
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
pub use dense_rule::DenseRule;
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
pub use selected::Selected;
pub use smoothed_noise::SmoothedNoise;
pub use soft_truncation::{SoftTruncation, Variance, psi};
pub use spec::{Method, Spec, SpecError};
pub use spectral_filter::SpectralFilter;
pub use streaming::{Access, Streaming};
pub use trimmed::{MeaMed, Median, TrimmedMean, WinsorizedMean};
pub use weighing::{Scope, Weighing};
pub use workspace::Workspace;
