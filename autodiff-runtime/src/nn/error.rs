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
#[derive(Clone, Debug, PartialEq, Error)]
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
    /// The per-sample gradients of the whole network could not be aggregated.
    #[error("the whole network: {source}")]
    WholeModel {
        /// What the aggregator says.
        source: AggregateError,
    },
    /// An operation of the user's failed.
    #[error("layer `{layer}`: {source}")]
    Node {
        /// The name of the layer.
        layer: String,
        /// What the operation says.
        source: NodeError,
    },
    /// The layers do not make a graph.
    #[error(transparent)]
    Graph(#[from] GraphError),
}

impl NetworkError {
    /// Whether numbers left the range of their type, as in a training that diverges, or came in as NaN or infinite.
    pub fn is_non_finite(&self) -> bool {
        let source = match self {
            Self::Loss(LossError::NonFinite { .. }) => return true,
            Self::Aggregate { source, .. } | Self::WholeModel { source } => source,
            Self::Node {
                source: NodeError::Aggregate(source),
                ..
            } => source,
            _ => return false,
        };
        matches!(
            source,
            AggregateError::NonFinite { .. }
                | AggregateError::NoneFinite { .. }
                | AggregateError::NotFiniteEstimate
        )
    }
}

/// Why an operation of the user's, a [`Node`](super::Node), could not be done.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum NodeError {
    /// Sizes that do not fit together.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// The backward pass asked for something that the forward pass did not retain.
    #[error("the backward pass needs the {what}, which the forward pass did not retain")]
    NotRetained {
        /// What it asked for.
        what: &'static str,
    },
    /// The per-sample gradients could not be aggregated.
    #[error(transparent)]
    Aggregate(#[from] AggregateError),
    /// A reason of the operation's own.
    #[error("{0}")]
    Other(String),
}

impl NodeError {
    /// `Ok` when it was retained.
    pub(super) fn check_retained(retained: bool, what: &'static str) -> Result<(), Self> {
        if retained {
            Ok(())
        } else {
            Err(Self::NotRetained { what })
        }
    }
}

/// Why layers and the connections between them do not make a feed-forward graph.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum GraphError {
    /// Two layers of one name, or a layer named like the batch.
    #[error("the name `{layer}` is taken; give each layer a name of its own")]
    Duplicate {
        /// The name.
        layer: String,
    },
    /// A layer reads from one that does not exist.
    #[error("layer `{layer}` reads from `{from}`, and there is no layer of that name")]
    Unknown {
        /// The layer that reads.
        layer: String,
        /// The name it reads from.
        from: String,
    },
    /// A layer reads from nothing.
    #[error("layer `{layer}` reads from nothing; name its sources")]
    NoSource {
        /// The layer.
        layer: String,
    },
    /// A layer reads units that its source does not have.
    #[error("layer `{layer}` reads units {start}..{end} of `{from}`, which has {width}")]
    Units {
        /// The layer that reads.
        layer: String,
        /// The layer it reads from.
        from: String,
        /// The first unit.
        start: usize,
        /// The end of the units, exclusive.
        end: usize,
        /// How many units there are.
        width: usize,
    },
    /// Layers that feed each other in a circle.
    #[error("the layers feed each other in a circle: {}; a feed-forward network has none", circle(.layers))]
    Cycle {
        /// The names round the circle, each feeding the next and the last the first.
        layers: Vec<String>,
    },
    /// A layer cannot take what its sources give.
    #[error("layer `{layer}`: {source}")]
    Width {
        /// The layer.
        layer: String,
        /// What does not fit.
        source: ShapeError,
    },
    /// A layer from which no way leads to the output.
    #[error(
        "nothing on the way to the output `{output}` reads layer `{layer}`; remove it or connect it"
    )]
    Unread {
        /// The layer.
        layer: String,
        /// The output layer.
        output: String,
    },
    /// The output is no layer.
    #[error("the output `{output}` is no layer of the network")]
    NoOutput {
        /// The name given for it.
        output: String,
    },
}

/// The names with arrows, back to the first.
fn circle(layers: &[String]) -> String {
    let names = layers.iter().chain(layers.first());
    names
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(" → ")
}
