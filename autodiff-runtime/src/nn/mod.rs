//! Feed-forward networks whose layers choose how per-sample gradients are aggregated.
//!
//! A batch is an N × P matrix, a row a sample; storage is column-major, so a feature is contiguous over samples and all
//! loops run over samples. Everything is generic over [`Real`], `f32` or `f64`.
//!
//! A training step is [`Sequential::gradient`] and [`Sgd::step`]: forward, loss, cotangents of every sample's own loss
//! back, and in each [`Linear`] layer an [`Aggregator`](crate::robust::Aggregator) that turns N gradients into one.
//! [`Pass`] holds the buffers, and a step after the first allocates nothing.

mod activation;
mod affine;
mod backend;
mod error;
mod init;
mod linear;
mod loss;
mod sequential;
mod sgd;

pub use crate::real::Real;
pub use activation::{Activation, ScalarFunction};
pub use backend::{Activated, Backend, BackendError, Cpu, Dense, Resident};
pub use error::{AggregateError, LossError, NetworkError, ParameterError, ShapeError};
pub use init::{Initialise, Uniform};
pub use linear::Linear;
pub use loss::{Loss, PerSample, SoftmaxCrossEntropy, SquaredError};
pub use sequential::{Layer, Pass, Sequential};
pub use sgd::Sgd;
