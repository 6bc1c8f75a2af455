//! What computes the networks.

use std::fmt;

#[cfg(feature = "opencl")]
use autodiff_runtime::opencl::OpenCl;

use super::cli::Backend;

/// What computes the networks.
#[derive(Clone, Debug)]
pub enum Compute {
    /// This program, on the processor.
    Cpu,
    /// A device.
    #[cfg(feature = "opencl")]
    OpenCl(OpenCl),
}

/// Why there is nothing to compute on.
#[derive(Debug, thiserror::Error)]
pub enum ComputeError {
    /// A build that knows no devices.
    #[error(
        "--backend opencl: this build has no OpenCL support; build it with --features opencl, or use --backend cpu"
    )]
    NoOpenCl,
    /// The device asked for.
    #[cfg(feature = "opencl")]
    #[error("--backend opencl: {0}")]
    OpenCl(#[from] autodiff_runtime::opencl::OpenClError),
}

impl Compute {
    /// What the command line asks for.
    ///
    /// # Errors
    ///
    /// There is no such device, or no support for any in this build.
    pub fn open(backend: Backend) -> Result<Self, ComputeError> {
        match backend {
            Backend::Cpu => Ok(Self::Cpu),
            #[cfg(feature = "opencl")]
            Backend::Opencl => Ok(Self::OpenCl(OpenCl::open()?)),
            #[cfg(not(feature = "opencl"))]
            Backend::Opencl => Err(ComputeError::NoOpenCl),
        }
    }
}

impl fmt::Display for Compute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu => f.write_str("this processor"),
            #[cfg(feature = "opencl")]
            Self::OpenCl(device) => device.info().fmt(f),
        }
    }
}
