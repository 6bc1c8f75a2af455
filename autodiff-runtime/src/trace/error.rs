//! What can go wrong with the names of a trace.

use thiserror::Error;

/// A name that the trace does not know.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TraceError {
    /// No input has this name.
    #[error("the trace of `{function}` has no input `{name}`; its inputs are {inputs}")]
    UnknownInput {
        /// The function traced.
        function: String,
        /// The name asked for.
        name: String,
        /// The inputs there are.
        inputs: String,
    },
    /// No output has this name.
    #[error("the trace of `{function}` has no output `{name}`; its outputs are {outputs}")]
    UnknownOutput {
        /// The function traced.
        function: String,
        /// The name asked for.
        name: String,
        /// The outputs there are.
        outputs: String,
    },
}
