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

#![allow(dead_code)]
mod affine;
mod aggregator;
mod centered_clipping;
mod coordinatewise;
mod count;
mod data;
mod error;
mod geometric_median;
mod geometry;
mod kernel;
mod krum;
mod mean;
mod median_of_means;
mod non_finite;
mod norm_clip;
mod order;
mod part;
mod points;
mod product;
mod robgrad;
mod samples;
mod scaled;
mod soft_truncation;
mod spec;
mod weighing;
mod workspace;

pub use crate::real::Real;
pub use aggregator::Aggregator;
pub use centered_clipping::CenteredClipping;
pub use count::Count;
pub use data::{DenseGradient, OuterProducts, Rows};
pub use error::{AggregateError, ParameterError, ShapeError};
pub use geometric_median::{GeometricMedian, SmoothedGeometricMedian, Start};
pub use geometry::Geometry;
pub use krum::Krum;
pub use mean::Mean;
pub use median_of_means::{Center, MedianOfMeans};
pub use non_finite::{Guarded, NonFinite};
pub use norm_clip::{NormClip, NormNormalize, Radius};
pub use part::Part;
pub use robgrad::{RobGrad, RobGradError, Selection};
pub use scaled::{Factor, Scaled};
pub use soft_truncation::{SoftTruncation, Variance, psi};
pub use spec::{Method, Spec, SpecError};
pub use weighing::{Scope, Weighing};
pub use workspace::Workspace;
