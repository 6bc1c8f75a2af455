//! The rules that are compared: an aggregator, and the layers it works on.

use std::fmt;
use std::str::FromStr;

use autodiff_runtime::nn::{Real, Sequential};
use autodiff_runtime::robust::{Spec, SpecError};
use serde::Serialize;

use crate::iris::method::{LayersError, RobustLayers};

/// A rule as `--method` names it: an aggregator, and after `@` where it works.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(into = "String")]
pub struct Rule {
    /// The aggregator of the chosen layers; the others take the mean.
    pub aggregator: Spec,
    /// The chosen layers: each on its own, unless they are the whole model.
    pub layers: RobustLayers,
}

/// The rules compared when none is named: what everybody does, the tutorial's, then one or two of each family. Those that
/// take more than some ten times the mean's time a step are left to `--method`.
const DEFAULT: [&str; 18] = [
    "mean",
    "mean:clip=1@model",
    "soft-truncation",
    "soft-truncation@first",
    "soft-truncation:variance=population,variance-floor=0.001",
    "m-fixed-point:multiple=sqrt(n/2log)",
    "m-location:psi=huber,spread=mad-normal",
    "catoni",
    "trimmed-mean:trim=15%",
    "median",
    "geometric-median",
    "median-of-means",
    "median-of-means@model",
    "multi-krum",
    "norm-clip",
    "norm-clip:max-norm=median",
    "norm-clip:max-norm=median@model",
    "centered-clipping:tau=median",
];

/// The default list.
pub fn default_rules() -> Vec<Rule> {
    let rule = |text: &str| text.parse().expect("the list of rules is tested");
    DEFAULT.into_iter().map(rule).collect()
}

impl Rule {
    /// Makes the layers of a network follow the rule.
    pub fn apply<T: Real>(&self, network: &mut Sequential<T>) {
        if self.layers == RobustLayers::Model {
            return network.as_mut().set_model_aggregator(self.aggregator);
        }
        let layers = network.linears_mut().enumerate();
        let chosen = layers.filter(|(layer, _)| self.layers.contains(*layer));
        chosen.for_each(|(_, linear)| linear.set_aggregator(self.aggregator));
    }
}

/// Why a text names no rule.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// The aggregator.
    #[error(transparent)]
    Aggregator(#[from] SpecError),
    /// Where it works.
    #[error("after @: {0}")]
    Layers(#[from] LayersError),
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let (aggregator, layers) = match text.split_once('@') {
            Some((aggregator, layers)) => (aggregator, layers.parse()?),
            None => (text, RobustLayers::All),
        };
        Ok(Self {
            aggregator: aggregator.parse()?,
            layers,
        })
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.layers {
            RobustLayers::All => write!(f, "{}", self.aggregator),
            layers => write!(f, "{}@{layers}", self.aggregator),
        }
    }
}

impl From<Rule> for String {
    fn from(rule: Rule) -> Self {
        rule.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_rules_are_read_and_written() {
        for rule in default_rules() {
            assert_eq!(rule.to_string().parse::<Rule>().unwrap(), rule);
        }
    }

    #[test]
    fn mistakes_are_said() {
        let message = |text: &str| text.parse::<Rule>().unwrap_err().to_string();
        assert!(message("mode").contains("unknown aggregator `mode`"));
        assert!(message("mean@last").starts_with("after @: expected first, all, model"));
    }
}
