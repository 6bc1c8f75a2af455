//! Why a text is not an aggregator.

use thiserror::Error;

use super::Method;
use crate::robust::ParameterError;

/// Why a text is not an aggregator.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum SpecError {
    /// No estimator has this name.
    #[error("unknown aggregator `{found}`; known are {}", Method::NAMES.join(", "))]
    UnknownMethod {
        /// The name given.
        found: String,
    },
    /// The estimator has no such option.
    #[error("`{method}` has no option `{found}`; it has {}", known.join(", "))]
    UnknownOption {
        /// The estimator.
        method: &'static str,
        /// The option given.
        found: String,
        /// The options there are.
        known: Vec<&'static str>,
    },
    /// An option stands twice.
    #[error("option `{option}` is given twice")]
    Repeated {
        /// The option.
        option: String,
    },
    /// An option's value cannot be read.
    #[error("option `{option}` cannot be `{found}`: expected {expected}")]
    Value {
        /// The option.
        option: &'static str,
        /// The text given.
        found: String,
        /// What it should be, in words.
        expected: &'static str,
    },
    /// An option's value is out of its domain.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
}
