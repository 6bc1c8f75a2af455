//! The methods that are compared: an aggregator, and the layers that use it.

use std::fmt;
use std::str::FromStr;

use autodiff_runtime::robust::{Spec, SpecError};
use serde::Serialize;

/// A method of training, as `--method` names it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Method {
    /// The name in tables and files.
    pub name: String,
    /// A word on it for the legend of a figure; empty if the name says it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// The aggregator of the chosen layers; the others take the mean.
    pub aggregator: Spec,
    /// The chosen layers.
    pub layers: RobustLayers,
    /// Whether it trains on the points as they were before some were moved.
    pub clean: bool,
}

/// The layers whose gradients are not simply averaged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub enum RobustLayers {
    /// The layer next to the input.
    First,
    /// Every layer on its own.
    All,
    /// Every layer, the gradients of all of them as one vector.
    Model,
    /// Those with these numbers, counted from 1 at the input.
    Listed(Vec<usize>),
}

/// A method the program knows by name.
struct Demo {
    name: &'static str,
    about: &'static str,
    aggregator: &'static str,
    layers: RobustLayers,
    clean: bool,
}

/// The default comparison, in the order of the table.
const DEMOS: [Demo; 6] = [
    Demo {
        name: "deep",
        about: "mean",
        aggregator: "mean",
        layers: RobustLayers::All,
        clean: false,
    },
    Demo {
        name: "deep-rob",
        about: "as published",
        aggregator: "soft-truncation:variance=population,variance-floor=0.001,over-n",
        layers: RobustLayers::First,
        clean: false,
    },
    Demo {
        name: "deep-div-n",
        about: "mean ÷ N, layer 1",
        aggregator: "mean:scale=1/n",
        layers: RobustLayers::First,
        clean: false,
    },
    Demo {
        name: "deep-alg1",
        about: "Algorithms 1 and 2",
        aggregator: "soft-truncation",
        layers: RobustLayers::First,
        clean: false,
    },
    Demo {
        name: "deep-mom",
        about: "median of means",
        aggregator: "median-of-means",
        layers: RobustLayers::Model,
        clean: false,
    },
    Demo {
        name: "deep-clean",
        about: "mean, no moved points",
        aggregator: "mean",
        layers: RobustLayers::All,
        clean: true,
    },
];

impl Demo {
    fn method(&self) -> Method {
        Method {
            name: self.name.to_owned(),
            about: self.about.to_owned(),
            aggregator: self
                .aggregator
                .parse()
                .expect("the table of methods is tested"),
            layers: self.layers.clone(),
            clean: self.clean,
        }
    }
}

/// The methods compared when none is named.
pub fn default_methods() -> Vec<Method> {
    DEMOS.iter().map(Demo::method).collect()
}

/// Why a text names no method.
#[derive(Debug, thiserror::Error)]
pub enum MethodError {
    /// It is neither a named method nor an aggregator.
    #[error("{0}; named methods are {names}", names = DEMOS.map(|demo| demo.name).join(", "))]
    Unknown(SpecError),
    /// The aggregator exists, but not with these options.
    #[error(transparent)]
    Options(SpecError),
}

impl From<SpecError> for MethodError {
    fn from(error: SpecError) -> Self {
        match error {
            SpecError::UnknownMethod { .. } => Self::Unknown(error),
            _ => Self::Options(error),
        }
    }
}

impl FromStr for Method {
    type Err = MethodError;

    fn from_str(text: &str) -> Result<Self, MethodError> {
        if let Some(demo) = DEMOS.iter().find(|demo| demo.name == text) {
            return Ok(demo.method());
        }
        let aggregator: Spec = text.parse()?;
        let (name, about) = (aggregator.to_string(), String::new());
        Ok(Self {
            name,
            about,
            aggregator,
            layers: RobustLayers::All,
            clean: false,
        })
    }
}

impl Method {
    /// The name with a word on it.
    pub fn label(&self) -> String {
        if self.about.is_empty() {
            self.name.clone()
        } else {
            format!("{}: {}", self.name, self.about)
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.aggregator)?;
        match &self.layers {
            RobustLayers::All => {}
            RobustLayers::First => f.write_str(" in layer 1")?,
            RobustLayers::Model => f.write_str(" of the whole network")?,
            RobustLayers::Listed(layers) => write!(f, " in layer {}", join(layers))?,
        }
        if self.clean {
            f.write_str(", no moved points")
        } else {
            Ok(())
        }
    }
}

/// Why a text names no layers.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayersError {
    /// Neither a word nor a list of numbers.
    #[error("expected first, all, model, or layer numbers from 1 on such as 1,3")]
    Unreadable,
    /// A layer stands twice.
    #[error("layer {0} is named twice")]
    Repeated(usize),
    /// The network is not that deep.
    #[error("there is no layer {layer}: the network has {layers} layers")]
    TooDeep {
        /// The layer asked for.
        layer: usize,
        /// The layers there are.
        layers: usize,
    },
}

impl FromStr for RobustLayers {
    type Err = LayersError;

    fn from_str(text: &str) -> Result<Self, LayersError> {
        match text.trim() {
            "first" => Ok(Self::First),
            "all" => Ok(Self::All),
            "model" => Ok(Self::Model),
            numbers => listed(numbers),
        }
    }
}

fn listed(numbers: &str) -> Result<RobustLayers, LayersError> {
    let mut layers = Vec::new();
    for number in numbers.split(',') {
        let layer = number.trim().parse().map_err(|_| LayersError::Unreadable)?;
        if layer == 0 {
            return Err(LayersError::Unreadable);
        }
        if layers.contains(&layer) {
            return Err(LayersError::Repeated(layer));
        }
        layers.push(layer);
    }
    Ok(RobustLayers::Listed(layers))
}

impl RobustLayers {
    /// Whether the layer is among the chosen ones, counted from 0.
    pub fn contains(&self, layer: usize) -> bool {
        match self {
            Self::First => layer == 0,
            Self::All | Self::Model => true,
            Self::Listed(layers) => layers.contains(&(layer + 1)),
        }
    }

    /// Makes sure that a network of so many layers has all that are named.
    ///
    /// # Errors
    ///
    /// The first layer it does not have.
    pub fn check(&self, layers: usize) -> Result<(), LayersError> {
        match self {
            Self::Listed(listed) => match listed.iter().find(|layer| **layer > layers) {
                Some(&layer) => Err(LayersError::TooDeep { layer, layers }),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }
}

impl fmt::Display for RobustLayers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First => f.write_str("first"),
            Self::All => f.write_str("all"),
            Self::Model => f.write_str("model"),
            Self::Listed(layers) => f.write_str(&join(layers)),
        }
    }
}

impl From<RobustLayers> for String {
    fn from(layers: RobustLayers) -> Self {
        layers.to_string()
    }
}

fn join(layers: &[usize]) -> String {
    layers
        .iter()
        .map(usize::to_string)
        .collect::<Vec<_>>()
        .join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_named_method_can_be_parsed() {
        for method in default_methods() {
            assert_eq!(method.name.parse::<Method>().unwrap(), method);
        }
    }

    #[test]
    fn an_aggregator_with_options_is_a_method() {
        let method: Method = "median-of-means:blocks=5".parse().unwrap();
        assert_eq!(
            (method.name.as_str(), method.layers),
            ("median-of-means:blocks=5", RobustLayers::All)
        );
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let message = "deep-sea".parse::<Method>().unwrap_err().to_string();
        for known in [
            "mean",
            "soft-truncation",
            "median-of-means",
            "deep-rob",
            "deep-clean",
        ] {
            assert!(message.contains(known), "{message}");
        }
    }

    #[test]
    fn layers_are_named_by_word_or_number() {
        assert_eq!("first".parse(), Ok(RobustLayers::First));
        assert_eq!("1, 3".parse(), Ok(RobustLayers::Listed(vec![1, 3])));
        for unreadable in ["", "0", "last", "1,,2"] {
            assert_eq!(
                unreadable.parse::<RobustLayers>(),
                Err(LayersError::Unreadable)
            );
        }
        assert_eq!("2,2".parse::<RobustLayers>(), Err(LayersError::Repeated(2)));
    }

    #[test]
    fn layers_beyond_the_network_are_refused() {
        let layers: RobustLayers = "1,4".parse().unwrap();
        assert_eq!(layers.check(4), Ok(()));
        assert_eq!(
            layers.check(3),
            Err(LayersError::TooDeep {
                layer: 4,
                layers: 3
            })
        );
        assert_eq!(
            [0, 1, 2, 3].map(|layer| layers.contains(layer)),
            [true, false, false, true]
        );
    }
}
