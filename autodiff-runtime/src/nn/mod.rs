//! Feed-forward networks whose layers choose how per-sample gradients are aggregated.
//!
//! A batch is an N × P matrix, a row a sample; storage is column-major, so a feature is contiguous over samples and all
//! loops run over samples. Everything is generic over [`Real`], `f32` or `f64`.
//!
//! | | |
//! |---|---|
//! | [`Sequential`] | layers one after the other |
//! | [`Graph`] | layers that read any earlier ones, or some of their units |
//! | [`Linear`], [`Activation`], [`Layer::Sum`] | the layers |
//! | [`Node`] | layers of the user's |
//! | [`SoftmaxCrossEntropy`], [`Hinge`], [`SquaredError`], [`Huber`], [`PerSample`] | losses |
//! | [`Uniform`], [`He`], [`Glorot`] | initial parameters |
//! | [`Sgd`], [`Momentum`], [`Adam`] | steps |
//! | [`Minibatches`], [`Training`] | batches and the loop over them |
//! | [`Graph::save`], [`Graph::load`] | parameters in files |
//!
//! A training step is [`Graph::gradient`] and [`Sgd::step`]: forward, loss, cotangents of every sample's own loss
//! back, and in each layer with parameters an [`Aggregator`](crate::robust::Aggregator) that turns N gradients into one.
//! [`Pass`] holds the buffers, and a step after the first allocates nothing.

mod activation;
mod affine;
mod backend;
mod error;
mod gradients;
mod graph;
mod init;
mod layer;
mod linear;
mod loss;
mod minibatch;
mod node;
mod optim;
mod pass;
mod sequential;
mod storage;
mod training;

use nalgebra::DMatrix;

pub use crate::real::Real;
pub use activation::{Activation, ScalarFunction};
pub use backend::{Activated, Backend, BackendError, Cpu, Dense, Resident, ResidentOptimiser};
pub use error::{
    AggregateError, GraphError, LossError, NetworkError, NodeError, ParameterError, ShapeError,
};
pub use gradients::SampleGradients;
pub use graph::{Graph, GraphBuilder, Source};
pub use init::{Deviates, Glorot, He, Initialise, Uniform};
pub use layer::Layer;
pub use linear::Linear;
pub use loss::{Hinge, Huber, Loss, PerSample, SoftmaxCrossEntropy, SquaredError};
pub use minibatch::{Gather, Minibatches};
pub use node::{CloneNode, Node, NodeLayer, Retain, Retained};
pub use optim::{Adam, Coordinatewise, Momentum, Optimiser, Sgd, Update};
pub use pass::Pass;
pub use sequential::Sequential;
pub use storage::StorageError;
pub(crate) use storage::Stored;
pub use training::{Ending, Progress, Report, Training};

/// Gives a buffer a shape, with contents to be overwritten.
fn reshape<T: Real>(buffer: &mut DMatrix<T>, rows: usize, columns: usize) {
    if buffer.shape() != (rows, columns) {
        buffer.resize_mut(rows, columns, T::ZERO);
    }
}
