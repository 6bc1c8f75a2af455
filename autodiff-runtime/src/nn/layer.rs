//! What a network is made of.

use super::error::ShapeError;
use super::{Activation, Linear, Node, NodeLayer, Real};

/// One stage of a network: from N × P to N × Q.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Layer<T: Real> {
    /// A dense layer.
    Linear(Linear<T>),
    /// A scalar function of every entry.
    Activation(Activation<T>),
    /// The sum of what several layers of one width give: a residual connection.
    Sum,
    /// An operation of the user's.
    Node(NodeLayer<T>),
}

impl<T: Real> Layer<T> {
    /// An operation of the user's, whose per-sample gradients are averaged. For another aggregator see [`NodeLayer`].
    pub fn node(node: impl Node<T> + 'static) -> Self {
        Self::Node(NodeLayer::new(node))
    }

    /// Q, for sources of these widths side by side.
    pub(super) fn outputs(&self, sources: &[usize]) -> Result<usize, ShapeError> {
        let inputs = sources.iter().sum();
        match self {
            Self::Linear(linear) => {
                ShapeError::check("linear layer", "inputs", linear.inputs(), inputs)?;
                Ok(linear.outputs())
            }
            Self::Activation(_) => Ok(inputs),
            Self::Sum => {
                let width = sources.first().copied().unwrap_or(0);
                for &other in sources {
                    ShapeError::check("sum", "columns of each source", width, other)?;
                }
                Ok(width)
            }
            Self::Node(layer) => layer.node().outputs(inputs),
        }
    }

    /// How many parameters there are.
    pub fn parameters(&self) -> usize {
        match self {
            Self::Linear(linear) => (linear.inputs() + 1) * linear.outputs(),
            Self::Activation(_) | Self::Sum => 0,
            Self::Node(layer) => layer.node().parameters().len(),
        }
    }

    /// Whether there are parameters to learn.
    pub(super) fn learns(&self) -> bool {
        match self {
            Self::Linear(linear) => !linear.is_frozen(),
            Self::Activation(_) | Self::Sum => false,
            Self::Node(layer) => !layer.is_frozen() && !layer.node().parameters().is_empty(),
        }
    }
}

impl<T: Real> From<Linear<T>> for Layer<T> {
    fn from(linear: Linear<T>) -> Self {
        Self::Linear(linear)
    }
}

impl<T: Real> From<Activation<T>> for Layer<T> {
    fn from(activation: Activation<T>) -> Self {
        Self::Activation(activation)
    }
}

impl<T: Real> From<NodeLayer<T>> for Layer<T> {
    fn from(layer: NodeLayer<T>) -> Self {
        Self::Node(layer)
    }
}
