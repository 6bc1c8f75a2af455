//! Everything that can go wrong in the program, one type per concern.

use std::io;
use std::path::PathBuf;

use super::compute::ComputeError;
use super::dataset::DataError;
use super::figures::FigureError;
use super::method::LayersError;
use super::training::TrainingError;

/// Why the program ends without its result.
#[derive(Debug, thiserror::Error)]
pub enum IrisError {
    /// The table of samples.
    #[error("data: {0}")]
    Data(#[from] DataError),
    /// The layers asked for.
    #[error("--robust-layers: {0}")]
    Layers(#[from] LayersError),
    /// Two methods that could not be told apart in the results.
    #[error("--method: '{0}' is given twice")]
    RepeatedMethod(String),
    /// The device asked for.
    #[error(transparent)]
    Compute(#[from] ComputeError),
    /// The number of threads asked for.
    #[error("--threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// A training that could not go on.
    #[error(transparent)]
    Training(#[from] TrainingError),
    /// The results.
    #[error(transparent)]
    Output(#[from] OutputError),
}

/// Why results cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// A file or the directory.
    #[error("--out: {} cannot be written: {source}", path.display())]
    File {
        /// What should have been written.
        path: PathBuf,
        /// Why it was not.
        source: io::Error,
    },
    /// A figure.
    #[error(transparent)]
    Figure(#[from] FigureError),
    /// Standard output.
    #[error("standard output: {0}")]
    Stdout(io::Error),
}
