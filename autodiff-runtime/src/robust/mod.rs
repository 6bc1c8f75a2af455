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

mod aggregator;
mod coordinatewise;
mod data;
mod dense_rule;
mod error;
mod geometric_median;
mod mean;
mod median_of_means;
mod non_finite;
mod points;
mod product;
mod robgrad;
mod samples;
mod scaled;
mod soft_truncation;
mod spec;

pub use crate::real::Real;
pub use aggregator::{Aggregator, Workspace};
pub use data::{DenseGradient, OuterProducts, Rows};
pub use dense_rule::DenseRule;
pub use error::{AggregateError, ParameterError, ShapeError};
pub use mean::Mean;
pub use median_of_means::{Center, MedianOfMeans, Scope};
pub use non_finite::{Guarded, NonFinite};
pub use robgrad::{RobGrad, RobGradError, Selection};
pub use scaled::{Factor, Scaled};
pub use soft_truncation::{SoftTruncation, Variance, psi};
pub use spec::{Method, Spec, SpecError};
