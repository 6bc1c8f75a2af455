//! What can go wrong in a network, one type per concern.

use thiserror::Error;

pub use crate::robust::{AggregateError, ParameterError, ShapeError};

/// Why a loss has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LossError {
    /// Targets that do not fit the outputs.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// There is no sample to average over.
    #[error("the batch has no samples")]
    Empty,
    /// A label is not the number of a class.
    #[error(
        "label {label} of sample {sample} is out of range: there are {classes} classes, counted from 0"
    )]
    Label {
        /// The sample, counted from 0.
        sample: usize,
        /// Its label.
        label: usize,
        /// How many outputs the network has.
        classes: usize,
    },
    /// A sample's loss is NaN or infinite.
    #[error("the loss of sample {sample} is not finite")]
    NonFinite {
        /// The first such sample, counted from 0.
        sample: usize,
    },
}

/// Why a network cannot be built, or a pass through it not made.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// A batch, or the parameters for a layer, of a size that does not fit.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// A layer does not take what the one before it gives.
    #[error("layer {layer} takes {expected} inputs, but gets {found}")]
    Width {
        /// The layer, counted from 0.
        layer: usize,
        /// The inputs it takes.
        expected: usize,
        /// The outputs of the layers before it.
        found: usize,
    },
    /// There is no dense layer of this number.
    #[error("there is no dense layer {layer}: the network has {layers}")]
    NoSuchLayer {
        /// The number asked for, counted from 0 over dense layers.
        layer: usize,
        /// How many dense layers there are.
        layers: usize,
    },
    /// A parameter out of its domain.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// The loss could not be computed.
    #[error(transparent)]
    Loss(#[from] LossError),
    /// The per-sample gradients of a layer could not be aggregated.
    #[error("dense layer {layer}: {source}")]
    Aggregate {
        /// The dense layer, counted from 0 over dense layers.
        layer: usize,
        /// What the aggregator says.
        source: AggregateError,
    },
}
